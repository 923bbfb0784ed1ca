"""Chunk without usage after the usage.

What it finds: a chunk without `usage` after the one with it. For Cloudflare it is a warning.

Why it matters: openai-python's stream helper keeps the usage of the last chunk, even if that is null. OpenAI's own
moderation results follow the usage and trigger this.

What to do: send the usage in the last chunk.

Bad: chat-usage
    move 3 to 4

Good: chat-usage
"""

from streamkit.rules import Rule, missteps

RULE = Rule.declare(
    __name__,
    "USG505",
    "error",
    also=("warning",),
    finds=missteps,
    apis=("cloudflare", "openai_chat"),
)
