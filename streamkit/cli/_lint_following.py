"""`lint --follow`: the findings of recordings while a proxy writes them, a line a finding."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Protocol

from streamkit.apis import interpret
from streamkit.cli._contracts import Contracts
from streamkit.cli._following import ended_exchanges
from streamkit.cli._format_option import reporter_named
from streamkit.cli._output import Sink
from streamkit.cli.options import Console
from streamkit.model.finding import Finding
from streamkit.reporters import LintReport
from streamkit.rules import Rule, lint
from streamkit.text import one_line


class Selection(Protocol):
    """What the options and pyproject.toml choose."""

    @property
    def strict(self) -> bool:
        """Whether rules that a dialect makes lawful are checked too."""
        ...

    @property
    def max_gap(self) -> int | None:
        """The longest pause in nanoseconds that is no stall; None for the default."""
        ...

    @property
    def contracts(self) -> Contracts:
        """The user's own JSON Schemas."""
        ...

    def rules(self, file: str = "") -> Sequence[Rule]:
        """The rules for one file."""
        ...


def follow_findings(
    path: str, choice: Selection, style: str, sink: Sink, console: Console, api: str | None, dialect: str | None
) -> None:
    """Write each finding of each exchange once the exchange has ended, until interrupted. Raises UnreadableInput."""
    console.say(f"following {path}: findings appear as recordings end; Ctrl-C stops")
    for exchange in ended_exchanges(path):
        stream = interpret(exchange, api=api, dialect=dialect, strict=choice.strict, judge=True)
        if stream.plain_answer:
            continue
        if choice.max_gap is not None:
            stream = replace(stream, max_gap=choice.max_gap)
        stream = choice.contracts.held(stream)
        console.detail(f"{stream.file}#{stream.number}: {stream.api}, {stream.verdict}")
        for finding in lint(stream, choice.rules(stream.file)):
            if style == "jsonl":
                reporter = reporter_named(style, "findings")
                assert reporter.findings is not None
                sink.piece(reporter.findings(LintReport(findings=[finding], streams=[])), json=True)
            else:
                sink.line(_line(finding, sink))


def _line(finding: Finding, sink: Sink) -> str:
    where = one_line(finding.file) + (f":{finding.place.line}" if finding.place.line is not None else "")
    count = f" (\u00d7{finding.count})" if finding.count > 1 else ""
    code = sink.paint(finding.severity, f"{finding.code} {finding.severity}")
    return f"{where}: {code}: {one_line(finding.message)}{count}"
