"""The job of `lint`: what is wrong with each stream, found in any process."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import field, replace
from typing import TYPE_CHECKING, Any

from streamkit.cli._lint_selection import Selection
from streamkit.cli.options import Console
from streamkit.frozen import dataclass
from streamkit.model.exchange import Exchange
from streamkit.model.finding import Finding

if TYPE_CHECKING:
    from streamkit.model.stream import Stream
    from streamkit.service.spreading import Done, WorkUnit

SPEED = 60_000_000
"""About the bytes of recordings that one process checks per second."""


@dataclass(frozen=True, slots=True)
class LintJob:
    """The options of the command; a worker checks streams by them."""

    selection: Selection
    input_format: str | None = None
    on_demand: bool = False
    api: str | None = None
    dialect: str | None = None

    def items(self, unit: WorkUnit) -> Iterator[Exchange]:
        """Yield the exchanges of a unit."""
        from streamkit.service.spreading import exchanges_of

        return exchanges_of(unit, self.input_format, on_demand=self.on_demand)

    def begin(self) -> LintWorker:
        """Return a worker for one task."""
        return LintWorker(self)

    @property
    def counts_lines(self) -> bool:
        """Findings have the number of their line."""
        return True

    def moved(self, done: Done, exchanges: int, lines: int) -> Done:
        """Return the same for exchanges that have this number of others, and of lines, before them in their file."""
        if exchanges:
            for read in done.units:
                read.values[:] = [stream.moved(exchanges, lines) for stream in read.values]
        return done

    def __reduce__(self) -> tuple[Any, ...]:
        """Leave out the rules that were chosen already: a process finds its own."""
        return _made, (replace(self.selection, _of_file={}), self.input_format, self.api, self.dialect)


def _made(selection: Selection, input_format: str | None, api: str | None, dialect: str | None) -> LintJob:
    return LintJob(selection=selection, input_format=input_format, api=api, dialect=dialect)


@dataclass(frozen=True, slots=True, kw_only=True)
class LintedStream:
    """One stream: its findings by position and its row; `silent_rules` is how many rules do not apply to an excerpt."""

    file: str
    number: int
    plain_answer: bool = False
    findings: tuple[Finding, ...] = ()
    row: dict[str, Any] = field(default_factory=dict)
    excerpt: bool = False
    silent_rules: int = 0

    def moved(self, exchanges: int, lines: int) -> LintedStream:
        """Return the same with this number of other exchanges, and of lines, before it in its file."""
        return replace(
            self,
            number=self.number + exchanges,
            findings=tuple(_moved(finding, exchanges, lines) for finding in self.findings),
            row=self.row and {**self.row, "exchange": self.number + exchanges},
        )


def _moved(finding: Finding, exchanges: int, lines: int) -> Finding:
    place = finding.place
    if place.line is not None:
        place = replace(place, line=place.line + lines)
    return replace(finding, exchange=finding.exchange + exchanges, place=place)


class LintWorker:
    """Checks one stream after another."""

    def __init__(self, job: LintJob) -> None:
        self._job = job

    def take(self, exchange: Exchange) -> LintedStream:
        """Return what is wrong with this exchange."""
        from streamkit.apis import interpret

        job, selection = self._job, self._job.selection
        stream = interpret(exchange, api=job.api, dialect=job.dialect, strict=selection.strict, judge=True)
        if stream.plain_answer:
            return LintedStream(file=stream.file, number=stream.number, plain_answer=True)
        return LintedStream(
            file=stream.file,
            number=stream.number,
            findings=tuple(sorted(selection.findings(stream), key=_by_position)),
            row=_row(stream),
            excerpt=stream.excerpt,
            silent_rules=sum(rule.whole for rule in selection.rules(stream.file)) if stream.excerpt else 0,
        )

    def end(self) -> None:
        """Return nothing: the streams are all there is."""


@dataclass(slots=True)
class Judged:
    """The result: the findings of every stream by position, one row per stream, and the number of exchanges that are not streams."""

    findings: list[Finding] = field(default_factory=list)
    rows: list[dict[str, Any]] = field(default_factory=list)
    plain_responses: int = 0

    def add(self, streams: Iterator[LintedStream], console: Console) -> None:
        """Add these streams. An excerpt is reported on stderr."""
        seen: set[tuple[str, int]] = set()
        for stream in streams:
            key = os.path.normpath(stream.file), stream.number
            if key in seen:  # a file given both by name and by folder is counted once
                continue
            seen.add(key)
            if stream.plain_answer:
                self.plain_responses += 1
                continue
            self.findings += stream.findings
            if stream.excerpt:
                console.say(
                    f"{stream.file}: an excerpt: skipped the {stream.silent_rules} rules that need a whole stream"
                )
            self.rows.append(stream.row)


def _row(stream: Stream) -> dict[str, Any]:
    return {
        "file": stream.file,
        "exchange": stream.number,
        "api": stream.api,
        "dialect": stream.dialect or None,
        "verdict": stream.verdict,
        "unchecked": list(stream.unchecked),
    }


def _by_position(finding: Finding) -> tuple[int, int, str]:
    place = finding.place
    return place.event or 0, place.line or 0, finding.code
