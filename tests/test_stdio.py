"""The standard streams as the commands use them, in one process; tests/cli/test_stdout.py has them in every state of a shell."""

from __future__ import annotations

import errno
import io
import os
import sys
from contextlib import nullcontext
from pathlib import Path
from typing import TextIO

import pytest

from streamkit import stdio
from streamkit.errors import CannotWrite


def failing(descriptor: int, error: OSError, monkeypatch: pytest.MonkeyPatch) -> TextIO:
    """Return the stream of a descriptor to which nothing can be written."""

    def fail(*given: object) -> None:
        raise error

    monkeypatch.setattr(stdio, "write_all", fail)
    return stdio._over(None, descriptor)


@pytest.mark.parametrize(
    ("descriptor", "error", "raised"),
    [
        (1, BrokenPipeError(), BrokenPipeError),
        (1, OSError(errno.ENOSPC, "full"), CannotWrite),
        (2, BrokenPipeError(), None),
        (2, OSError(errno.ENOSPC, "full"), None),
    ],
)
def test_the_first_failure_of_stdout_is_reported_and_none_of_stderr(
    descriptor: int, error: OSError, raised: type[Exception] | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    stream = failing(descriptor, error, monkeypatch)
    with pytest.raises(raised) if raised else nullcontext():
        stream.write("text\n")
    stream.write("more\n")


def test_a_standard_stream_that_python_did_not_open_as_text_is_kept() -> None:
    stream = io.StringIO()
    assert stdio._over(stream, 1) is stream


def test_standard_streams_keep_their_encoding_and_errors() -> None:
    given = io.TextIOWrapper(io.BytesIO(), encoding="latin-1", errors="ignore")
    out, err, none = stdio._over(given, 1), stdio._over(given, 2), stdio._over(None, 1)
    assert (out.encoding, out.errors) == ("latin-1", "ignore")
    assert (err.encoding, err.errors) == ("latin-1", "backslashreplace")
    assert (none.encoding, none.errors) == ("utf-8", "strict")


def test_a_closed_stdin_is_empty(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("stdout", "stderr"):
        monkeypatch.setattr(sys, name, getattr(sys, name))
    monkeypatch.setattr(sys, "stdin", None)
    stdio.prepare()
    assert (sys.stdin.fileno(), sys.stdin.encoding, sys.stdin.closed) == (0, "utf-8", False)


def test_only_a_closed_descriptor_is_occupied() -> None:
    taken, free = os.pipe()
    os.close(free)
    stdio._occupy(taken, os.O_RDONLY)
    stdio._occupy(free, os.O_RDONLY)
    try:
        assert not os.path.sameopenfile(taken, free)
        assert os.fstat(free).st_rdev == Path(os.devnull).stat().st_rdev
    finally:
        os.close(taken)
        os.close(free)
