"""`probe --compare A B`: the cases whose verdict or reason changed between two folders of recordings."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from shutil import get_terminal_size
from textwrap import wrap

from streamkit.cli._format_option import reporter_named, write_output
from streamkit.cli._output import CommandOutput
from streamkit.cli.options import Console
from streamkit.probes import Probe
from streamkit.service.judging import judge_folder
from streamkit.text import one_line

_GRAVEST_FIRST = ("fail", "flaky", "error", "unsupported", "deviates", "pass")


def compare_folders(folders: tuple[str, str], probes: Sequence[Probe], format_name: str, console: Console) -> int:
    """Write a row for each case that changed. Return 1 if a case fails that did not fail before."""
    before, after = (judge_folder(folder, probes) for folder in folders)
    old = {case.key: case for case in before.cases}
    new = {case.key: case for case in after.cases}
    rows = []
    worse = 0
    for key in sorted({*old, *new}):
        a, b = old.get(key), new.get(key)
        changed = (a and (a.verdict, a.why)) != (b and (b.verdict, b.why))
        if changed:
            rows.append(
                {
                    "case": key,
                    "before": a.verdict if a else None,
                    "after": b.verdict if b else None,
                    "why_before": a.why if a else None,
                    "why_after": b.why if b else None,
                }
            )
            worse += b is not None and b.verdict == "fail" and (a is None or a.verdict != "fail")
    with CommandOutput(None, prose=True, console=console) as sink:
        if format_name == "text":
            sink.piece("".join(f"{line}\n" for line in _lines(rows, sink)))
        else:
            reporter = reporter_named(format_name, "rows")
            assert reporter.rows is not None
            write_output(sink, reporter, reporter.rows(rows))
    same = len({*old, *new}) - len(rows)
    console.say(f"{len(rows)} of {len(rows) + same} cases changed, {worse} now fail{'s' if worse == 1 else ''}")
    return 1 if worse else 0


def _lines(rows: Sequence[Mapping[str, str | None]], sink: CommandOutput) -> Iterator[str]:
    """Yield two lines per case, its verdicts and its new (or former) reason; those that are worst now come first."""
    width = max((len(row["case"] or "") for row in rows), default=0)
    columns = get_terminal_size((80, 24)).columns if sink.terminal else 0
    for row in sorted(rows, key=lambda row: _GRAVEST_FIRST.index(row["after"] or "pass")):
        before, after = row["before"] or "not asked", row["after"] or "not asked"
        yield f"{row['case']:<{width}}  {before} -> {after}"
        reasons = [row["why_after"] or ""]
        if row["why_before"] and (before == after or not row["why_after"]):
            reasons.append(f"before: {row['why_before']}")
        for why in filter(None, map(one_line, reasons)):
            yield from (
                wrap(why, columns - 4, initial_indent="    ", subsequent_indent="    ") if columns else [f"    {why}"]
            )
