"""A baseline: known findings that do not fail the run, counted by file and code.

The file is JSON: `{"version": 1, "findings": {"<file>": {"<code>": <count>}}}`. Each code may occur in each file as often as the
baseline counts; further occurrences are findings, with the count of the new ones. Entries with fewer occurrences than they
count are stale and are reported, so that the baseline shrinks. File names are relative to the baseline's folder, so that
they do not depend on how a file was passed to lint (`x`, `./x`, `/home/me/x`, from another folder).
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace

from streamkit.errors import UnreadableInput
from streamkit.frozen import dataclass
from streamkit.model.finding import Finding

VERSION = 1

Counts = Mapping[tuple[str, str], int]
Naming = Callable[[str], str]
"""Convert the name of a file as passed to lint into its name in the baseline."""


@dataclass(frozen=True, slots=True)
class Stale:
    """A baseline entry with fewer occurrences than it counts."""

    file: str
    code: str
    expected: int
    found: int


def count_codes(findings: Iterable[Finding], named: Naming) -> Counter[tuple[str, str]]:
    """Count the occurrences of each code in each file."""
    counts: Counter[tuple[str, str]] = Counter()
    for finding in findings:
        counts[named(finding.file), finding.code] += finding.count
    return counts


def baseline_text(findings: Iterable[Finding], named: Naming) -> str:
    """Return the text of a baseline file for these findings."""
    table: dict[str, dict[str, int]] = {}
    for (file, code), count in sorted(count_codes(findings, named).items()):
        table.setdefault(file, {})[code] = count
    return json.dumps({"version": VERSION, "findings": table}, indent=2) + "\n"


def read_baseline(text: str, path: str) -> Counts:
    """Return the counts in the text of a baseline file. Raises UnreadableInput if it is not a baseline."""
    try:
        document = json.loads(text)
        if document["version"] != VERSION:
            raise UnreadableInput(path, f"unsupported baseline version {document['version']}: expected {VERSION}")
        return {
            (file, code): int(count) for file, codes in document["findings"].items() for code, count in codes.items()
        }
    except (ValueError, TypeError, KeyError, AttributeError):
        raise UnreadableInput(path, "is not a baseline", remedy="write one with --write-baseline") from None


def apply_baseline(
    findings: Sequence[Finding], counts: Counts, files: Iterable[str], named: Naming
) -> tuple[list[Finding], list[Stale]]:
    """Return the findings that the baseline does not cover, and its stale entries for the `files` that were read."""
    left = dict(counts)
    fresh = []
    for finding in findings:
        key = named(finding.file), finding.code
        covered = min(left.get(key, 0), finding.count)
        left[key] = left.get(key, 0) - covered
        if covered < finding.count:
            fresh.append(replace(finding, count=finding.count - covered))
    read = set(map(named, files))
    stale = [
        Stale(file, code, expected, expected - left[file, code])
        for (file, code), expected in counts.items()
        if left[file, code] and file in read
    ]
    return fresh, stale
