"""A stream can be asked for with gzip.

Sends: the streamed question with `Accept-Encoding: gzip`.

Expects: a complete stream, compressed or not, that still arrives in pieces.

Why: HTTP libraries ask for compression unasked; a compressor that does not flush holds events back until the end.

Reference: RFC 9110, section 12.5.3.

Clients: aiohttp, requests and browsers, which send `Accept-Encoding: gzip` by default.
"""

from __future__ import annotations

from streamkit.probes import Probe, arrives_in_pieces, has_text
from streamkit.probes.openai_chat._asks import COMPRESSED

PROBE = Probe.declare(
    __name__,
    api="openai_chat",
    group="http",
    asks=(COMPRESSED,),
    expects=(has_text(), arrives_in_pieces()),
)
