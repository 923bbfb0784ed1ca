"""Comment sent as data.

What it finds: events whose data begins with a colon, such as `data: : OPENROUTER PROCESSING`.

Why it matters: a proxy put `data: ` in front of a keep-alive comment. What every client ignored is now an event that
is not JSON (llm-gateway#2053).

What to do: forward lines that begin with a colon unchanged.

Bad: chat
    insert 1 : OPENROUTER PROCESSING

Good: chat
"""

from streamkit.rules import Rule, broken

RULE = Rule.declare(__name__, "SSE109", "error", finds=broken)
