"""A stream has the content type of event streams, and no coding that was not asked for.

Sends: the streamed question with `Accept-Encoding: identity`.

Expects: `Content-Type: text/event-stream`, and no `Content-Encoding`.

Why: browsers and strict clients refuse event streams with another type, and a compressed one that was not asked for
cannot be read.

Reference: WHATWG HTML, Server-sent events, section 9.2.3; RFC 9110, section 12.5.3.

Clients: `EventSource` in browsers, eventsource-parser users that check the type, httpx-sse.
"""

from __future__ import annotations

from streamkit.probes import Probe, content_type, uncompressed
from streamkit.probes.openai_chat._asks import STREAMED

PROBE = Probe.declare(
    __name__,
    api="openai_chat",
    group="http",
    asks=(STREAMED,),
    finds=("SSE125",),
    expects=(content_type("text/event-stream"), uncompressed()),
)
