"""The report of `probe`, and its baseline."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from shutil import get_terminal_size

from streamkit.cli._output import CommandOutput
from streamkit.cli.options import Console
from streamkit.errors import UnreadableInput
from streamkit.model.probing import CaseResult, ProbeRun
from streamkit.probes import Probe, apply_baseline, baseline_text, read_baseline
from streamkit.reporters import ProbeReport
from streamkit.tool import VERSION


def report_of(
    runs: Sequence[ProbeRun], probes: Sequence[Probe], known: frozenset[str], sink: CommandOutput
) -> ProbeReport:
    """Return the report for this output, with the manuals of the cases."""
    return ProbeReport(
        runs=runs,
        manuals={probe.key: probe.docstring for probe in probes},
        known=known,
        paint=sink.paint,
        width=get_terminal_size((80, 24)).columns if sink.terminal else 0,
        ascii_only=sink.ascii_only,
        version=VERSION,
    )


def write_known(path: str, runs: Sequence[ProbeRun], force: bool, console: Console) -> None:
    """Write the failing cases as a baseline."""
    cases = _cases(runs)
    with CommandOutput(path, force=force) as sink:
        sink.piece(baseline_text(cases))
    failing = sum(case.verdict == "fail" for case in cases)
    console.say(f"{path}: wrote {failing} failing case{'' if failing == 1 else 's'}")


def known_failures(path: str, runs: Sequence[ProbeRun], console: Console) -> frozenset[str]:
    """Return the keys of the failing cases that a baseline lists. Stale entries are reported on stderr."""
    try:
        text = Path(path).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise UnreadableInput(path, f"cannot be read: {getattr(error, 'strerror', None) or error}") from None
    cases = _cases(runs)
    fresh, stale = apply_baseline(cases, read_baseline(text, path))
    for entry in stale:
        console.say(f"{path}: stale: {entry.key}: expected {entry.expected}, found {entry.found}")
    return frozenset(case.key for case in cases if case.verdict == "fail") - {case.key for case in fresh}


def _cases(runs: Sequence[ProbeRun]) -> list[CaseResult]:
    return [case for run in runs for case in run.cases]
