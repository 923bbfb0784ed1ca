"""The standard streams of this process, in any state: closed, full, non-blocking or hung up.

Every byte for stdout is written by `write_all`, either directly or through `sys.stdout`, which `prepare` replaces. A failed
write to stdout is an error that names it; a failed write to stderr is ignored, because it cannot be reported.
"""

from __future__ import annotations

import errno
import io
import os
import sys
from typing import TextIO

from streamkit.errors import CannotWrite

STDOUT = 1
STDERR = 2


def write_all(descriptor: int, data: bytes) -> None:
    """Write all of `data` with as few system calls as possible, waiting if a non-blocking descriptor is full.

    Raises OSError.
    """
    done = 0
    while done < len(data):
        try:
            done += os.write(descriptor, memoryview(data)[done:] if done else data)
        except BlockingIOError:
            # Another program (node, ssh, a parent with asyncio) left O_NONBLOCK set on the shared descriptor.
            import select  # rarely needed, and `--help` is to start fast

            select.select([], [descriptor], [])


def prepare() -> None:
    """Make the three standard streams safe to use, once, before anything is opened or written.

    A descriptor that is closed is occupied, so that no file that is opened later becomes stdout; stdout by a null device
    that refuses writing, so that the loss is noticed when something is written.
    """
    _occupy(0, os.O_RDONLY)
    _occupy(STDOUT, os.O_RDONLY)
    _occupy(STDERR, os.O_WRONLY)
    if sys.stdin is None:
        sys.stdin = open(0, encoding="utf-8", closefd=False)  # noqa: SIM115
    sys.stdout = _over(sys.stdout, STDOUT)
    sys.stderr = _over(sys.stderr, STDERR)


def stdout_is_terminal() -> bool:
    """Return whether stdout is a terminal."""
    return sys.stdout is not None and sys.stdout.isatty()


class _Descriptor(io.RawIOBase):
    """Standard output or standard error as the bottom of a text stream.

    After a failure, further writes are ignored, because the failure was reported already.
    """

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self._lost = False

    def writable(self) -> bool:
        return True

    def fileno(self) -> int:
        return self._descriptor

    def isatty(self) -> bool:
        return os.isatty(self._descriptor)

    def write(self, data: object) -> int:
        """Write everything. Raises BrokenPipeError and CannotWrite for stdout, nothing for stderr."""
        given = bytes(data)  # type: ignore[call-overload]
        if self._lost:
            return len(given)
        try:
            write_all(self._descriptor, given)
        except OSError as error:
            self._lost = True
            if self._descriptor == STDOUT:
                if isinstance(error, BrokenPipeError):
                    raise
                raise CannotWrite("-", error) from error
        return len(given)


def _occupy(descriptor: int, mode: int) -> None:
    try:
        os.fstat(descriptor)
    except OSError as error:
        if error.errno == errno.EBADF:
            # The lowest free descriptor is this one: those below it are open by now.
            os.open(os.devnull, mode)


def _over(stream: TextIO | None, descriptor: int) -> TextIO:
    """Return `stream`, or one in its place, with our own bottom."""
    if stream is not None and (os.name != "posix" or not isinstance(stream, io.TextIOWrapper)):
        return stream  # a Windows console takes UTF-16, which Python's own bottom knows
    encoding = stream.encoding if stream is not None else "utf-8"
    errors = "backslashreplace" if descriptor == STDERR else stream.errors if stream is not None else "strict"
    raw = _Descriptor(descriptor)
    # No buffer between: a signal that raises inside a write would leave one full, and its content would be written twice.
    return io.TextIOWrapper(raw, encoding=encoding, errors=errors, write_through=True)  # type: ignore[type-var]
