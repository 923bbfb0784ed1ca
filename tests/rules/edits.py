"""A stream of `tests/specs/streams` and the edits of one row of a page; `streamkit.rules.edited` says what these are."""

from __future__ import annotations

from pathlib import Path

from streamkit import rules

STREAMS = Path(__file__).parents[1] / "specs" / "streams"


def edited(stream: str, edits: list[str]) -> bytes:
    """The bytes of a stream after these edits."""
    path = next(STREAMS.glob(f"{stream}.*"))
    return rules.edited(path.read_bytes(), edits, lines=path.suffix == ".ndjson")
