"""What is played for a recording whose response is unknown."""

from __future__ import annotations

from dataclasses import replace

import pytest

from streamkit.model.exchange import End
from streamkit.service.recorded_answer import playable
from tests.exchanges import exchange

BARE = replace(exchange(b'data: {"a":1}\n\n'), response=None, end=None)


@pytest.mark.parametrize("source", ["client", "proxy"])
def test_a_recording_of_streamkit_without_a_response_had_none(source: str) -> None:
    recorded = replace(BARE, source=source)  # type: ignore[arg-type]
    assert playable(recorded) is recorded


@pytest.mark.parametrize("source", ["stdin", "import"])
@pytest.mark.parametrize(
    ("body", "content_type"),
    [(b'data: {"a":1}\n\n', "text/event-stream; charset=utf-8"), (b'{"a":1}\n{"a":2}\n', "application/x-ndjson")],
)
def test_a_log_without_a_response_gets_one_that_fits_its_framing(source: str, body: bytes, content_type: str) -> None:
    log = replace(exchange(body), response=None, end=None, source=source)  # type: ignore[arg-type]
    played = playable(log)
    assert played.response is not None
    assert (played.response.status, played.response.header("content-type")) == (200, content_type)
    assert played.end == End(at=None, reason="eof")
