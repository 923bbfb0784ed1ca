"""The id changes.

What it finds: chunks whose `id` is not that of the chunks before.

Why it matters: all chunks of an answer have one id. goose makes a message of each (litellm#38098), openai-node's
reader starts a new completion, the Go SDK refuses it (foundry-local#221).

Bad: chat
    set 2 $.id "c2"

Good: chat
"""

from streamkit.rules import Rule, missteps

RULE = Rule.declare(
    __name__,
    "SEQ403",
    "warning",
    finds=missteps,
    apis=(
        "anthropic_completions",
        "cohere",
        "gemini",
        "gemini_interactions",
        "mistral_conversations",
        "openai_chat",
        "openai_completions",
    ),
)
