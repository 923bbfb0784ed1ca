"""Advisory locks on open files, used only by this program's processes: flock on POSIX, msvcrt.locking on Windows.

A lock belongs to a descriptor and is released when that is closed, however its process ends. On a file system without locks,
every attempt to lock succeeds.
"""

from __future__ import annotations

import contextlib
import errno
import os
from collections.abc import Iterator
from pathlib import Path

from streamkit.errors import OutputBusy

_HELD = (errno.EWOULDBLOCK, errno.EACCES, errno.EDEADLK)
_FAR = 1 << 62  # on Windows, other processes cannot read a locked range of bytes; no file has a byte at this offset


def hold(descriptor: int, *, shared: bool = False, sure: bool = False) -> bool:
    """Lock an open file without waiting; return False if another descriptor holds the lock.

    Several descriptors can hold a `shared` lock at once. A lock that this descriptor holds already is converted. Windows has
    no shared locks, and none is taken there. With `sure`, return False also if the file system has no locks.
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
    """Lock this folder until the context exits; other processes wait for it. Has no effect on Windows."""
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


@contextlib.contextmanager
def unused(path: str) -> Iterator[None]:
    """Keep other processes from writing to a file until the context exits. Raises OutputBusy if one does."""
    try:
        descriptor = os.open(path, os.O_RDONLY)
    except OSError:  # the caller reports it
        yield
        return
    try:
        if not hold(descriptor):
            raise OutputBusy(path)
        if os.name == "nt":  # an open file cannot be replaced
            os.close(descriptor)
            descriptor = -1
        yield
    finally:
        if descriptor >= 0:
            os.close(descriptor)


def _lock_range(descriptor: int) -> None:
    import msvcrt

    position = os.lseek(descriptor, 0, os.SEEK_CUR)
    os.lseek(descriptor, _FAR, os.SEEK_SET)
    try:
        msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)  # type: ignore[attr-defined,unused-ignore]
    finally:
        os.lseek(descriptor, position, os.SEEK_SET)
