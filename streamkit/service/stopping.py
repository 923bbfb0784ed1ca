"""Clean shutdown: a signal requests a stop; recordings are then closed with the name of the signal.

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

# SIGHUP and SIGQUIT exist on POSIX only; a Windows console sends SIGBREAK when it closes.
_NAMES = ("SIGINT", "SIGTERM", "SIGHUP", "SIGQUIT", "SIGBREAK")


class Stop:
    """Whether a signal has requested a stop, and which one.

    `number` is the first signal received. If the process does not stop, any signal after the first `patience` ones raises
    KeyboardInterrupt.
    """

    def __init__(self, patience: int = 1) -> None:
        self.number: int | None = None
        self._patience = patience
        self._count = 0
        # Readable once a signal was received. The system may deliver it to any thread, which does not wake the main thread.
        self.woken: socket.socket | None = None
        self._take: Callable[[int], object] | None = None
        self._reading = False

    @property
    def name(self) -> str | None:
        """The name of the signal, as in `SIGTERM`."""
        return None if self.number is None else signal.Signals(self.number).name

    @property
    def code(self) -> int:
        """The exit code for the signal, as in a shell: 128 + n; 0 if there was none."""
        return 0 if self.number is None else 128 + self.number

    def __call__(self, number: int, frame: FrameType | None = None) -> None:
        """Handle a signal. This runs between any two bytecode instructions of the main thread."""
        self.number = self.number or number
        self._count += 1
        if self._take is not None:
            self._take(number)
        elif self._reading or self._count > self._patience:
            raise KeyboardInterrupt

    def forget(self) -> None:
        """Ignore the signal just received: it was meant for another process."""
        self.number = None

    def wait(self) -> int:
        """Wait for a signal and return its number."""
        assert self.woken is not None
        while self.number is None:
            self.woken.recv(64)
        return self.number

    @contextmanager
    def taking(self, take: Callable[[int], object]) -> Iterator[None]:
        """Call `take` in the signal handler for each signal, until the context exits."""
        before, self._take = self._take, take
        try:
            yield
        finally:
            self._take = before

    def read(self, descriptor: int, size: int) -> bytes:
        """Read from a descriptor. Raises KeyboardInterrupt if a signal is received before any bytes."""
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
    """Let the signals that terminate a process request a stop instead, until the context exits.

    `patience` is as in Stop. Processes in the foreground of a terminal may receive a signal more than once.

    Ignored signals stay ignored, as nohup and the background jobs of a shell expect. Only the main thread may call this.
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
