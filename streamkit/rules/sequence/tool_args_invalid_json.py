r"""Tool arguments are not a JSON object.

What it finds: a tool call whose joined arguments are not a JSON object. If the answer was truncated at its maximum
length, it is a warning.

Why it matters: LangChain calls the tool with `{}`; other clients raise, or pass the broken text on.

What to do: send complete arguments; validate them before calling a tool.

Bad: chat-tools
    set 3 $.choices[0].delta.tool_calls[0].function.arguments "{\"a\":"

Good: chat-tools

Bad, in `openai_realtime`: realtime-call
    set 4 $.delta "{\"city\":"
    set 5 $.arguments "{\"city\":"
    set 6 $.item.arguments "{\"city\":"
    set 7 $.response.output[0].arguments "{\"city\":"

Good, in `openai_realtime`: realtime-call
"""

from streamkit.rules import Rule, missteps

RULE = Rule.declare(
    __name__,
    "SEQ436",
    "error",
    also=("warning",),
    finds=missteps,
    apis=(
        "ag_ui",
        "ai_data_stream",
        "ai_sdk_ui",
        "bedrock_converse",
        "cohere",
        "gemini_interactions",
        "mistral_conversations",
        "openai_assistants",
        "openai_chat",
        "openai_realtime",
    ),
    whole=True,
)
