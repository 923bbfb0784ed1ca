"""A chunk without usage follows the usage.

What it finds: a chunk that has no `usage` after the one that carries it. In Cloudflare it is a warning.

Why it matters: openai-python's stream helper keeps the usage of the last chunk, and null is one. OpenAI's own
moderation results come after the usage and do this.

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
    breaks="openai-python 3.52 `.stream()`: the usage is lost",
)
