"""An event or a delta of an unknown type.

What it finds: types of events and deltas that are in no table.

Why it matters: new ones come with every model, and clients pass over them; sixteen types of blocks were seen where
the documentation had five.

Bad: anthropic
    insert 2 {"type":"progress"}
    name 2 progress

Good: anthropic
"""

from streamkit.rules import Rule, missteps

RULE = Rule.declare(__name__, "ANT714", "info", finds=missteps, apis=("anthropic_messages",))
