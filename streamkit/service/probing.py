"""Send the battery of an endpoint and record every exchange; the verdicts come from the recordings (`judging`).

asks = plan(selected(["openai_chat"]), repeat=1)
send(asks, endpoint("http://localhost:8000/v1", "m"), "folder")
[run] = judge_folders(["folder"], selected(["openai_chat"]))
"""

from __future__ import annotations

import asyncio
import os
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import field
from functools import partial
from pathlib import Path
from typing import Any

from streamkit.errors import CatalogueError
from streamkit.files import check_folder, make_folder
from streamkit.frozen import dataclass
from streamkit.model import recording
from streamkit.model.exchange import Body, Headers, Request
from streamkit.probes import WRONG_KEY, Answer, Ask, Probe
from streamkit.redact.redactor import Policy
from streamkit.service.endpoints import Endpoint
from streamkit.service.field_changes import UNCHANGED, FieldChanges
from streamkit.service.judging import answer_of
from streamkit.service.recording import Outcome, Recorder, Recorders, Stop, one_file
from streamkit.tool import TOOL
from streamkit.transport.client import Client, Listener, Outgoing, Settings, check_request
from streamkit.transport.kernel_clock import ReadClock

_SHORTEST_SECRET = 8
_READ_BEFORE_LEAVING = 2  # frames of the body

OnSent = Callable[[int], None]
"""Called after each request with the number of requests so far."""


@dataclass(frozen=True, slots=True)
class Planned:
    """The requests of a run: those of each chain once, however many cases they are for, `repeat` times."""

    chains: tuple[Ask, ...]
    repeat: int = 1

    @property
    def asks(self) -> tuple[Ask, ...]:
        """Every distinct request, in order."""
        return tuple(ask for chain in self.chains for ask in chain.chain)

    @property
    def requests(self) -> int:
        """The number of requests that are sent."""
        return self.repeat * sum(ask.copies for ask in self.asks)

    @property
    def input_tokens(self) -> int:
        """A rough estimate of all input tokens."""
        return self.repeat * sum(ask.input_tokens for ask in self.asks)

    @property
    def output_limit(self) -> int:
        """The most output tokens of the requests that limit them."""
        return self.repeat * sum(ask.output_limit or 0 for ask in self.asks)

    @property
    def unlimited(self) -> int:
        """The number of requests that do not limit their output."""
        return self.repeat * sum(ask.copies for ask in self.asks if ask.output_limit is None)


def plan(probes: Iterable[Probe], repeat: int = 1, changes: FieldChanges = UNCHANGED) -> Planned:
    """Return the requests of these cases, with their fields changed. Raises CatalogueError if two requests of an API have the same name
    and differ."""
    chains: dict[tuple[str, str], Ask] = {}
    for probe in probes:
        for ask in probe.asks:
            known = chains.setdefault((ask.api, ask.name), ask)
            if known != ask:
                raise CatalogueError(
                    f"{probe.key}: its request {ask.name!r} is not that of another case with this name"
                )
    return Planned(tuple(map(changes.changed, chains.values())), repeat)


def recording_name(ask: Ask) -> str:
    """Return the name of the file with the recordings of a chain."""
    return re.sub(r"[^A-Za-z0-9._-]", "_", f"{ask.api}.{ask.name}.jsonl")


@dataclass(frozen=True, slots=True, kw_only=True)
class Sending:
    """How requests are sent. `labels` are added to every recording."""

    settings: Settings = field(default_factory=Settings)
    concurrency: int = 2
    labels: Mapping[str, str] = field(default_factory=dict)
    force: bool = False
    stop: Stop | None = None
    on_sent: OnSent = lambda _: None


def send(planned: Planned, endpoint: Endpoint, folder: str, sending: Sending | None = None) -> bool:
    """Send these requests and record every exchange in `folder`, a file for each chain. Return whether a signal stopped it.

    Network errors are exchanges. Raises UsageError for a request that cannot be sent, OutputExists, OutputBusy, CannotWrite.
    """
    sending = sending or Sending()
    make_folder(Path(folder))
    check_folder(folder)
    for ask in planned.asks:
        check_request(_outgoing(ask, endpoint, ask.data(endpoint.model)), sending.settings)
    stop = sending.stop or Stop()
    battery = _Battery(endpoint, folder, sending)
    try:
        asyncio.run(_run(battery, planned, stop))
    except asyncio.CancelledError:
        if stop.number is None:
            raise
    except KeyboardInterrupt:
        return True
    return stop.number is not None


async def _run(battery: _Battery, planned: Planned, stop: Stop) -> None:
    """Send all chains, some at a time, until a stop is requested."""
    loop, whole = asyncio.get_running_loop(), asyncio.current_task()
    assert whole is not None
    if stop.woken is not None and os.name == "posix":
        loop.add_reader(stop.woken, stop.woken.recv, 64)
    with stop.taking(lambda _: loop.call_soon_threadsafe(whole.cancel, stop.name)):
        if stop.number is None:
            tasks = [asyncio.create_task(battery.send(chain, planned.repeat)) for chain in planned.chains]
            try:
                await asyncio.gather(*tasks)
            finally:
                for task in tasks:
                    task.cancel(stop.name)
                await asyncio.gather(*tasks, return_exceptions=True)


