"""Unknown event or delta type.

What it finds: types of events and deltas that are in no table.

Why it matters: new types appear with every model, and clients ignore them; sixteen types of blocks were seen when the
documentation listed five.

What to do: check for a typing error; otherwise update streamkit, or ignore this code.

Bad: anthropic
    insert 2 {"type":"progress"}
    name 2 progress

Good: anthropic
"""

from streamkit.rules import Rule, missteps

RULE = Rule.declare(__name__, "ANT714", "info", finds=missteps, apis=("anthropic_messages",))
