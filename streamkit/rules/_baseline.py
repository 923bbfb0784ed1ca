"""A baseline: findings that were there before and are not to fail the run, counted by file and code.

The file is JSON: `{"version": 1, "findings": {"<file>": {"<code>": <count>}}}`. A file and code may occur as often as the
baseline counts; more occurrences are findings again, with the count of those that are new. Entries that are no longer
met in full are stale, and are told, so that the baseline shrinks. A file is named as seen from the baseline's folder, so
that it is the same however lint was given it (`x`, `./x`, `/home/me/x`, from another folder).
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from streamkit.errors import UnreadableInput
from streamkit.model.finding import Finding

VERSION = 1

Counts = Mapping[tuple[str, str], int]
Naming = Callable[[str], str]
"""How the baseline names a file that lint read."""


@dataclass(frozen=True, slots=True)
class Stale:
    """An entry of which fewer occurrences were found than it counts."""

    file: str
    code: str
    expected: int
    found: int


def counted(findings: Iterable[Finding], named: Naming) -> Counter[tuple[str, str]]:
    """How often each code occurs in each file."""
    counts: Counter[tuple[str, str]] = Counter()
    for finding in findings:
        counts[named(finding.file), finding.code] += finding.count
    return counts


def baseline_text(findings: Iterable[Finding], named: Naming) -> str:
    """The baseline of these findings, as the file's text."""
    table: dict[str, dict[str, int]] = {}
    for (file, code), count in sorted(counted(findings, named).items()):
        table.setdefault(file, {})[code] = count
    return json.dumps({"version": VERSION, "findings": table}, indent=2) + "\n"


def read_baseline(text: str, path: str) -> Counts:
    """The counts of a baseline file. Raises UnreadableInput where it is none."""
    try:
        document = json.loads(text)
        if document["version"] != VERSION:
            raise UnreadableInput(
                path, f"is a baseline of version {document['version']}, and this program reads {VERSION}"
            )
        return {
            (file, code): int(count) for file, codes in document["findings"].items() for code, count in codes.items()
        }
    except (ValueError, TypeError, KeyError, AttributeError):
        raise UnreadableInput(path, "is not a baseline", remedy="make one with --write-baseline") from None


def apply_baseline(
    findings: Sequence[Finding], counts: Counts, files: Iterable[str], named: Naming
) -> tuple[list[Finding], list[Stale]]:
    """The findings that the baseline does not cover, and its stale entries among the `files` that were read."""
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
