"""A timeline made from the texts of similar chunks equals that made from the chunks one by one.

200 random recordings; 35,000 with the environment variable STREAMKIT_SLOW_TESTS=1.
"""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import orjson
import pytest

from streamkit.apis import APIS, alike, interpret
from streamkit.cli._output import CommandOutput
from streamkit.cli._timeline_page import Page
from streamkit.cli.options import Console
from streamkit.model import recording
from streamkit.model.exchange import Exchange
from streamkit.model.stream import Stream
from streamkit.model.timeline import Moment, timeline, timeline_in_runs
from streamkit.wire.fitting import LEAST
from streamkit.wire.templates import holes_of
from tests.apis.many_streams import HOLE_VALUES, MANIFESTS, in_blocks, page_frames, real_exchanges, samples
from tests.apis.test_joining import TURNS
from tests.apis.test_recording_runs import (
    GROUP,
    STREAMS,
    _chunks,
    batches,
    chunk,
    lines_of,
    recorded,
    recorded_lines,
)

ROOT = Path(__file__).parents[2]
WIDTHS = (None, "40", "100", "140")


@pytest.fixture
def written(tmp_path: Path) -> Callable[[Callable[[Page], None]], str]:
    """What a page writes to a file."""

    def write(show: Callable[[Page], None]) -> str:
        path = tmp_path / "page"
        with CommandOutput(str(path), force=True) as sink:
            show(Page(sink, Console(quiet=True), "text"))
        return path.read_text(encoding="utf-8")

    return write


def plain(streams: list[Stream]) -> Callable[[Page], None]:
    def show(page: Page) -> None:
        for stream in streams:
            page.begin(stream)
            page.show(stream, timeline(stream))

    return show


def in_runs(streams: list[Stream]) -> Callable[[Page], None]:
    def show(page: Page) -> None:
        for stream in streams:
            page.begin(stream)
            page.show_all(stream)

    return show


def assert_equal(lines: list[bytes], written: Any, size: int = 500, api: str | None = None) -> int:
    """Hold both roads equal. Return how many chunks were in runs."""
    one = [interpret(each, api=api) for each in recording.read_batches(batches(lines, size))]
    other = [
        interpret(each, api=api, on_demand=True)
        for each in recording.read_batches(batches(lines, size), on_demand=True)
    ]
    assert written(in_runs(other)) == written(plain(one))
    return sum(run.stop - run.start for stream in other for run in alike(stream))


@pytest.mark.parametrize("seed", range(0, STREAMS, GROUP))
def test_random_recordings(seed: int, written: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    shown = 0
    for number in range(seed, seed + GROUP):
        rng = random.Random(number)
        width = rng.choice(WIDTHS)
        monkeypatch.setenv("COLUMNS", width) if width else monkeypatch.delenv("COLUMNS", raising=False)
        shown += assert_equal(recorded_lines(rng) + recorded_lines(rng), written, rng.choice((16, 40, 500)))
    assert shown > 8 * GROUP


TEXTS = ("\\u200d", "\\u0000", "\\u0000\\n", "\\u200dx", "\\u001b[2J", "\\n", "\\t", "##[error]", "\\n\\u200d", "\\ufe0f", "%s", "%", "\\ud83d\\ude00", "👩", "🏽", "”", "")  # fmt: skip


@pytest.mark.parametrize("api", TURNS)
def test_runs_of_every_kind_of_chunk(api: str, written: Any) -> None:
    shown = 0
    for seed in range(100):
        rng = random.Random(seed)
        frames: list[bytes] = []
        for template in (rng.choice(TURNS[api]) for _ in range(rng.choice((1, 3, 8)))):
            odd = rng.random() < 0.2
            for _ in range(rng.choice((1, 4, 30, 60))):
                text = template.replace('"T"', f'"{rng.choice(TEXTS)}x"') if odd and rng.random() < 0.3 else template
                frames.append(b"data: %b\n\n" % chunk(rng, text, 0).encode())
                if rng.random() < 0.02:
                    frames.append(rng.choice((b": ping\n\n", b": ping\n\n: ping\n\n", b"x: y\n\n", b"id: 7\n\n")))
        times: list[int | None] = [rng.randrange(10**9) for _ in frames]
        if rng.random() < 0.5:
            times = sorted(times, key=lambda time: time or 0)
        if rng.random() < 0.2:
            times[rng.randrange(len(times))] = None
        tail = [b"data: unfinished"] if rng.random() < 0.3 else []
        shown += assert_equal(recorded(frames + tail, times + [None] * len(tail)), written, api=api)
    assert shown > 100


def test_a_name_that_looks_like_a_format(written: Any) -> None:
    frames = [
        b'event: 5%% of %%d %%s\ndata: {"choices":[{"index":0,"delta":{"content":"x%d"}}]}\n\n' % n for n in range(40)
    ]
    assert assert_equal(recorded(frames, list(range(100, 140))), written) == 40


def test_pages(written: Any) -> None:
    for frames in page_frames(LEAST):
        assert_equal(recorded(frames, list(range(len(frames)))), written)


def test_recordings(written: Any) -> None:
    for path in samples():
        assert_equal(path.read_bytes().splitlines(keepends=True), written)


@MANIFESTS
def test_real_streams(folder: str, shared: Path, written: Any) -> None:
    shown = 0
    for exchange in real_exchanges(shared, folder):
        shown += assert_equal(lines_of(in_blocks(exchange)), written)
    assert shown > 0


# What a run rests on: that only the text of a delta depends on what is in a hole.


@pytest.mark.parametrize("api", APIS.values(), ids=lambda api: api.name)
def test_deltas_depend_on_a_hole_as_their_examples_do(api: Any) -> None:
    """Where two examples differ in one text alone, all others do too."""
    for one in _chunks():
        found = holes_of(json.dumps(one).encode(), b"")
        if found is None:
            continue
        pieces, texts, _ = found

        def deltas(text: bytes, pieces: list[bytes] = pieces, texts: list[bool] = texts) -> list[Any]:
            holes = [text if is_text else b"1" for is_text in texts] + [b""]
            return list(
                api.deltas(orjson.loads(b"".join(piece + hole for piece, hole in zip(pieces, holes, strict=True))))
            )

        first, second = deltas(b"any text"), deltas(b"Etwas anderes")
        same_but_for_text = [
            replace(delta, text=delta.text.replace("any text", "Etwas anderes")) for delta in first
        ] == second
        if same_but_for_text:
            for word in (*HOLE_VALUES, b"{}", b"[1]", b"YWJj"):
                text = orjson.loads(b'"%b"' % word)
                assert deltas(word) == [replace(delta, text=delta.text.replace("any text", text)) for delta in first], (
                    one
                )


def test_an_item_that_is_no_event_interrupts_a_run() -> None:
    frames = [b'data: {"choices":[{"index":0,"delta":{"content":"%d"}}]}\n\n' % number for number in range(40)]
    frames[30:30] = [b": ping\n\n", b": pong\n\n"]
    exchange: Exchange
    (exchange,) = recording.read_batches(batches(recorded(frames, list(range(100, 142))), 500), on_demand=True)
    stream = interpret(exchange, on_demand=True)
    entries = list(timeline_in_runs(stream, alike(stream)))
    runs = [(entry[0], entry[1].start, entry[1].stop) for entry in entries if not isinstance(entry, Moment)]
    asides = [(entry.n, entry.kind) for entry in entries if isinstance(entry, Moment)]
    assert runs == [(1, 0, 30), (33, 30, 40)]
    assert asides == [(31, "comment"), (32, "comment")]
