"""The exchanges of a test, from recordings and with the real API, in the order in which they ended."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from streamkit.model.exchange import Exchange, Request
    from streamkit.model.step import Step
    from streamkit.service.recorded_answer import RecordedAnswer
    from streamkit.service.recording import Outcome

_LONGEST_WAIT_S = 10.0  # for exchanges that are still being recorded


class Received:
    """Collects answers; the servers call it from their thread."""

    def __init__(self) -> None:
        self._exchanges: list[Exchange] = []
        self._running = 0
        self._changed = threading.Condition()

    def played(self, number: int, request: Request, recording: RecordedAnswer, steps: Sequence[Step]) -> None:
        """Called when a request was answered from a recording."""
        from streamkit.service.linting import received

        with self._changed:
            self._exchanges.append(received(number, request, recording, steps))

    def opening(self, open_: Callable[[Request | None], Any]) -> Callable[[Request | None], Any]:
        """Wrap the `open` of recorders to count the exchanges that are being recorded."""

        def counted(request: Request | None) -> Any:
            sink = open_(request)
            with self._changed:
                self._running += 1
            return sink

        return counted

    def recorded(self, outcome: Outcome) -> None:
        """Called when the recording of an exchange has ended."""
        from streamkit.model import recording
        from streamkit.model.exchange import Origin

        with self._changed:
            self._running -= 1
            for exchange in recording.read(outcome.lines):
                url = exchange.request.url if exchange.request is not None else "a request"
                origin = Origin(f"{url}, recorded to {outcome.path}")
                self._exchanges.append(replace(exchange, origin=origin))
            self._changed.notify_all()

    def exchanges(self) -> list[Exchange]:
        """Return the exchanges so far. Waits for those that are still being recorded."""
        with self._changed:
            self._changed.wait_for(lambda: self._running <= 0, _LONGEST_WAIT_S)
            return list(self._exchanges)
