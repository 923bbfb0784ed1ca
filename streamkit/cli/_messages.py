"""Write the messages of a server in their own thread: a stderr that nobody reads must not delay its streams."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable
from types import TracebackType

from streamkit.cli.options import Console

_MOST = 10_000  # messages that may wait; later ones are omitted and counted
_LAST_S = 1.0  # how long the remaining messages may take at the end


class Messages:
    """A queue of messages for stderr; at the end of its context, the remaining ones are written."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._waiting: deque[Callable[[], None]] = deque()
        self._omitted = 0
        self._closed = False
        self._changed = threading.Condition()
        self._thread: threading.Thread | None = None

    def add(self, write: Callable[[], None]) -> None:
        """Call `write`, which writes a message, after those before it."""
        with self._changed:
            if len(self._waiting) >= _MOST:
                self._omitted += 1
                return
            self._waiting.append(write)
            if self._thread is None:
                self._thread = threading.Thread(target=self._write, name="streamkit messages", daemon=True)
                self._thread.start()
            self._changed.notify()

    def __enter__(self) -> Messages:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Wait until everything is written, but not long for a reader that does not read."""
        with self._changed:
            self._closed = True
            self._changed.notify()
        if self._thread is not None:
            self._thread.join(_LAST_S)

    def _write(self) -> None:
        while True:
            with self._changed:
                self._changed.wait_for(lambda: bool(self._waiting) or self._closed)
                if not self._waiting:
                    return
                write = self._waiting.popleft()
                omitted, self._omitted = (self._omitted, 0) if not self._waiting else (0, self._omitted)
            write()
            if omitted:
                self._console.complain(f"{omitted} messages were omitted, because stderr was not read in time")
