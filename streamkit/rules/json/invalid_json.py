"""An event's data is not JSON.

What it finds: events whose data no JSON parser reads: prose, a raw control character, a Python `repr`.

Why it matters: one such event ends the whole stream: the clients raise, and the rest is lost. `data: error: …` is how
some gateways report that they failed (Crane#121).

Bad: chat
    insert 3 error: upstream timed out

Good: chat
"""

from streamkit.rules import Rule, broken

RULE = Rule.declare(
    __name__, "JSN201", "error", finds=broken, breaks="openai-python 3.52, openai-node 6.49: the stream raises"
)