class _Battery:
    """Sends chains of requests to one endpoint."""

    def __init__(self, endpoint: Endpoint, folder: str, sending: Sending) -> None:
        self._endpoint = endpoint
        self._folder = folder
        self._sending = sending
        self._slots = asyncio.Semaphore(sending.concurrency)
        self._sent = 0
        secrets = [endpoint.key or "", *(value.rpartition(" ")[2] for _, value in endpoint.headers)]
        self._policy = Policy.of(re.escape(secret) for secret in secrets if len(secret) >= _SHORTEST_SECRET)

    async def send(self, chain: Ask, repeat: int) -> None:
        """Send the requests of a chain, one after another, on one client."""
        async with self._slots:
            target = one_file(str(Path(self._folder) / recording_name(chain)), force=self._sending.force)
            try:
                for run in range(1, repeat + 1):
                    async with Client(self._sending.settings) as client:
                        await self._send_chain(client, chain, run, partial(Recorders, open=target))
            finally:
                target.close()

    async def _send_chain(self, client: Client, chain: Ask, run: int, recorders: Callable[..., Recorders]) -> None:
        before: Answer | None = None
        for step, ask in enumerate(chain.chain, 1):
            body = ask.follows(before) if ask.follows is not None and before is not None else None
            if ask.follows is not None and body is None:
                return  # there is nothing to follow; the case reports that the request was not recorded
            labels = {
                **self._sending.labels,
                "probe": f"{ask.api}/{chain.name}",
                "step": str(step),
                "run": str(run),
                "endpoint": self._endpoint.base,
                "model": self._endpoint.model,
            }
            make = partial(recorders, source="client", policy=self._policy, labels=labels, keep=True)
            outcomes = await asyncio.gather(
                *(self._send_one(client, ask, body, copy, make) for copy in range(ask.copies))
            )
            [exchange] = recording.read(outcomes[0].lines)
            before = answer_of(ask, exchange)

    async def _send_one(
        self, client: Client, ask: Ask, body: Any, copy: int, recorders: Callable[..., Recorders]
    ) -> Outcome:
        outgoing = _outgoing(ask, self._endpoint, ask.data(self._endpoint.model, body, copy))
        request = Request(
            outgoing.method, outgoing.url, outgoing.headers, None if outgoing.body is None else Body.of(outgoing.body)
        )
        ended: list[Outcome] = []
        recorder = recorders().recorder(request, on_end=ended.append)
        if ask.leaves:
            leaving = _Leaving(recorder)
            try:
                await client.send(outgoing, leaving)
            except _Left as left:
                recorder.end(left.at, "client_abort", None)
        else:
            await client.send(outgoing, recorder)
        self._sent += 1
        self._sending.on_sent(self._sent)
        return ended[0]


def _outgoing(ask: Ask, endpoint: Endpoint, data: bytes | None) -> Outgoing:
    own = {name.lower() for name, _ in ask.headers}
    defaults: Headers = (
        ("Accept", "text/event-stream" if ask.streams else "application/json"),
        ("Accept-Encoding", "identity"),
        ("User-Agent", TOOL.replace(" ", "/")),
        *((("Content-Type", "application/json"),) if data is not None else ()),
    )
    key = WRONG_KEY if ask.key == "wrong" else endpoint.key
    headers = tuple(pair for pair in defaults if pair[0].lower() not in own) + ask.headers
    return Outgoing(ask.method, endpoint.url(ask.path), headers + endpoint.headers_for(ask.api, key), data)


class _Left(Exception):
    """The client has left: raised from a listener to end the exchange. `at` is the time of the last frame."""

    def __init__(self, at: int) -> None:
        self.at = at


class _Leaving:
    """A listener that passes everything on to a recorder, and leaves after some frames."""

    def __init__(self, recorder: Recorder) -> None:
        self._recorder: Listener = recorder
        self._frames = 0

    def start(self, connected_at: int | None, sent_at: int | None, clock: ReadClock = "monotonic") -> None:
        """The request has been sent."""
        self._recorder.start(connected_at, sent_at, clock)

    def response(self, at: int, status: int, http: str, headers: Headers) -> None:
        """The head has arrived."""
        self._recorder.response(at, status, http, headers)

    def frame(self, data: bytes, at: int) -> None:
        """A frame has arrived."""
        self._recorder.frame(data, at)
        self._frames += 1
        if self._frames == _READ_BEFORE_LEAVING:
            raise _Left(at)

    def end(self, at: int, reason: str, error: str | None) -> None:
        """The exchange has ended before the client left."""
        self._recorder.end(at, reason, error)

    def note(self, fields: Mapping[str, Any]) -> None:
        """A note for readers of the recording."""
        self._recorder.note(fields)
