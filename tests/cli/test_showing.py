"""The text that is shown while a stream arrives is what its chunks add, however the bytes arrive."""

from __future__ import annotations

from pathlib import Path

import pytest

from streamkit.apis import interpret
from streamkit.cli.showing import TextExtractor
from streamkit.formats import read
from streamkit.model.exchange import Exchange

RECORDINGS = sorted((Path(__file__).parents[1] / "producers" / "recordings").glob("*.jsonl"))


def shown(exchange: Exchange, size: int) -> str:
    """The text shown of a body that arrives in pieces of this many bytes, or in its frames (0)."""
    extractor = TextExtractor()
    extractor.response = exchange.response
    body = exchange.frames.body
    pieces = [body[at : at + size] for at in range(0, len(body), size)] if size else exchange.frames.data
    return "".join(map(extractor.text, pieces)) + extractor.rest(text=True)


@pytest.mark.parametrize("path", RECORDINGS, ids=lambda path: path.stem)
def test_what_is_shown_is_what_the_chunks_add(path: Path) -> None:
    for exchange in read(str(path)):
        stream = interpret(exchange)
        if stream.verdict == "not-a-stream":
            continue
        deltas = [delta for chunk in range(len(stream.chunks)) for delta in stream.deltas(chunk)]
        added = "".join(delta.text for delta in deltas if delta.kind in ("text", "refusal") and delta.choice == 0)
        for size in (0,) if exchange.websocket else (0, 7):
            assert shown(exchange, size) == added, (exchange.origin, size)
