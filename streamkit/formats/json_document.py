"""One JSON text: the array that Gemini streams unless SSE is requested, a plain response, or an error.

The body is kept byte for byte. An array of chunks of other APIs, as dumped by programs, is read as these chunks.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from streamkit.errors import UnreadableInput
from streamkit.formats import HEAD, Format, Source, cut_at, parse_document, status_and_headers
from streamkit.formats._documents import affordable, loads
from streamkit.formats._payloads import identity, role
from streamkit.model.exchange import Exchange, Import, Origin, Response, is_error_body
from streamkit.patterns import pattern
from streamkit.wire import json_document

_SPACE = b"\xef\xbb\xbf \t\r\n"
_KEYS = pattern(
    rb'\A\[?\s*\{\s*"(?:candidates|usageMetadata|promptFeedback|error|choices)"\s*:'
    rb'|\A\[?\s*\{[^{}\[\]]{0,2000}"object"\s*:\s*"(?:chat\.completion|response|text_completion)'
)


def _recognises(head: bytes) -> bool:
    _, body, _ = status_and_headers(head)
    start = body.lstrip(_SPACE)
    if start[:1] not in (b"[", b"{"):
        return False
    events = json_document.decode(start)
    if not events.data or (start.startswith(b"{") and (len(events) > 1 or events.asides)):
        return len(head) >= HEAD and len(events) == 0 and _KEYS.match(start) is not None
    document = loads(events.data[0])
    if start.startswith(b"{") and isinstance(document, dict) and is_error_body(document):
        return True
    kind = role(document)
    return kind in ("chunk", "error") if start.startswith(b"[") else kind in ("answer", "error")


def _read(source: Source) -> Iterator[Exchange]:
    response, body, line = status_and_headers(source.all())
    if not affordable(body):
        raise UnreadableInput(source.path, "a JSON document too large to be read whole", remedy="split it")
    events = json_document.decode(body)
    first = loads(events.data[0]) if events.data else None
    if body.lstrip(_SPACE).startswith(b"[") and isinstance(first, dict) and not _is_streamed_as_array(first):
        yield _of_chunks(source.path, body, response, line)
        return
    yield Exchange(
        frames=cut_at(body, [*events.ends[:-1], len(body)], line),
        response=response,
        imported=Import("json-document"),
        origin=Origin(source.path, 1, line if response is None else 1),
    )


def _is_streamed_as_array(first: dict[str, Any]) -> bool:
    return role(first) != "chunk" or identity(first).family in ("gemini", "error")


def _of_chunks(path: str, body: bytes, response: Response | None, line: int) -> Exchange:
    from streamkit.formats._drafts import Draft
    from streamkit.formats._repair import compact_json

    draft = Draft(line, response, format="json-document")
    elements = parse_document(body, path)
    if not isinstance(elements, list):
        raise UnreadableInput(path, "not a JSON array", line=line)
    for element in elements:
        if isinstance(element, dict):
            draft.take_chunk(element, compact_json(element), line)
        else:
            draft.note(line, "unusable", f"not a chunk: {compact_json(element)[:80]}")
    return draft.finished(path, 1)


JSON_DOCUMENT = Format(
    name="json-document",
    title="JSON array of chunks (Gemini) or plain answer",
    order=640,
    recognises=_recognises,
    read=_read,
)
