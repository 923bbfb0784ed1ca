"""The output of `lint`: the report of the findings, or statistics of them."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from shutil import get_terminal_size
from typing import TYPE_CHECKING, Any

from streamkit.cli._format_option import reporter_named, write_output
from streamkit.cli._output import CommandOutput
from streamkit.errors import UsageError
from streamkit.tool import VERSION

if TYPE_CHECKING:
    from streamkit.model.finding import Finding
    from streamkit.palette import Palette
    from streamkit.reporters import LintReport

_STATISTICS_FORMATS = ("text", "json")


def check_statistics_format(format_name: str) -> None:
    """Raise UsageError for a format that --statistics cannot be shown in."""
    if format_name not in _STATISTICS_FORMATS:
        raise UsageError(
            f"--statistics cannot be used with --format {format_name}; "
            f"expected one of: {', '.join(_STATISTICS_FORMATS)}"
        )


def report_of(
    findings: Sequence[Finding],
    rows: Sequence[Mapping[str, Any]],
    fail_on: str,
    plain_responses: int,
    sink: CommandOutput,
) -> LintReport:
    """Return the report for this output, with the manuals of the broken rules."""
    from streamkit.reporters import LintReport
    from streamkit.rules import RULES, Manuals

    broken = {finding.code for finding in findings}
    rules = [rule for rule in RULES.values() if rule.code in broken]
    return LintReport(
        findings=findings,
        streams=rows,
        manuals=Manuals({rule.code: rule.docstring for rule in rules}),
        severities={rule.code: rule.severity for rule in rules},
        fail_on=fail_on,
        plain_responses=plain_responses,
        paint=sink.paint,
        width=get_terminal_size((80, 24)).columns if sink.terminal else 0,
        version=VERSION,
    )


def write_report(report: LintReport, format_name: str, sink: CommandOutput) -> None:
    """Write the findings in this format."""
    reporter = reporter_named(format_name, "findings")
    assert reporter.findings is not None
    write_output(sink, reporter, reporter.findings(report))


def write_statistics(findings: Sequence[Finding], format_name: str, sink: CommandOutput) -> None:
    """Write how often each rule was broken."""
    write_output(sink, reporter_named(format_name, "findings"), _statistics(findings, format_name, sink.paint))


def _statistics(findings: Sequence[Finding], format_name: str, paint: Palette) -> str:
    """Return a line or a JSON object per rule: occurrences, streams, code, severity, name; the most frequent first."""
    counts: Counter[tuple[str, str, str]] = Counter()
    streams: Counter[tuple[str, str, str]] = Counter()
    for finding in findings:
        key = finding.code, finding.severity, finding.name
        counts[key] += finding.count
        streams[key] += 1
    ranked = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    if format_name == "json":
        rows = [
            {"code": code, "name": name, "severity": severity, "count": count, "streams": streams[code, severity, name]}
            for (code, severity, name), count in ranked
        ]
        return json.dumps({"version": 1, "statistics": rows}, indent=2) + "\n"
    lines = [
        f"{count:>7}  in {streams[key]:>4} stream{'s' if streams[key] > 1 else ' '}  {paint('head', key[0])}  "
        f"{paint(key[1], f'{key[1]:<7}')}  {key[2]}"
        for key, count in ranked
    ]
    return "\n".join(lines) + "\n" if lines else "No findings.\n"
