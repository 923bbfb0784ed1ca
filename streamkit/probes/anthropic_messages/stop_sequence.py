"""A stop sequence ends the answer before it.

Sends: the counting question with the stop sequence `five` in `stop_sequences`, streamed.

Expects: the finish reason of a stop, and a text that does not contain the sequence. A model that does not count
deviates.

Why: agents parse the text up to the sequence; one that is sent in part is taken for text.

Reference: Anthropic API reference, Create a Message; Streaming Messages.

Clients: agents with their own text formats, code completion.
"""

from __future__ import annotations

from streamkit.probes import Probe, stops_at
from streamkit.probes.anthropic_messages._asks import STOPPED

PROBE = Probe.declare(
    __name__,
    api="anthropic_messages",
    group="limits",
    asks=(STOPPED,),
    expects=(stops_at("five", before="four", reason="stop_sequence"),),
)
