"""One listening address for a whole session, whose requests go to the service that is connected at the moment.

Clients that are made once keep one base URL, while the recordings that answer change from test to test.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Iterator
from typing import Protocol, TypeVar

from streamkit.transport._heads import RequestHead
from streamkit.transport.connection import Connection, Incoming, Service
from streamkit.transport.guard import Rejection
from streamkit.transport.server import listen

_HOST = "127.0.0.1"


class Connectable(Service, Protocol):
    """A service that can be connected: a mock server or a proxy. `close` ends what still runs, in the event loop."""

    port: int

    def close(self) -> None:
        """End the exchanges that still run."""
        ...


ConnectableT = TypeVar("ConnectableT", bound=Connectable)


class Switchboard:
    """A listening address. `idle` answers while no service is connected."""

    def __init__(self, idle: Service) -> None:
        self._services: list[Service] = [idle]
        self._loop: asyncio.AbstractEventLoop | None = None
        self.port = 0

    @property
    def name(self) -> str:
        """The name of the connected service."""
        return self._services[-1].name

    @property
    def max_body(self) -> int:
        """The largest body that the connected service takes, in bytes."""
        return self._services[-1].max_body

    @property
    def url(self) -> str:
        """The base URL, such as `http://127.0.0.1:8123`."""
        return f"http://{_HOST}:{self.port}"

    @contextlib.asynccontextmanager
    async def listening(self) -> AsyncIterator[Switchboard]:
        """Listen on a free port of this machine until the context ends. Raises CannotListen."""
        self._loop = asyncio.get_running_loop()
        async with listen(self, _HOST, 0) as port:
            self.port = port
            yield self

    @contextlib.contextmanager
    def connected(self, service: ConnectableT) -> Iterator[ConnectableT]:
        """Let this service answer until the context ends, then the one before it. Called from another thread."""
        service.port = self.port
        self._services.append(service)
        try:
            yield service
        finally:
            self._services.remove(service)
            assert self._loop is not None, "the switchboard listens"
            asyncio.run_coroutine_threadsafe(_closed(service), self._loop).result()

    def admit(self, head: RequestHead) -> Rejection | str:
        """Return the target of the request, or why it is rejected."""
        return self._services[-1].admit(head)

    def serve(self, connection: Connection, request: Incoming) -> None:
        """Let the connected service answer."""
        self._services[-1].serve(connection, request)


async def _closed(service: Connectable) -> None:
    """Close a service, and let what it has ended report that."""
    service.close()
    for _ in range(3):
        await asyncio.sleep(0)
