"""`streamkit replay`: the recorded bytes at the recorded times."""

from __future__ import annotations

import os
import shlex
import subprocess
import sys

import pytest

from streamkit.cli import replay, showing
from streamkit.cli.main import streamkit
from streamkit.model.exchange import End, Exchange, Frame, Frames, Response
from streamkit.model.recording import write

MS = 1_000_000
BODY = [
    b'data: {"id":"1","object":"chat.completion.chunk","choices":[{"index":0,"delta":{"content":"h\xc3',
    b'\xa9 \\u001b[31m"},"finish_reason":null}]}\n\n',
    b"data: [DONE]\n\n",
]


def exchange(*times, frames=BODY, clock="monotonic"):
    made = Frames.of([Frame(data, at) for data, at in zip(frames, times, strict=True)])
    head = Response(None if clock == "none" else 1, 200, "1.1", (("content-type", "text/event-stream"),))
    return Exchange(
        frames=made, response=head, end=End(at=times[-1], reason="eof"), clock=clock, source="client", sent_at=0
    )


@pytest.fixture
def run(tmp_path, monkeypatch, capfd):
    """Replay these exchanges. Return stdout (bytes), stderr, and the requested waits (ms after the start)."""
    clock = [0]
    waits = []

    def sleep(seconds):
        clock[0] += round(seconds * 1e9)

    monkeypatch.setattr(replay.time, "monotonic_ns", lambda: clock[0])
    monkeypatch.setattr(replay.time, "sleep", sleep)
    shown = showing.View.frame
    monkeypatch.setattr(showing.View, "frame", lambda view, data: (waits.append(clock[0] / MS), shown(view, data)))

    def go(*words, exchanges):
        path = tmp_path / "r.jsonl"
        path.write_bytes(b"".join(line for one in exchanges for line in write(one)))
        clock[0], waits[:] = 0, []
        capfd.readouterr()
        assert streamkit.main(["replay", str(path), *words], prog_name="streamkit", standalone_mode=False) == 0
        out, err = capfd.readouterr()
        return out, err, list(waits)

    return go


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ([], [10, 30, 500]),
        (["--speed", "2"], [5, 15, 250]),
        (["--max-gap", "0.1"], [10, 30, 130]),
        (["--no-delay"], [0, 0, 0]),
    ],
)
def test_frames_are_written_on_their_deadlines(run, words, expected):
    out, err, waits = run(*words, exchanges=[exchange(10 * MS, 30 * MS, 500 * MS)])
    assert waits == expected
    assert (out.encode(), err) == (b"".join(BODY), "")


@pytest.mark.parametrize(
    ("mode", "shown"),
    [
        ("raw", b"".join(BODY)),
        ("data", b"".join(BODY)[6:-16] + b"\n[DONE]\n"),
        ("text", "hé \x1b[31m\n".encode()),
    ],
)
def test_output_modes(run, mode, shown):
    assert run("--as", mode, exchanges=[exchange(1, 2, 3)])[0].encode() == shown


def test_a_recording_without_times_is_played_at_once_with_a_reason(run):
    out, err, waits = run(exchanges=[exchange(None, None, None, clock="none")])
    assert waits == [0, 0, 0]
    assert err.endswith("r.jsonl: played at once: it has no times\n")
    assert out.encode() == b"".join(BODY)


def test_several_exchanges_follow_one_another(run):
    assert run("--as", "text", exchanges=[exchange(1, 2, 3)] * 2)[0] == "hé \x1b[31m\n" * 2


def test_a_closed_pipe_ends_it_quietly(tmp_path):
    path = tmp_path / "r.jsonl"
    path.write_bytes(b"".join(write(exchange(*[1] * 2000, frames=[b"data: 12345678\n\n"] * 2000))))
    words = shlex.join([sys.executable, "-m", "streamkit", "replay", "--as", "raw", str(path)])
    done = subprocess.run(["bash", "-c", f"{words} | head -c 4"], capture_output=True, timeout=60, check=False)
    assert (done.stdout, done.stderr) == (b"data", b"")


@pytest.mark.skipif(os.name != "posix", reason="pseudo terminals are POSIX")
def test_a_terminal_is_shown_text_with_its_controls_made_visible(tmp_path):
    import pty

    path = tmp_path / "r.jsonl"
    path.write_bytes(b"".join(write(exchange(1, 2, 3))))
    ours, theirs = pty.openpty()
    subprocess.run([sys.executable, "-m", "streamkit", "replay", str(path)], stdout=theirs, timeout=60, check=True)
    os.close(theirs)
    assert os.read(ours, 1000).decode() == "hé \\x1b[31m\r\n"
    os.close(ours)


def test_a_fault_changes_the_deadlines(run):
    assert run("--fault", "stall:event=1,for=2s", exchanges=[exchange(10 * MS, 30 * MS, 50 * MS)])[2] == [10, 30, 2050]
    assert run("--fault", "split:size=40", exchanges=[exchange(10 * MS, 30 * MS, 50 * MS)])[2][:3] == [10, 10, 10]


def test_a_fault_is_limited_to_a_number_of_streams(run):
    out, _, _ = run("--fault", "drop:event=2,times=1", exchanges=[exchange(1, 2, 3)] * 2)
    assert out.encode() == BODY[0] + BODY[1] + b"".join(BODY)


def test_the_seed_decides_as_it_does_for_a_server(run, tmp_path):
    from streamkit.faults import chance, inject, parse_faults
    from streamkit.playback.player import Pace, steps

    for seed in range(4):
        name = str(tmp_path / "r.jsonl")
        made, _ = inject(steps(exchange(1, 2, 3), Pace(delay=False)), parse_faults("drop"), chance(seed, name, 1))
        body = b"".join(getattr(step, "data", b"") for step in made)
        assert run("--fault", "drop", "--seed", str(seed), exchanges=[exchange(1, 2, 3)])[0].encode() == body


def test_a_fault_that_answers_with_an_error_shows_its_body(run):
    out, _, _ = run("--fault", "status:code=429", "--as", "text", exchanges=[exchange(1, 2, 3)])
    assert '"rate_limit_error"' in out
