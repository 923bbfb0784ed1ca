"""aimock's fixtures, which contain the text of a response, not its stream.

If a fixture contains a recorded JSON response (`response.json`), that is read. Text and tool calls were assembled when they
were recorded: their chunks are lost and not invented here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from streamkit.errors import UnreadableInput
from streamkit.formats import Format, Source, parse
from streamkit.model.exchange import Exchange, Frames, Import, Origin, Response

_FIXTURES = re.compile(rb'\A[\xef\xbb\xbf\s]*\{\s*"fixtures"\s*:\s*\[')


def _recognises(head: bytes) -> bool:
    return _FIXTURES.match(head) is not None and b'"match"' in head


def _read(source: Source) -> Iterator[Exchange]:
    document = parse(source.all(), source.path)
    fixtures = document.get("fixtures") if isinstance(document, dict) else None
    number = 0
    for fixture in fixtures if isinstance(fixtures, list) else ():
        response = fixture.get("response") if isinstance(fixture, dict) else None
        if isinstance(response, dict) and "json" in response:
            number += 1
            yield _answer(response, Origin(source.path, number))
    if not number:
        raise UnreadableInput(
            source.path,
            "aimock fixtures, which keep the text of an answer, not its stream",
            remedy="serve them with aimock and record from it: streamkit record http://127.0.0.1:4010/…",
        )


def _answer(response: dict[str, Any], origin: Origin) -> Exchange:
    from streamkit.formats._repair import compact_json

    body = compact_json(response["json"]).encode("utf-8")
    status = response.get("status")
    return Exchange(
        frames=Frames([body], [None], [None]),
        response=Response(
            None, status if isinstance(status, int) else 200, headers=(("content-type", "application/json"),)
        ),
        imported=Import("aimock", framed=False),
        origin=origin,
    )


AIMOCK = Format(
    name="aimock",
    title="aimock fixtures",
    order=340,
    recognises=_recognises,
    read=_read,
)
