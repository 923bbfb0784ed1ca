"""Findings for a person: grouped by stream, each with the offending text, a caret, and the client that breaks."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

import click

from streamkit.model.finding import SEVERITIES, Finding
from streamkit.reporters._reporter import LintReport, Reporter, Row
from streamkit.text import one_line

_COLORS = {"error": "red", "warning": "yellow", "info": "blue"}


def findings(report: LintReport) -> str:
    """The whole report, ending in one line that sums it up."""
    lines: list[str] = []
    for row in report.streams:
        own = [f for f in report.findings if (f.file, f.exchange) == (row["file"], row["exchange"])]
        if own:
            lines += [_style(report, _heading(row), bold=True), ""]
            for finding in own:
                lines += [*_finding(report, finding), ""]
    return "\n".join([*lines, _summary(report)]) + "\n"


def place(finding: Finding) -> str:
    """`file:line`, which terminals and editors make a link of."""
    file = one_line(finding.file)
    return file if finding.place.line is None else f"{file}:{finding.place.line}"


def where(finding: Finding) -> str:
    """Event, byte and JSON path, as far as there are any."""
    spot = finding.place
    told = [
        f"exchange {finding.exchange}" if finding.exchange > 1 else "",
        f"event {spot.event}" if spot.event is not None else "",
        f"byte {spot.byte}" if spot.byte is not None else "",
        one_line(spot.path or ""),
    ]
    return ", ".join(filter(None, told))


def times(finding: Finding) -> str:
    """` (×3)` where the finding occurs more than once."""
    return f" (×{finding.count})" if finding.count > 1 else ""


def _heading(row: Row) -> str:
    file = one_line(str(row["file"])) + (f"#{row['exchange']}" if row["exchange"] > 1 else "")
    spoken = "/".join(filter(None, (str(row["api"]), str(row["dialect"] or ""))))
    return f"{file}  [{one_line(spoken)}, {row['verdict']}]"


def _finding(report: LintReport, finding: Finding) -> Iterator[str]:
    code = _style(report, finding.code, bold=True)
    severity = _style(report, finding.severity, fg=_COLORS[finding.severity])
    yield f"{place(finding)}: {code} {severity}: {one_line(finding.message)}{times(finding)}"
    yield "    " + " · ".join(filter(None, (finding.name, where(finding))))
    if finding.excerpt:
        yield f"    | {one_line(finding.excerpt)}"
        if finding.caret:
            before, marked = (one_line(part) for part in _parts(finding.excerpt, finding.caret))
            yield f"    | {' ' * len(before)}{_style(report, '^' * max(len(marked), 1), fg=_COLORS[finding.severity])}"
    if finding.breaks:
        yield f"    breaks: {finding.breaks}"


def _parts(excerpt: str, caret: tuple[int, int]) -> tuple[str, str]:
    return excerpt[: caret[0]], excerpt[caret[0] : caret[1]]


def _summary(report: LintReport) -> str:
    streams = _count(len(report.streams), "stream")
    if not report.findings:
        return f"No findings in {streams}."
    counts = Counter(finding.severity for finding in report.findings)
    told = [_count(counts[severity], severity) for severity in SEVERITIES if counts[severity]]
    bad = len({(finding.file, finding.exchange) for finding in report.findings})
    code = _worst(report.findings).code
    return f"{_joined(told)} in {bad} of {streams}. `streamkit rule {code}` explains a rule."


def _worst(found: Sequence[Finding]) -> Finding:
    return min(found, key=lambda finding: SEVERITIES.index(finding.severity))


def _count(number: int, word: str) -> str:
    if word == "info":
        return f"{number} for information"
    return f"{number} {word}" + ("" if number == 1 else "s")


def _joined(words: Sequence[str]) -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"


def _style(report: LintReport, text: str, *, bold: bool = False, fg: str | None = None) -> str:
    return click.style(text, bold=bold or None, fg=fg) if report.color else text


REPORTER = Reporter("text", findings=findings)
