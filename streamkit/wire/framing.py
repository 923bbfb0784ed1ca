"""Detects the framing of a body: by its content type, or else by its first bytes."""

from __future__ import annotations

from streamkit.patterns import pattern
from streamkit.wire import aws_eventstream, coded_lines, json_document, ndjson, sse, websocket
from streamkit.wire.values import Framing

SSE = Framing("sse", sse.Decoder, sse.decode)
NDJSON = Framing("ndjson", ndjson.Decoder, ndjson.decode)
AWS = Framing("aws_eventstream", aws_eventstream.Decoder, aws_eventstream.decode)
CODED_LINES = Framing("coded_lines", coded_lines.Decoder, coded_lines.decode)
WEBSOCKET = Framing("websocket", websocket.Decoder, websocket.decode)
JSON = Framing("json_document", json_document.Decoder, json_document.decode)

_BY_CONTENT_TYPE = {
    "text/event-stream": SSE,
    "application/x-ndjson": NDJSON,
    "application/ndjson": NDJSON,
    "application/jsonl": NDJSON,
    "application/x-jsonl": NDJSON,
    "application/jsonlines": NDJSON,
    "application/x-jsonlines": NDJSON,
    "application/stream+json": NDJSON,
    "application/vnd.amazon.eventstream": AWS,
}

_SSE_LINE = pattern(
    rb"\A(?:\xef\xbb\xbf)?(?:[\r\n]*)(?:data|event|id|retry)?:|\A(?:\xef\xbb\xbf)?\s*(?:data|event|id|retry)[\r\n]"
)


def choose(content_type: str | None, head: bytes) -> Framing:
    """Return the framing of a body with this content type and these first bytes (some hundreds are enough).

    A content type that names a framing is used, as a client of the stream would do. For JSON and unknown types, the bytes
    decide: an array or one object is a document, one object per line is NDJSON. Anything else, such as a page of HTML, is
    read as SSE, whose rules give a reason for every ignored line. Lines with codes are recognized by their bytes whatever the
    content type, which their client does not look at.
    """
    if coded_lines.recognises(head):
        return CODED_LINES
    kind = (content_type or "").partition(";")[0].strip().lower()
    if kind in _BY_CONTENT_TYPE:
        return _BY_CONTENT_TYPE[kind]
    if aws_eventstream.recognises(head):
        return AWS
    if _SSE_LINE.match(head):
        return SSE
    start = head.lstrip(b"\xef\xbb\xbf \t\r\n")
    if start.startswith(b"["):
        return JSON
    if start.startswith(b"{"):
        return NDJSON if ndjson.recognises(start) else JSON
    return SSE
