"""The events come in the order of the API.

Sends: the streamed question.

Expects: `message_start`, then for each block `content_block_start`, its deltas and `content_block_stop`, blocks one
after another with indices from 0; then `message_delta`. Codes of lint: ANT.

Why: stream helpers build the message from the events in this order.

Reference: Anthropic API reference, Create a Message; Streaming Messages.

Clients: `lint` names the clients that break, by the code of the finding.
"""

from __future__ import annotations

from streamkit.probes import Probe
from streamkit.probes.anthropic_messages._asks import STREAMED

PROBE = Probe.declare(
    __name__,
    api="anthropic_messages",
    group="stream",
    asks=(STREAMED,),
    finds=(
        "ANT",
        "SEQ",
    ),
)
