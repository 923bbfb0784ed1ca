"""A stream has its content type, and no coding that was not asked for.

Sends: the streamed question with `Accept-Encoding: identity`.

Expects: `Content-Type: text/event-stream`, and no `Content-Encoding`.

Why: strict clients refuse streams with another type, and a compressed one that was not asked for cannot be read.

Reference: WHATWG HTML, Server-sent events, section 9.2.3; RFC 9110, section 12.5.3.

Clients: clients that choose their parser by the content type.
"""

from __future__ import annotations

from streamkit.probes import Probe, content_type, uncompressed
from streamkit.probes.gemini._asks import STREAMED

PROBE = Probe.declare(
    __name__,
    api="gemini",
    group="http",
    asks=(STREAMED,),
    finds=("SSE125",),
    expects=(content_type("text/event-stream"), uncompressed()),
)
