r"""Tool arguments are no JSON object.

What it finds: a tool call whose arguments, all put together, are no JSON object. Where the answer was cut at its
length it is a warning.

Why it matters: LangChain calls the tool with `{}`; others raise, or pass the broken text on.

Bad: chat-tools
    set 3 $.choices[0].delta.tool_calls[0].function.arguments "{\"a\":"

Good: chat-tools
"""

from streamkit.rules import Rule, missteps

RULE = Rule.declare(
    __name__,
    "SEQ436",
    "error",
    also=("warning",),
    finds=missteps,
    apis=(
        "bedrock_converse",
        "cohere",
        "gemini_interactions",
        "mistral_conversations",
        "openai_assistants",
        "openai_chat",
    ),
    whole=True,
    breaks="langchain-core 1.7: arguments are silently `{}`; Vercel AI SDK 6.0: an invalid call",
)
