"""The plain and the streamed answer are the same.

Sends: the same question, once without and once with `stream`, at temperature 0.

Expects: the same role, finish reason and number of input tokens, and a text. A streamed text with a part missing or
repeated is a failure; an answer in other words is a deviation, as temperature 0 does not promise the same words.

Why: a gateway that translates streams from another API loses what it does not know: empty first chunks, the last
chunk, reasoning.

Reference: OpenAI API reference, Create chat completion, `stream`, `temperature`.

Clients: applications that switch `stream` on for people and off for programs.
"""

from __future__ import annotations

from streamkit.probes import Probe, agree
from streamkit.probes.openai_chat._asks import PLAIN, STREAMED

PROBE = Probe.declare(
    __name__,
    api="openai_chat",
    group="answer",
    asks=(
        PLAIN,
        STREAMED,
    ),
    expects=(agree(),),
)
