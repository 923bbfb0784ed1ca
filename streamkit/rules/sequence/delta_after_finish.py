"""Content after the finish reason.

What it finds: deltas with content for a choice that already has its `finish_reason`.

Why it matters: clients stop reading at the finish reason, so whatever follows is lost to them (openrag#462).

What to do: send `finish_reason` in the last chunk of a choice.

Bad: chat
    move 2 to 3

Good: chat
"""

from streamkit.rules import Rule, missteps

RULE = Rule.declare(
    __name__,
    "SEQ412",
    "error",
    finds=missteps,
    apis=(
        "anthropic_completions",
        "bedrock_invoke",
        "ollama",
        "openai_chat",
        "openai_completions",
        "replicate",
        "tgi",
        "watsonx",
    ),
)
