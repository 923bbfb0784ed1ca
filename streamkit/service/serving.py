"""The mock server as others use it: `with serving(exchanges) as server`, in a thread of its own."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager

from streamkit.model.exchange import Exchange
from streamkit.service.environment import base_urls, dummy_keys, reach_loopback
from streamkit.service.mock import Asked, Mock, Options
from streamkit.service.recorded_answer import Recording
from streamkit.transport.guard import Guard
from streamkit.transport.server import Server, in_thread


class Served:
    """A mock server that is running."""

    def __init__(self, url: str, mock: Mock) -> None:
        self.url = url
        self._mock = mock

    @property
    def base_url(self) -> str:
        """What an OpenAI client wants: the address with `/v1`."""
        return f"{self.url}/v1"

    @property
    def environment(self) -> dict[str, str]:
        """The variables that send SDKs here."""
        return base_urls(self.url)

    @property
    def child_environment(self) -> dict[str, str]:
        """The same for a program of its own: dummy keys where it has none, and no HTTP proxy in between."""
        return {**self.environment, **dummy_keys(), **reach_loopback()}

    @property
    def requests(self) -> list[Asked]:
        """What was asked so far, in order."""
        return list(self._mock.requests)

    @property
    def missed(self) -> list[Asked]:
        """The requests that no recording answered."""
        return self._mock.missed

    @property
    def unplayed(self) -> list[Recording]:
        """The recordings that nobody asked for."""
        return self._mock.unplayed

    def reset(self) -> None:
        """Forget what was asked and played."""
        self._mock.reset()


@contextmanager
def serving(
    exchanges: Iterable[Exchange],
    options: Options | None = None,
    *,
    host: str = "127.0.0.1",
    port: int = 0,
    shared: bool = False,
    guard: Guard | None = None,
    on_request: Callable[[Asked], None] = lambda _: None,
) -> Iterator[Served]:
    """Serve these exchanges from a thread until the context ends.

    `shared` lets other processes listen on the same port. `guard` says who may ask, by default this machine alone. `on_request` is told of each request. Raises CannotListen.
    """
    mock = Mock(list(exchanges), options or Options(), on_request)
    with in_thread(Server(mock.answer, host=host, port=port, shared=shared, guard=guard)) as server:
        yield Served(server.url, mock)
