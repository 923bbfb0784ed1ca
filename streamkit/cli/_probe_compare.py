"""`probe --compare A B`: the cases whose verdict or reason changed between two folders of recordings."""

from __future__ import annotations

from collections.abc import Sequence

from streamkit.cli._format_option import reporter_named, write
from streamkit.cli._output import CommandOutput
from streamkit.cli.options import Console
from streamkit.probes import Probe
from streamkit.service.judging import judge_folder

_ROWS_AS_TEXT = "table"


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
    reporter = reporter_named(_ROWS_AS_TEXT if format_name == "text" else format_name, "rows")
    assert reporter.rows is not None
    with CommandOutput(None, prose=True, console=console) as sink:
        write(sink, reporter, reporter.rows(rows))
    same = len({*old, *new}) - len(rows)
    console.say(f"{len(rows)} of {len(rows) + same} cases changed, {worse} now fail")
    return 1 if worse else 0
