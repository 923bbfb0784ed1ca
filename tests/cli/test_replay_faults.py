"""`streamkit replay --fault`: the same catalogue, played to a pipe."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from streamkit.model.recording import write
from tests.exchanges import exchange

FRAMES = [b'data: {"n":%d}\n\n' % number for number in range(4)]
PLAYED = {
    "cut:event=2": FRAMES[:2],
    "drop:event=1": FRAMES[1:],
    "drop:event=1;duplicate:event=1": [FRAMES[1], *FRAMES[1:]],
    "cut:event=1,by=half-chunk": [FRAMES[0], FRAMES[1][: len(FRAMES[1]) // 2]],
    "stall:event=1,for=ever": FRAMES[:1],
    "bom": [b"\xef\xbb\xbf", *FRAMES],
}


def replayed(folder: Path, *words: str) -> subprocess.CompletedProcess[bytes]:
    file = folder / "answer.jsonl"
    file.write_bytes(b"".join(write(exchange(*FRAMES))))
    command = [sys.executable, "-m", "streamkit", "replay", "--no-delay", "--as", "raw", str(file), *words]
    return subprocess.run(command, capture_output=True, timeout=30, check=False)


@pytest.mark.parametrize(("fault", "played"), PLAYED.items())
def test_played(tmp_path: Path, fault: str, played: list[bytes]) -> None:
    done = replayed(tmp_path, "--fault", fault)
    assert (done.stdout, done.stderr, done.returncode) == (b"".join(played), b"", 0)


def test_a_fault_that_does_not_apply_is_said(tmp_path: Path) -> None:
    done = replayed(tmp_path, "--fault", "drop:event=9")
    assert done.stdout == b"".join(FRAMES)
    assert b"fault drop does not apply: the stream has 4 events, and no event 9" in done.stderr


def test_a_fault_that_there_is_not(tmp_path: Path) -> None:
    done = replayed(tmp_path, "--fault", "dropp")
    assert (done.returncode, done.stderr) == (2, b"streamkit: no fault named 'dropp'; did you mean 'drop'?\n")
