"""The mock server for Python programs: `with serving(exchanges) as server`, in its own thread."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager

from streamkit.model.exchange import Exchange
from streamkit.playback.differences import RequestDifference
from streamkit.service.environment import base_urls, dummy_keys, reach_loopback
from streamkit.service.mock import Mock, OnAnswer, Options, ServedRequest
from streamkit.service.recorded_answer import RecordedAnswer
from streamkit.transport.guard import Guard
from streamkit.transport.server import Server, in_thread
from streamkit.transport.switchboard import Switchboard


class Served:
    """A running mock server."""

    def __init__(self, url: str, mock: Mock) -> None:
        self.url = url
        self._mock = mock

    @property
    def base_url(self) -> str:
        """The base URL for OpenAI clients: the address with `/v1`."""
        return f"{self.url}/v1"

    @property
    def environment(self) -> dict[str, str]:
        """The environment variables that point SDKs at this server."""
        return base_urls(self.url)

    @property
    def child_environment(self) -> dict[str, str]:
        """The same for a child process: with dummy keys where it has none, and no HTTP proxy in between."""
        return {**self.environment, **dummy_keys(), **reach_loopback()}

    @property
    def requests(self) -> list[ServedRequest]:
        """The requests so far, in order: the newest 10,000."""
        return list(self._mock.requests)

    @property
    def dropped(self) -> int:
        """The number of requests before those in `requests`, which are not kept."""
        return self._mock.dropped

    @property
    def missed(self) -> list[ServedRequest]:
        """The requests that no recording matched: the newest 10,000."""
        return list(self._mock.missed)

    @property
    def unplayed(self) -> list[RecordedAnswer]:
        """The recordings that were never requested."""
        return self._mock.unplayed

    def differences(self, number: int) -> tuple[str, list[RequestDifference]] | None:
        """Return the nearest recording to request `number`, which had no match, and all differences: see `Mock.differences`."""
        return self._mock.differences(number)

    def reset(self) -> None:
        """Forget all requests and playbacks."""
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
    prefixes: Sequence[str] = (),
    switchboard: Switchboard | None = None,
    on_request: Callable[[ServedRequest], None] = lambda _: None,
    on_answer: OnAnswer | None = None,
) -> Iterator[Served]:
    """Serve these exchanges from a thread until the context exits.

    `shared` lets other processes listen on the same port. `guard` decides which clients are allowed, by default those of this
    machine. `prefixes` are taken away from paths before they are compared. With a `switchboard`, requests to its address are
    answered, and `host` and `port` do not matter. `on_request` is called after each request, `on_answer` with each
    answer from a recording. Raises CannotListen.
    """
    mock = Mock(list(exchanges), options or Options(), on_request, on_answer)
    server = Server(mock.answer, host=host, port=port, shared=shared, guard=guard, prefixes=prefixes)
    with in_thread(server) if switchboard is None else switchboard.connected(server):
        yield Served(server.url, mock)
