"""The baseline of `lint`: write the current findings, and ignore those in an existing baseline."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from pathlib import Path

from streamkit.cli._output import CommandOutput
from streamkit.cli.options import Console
from streamkit.errors import UnreadableInput
from streamkit.model.finding import Finding
from streamkit.rules import apply_baseline, baseline_text, read_baseline


def write_findings(path: str, findings: Sequence[Finding], force: bool, console: Console) -> None:
    """Write these findings as a baseline."""
    with CommandOutput(path, force=force) as sink:
        sink.piece(baseline_text(findings, _file_namer(path)))
    console.say(f"{path}: wrote {len(findings)} findings with {sum(finding.count for finding in findings)} occurrences")


def without_known(findings: Sequence[Finding], files: Sequence[str], path: str, console: Console) -> list[Finding]:
    """Return the findings that the baseline at `path` does not count. Entries that no longer occur are reported on stderr."""
    try:
        text = Path(path).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise UnreadableInput(path, f"cannot be read: {getattr(error, 'strerror', None) or error}") from None
    fresh, stale = apply_baseline(findings, read_baseline(text, path), files, _file_namer(path))
    for entry in stale:
        console.say(f"{path}: stale: {entry.file} {entry.code}: expected {entry.expected}, found {entry.found}")
    return fresh


def _file_namer(baseline: str) -> Callable[[str], str]:
    """Return a function that names files as in the baseline: relative to its folder, with slashes; standard input is `-`."""
    folder = Path() if baseline == "-" else Path(baseline).parent
    return lambda file: file if file == "-" else Path(os.path.relpath(file, folder)).as_posix()
