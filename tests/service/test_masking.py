"""A frame is on the disk when its recorder returns; a possible beginning of a secret is masked there until it is
decided."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streamkit.files import create
from streamkit.model import recording
from streamkit.redact.redactor import Policy
from streamkit.service.recording import Recorders, one_file
from streamkit.wire import aws_eventstream, sse
from tests.redact.dummy_secrets import MARKED, secret


def chunk(text: str) -> bytes:
    value = {"choices": [{"index": 0, "delta": {"content": text}}]}
    return b"data: " + json.dumps(value, ensure_ascii=False).encode() + b"\n\n"


def pieces(text: str, size: int) -> list[str]:
    return [text[start : start + size] for start in range(0, len(text), size)]


def recorded(path: Path, frames: Iterable[bytes], policy: Policy | None = None) -> list[bytes]:
    """Return what the file held after each frame, and at the end."""
    recorder = Recorders(open=lambda _: create(path), policy=policy or Policy()).recorder(None)
    recorder.start(None, None)
    held = []
    for at, data in enumerate(frames):
        recorder.frame(data, at)
        held.append(path.read_bytes())
    recorder.end(1000, "eof", None)
    return [*held, path.read_bytes()]


def body(held: bytes) -> bytes:
    (exchange,) = recording.read(held.splitlines(keepends=True))
    return exchange.frames.body


def contents(held: bytes) -> list[str]:
    return [json.loads(event)["choices"][0]["delta"]["content"] for event in sse.decode(body(held)).data]


def test_the_beginning_of_a_key_is_masked_and_restored(tmp_path: Path) -> None:
    held = recorded(tmp_path / "run.jsonl", [chunk("my sk"), chunk("y is blue")])
    assert contents(held[0]) == ["my **"]
    assert contents(held[1]) == contents(held[2]) == ["my sk", "y is blue"]
    assert len(held[1]) == len(held[0]) + len(recording.frame_line(chunk("y is blue"), 1))


@pytest.mark.parametrize("name", MARKED)
@pytest.mark.parametrize("size", [1, 7])
def test_no_part_of_a_key_is_ever_on_the_disk(tmp_path: Path, name: str, size: int) -> None:
    planted = secret(name)
    frames = [chunk("it is "), *map(chunk, pieces(planted, size)), chunk(" so")]
    for count, held in enumerate(recorded(tmp_path / "run.jsonl", frames), 1):
        texts = contents(held)
        assert len(texts) == min(count, len(frames))
        shown = "".join(texts)
        assert not any(planted[place : place + 8] in shown for place in range(len(planted) - 8))


def test_a_frame_that_ends_inside_a_character_keeps_its_line(tmp_path: Path) -> None:
    whole = chunk("é sk-").removesuffix(b'-"}}]}\n\n')
    frames = [whole[: whole.index("é".encode()) + 1], whole[whole.index("é".encode()) + 1 :], b'y"}}]}\n\n']
    *_, last = recorded(tmp_path / "run.jsonl", frames)
    assert body(last) == b"".join(frames)


@given(
    st.lists(
        st.text(max_size=12) | st.sampled_from(["sk", "-", "ant", " eyJ", "\\u00", "AKIA", "x" * 30]), max_size=12
    ),
    st.booleans(),
    st.integers(1, 90),
)
def test_the_file_ends_as_if_nothing_had_been_masked(tmp_path_factory, texts, whole, size) -> None:  # type: ignore[no-untyped-def]
    frames = [chunk(text) for text in texts]
    if not whole:
        everything = b"".join(frames)
        frames = [everything[start : start + size] for start in range(0, len(everything), size)]
    for policy in (Policy(), Policy.of(["ACME-[0-9]+", "b+"])):
        path = tmp_path_factory.mktemp("mask") / "run.jsonl"
        held = recorded(path, frames, policy)
        # The number and the lengths of the frames are the same at any moment, of which up to nine are looked at.
        for count, lines in list(enumerate(held, 1))[:: len(held) // 8 + 1]:
            (exchange,) = recording.read(lines.splitlines(keepends=True))
            assert list(map(len, exchange.frames.data)) == list(map(len, frames[:count]))
        (exchange,) = recording.read(held[-1].splitlines(keepends=True))
        assert exchange.end is not None and exchange.end.sha256 == exchange.frames.sha256
        assert not exchange.damage
        if not exchange.end.redacted:
            assert list(exchange.frames.data) == frames


def test_every_event_is_complete_at_any_moment_with_a_custom_pattern(tmp_path: Path) -> None:
    frames = [chunk(f"word {number} é ") for number in range(80)]
    for count, held in enumerate(recorded(tmp_path / "run.jsonl", frames, Policy.of(["ACME-[0-9]+"])), 1):
        assert len(contents(held)) == min(count, 80)


def test_checksummed_messages_are_complete_at_any_moment(tmp_path: Path) -> None:
    planted = secret("anthropic api")
    texts = ["it is ", *pieces(planted, 5), " so"]
    frames = [
        aws_eventstream.encode("contentBlockDelta", json.dumps({"delta": {"text": text}}).encode()) for text in texts
    ]
    for count, held in enumerate(recorded(tmp_path / "run.jsonl", frames), 1):
        decoded = aws_eventstream.decode(body(held))
        assert (len(decoded), decoded.asides) == (min(count, len(frames)), [])
        assert planted[4:12] not in "".join(json.loads(event)["delta"]["text"] for event in decoded.data)


def test_an_incomplete_message_shows_nothing(tmp_path: Path) -> None:
    sealed = aws_eventstream.encode("contentBlockDelta", json.dumps({"delta": {"text": "x" * 50}}).encode())
    held = recorded(tmp_path / "run.jsonl", [sealed + sealed[:90], sealed[90:]])
    assert body(held[0])[len(sealed) + 12 :] == b"*" * 78
    assert body(held[1]) == sealed * 2


def test_an_appended_file_is_patched_in_its_own_lines(tmp_path: Path) -> None:
    path = tmp_path / "run.jsonl"
    path.write_bytes(b'{"type":"note"}')
    with create(path, append=True, shared=True) as first, create(path, append=True, shared=True) as second:
        first.write(b"\n")
        first.write(b"one\n")
        place = first.position()
        second.write(b"two\n")
        first.patch(place - 4, b"ONE\n")
        first.write(b"three\n")
    assert path.read_bytes() == b'{"type":"note"}\nONE\ntwo\nthree\n'


def test_an_output_that_cannot_seek_waits_and_notes_it() -> None:
    reading, writing = os.pipe()
    recorder = Recorders(open=lambda _: create(f"/dev/fd/{writing}")).recorder(None)
    recorder.start(None, None)
    recorder.frame(chunk("my sk"), 1)
    recorder.frame(chunk("my sk-"), 2)
    recorder.frame(chunk("y"), 3)
    recorder.end(4, "eof", None)
    os.close(writing)
    with os.fdopen(reading, "rb") as file:
        lines = [json.loads(line) for line in file]
    assert [line["type"] for line in lines] == ["start", "note", "frame", "frame", "frame", "end"]
    assert "after the next frame" in lines[1]["said"]


def test_a_part_is_patched(tmp_path: Path) -> None:
    recorder = Recorders(open=one_file(str(tmp_path / "all.jsonl")), keep=True).recorder(None)
    recorder.start(None, None)
    recorder.frames([chunk("my sk"), chunk("y sk")], 1)
    assert contents((tmp_path / "all.jsonl.part-1").read_bytes()) == ["my sk", "y **"]
    recorder.frames([chunk("y")], 2)
    assert contents((tmp_path / "all.jsonl.part-1").read_bytes()) == ["my sk", "y sk", "y"]
    recorder.end(3, "eof", None)
    assert contents((tmp_path / "all.jsonl").read_bytes()) == ["my sk", "y sk", "y"]
