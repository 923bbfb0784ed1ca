"""A stream is streamed, and not sent as a whole at the end.

Sends: the streamed question.

Expects: the first chunks arrive clearly before the last. Codes of lint: TIM603. An answer that takes less than a tenth
of a second shows nothing, and a very fast model looks like a buffer: it is a deviation only.

Why: a proxy that buffers makes the time to the first token that of the whole answer.

Reference: RFC 9110, section 7.6: intermediaries may buffer; nginx, `proxy_buffering`.

Clients: people who wait for the first word.
"""

from __future__ import annotations

from streamkit.probes import Probe, arrives_in_pieces
from streamkit.probes.openai_chat._asks import STREAMED

PROBE = Probe.declare(
    __name__, api="openai_chat", group="timing", asks=(STREAMED,), finds=("TIM603",), expects=(arrives_in_pieces(),)
)
