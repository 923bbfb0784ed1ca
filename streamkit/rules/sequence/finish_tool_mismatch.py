"""The finish reason and the tool calls disagree.

What it finds: `stop` from a choice that made tool calls, or `tool_calls` from one that made none.

Why it matters: agents go by it: the calls are never run, or a call is waited for that is not there (sglang#7708,
litellm#12862, LocalAI#6218). OpenAI itself says `stop` where a certain tool was forced (ollama#7963).

Bad: chat-tools
    set 4 $.choices[0].finish_reason "stop"

Good: chat-tools
"""

from streamkit.rules import Rule, missteps

RULE = Rule.declare(
    __name__,
    "SEQ414",
    "warning",
    finds=missteps,
    apis=("bedrock_converse", "cohere", "gemini_interactions", "openai_assistants", "openai_chat"),
)
