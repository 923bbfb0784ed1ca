"""Usage sent more than once.

What it finds: more than one chunk with a `usage` object.

Why it matters: each is a running total, but LangChain adds them up: 26 tokens instead of 8 (langchain#30429,
langchainjs#10159).

What to do: send usage once, in the last chunk.

Bad: chat
    set * $.usage {"prompt_tokens":3,"completion_tokens":2,"total_tokens":5}

Good: chat-usage
"""

from streamkit.rules import Rule, missteps

RULE = Rule.declare(
    __name__,
    "USG502",
    "error",
    finds=missteps,
    apis=("cloudflare", "openai_chat", "openai_completions"),
)
