"""ID changes.

What it finds: chunks whose `id` differs from that of the chunks before; in MCP a response whose `id` is not that of the
request, and in A2A an event of another task or context, both as an error.

Why it matters: all chunks of an answer have one ID. goose makes a message of each (litellm#38098), openai-node's
reader starts a new completion, and the Go SDK rejects the chunk (foundry-local#221).

What to do: generate the ID once per response.

Bad: chat
    set 2 $.id "c2"

Good: chat
"""

from streamkit.rules import Rule, missteps

RULE = Rule.declare(
    __name__,
    "SEQ403",
    "warning",
    also=("error",),
    finds=missteps,
    apis=(
        "a2a",
        "ag_ui",
        "anthropic_completions",
        "cohere",
        "gemini",
        "gemini_interactions",
        "langgraph",
        "mcp",
        "mistral_conversations",
        "openai_chat",
        "openai_completions",
    ),
)
