"""The ini option `streamkit_block_network`: one address for all clients of the run, and no connections to other machines.

It begins before the first conftest.py is imported, so that clients made at import time have its base URL.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING, NoReturn

import pytest

if TYPE_CHECKING:
    from streamkit.model.exchange import Request
    from streamkit.model.step import Step


# The real base URLs as JSON, for workers of pytest-xdist: in the environment that they inherit, base URLs are already replaced.
_UPSTREAMS = "STREAMKIT_UPSTREAMS"


class Isolation:
    """The address of the run, and the connections refused during the current test.

    `upstreams` are the real APIs by provider, from the environment before it was changed; there are none if nothing is recorded.
    """

    def __init__(self, *, recording: bool, allowed: Sequence[str]) -> None:
        from streamkit.service.environment import upstreams
        from streamkit.transport.server import Server
        from streamkit.transport.switchboard import Switchboard

        given = os.environ.get(_UPSTREAMS)
        known: dict[str, str] = json.loads(given) if given else upstreams()
        self.upstreams = known if recording else {}
        self.switchboard = Switchboard(Server(self._unexpected))
        self.refused: list[str] = []
        self._test = ""
        self._recording = recording
        self._allowed = allowed

    @property
    def prefixes(self) -> list[str]:
        """The first segments of the clients' paths, which identify the provider while recording."""
        return [f"/{name}" for name in self.upstreams]

    @contextmanager
    def installed(self) -> Iterator[None]:
        """Set the environment and refuse connections until the context exits."""
        from streamkit.service.environment import DUMMY_KEY, base_urls, dummy_keys, key_variables, reach_loopback
        from streamkit.transport.network_block import NetworkBlock
        from streamkit.transport.server import in_thread

        block = NetworkBlock(self._refuse, allowed=self._allowed, lookups=not self._recording)
        with ExitStack() as stack:
            stack.enter_context(in_thread(self.switchboard))
            # Real keys are only needed to record.
            keys = dummy_keys() if self._recording else dict.fromkeys(key_variables(), DUMMY_KEY)
            urls = base_urls(self.switchboard.url, {name: f"/{name}" for name in self.upstreams})
            environment = stack.enter_context(pytest.MonkeyPatch.context())
            for name, value in {**urls, **keys, **reach_loopback()}.items():
                environment.setenv(name, value)
            if self._recording:
                environment.setenv(_UPSTREAMS, json.dumps(self.upstreams))
            stack.enter_context(block.installed())
            yield

    @contextmanager
    def testing(self, test: str) -> Iterator[None]:
        """Attribute refused connections to this test until the context exits."""
        self._test, self.refused = test, []
        try:
            yield
        finally:
            self._test = ""

    @property
    def _who(self) -> str:
        return self._test or "a module, at import,"

    def _refuse(self, address: str) -> NoReturn:
        message = (
            f"{self._who} tried to connect to {address}, which streamkit_block_network refuses; take the base URL from the "
            "environment, or add the host to streamkit_allowed_hosts"
        )
        self.refused.append(message)
        # Not an Exception: SDKs would catch it and retry.
        pytest.fail(message, pytrace=False)

    def _unexpected(self, request: Request) -> Sequence[Step]:
        from streamkit.service import replies

        message = (
            f"{self._who} sent {request.method} {request.path} without a recording; mark the test with "
            "@pytest.mark.streamkit, or use the fixture streamkit_server"
        )
        self.refused.append(message)
        return replies.error_reply(404, "not_found_error", message)


_KEY = pytest.StashKey[Isolation]()


def isolation_of(config: pytest.Config) -> Isolation | None:
    """Return the isolation of this run; None if the project has not set `streamkit_block_network`."""
    return config.stash.get(_KEY, None)


def isolate(config: pytest.Config) -> None:
    """Begin the isolation of this run if the project has set `streamkit_block_network`. Calling it again has no effect."""
    if _KEY in config.stash or not config.getini("streamkit_block_network"):
        return
    mode = getattr(config.known_args_namespace, "streamkit_record", "none")
    isolation = Isolation(recording=mode != "none", allowed=config.getini("streamkit_allowed_hosts"))
    stack = ExitStack()
    stack.enter_context(isolation.installed())
    config.stash[_KEY] = isolation
    config.add_cleanup(stack.close)
