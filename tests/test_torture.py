"""What docs/reliability.md promises, at the size that fits every commit. `make torture`, `make fuzz` and `make soak` do more.

A recorder that is killed has lost nothing that was passed on; a file that is cut anywhere still reads; damaged input gives
errors of our own kind and nothing else; a stream means the same however it is divided.
"""

from __future__ import annotations

import io
import os
import random
from pathlib import Path

import pytest

from benchmarks import fuzz, torture_kills
from streamkit.apis import assemble, interpret
from streamkit.errors import UnreadableInput
from streamkit.formats import read
from streamkit.model import recording
from streamkit.model.exchange import Exchange, Frames
from streamkit.rules import lint, selected

ROOT = Path(__file__).parents[1]
RECORDINGS = sorted(ROOT.glob("recordings/**/*.jsonl"))
CUT = ["openai_chat/plain", "anthropic_messages/thinking-and-tool", "gemini/plain"]
# For each way to record: seeds of the kills of every run, and of those of the slow one; 104 in all.
KILLS = [pytest.param(range(1), id="once"), pytest.param(range(1, 13), id="often", marks=pytest.mark.slow)]
MUTATIONS = [pytest.param(100, id="some"), pytest.param(500, id="many", marks=pytest.mark.slow)]
FINDING = ("SSE", "JSN", "SCH", "SEQ", "USG", "ANT", "RSP", "GEM")  # what does not depend on frames and their times
WHOLE_MESSAGES = "openai_realtime"  # a WebSocket's, whose frames are its messages, and are not divided
SPLIT = [path for path in RECORDINGS if path.parent.name != WHOLE_MESSAGES] + sorted(
    ROOT.glob("tests/specs/streams/*.sse")
)


@pytest.mark.skipif(os.name != "posix", reason="SIGKILL is POSIX")
@pytest.mark.parametrize("seeds", KILLS)
@pytest.mark.parametrize("way", torture_kills.ways(Path()))
def test_a_killed_recorder_has_lost_nothing_that_was_passed_on(
    way: str, seeds: range, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(torture_kills, "EVENTS", 60)
    with torture_kills.server() as port:
        url = f"http://127.0.0.1:{port}/v1"
        results = [torture_kills.one_kill(way, url, seed) for seed in seeds]
    assert sum(result.lost for result in results) == 0
    assert sum(result.unreadable for result in results) == 0
    assert sum(result.passed_on for result in results) > 0


@pytest.mark.parametrize("name", CUT)
def test_a_recording_cut_after_any_byte_reads_as_far_as_it_goes(name: str) -> None:
    data = (ROOT / "recordings" / f"{name}.jsonl").read_bytes()
    [whole] = recording.read(io.BytesIO(data))
    start = data.index(b"\n")
    for size in range(len(data)):
        try:
            [cut] = recording.read(io.BytesIO(data[:size]))
        except UnreadableInput:
            assert size < start + 1, "only a file without its first line holds no exchange"
            continue
        complete = data[:size].count(b'{"type":"frame"') - (not data[:size].endswith(b"\n"))
        assert len(cut.frames) >= min(complete, len(whole.frames))
        assert whole.frames.body.startswith(cut.frames.body)
        assert cut.end is not None or any(damage.kind == "missing-end" for damage in cut.damage)


@pytest.mark.parametrize("mutations", MUTATIONS)
def test_damaged_input_raises_only_streamkit_errors(mutations: int, tmp_path: Path) -> None:
    chain = fuzz.run(mutations, 20261121, tmp_path)
    assert chain.defects == []
    assert chain.reached["inputs"] == mutations
    assert chain.reached["streams"] > mutations // 2 and chain.reached["findings"] > mutations


def meaning(body: bytes, pieces: list[bytes], exchange: Exchange) -> tuple[object, ...]:
    """The events, findings and message of a body in these frames."""
    frames = Frames(pieces, [0] * len(pieces), [None] * len(pieces))
    stream = interpret(Exchange(frames=frames, request=exchange.request, response=exchange.response), judge=True)
    found = sorted((finding.code, finding.message, finding.place.event) for finding in lint(stream, selected(FINDING)))
    assert frames.body == body
    return list(stream.events.data), stream.api, stream.verdict, repr(assemble(stream).object), found


@pytest.mark.parametrize("path", SPLIT[:30], ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_a_stream_means_the_same_however_it_is_divided(path: Path) -> None:
    exchange = next(iter(read(str(path))))
    body = bytes(exchange.frames.body)
    whole = meaning(body, [body], exchange)
    chance = random.Random(len(body))
    at = set(chance.sample(range(len(body) + 1), min(len(body), 24)))
    for place in sorted(at):
        assert meaning(body, [body[:place], body[place:]], exchange) == whole, place
    assert meaning(body, [body[at : at + 1] for at in range(len(body))], exchange) == whole
