"""Play streams to clients, each under its own model name, with or without a fault, directly or through `proxy`."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from streamkit.apis import interpret
from streamkit.faults import parse_faults
from streamkit.model import recording
from streamkit.model.exchange import Exchange, Request
from streamkit.model.message import TOKEN
from streamkit.model.step import Step, Write
from streamkit.playback.player import Pace
from streamkit.service.mock import Mock, Options
from streamkit.service.outcome import Outcome
from streamkit.service.proxying import proxying
from streamkit.service.recorder import Recorders
from streamkit.transport.proxy import Route, Rules
from streamkit.transport.server import Server, in_thread
from tests.clients.cases import held, with_request
from tests.clients.environments import Client
from tests.clients.matrix import driven

_MODEL = re.compile(rb"play-(\d+)-")


@dataclass(frozen=True, slots=True)
class Play:
    """One stream for one call of a client, or for its counterpart without streaming if `plain`.

    In `fault`, T is the event with the first text.
    """

    client: Client
    call: str
    api: str
    good: Exchange
    fault: str = ""
    plain: bool = False


@dataclass(slots=True)
class Played:
    """The result: the driver's line, the requests, the bodies served, and those recorded by the proxy."""

    line: dict[str, Any] = field(default_factory=dict)
    requests: int = 0
    applies: bool = True
    served: list[bytes] = field(default_factory=list)
    recorded: list[bytes] = field(default_factory=list)


def played(plays: Sequence[Play], log: Path, *, through_proxy: bool = False, patience: int = 6) -> list[Played]:
    """Play all streams, client by client, with the default retries of each.

    A call that takes longer than `patience` seconds counts as waiting. The base URL is removed from messages.
    """
    found = [Played() for _ in plays]
    settings = {"STREAMKIT_CLIENTS_RETRIES": "default", "STREAMKIT_CLIENTS_PATIENCE": str(patience)}
    with _serving(plays, found) as url, _between(url, found) if through_proxy else _nothing(url) as base:
        for client in dict.fromkeys(play.client.name for play in plays):
            mine = [(number, play) for number, play in enumerate(plays) if play.client.name == client]
            jobs = [
                {
                    "id": str(number),
                    "call": play.call,
                    "api": play.api,
                    "model": f"play-{number}-",
                    "tools": _tools(play),
                    "plain": play.plain,
                }
                for number, play in mine
            ]
            lines = driven(mine[0][1].client, jobs, base, log, settings)
            for number, play in mine:
                line = lines[play.call, str(number)]
                if "error" in line:
                    line["error"] = [text.replace(base, "http://127.0.0.1") for text in line["error"]]
                found[number].line = {**line, "model": f"play-{number}-"}
    return found


@contextmanager
def _serving(plays: Sequence[Play], found: Sequence[Played]) -> Iterator[str]:
    mocks = []
    for number, play in enumerate(plays):
        faults = parse_faults(play.fault.replace("=T", f"={_first_text(play.good)}")) if play.fault else ()
        # A plain request has to be answered from the recorded stream: its path, which some APIs change, is compared.
        options = Options(match="path" if play.plain else "any", reuse="last", pace=Pace(delay=False), faults=faults)
        mocks.append(Mock([with_request(play.good, play.api, f"play-{number}-")], options))

    def answer(request: Request) -> Sequence[Step]:
        number = _number(request)
        steps = mocks[number].answer(request)
        found[number].served.append(b"".join(step.data for step in steps if isinstance(step, Write)))
        found[number].requests = len(mocks[number].requests)
        found[number].applies = not any("does not apply" in one.message for one in mocks[number].requests)
        return steps

    with in_thread(Server(answer)) as server:
        yield server.url


class _Nowhere:
    """The sink of the proxy's recordings: their lines are in the outcome."""

    path = "-"

    def write(self, data: bytes) -> None:
        """Do nothing."""

    def close(self) -> None:
        """Do nothing."""


@contextmanager
def _between(url: str, found: Sequence[Played]) -> Iterator[str]:
    def on_end(outcome: Outcome) -> None:
        exchange = next(recording.read(outcome.lines), None)
        if exchange is not None and exchange.request is not None:
            found[_number(exchange.request)].recorded.append(exchange.frames.body)

    recorders = Recorders(open=lambda _: _Nowhere(), on_end=on_end, keep=True)
    with proxying(Rules((Route("/", url),)), recorders) as proxy:
        yield proxy.url


@contextmanager
def _nothing(url: str) -> Iterator[str]:
    yield url


def _number(request: Request) -> int:
    wanted = _MODEL.search(request.url.encode() + (request.body.bytes if request.body else b""))
    return int(wanted[1]) if wanted else 0


def _first_text(exchange: Exchange) -> int:
    """Return the number of the event with the first text."""
    stream = interpret(exchange)
    chunk = next(place for place, flags in enumerate(stream.flags) if flags & TOKEN)
    return stream.chunk_events[chunk] + 1


def _tools(play: Play) -> list[str]:
    return [name for _, name, _ in held(play.good, play.api)["calls"] if name]
