"""A comment that was sent as data.

What it finds: events whose data begins with a colon, such as `data: : OPENROUTER PROCESSING`.

Why it matters: a proxy put `data: ` before a keep-alive comment. What every client passed over is now an event that
is no JSON (llm-gateway#2053).

Bad: chat
    insert 1 : OPENROUTER PROCESSING

Good: chat
"""

from streamkit.rules import Rule, broken

RULE = Rule.declare(__name__, "SSE109", "error", finds=broken, breaks="openai-python 3.52: JSONDecodeError")
