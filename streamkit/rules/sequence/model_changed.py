"""Model changes.

What it finds: chunks whose `model` differs from that of the chunks before.

Why it matters: cost and origin of the answer depend on which chunk a client reads. A router may do it on purpose.

What to do: send one model name per response.

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
