"""Show a stream in its own thread, so that a slow reader of stdout does not delay the stream or its recording."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable

from streamkit.cli.showing import View
from streamkit.model.exchange import Response

# Bytes that may wait to be shown. Beyond that the stream waits too: nothing is omitted from the output.
LARGEST_BACKLOG = 64 << 20
_LOOK_S = 0.5  # how often to check for a signal
_LAST_S = 1.0  # how long a reader may take for the remaining output after a signal


class BackgroundViewer:
    """A viewer that calls another viewer in a thread; `close` returns when everything was shown.

    Once `stopped` returns True because of a signal, `close` does not wait long for a reader that does not read.
    """

    def __init__(self, view: View, *, stopped: Callable[[], bool] = lambda: False) -> None:
        self._view = view
        self._stopped = stopped
        self._calls: deque[Callable[[], None]] = deque()
        self._waiting = 0
        self._closed = False
        self._changed = threading.Condition()
        self._error: BaseException | None = None
        self._thread: threading.Thread | None = None

    def head(self, data: bytes) -> None:
        """Show the status line and headers of a pipe, as bytes."""
        self._call(lambda: self._view.head(data), len(data))

    def response(self, response: Response) -> None:
        """Show the status and headers."""
        self._call(lambda: self._view.response(response), 0)

    def frame(self, data: bytes) -> None:
        """Show these bytes after those before them."""
        self._call(lambda: self._view.frame(data), len(data))

    def close(self) -> None:
        """Wait until everything was shown. Raises any exception of the other viewer."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()
        thread = self._thread
        while thread is not None and thread.is_alive():
            if self._stopped():
                thread.join(_LAST_S)
                break
            thread.join(_LOOK_S)
        if self._error is not None:
            raise self._error
        if thread is None or not thread.is_alive():
            self._view.close()

    def _call(self, call: Callable[[], None], size: int) -> None:
        if self._thread is None:
            self._thread = threading.Thread(target=self._show, name="streamkit view", daemon=True)
            self._thread.start()
        with self._changed:
            while self._waiting >= LARGEST_BACKLOG and self._error is None and not self._stopped():
                self._changed.wait(_LOOK_S)
            self._waiting += size
            self._calls.append(lambda: self._done(call, size))
            self._changed.notify_all()

    def _done(self, call: Callable[[], None], size: int) -> None:
        call()
        with self._changed:
            self._waiting -= size
            self._changed.notify_all()

    def _show(self) -> None:
        try:
            while True:
                with self._changed:
                    self._changed.wait_for(lambda: bool(self._calls) or self._closed)
                    if not self._calls:
                        return
                    call = self._calls.popleft()
                call()
        except BaseException as error:  # raised by `close`
            with self._changed:
                self._error = error
                self._changed.notify_all()
