"""Advisory locks on open files, which only this program's processes look at: flock on POSIX, msvcrt.locking on Windows.

A lock belongs to a descriptor and ends with it, however its process ends. Where a file system has no locks, everybody gets one.
"""

from __future__ import annotations

import contextlib
import errno
import os
from collections.abc import Iterator
from pathlib import Path

_HELD = (errno.EWOULDBLOCK, errno.EACCES, errno.EDEADLK)
_FAR = 1 << 62  # Windows locks ranges of bytes, and others could not read those that are locked: this one no file has


def hold(descriptor: int, *, shared: bool = False, sure: bool = False) -> bool:
    """Lock an open file without waiting; False where another descriptor holds it. Several may hold a `shared` lock at once.

    A lock that this descriptor has already becomes the other kind. Windows has no shared ones, and none is taken there.
    `sure`: False also where there are no locks, so that nobody can tell whether the file is in use.
    """
    try:
        if os.name != "nt":
            import fcntl

            fcntl.flock(descriptor, (fcntl.LOCK_SH if shared else fcntl.LOCK_EX) | fcntl.LOCK_NB)
        elif not shared:
            _lock_range(descriptor)
    except OSError as error:
        return error.errno not in _HELD and not sure
    return True


@contextlib.contextmanager
def alone(folder: Path) -> Iterator[None]:
    """Be the only one in this folder meanwhile: others wait. On Windows nobody does."""
    try:
        import fcntl

        descriptor = os.open(folder, os.O_RDONLY)
    except (ImportError, OSError):
        yield
        return
    try:
        with contextlib.suppress(OSError):
            fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def _lock_range(descriptor: int) -> None:
    import msvcrt

    position = os.lseek(descriptor, 0, os.SEEK_CUR)
    os.lseek(descriptor, _FAR, os.SEEK_SET)
    try:
        msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)  # type: ignore[attr-defined,unused-ignore]
    finally:
        os.lseek(descriptor, position, os.SEEK_SET)
