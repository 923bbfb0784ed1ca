"""Event data is not JSON.

What it finds: events whose data no JSON parser accepts: prose, a raw control character, a Python `repr`.

Why it matters: one such event ends the whole stream: clients raise, and the rest is lost. Some gateways report
failures as `data: error: …` (Crane#121).

What to do: serialize the data with a JSON library, errors too.

Bad: chat
    insert 3 error: upstream timed out

Good: chat
"""

from streamkit.rules import Rule, broken

RULE = Rule.declare(__name__, "JSN201", "error", finds=broken)
