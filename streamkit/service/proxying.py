"""The recording proxy for Python programs: `with proxying(rules, recorders) as proxy`, in its own thread."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import Literal

from streamkit.frozen import dataclass
from streamkit.model import recording
from streamkit.model.exchange import Exchange, Request
from streamkit.model.step import Step
from streamkit.service.mock import Mock, OnAnswer, Options
from streamkit.service.outcome import Outcome
from streamkit.service.recorder import Recorders
from streamkit.service.stopping import Stop
from streamkit.transport.client import Settings
from streamkit.transport.proxy import Proxy, Rules
from streamkit.transport.server import in_thread
from streamkit.transport.switchboard import Switchboard

ProxyMode = Literal["record", "replay", "auto"]


@dataclass(frozen=True, slots=True)
class Playing:
    """What a proxy answers without contacting the upstream: nothing (`record`), everything (`replay`), or what is recorded
    already (`auto`). `on_answer` is called with each answer from a recording."""

    mode: ProxyMode = "record"
    exchanges: Iterable[Exchange] = ()
    options: Options | None = None
    on_answer: OnAnswer | None = None


@contextmanager
def proxying(
    rules: Rules,
    recorders: Recorders,
    playing: Playing | None = None,
    *,
    settings: Settings | None = None,
    host: str = "127.0.0.1",
    port: int = 0,
    shared: bool = False,
    stop: Stop | None = None,
    switchboard: Switchboard | None = None,
) -> Iterator[Proxy]:
    """Run a proxy in a thread until the context exits; `recorders` records what it passes on.

    `shared` lets other processes listen on the same port. Recordings end with the name of the signal that requested `stop`.
    With a `switchboard`, requests to its address are passed on, and `host` and `port` are not used. Raises CannotListen,
    UsageError.
    """
    playing = playing or Playing()
    answers = _Answers(playing)
    recorders = _recorders_of_proxy(recorders, answers if playing.mode == "auto" else None)
    if playing.mode != "replay":
        recorders.prepare()
    stop = stop or Stop()
    proxy = Proxy(
        rules,
        recorders.recorder,
        answer=answers.answer,
        settings=settings,
        host=host,
        port=port,
        shared=shared,
        stopped_by=lambda: stop.name,
    )
    with in_thread(proxy) if switchboard is None else switchboard.connected(proxy):
        yield proxy


class _Answers:
    """What a proxy answers from recordings, in its mode."""

    def __init__(self, playing: Playing) -> None:
        self._mode = playing.mode
        exchanges = filter(_worth_repeating, playing.exchanges) if playing.mode == "auto" else playing.exchanges
        self._mock = Mock(exchanges, playing.options or Options(), on_answer=playing.on_answer)

    def answer(self, request: Request) -> Sequence[Step] | None:
        """Return the steps of the answer to a request, or None if the upstream is to answer it."""
        if self._mode == "replay":
            return self._mock.answer(request)
        return self._mock.find(request) if self._mode == "auto" else None

    def add(self, outcome: Outcome) -> None:
        """Answer further requests with an exchange that the proxy has just recorded."""
        for exchange in recording.read(outcome.lines, path=outcome.path or "-"):
            if _worth_repeating(exchange):
                self._mock.add(exchange)


def _recorders_of_proxy(recorders: Recorders, answers: _Answers | None) -> Recorders:
    """Return recorders that store bodies decoded, while the proxy passes them on in their content coding.

    They report errors instead of raising them. If `answers` is given, each recording is added to it.
    """

    def on_end(outcome: Outcome) -> None:
        if answers is not None:
            answers.add(outcome)
        recorders.on_end(outcome)

    return replace(
        recorders,
        source="proxy",
        decode=True,
        on_end=on_end,
        on_error=recorders.on_error or logging.getLogger("streamkit").error,
        keep=recorders.keep or answers is not None,
    )


def _worth_repeating(exchange: Exchange) -> bool:
    """Return whether an exchange may be replayed: failed ones are requested again."""
    ended = exchange.end is not None and exchange.end.reason == "eof"
    return ended and exchange.response is not None and exchange.response.status < 400
