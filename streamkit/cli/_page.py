"""What a page of `stats --format html` shows in addition to numbers: whole streams, lint findings, what each tool reports."""

from __future__ import annotations

from collections.abc import Callable

from streamkit.model.measurement import TokenCounter
from streamkit.model.stream import Stream
from streamkit.reporters import PageStream, Row

# Streams that have a section of their own; for the others the page has the numbers only.
_SHOWN = 100


def section_writer(
    draw: Callable[[PageStream], str], counter: Callable[[str | None], TokenCounter | None], sections: list[str]
) -> Callable[[Stream, Row], None]:
    """Return a function that takes a measured stream and its row, and appends its section to `sections`.

    Each stream is drawn immediately, so that only its section is kept.
    """
    from streamkit.definitions import compute_all
    from streamkit.rules import RULES, lint

    def keep(stream: Stream, row: Row) -> None:
        if len(sections) < _SHOWN:
            findings = list(lint(stream, [entry for entry in RULES.values() if entry.default]))
            definitions = compute_all(stream, counter(stream.model))["definitions"]
            sections.append(draw(PageStream(row, stream, findings, definitions)))

    return keep
