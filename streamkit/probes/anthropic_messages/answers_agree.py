"""The plain and the streamed answer are the same.

Sends: the same question, once plain and once streamed.

Expects: the same role, finish reason and number of input tokens, and a text. A streamed text with a part missing or
repeated is a failure; an answer in other words is a deviation, as a model may choose other words.

Why: a gateway that translates streams from another API loses what it does not know: first chunks, last chunks,
reasoning.

Reference: Anthropic API reference, Create a Message; Streaming Messages.

Clients: applications that stream for people and not for programs.
"""

from __future__ import annotations

from streamkit.probes import Probe, agree
from streamkit.probes.anthropic_messages._asks import PLAIN, STREAMED

PROBE = Probe.declare(
    __name__,
    api="anthropic_messages",
    group="answer",
    asks=(
        PLAIN,
        STREAMED,
    ),
    expects=(agree(),),
)
