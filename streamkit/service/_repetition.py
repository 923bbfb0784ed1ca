"""Send a request N times from one client and record each exchange, until all have ended or a stop is requested.

Imported when the first request is sent: a pipe is recorded without asyncio and aiohttp.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable
from dataclasses import field

from streamkit.frozen import dataclass
from streamkit.model.exchange import Request
from streamkit.service.outcome import Outcome
from streamkit.service.recorder import Recorders
from streamkit.service.sinks import Viewer
from streamkit.service.stopping import Stop
from streamkit.transport.client import Client, Outgoing, Settings
from streamkit.transport.conversation import is_websocket
from streamkit.transport.websocket_client import converse


@dataclass(frozen=True, slots=True, kw_only=True)
class Repetition:
    """A request, sent `count` times, at most `concurrency` at once.

    `request` is how recordings show it. `outcomes` contains the exchanges that have ended, by number from 0.
    """

    outgoing: Outgoing
    request: Request
    recorders: Recorders
    count: int
    concurrency: int
    viewer: Callable[[], Viewer | None]
    outcomes: dict[int, Outcome] = field(default_factory=dict)

    async def run(self, settings: Settings | None, stop: Stop) -> None:
        """Send all requests. Raises CancelledError with the name of the signal if `stop` is requested meanwhile."""
        loop, whole = asyncio.get_running_loop(), asyncio.current_task()
        assert whole is not None
        if stop.woken is not None and os.name == "posix":
            loop.add_reader(stop.woken, stop.woken.recv, 64)
        with stop.taking(lambda _: loop.call_soon_threadsafe(whole.cancel, stop.name)):
            if stop.number is None:
                async with Client(settings) as client:
                    await self._send_all(client, stop)

    async def _send_all(self, client: Client, stop: Stop) -> None:
        slots = asyncio.Semaphore(self.concurrency)
        tasks = [asyncio.create_task(self._send_one(client, slots, number)) for number in range(self.count)]
        try:
            await asyncio.gather(*tasks)
        finally:
            for task in tasks:
                task.cancel(stop.name)
            await asyncio.gather(*tasks, return_exceptions=True)

    async def _send_one(self, client: Client, slots: asyncio.Semaphore, number: int) -> None:
        async with slots:
            recorder = self.recorders.recorder(
                self.request, self.viewer(), on_end=lambda outcome: self.outcomes.update({number: outcome})
            )
            if is_websocket(self.outgoing.url):
                outgoing = self.outgoing
                await converse(outgoing.url, outgoing.headers, outgoing.conversation, client.settings, recorder)
            else:
                await client.send(self.outgoing, recorder)
