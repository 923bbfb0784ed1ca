"""The model changes.

What it finds: chunks whose `model` is not that of the chunks before.

Why it matters: what the answer cost and who gave it is then a matter of which chunk is asked. A router may do it on
purpose.

Bad: chat
    set 2 $.model "n"

Good: chat
"""

from streamkit.rules import Rule, missteps

RULE = Rule.declare(
    __name__,
    "SEQ404",
    "warning",
    finds=missteps,
    apis=(
        "anthropic_completions",
        "gemini",
        "gemini_interactions",
        "mistral_conversations",
        "ollama",
        "openai_assistants",
        "openai_chat",
        "openai_completions",
        "watsonx",
    ),
)
