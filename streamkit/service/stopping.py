"""Stopping in order: a signal asks, and whoever records closes what is open and says which signal it was.

with stopping() as stop:
    recorded = record(request, recorders, stop=stop)
"""

from __future__ import annotations

import os
import select
import signal
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

# SIGHUP and SIGQUIT are those of POSIX, SIGBREAK is what a Windows console sends when it closes.
_NAMES = ("SIGINT", "SIGTERM", "SIGHUP", "SIGQUIT", "SIGBREAK")


class Stop:
    """Whether this process was asked to stop, and by which signal. Without signals nothing ever asks.

    `number` is the first signal that asked. In case that it does not get through, more than `patience` of them raise
    KeyboardInterrupt.
    """

    def __init__(self, patience: int = 1) -> None:
        self.number: int | None = None
        self._patience = patience
        self._count = 0
        # Readable once a signal has come. The system may give a signal to any thread, which does not wake the main thread.
        self.woken: socket.socket | None = None
        self._take: Callable[[int], object] | None = None
        self._reading = False

    @property
    def name(self) -> str | None:
        """The name of the signal, as in `SIGTERM`."""
        return None if self.number is None else signal.Signals(self.number).name

    @property
    def code(self) -> int:
        """The exit code by which a shell knows the signal: 128 + n; 0 without one."""
        return 0 if self.number is None else 128 + self.number

    def __call__(self, number: int, frame: FrameType | None = None) -> None:
        """A signal has come. This is a signal handler, which runs between any two steps of the main thread."""
        self.number = self.number or number
        self._count += 1
        if self._take is not None:
            self._take(number)
        elif self._reading or self._count > self._patience:
            raise KeyboardInterrupt

    def forget(self) -> None:
        """The signal was for somebody else: it does not ask this process."""
        self.number = None

    def wait(self) -> int:
        """Wait for a signal; returns its number."""
        assert self.woken is not None
        while self.number is None:
            self.woken.recv(64)
        return self.number

    @contextmanager
    def taking(self, take: Callable[[int], object]) -> Iterator[None]:
        """Call `take` for each signal that comes meanwhile, in the signal handler."""
        before, self._take = self._take, take
        try:
            yield
        finally:
            self._take = before

    def read(self, descriptor: int, size: int) -> bytes:
        """Read from a descriptor. Raises KeyboardInterrupt if a signal comes before anything else does."""
        self._reading = True
        try:
            if self.woken is not None and os.name == "posix":
                select.select([descriptor, self.woken.fileno()], [], [])
            if self.number is not None:
                raise KeyboardInterrupt
            return os.read(descriptor, size)
        finally:
            self._reading = False


@contextmanager
def stopping(*, patience: int = 1) -> Iterator[Stop]:
    """Let the signals that end a process ask it to stop instead, until the context ends.

    `patience` is as in Stop. Of several processes that a terminal ends, each may hear of it more than once.

    A signal that is ignored stays so: that is how nohup and a shell's background jobs are kept from ending. Only the main
    thread may call this.
    """
    stop = Stop(patience)
    before = {}
    stop.woken, waking = socket.socketpair()
    waking.setblocking(False)
    earlier = signal.set_wakeup_fd(waking.fileno(), warn_on_full_buffer=False)
    try:
        for number in (getattr(signal, name) for name in _NAMES if hasattr(signal, name)):
            if signal.getsignal(number) != signal.SIG_IGN:
                before[number] = signal.signal(number, stop)
        yield stop
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
        signal.set_wakeup_fd(earlier)
        waking.close()
        stop.woken.close()
