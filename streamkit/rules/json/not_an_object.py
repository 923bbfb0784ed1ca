"""Event data is not a JSON object.

What it finds: events whose data is `null`, an array, a string or a number.

Why it matters: a chunk is an object. Clients access its fields and raise.

What to do: send chunks as objects only.

Bad: chat
    insert 3 null

Good: chat
"""

from streamkit.rules import Rule, broken

RULE = Rule.declare(__name__, "JSN203", "error", finds=broken)
