"""What a page of `stats --format html` shows in addition to numbers: whole streams, lint findings, what each tool reports."""

from __future__ import annotations

import shlex
import sys
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime

from streamkit.model.measurement import TokenCounter
from streamkit.model.stream import Stream
from streamkit.reporters import PageContent, PageOrigin, PageStream, Row
from streamkit.tool import VERSION

# Streams that have a section of their own; for others, the page only has the numbers.
_SHOWN = 100
# Streams of which the page has what each benchmark tool would report: that takes as long as all the rest.
_DEFINED = 1000
# Our metrics beside the numbers of the tools.
_OURS = {
    "ttft_ns": "time_to_first_token_ns",
    "end_ns": "operation_duration_ns",
    "per_token_ns": "inter_token_latency_ns",
}


class PageWriter:
    """Collects the content of a page while streams are measured; each is drawn immediately, so that none is kept."""

    def __init__(self, draw: Callable[[PageStream], str], counter: Callable[[str | None], TokenCounter | None]) -> None:
        self._draw, self._counter = draw, counter
        self._sections: list[str] = []
        self._findings: dict[tuple[str, int], list[str]] = {}
        self._requests: Counter[str] = Counter()
        self._definitions: dict[str, list[dict[str, float | None]]] = {}
        self._defined = 0
        self.content = PageContent(
            sections=self._sections,
            findings=self._findings,
            requests=self._requests,
            definitions=self._definitions,
        )

    def keep(self, stream: Stream, row: Row) -> None:
        """Add a measured stream and its row."""
        from streamkit.definitions import compute_all
        from streamkit.rules import RULES, lint

        findings = list(lint(stream, [entry for entry in RULES.values() if entry.default]))
        self._findings[row["file"], row["exchange"]] = [f"{one.code} {one.severity}" for one in findings]
        request = stream.exchange.request
        if request is not None:
            self._requests[request.url.partition("?")[0]] += 1
        compared = row["outcome"] == "complete" and self._defined < _DEFINED
        shown = len(self._sections) < _SHOWN
        definitions = compute_all(stream, self._counter(stream.model))["definitions"] if compared or shown else []
        if compared:
            self._defined += 1
            self._definitions.setdefault(f"streamkit {VERSION}", []).append(
                {key: row["metrics"].get(metric) for key, metric in _OURS.items()}
            )
            for one in definitions:
                reported = self._definitions.setdefault(f"{one['tool']} {one['version']}", [])
                reported.append({key: one[key] for key in _OURS})
        if shown:
            self._sections.append(self._draw(PageStream(row, stream, findings, definitions)))


def origin() -> PageOrigin:
    """Return the command line, the time, and the machine that writes a page."""
    import platform

    machine = [platform.node(), platform.system(), platform.release(), platform.machine()]
    python = f"{platform.python_implementation()} {platform.python_version()}"
    return PageOrigin(
        command=shlex.join(["streamkit", *sys.argv[1:]]),
        written=datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z"),
        machine=f"{' '.join(filter(None, machine))}, {python}",
    )
