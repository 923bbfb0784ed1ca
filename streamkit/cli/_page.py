"""What a page of `stats --format html` shows besides numbers: whole streams, lint findings, what each tool reports."""

from __future__ import annotations

from collections.abc import Callable

from streamkit.model.measurement import TokenCounter
from streamkit.model.stream import Stream
from streamkit.reporters import PageStream, Row

# Streams that the page shows in full; for the others it has the numbers only.
_KEPT = 100


class PageStreams:
    """Collects the first streams of a run."""

    def __init__(self, counter: Callable[[str | None], TokenCounter | None]) -> None:
        self._counter = counter
        self.streams: list[PageStream] = []

    def keep(self, stream: Stream, row: Row) -> None:
        """Add one stream and its row."""
        from streamkit.definitions import answers
        from streamkit.rules import RULES, lint

        if len(self.streams) < _KEPT:
            findings = list(lint(stream, [entry for entry in RULES.values() if entry.default]))
            definitions = answers(stream, self._counter(stream.model))["definitions"]
            self.streams.append(PageStream(row, stream, findings, definitions))
