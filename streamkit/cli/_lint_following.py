"""`lint --follow`: show the findings of recordings while a proxy writes them, one per line."""

from __future__ import annotations

from collections.abc import Sequence

from streamkit.apis import interpret
from streamkit.cli._following import ended_exchanges
from streamkit.cli._format_option import reporter_named
from streamkit.cli._lint_selection import Selection
from streamkit.cli._output import CommandOutput
from streamkit.cli.options import Console
from streamkit.errors import UsageError
from streamkit.model.finding import Finding
from streamkit.reporters import LintReport
from streamkit.text import one_line


def check_followable(paths: Sequence[str], style: str, *, excluded: bool) -> None:
    """Raise UsageError unless there is one path, a line-based format and no option that --follow excludes."""
    if len(paths) != 1 or style not in ("text", "jsonl") or excluded:
        raise UsageError("--follow takes one folder or recording, as text or jsonl, and no baseline")


def follow_findings(
    path: str,
    selection: Selection,
    style: str,
    sink: CommandOutput,
    console: Console,
    api: str | None,
    dialect: str | None,
) -> None:
    """Write the findings of each exchange when it has ended, until interrupted. Raises UnreadableInput."""
    console.say(f"following {path}: findings appear as recordings end; Ctrl-C stops")
    for exchange in ended_exchanges(path):
        stream = interpret(exchange, api=api, dialect=dialect, strict=selection.strict, judge=True)
        if stream.plain_answer:
            continue
        console.detail(f"{stream.file}#{stream.number}: {stream.api}, {stream.verdict}")
        for finding in selection.findings(stream):
            if style == "jsonl":
                reporter = reporter_named(style, "findings")
                assert reporter.findings is not None
                sink.piece(reporter.findings(LintReport(findings=[finding], streams=[])), json=True)
            else:
                sink.line(_line(finding, sink))


def _line(finding: Finding, sink: CommandOutput) -> str:
    where = one_line(finding.file) + (f":{finding.place.line}" if finding.place.line is not None else "")
    count = f" (\u00d7{finding.count})" if finding.count > 1 else ""
    code = sink.paint(finding.severity, f"{finding.code} {finding.severity}")
    return f"{where}: {code}: {one_line(finding.message)}{count}"
