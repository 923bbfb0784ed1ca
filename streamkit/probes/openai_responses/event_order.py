"""The events come in the order of the API.

Sends: the streamed question.

Expects: `response.created`, then for each item `output_item.added`, its parts and deltas, `output_item.done`, with
indices that were opened and `sequence_number` without gaps. Codes of lint: RSP.

Why: stream helpers build the message from the events in this order.

Reference: OpenAI API reference, Create a model response; Streaming events.

Clients: `lint` names the clients that break, by the code of the finding.
"""

from __future__ import annotations

from streamkit.probes import Probe
from streamkit.probes.openai_responses._asks import STREAMED

PROBE = Probe.declare(
    __name__,
    api="openai_responses",
    group="stream",
    asks=(STREAMED,),
    finds=(
        "RSP",
        "SEQ",
    ),
)
