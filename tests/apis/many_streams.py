"""Streams for tests that two implementations give equal results: those of the pages, the samples, and real ones."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from streamkit.formats import find, read
from streamkit.model.exchange import Exchange, Frames
from tests.apis.test_specs import body_of, cases

ROOT = Path(__file__).parents[2]
# Values that a hole of a template may have; what a chunk is must not depend on them.
HOLE_VALUES = (
    b"x", b"null", b"stop", b"[DONE]", b"error", b" ", b"\\n", b"0", b"false", b"text", b"tool_use",
)  # fmt: skip
MANIFESTS = pytest.mark.parametrize("folder", ["corpora", "corpora-2"])
"""The folders of `real_exchanges`."""


def page_frames(repeated: int) -> Iterator[list[bytes]]:
    """Yield the blocks of each event stream of the pages, each block `repeated` times."""
    for case in cases():
        if case.framing == "sse":
            blocks = [block + b"\n\n" for block in body_of(case).split(b"\n\n")]
            yield [block for block in blocks for _ in range(repeated)]


def samples() -> Iterator[Path]:
    """Yield the recordings of the repository."""
    for found in find([str(ROOT / "recordings")]):
        if found.path.endswith(".jsonl"):
            yield Path(found.path)


def real_exchanges(shared: Path, folder: str) -> Iterator[Exchange]:
    """Yield the streams recorded by others in this folder; skip the test where it is absent."""
    if not (shared / folder).is_dir():
        pytest.skip("the folder of real streams is not here")
    for row in map(json.loads, (shared / folder / "MANIFEST.jsonl").read_text(encoding="utf-8").splitlines()):
        if row.get("kind") == "stream":
            yield from read(str(shared / folder / row["file"]))


def in_blocks(exchange: Exchange) -> Exchange:
    """Return the exchange as if each of its blocks had arrived by itself, 10 ms apart."""
    blocks = [block + b"\n\n" for block in exchange.frames.body.split(b"\n\n")]
    frames = Frames(blocks, list(range(0, len(blocks) * 10**7, 10**7)), [None] * len(blocks))
    return replace(exchange, frames=frames, clock="monotonic", source="client")
