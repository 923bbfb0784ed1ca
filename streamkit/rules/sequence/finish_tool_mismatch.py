"""Finish reason contradicts the tool calls.

What it finds: `stop` from a choice with tool calls, or `tool_calls` from one without any.

Why it matters: agents rely on it: calls are never executed, or a call is awaited that does not exist (sglang#7708,
litellm#12862, LocalAI#6218). OpenAI itself sends `stop` if a certain tool was forced (ollama#7963).

What to do: send `tool_calls` if and only if the choice contains tool calls.

Bad: chat-tools
    set 4 $.choices[0].finish_reason "stop"

Good: chat-tools

Bad, in `ai_data_stream`: data-stream
    drop 4

Good, in `ai_data_stream`: data-stream
"""

from streamkit.rules import Rule, missteps

RULE = Rule.declare(
    __name__,
    "SEQ414",
    "warning",
    finds=missteps,
    apis=(
        "ai_data_stream",
        "ai_sdk_ui",
        "bedrock_converse",
        "cohere",
        "gemini_interactions",
        "openai_assistants",
        "openai_chat",
    ),
)
