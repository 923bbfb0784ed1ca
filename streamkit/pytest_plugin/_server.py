"""The value of the fixtures."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from streamkit.pytest_plugin._received import Received

if TYPE_CHECKING:
    from streamkit.service.linting import Findings
    from streamkit.service.mock import ServedRequest
    from streamkit.service.serving import Served


class StreamkitServer:
    """The server of a test: its address, and its requests so far."""

    def __init__(
        self,
        url: str,
        served: Served | None = None,
        received: Received | None = None,
        show: Callable[[str], None] = lambda _: None,
    ) -> None:
        self.url = url
        self._served = served
        self._received = received or Received()
        self._show = show

    @property
    def base_url(self) -> str:
        """The base URL for OpenAI clients: the address with `/v1`."""
        return f"{self.url}/v1"

    @property
    def recording(self) -> bool:
        """Whether requests go to the real API and are recorded."""
        return self._served is None

    @property
    def requests(self) -> Sequence[ServedRequest]:
        """The requests that were answered from recordings, in order."""
        return [] if self._served is None else self._served.requests

    @property
    def unplayed(self) -> Sequence[str]:
        """The recordings that were never requested."""
        return [] if self._served is None else [recording.name for recording in self._served.unplayed]

    @property
    def missed(self) -> Sequence[ServedRequest]:
        """The requests that no recording matched."""
        return [] if self._served is None else self._served.missed

    @property
    def findings(self) -> Findings:
        """The findings of `streamkit lint` in the streams received so far, including faults, by the default rules.

        If there are any and the test fails, lint's report is shown.
        """
        from streamkit.service.linting import lint_exchanges

        found = lint_exchanges(self._received.exchanges())
        if found:
            self._show(found.text)
        return found

    def assert_all_played(self) -> None:
        """Raise AssertionError if a recording was never requested. While recording, there is nothing to play."""
        __tracebackhide__ = True
        if self.unplayed:
            raise AssertionError("recordings that were never requested: " + ", ".join(self.unplayed))

    def explain(self) -> str:
        """Return all differences between the requests without a match and their closest recordings, one per line."""
        lines = []
        for request in self.missed:
            lines.append(f"{request.method} {request.path}: {request.message}")
            found = None if self._served is None else self._served.differences(request.number)
            if found is not None:
                lines += [f"  {difference}" for difference in found[1]]
        return "\n".join(lines)
