"""`streamkit replay --fault`: the same catalogue of faults, played to a pipe."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path
from subprocess import PIPE

import pytest

from streamkit.model.recording import write
from tests.exchanges import exchange
from tests.processes import started

FRAMES = [b'data: {"n":%d}\n\n' % number for number in range(4)]
CLOSED = "the connection is closed here, "
PLAYED = {
    "drop:event=1": (FRAMES[1:], ""),
    "drop:event=1;duplicate:event=1": ([FRAMES[1], *FRAMES[1:]], ""),
    "bom": ([b"\xef\xbb\xbf", *FRAMES], ""),
    "cut:event=2": (FRAMES[:2], f"{CLOSED}before the end of the body"),
    "cut:event=1,by=half-chunk": ([FRAMES[0], FRAMES[1][: len(FRAMES[1]) // 2]], f"{CLOSED}within a chunk"),
    "cut:event=1,by=reset": (FRAMES[:1], "the connection is reset here"),
    "cut:event=1,by=eof": (FRAMES[:1], ""),
    "drop:event=9": (FRAMES, "fault drop does not apply: the stream has 4 events, and no event 9"),
}


def replayed(folder: Path, *words: str) -> subprocess.CompletedProcess[bytes]:
    file = folder / "answer.jsonl"
    file.write_bytes(b"".join(write(exchange(*FRAMES))))
    command = [sys.executable, "-m", "streamkit", "replay", "--no-delay", "--as", "raw", str(file), *words]
    return subprocess.run(command, capture_output=True, timeout=60, check=False)


@pytest.mark.parametrize(("fault", "played"), PLAYED.items())
def test_played(tmp_path: Path, fault: str, played: tuple[list[bytes], str]) -> None:
    done = replayed(tmp_path, "--fault", fault)
    body, message = played
    errors = f"{tmp_path / 'answer.jsonl'}: {message}\n" if message else ""
    assert (done.stdout, done.stderr.decode(), done.returncode) == (b"".join(body), errors, 0)


@pytest.mark.parametrize("fault", ["ping:every=1", "comment:every=2"])
def test_nothing_is_inserted_where_there_are_no_events(tmp_path: Path, fault: str) -> None:
    file = tmp_path / "bare.jsonl"
    file.write_bytes(b"".join(write(exchange(b": nothing but a comment\n\n"))))
    words = ["replay", "--no-delay", "--as", "raw", "--fault", fault, str(file)]
    done = subprocess.run([sys.executable, "-m", "streamkit", *words], capture_output=True, timeout=60, check=False)
    message = f"fault {fault.partition(':')[0]} does not apply: the stream has no events"
    assert (done.stdout, done.stderr.decode()) == (b": nothing but a comment\n\n", f"{file}: {message}\n")


def test_a_stream_that_hangs_is_ended_by_an_interrupt(tmp_path: Path) -> None:
    file = tmp_path / "answer.jsonl"
    file.write_bytes(b"".join(write(exchange(*FRAMES))))
    words = ["replay", "--no-delay", "--as", "raw", "--fault", "stall:event=1,for=ever", str(file)]
    with started([sys.executable, "-m", "streamkit", *words], stdout=PIPE, stderr=PIPE) as playing:
        assert playing.stdout and playing.stderr
        assert playing.stdout.read(len(FRAMES[0])) == FRAMES[0]
        assert b"no more data, but the connection stays open" in playing.stderr.readline()
        assert playing.poll() is None
        playing.send_signal(signal.SIGINT)
        assert (playing.wait(60), playing.stdout.read()) == (130, b"")


def test_an_unknown_fault(tmp_path: Path) -> None:
    done = replayed(tmp_path, "--fault", "dropp")
    assert (done.returncode, done.stderr) == (2, b"streamkit: unknown fault 'dropp'; did you mean 'drop'?\n")
