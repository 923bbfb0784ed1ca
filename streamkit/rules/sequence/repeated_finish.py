"""Choice finishes twice.

What it finds: a second `finish_reason` for a choice, the same or another; for Ollama, TGI, watsonx, Replicate and
InvokeModel, where no client is known to be affected, a second end as a warning.

Why it matters: LangChain joins them, and a client that stops at the first loses what follows (ChatMock#114: tool
calls).

What to do: send `finish_reason` once per choice.

Bad: chat
    repeat 3

Good: chat
"""

from streamkit.rules import Rule, missteps

RULE = Rule.declare(
    __name__,
    "SEQ411",
    "error",
    also=("warning",),
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
