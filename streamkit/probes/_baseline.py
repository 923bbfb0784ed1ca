"""A baseline: known failures that do not fail the run.

The file is JSON: `{"version": 1, "cases": {"<api>/<name>": "<verdict>"}}`. A case that fails and is listed as failing is known.
Entries whose case has another verdict now are stale and are reported, so that the baseline shrinks.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence

from streamkit.errors import UnreadableInput
from streamkit.frozen import dataclass
from streamkit.model.probing import VERDICTS, CaseResult

VERSION = 1


@dataclass(frozen=True, slots=True)
class StaleCase:
    """A baseline entry whose case has another verdict now."""

    key: str
    expected: str
    found: str


def baseline_text(cases: Iterable[CaseResult]) -> str:
    """Return the text of a baseline file for the cases that fail."""
    table = {case.key: case.verdict for case in sorted(cases, key=lambda case: case.key) if case.verdict == "fail"}
    return json.dumps({"version": VERSION, "cases": table}, indent=2) + "\n"


def read_baseline(text: str, path: str) -> Mapping[str, str]:
    """Return the verdicts in the text of a baseline file, by case. Raises UnreadableInput if it is not a baseline."""
    try:
        document = json.loads(text)
        if document["version"] != VERSION:
            raise UnreadableInput(path, f"unsupported baseline version {document['version']}: expected {VERSION}")
        table = {str(key): str(verdict) for key, verdict in document["cases"].items()}
    except (ValueError, TypeError, KeyError, AttributeError):
        raise UnreadableInput(path, "is not a baseline of probe", remedy="write one with --write-baseline") from None
    unknown = next((verdict for verdict in table.values() if verdict not in VERDICTS), None)
    if unknown is not None:
        raise UnreadableInput(path, f"unknown verdict {unknown!r}: expected one of {', '.join(VERDICTS)}")
    return table


def apply_baseline(cases: Sequence[CaseResult], known: Mapping[str, str]) -> tuple[list[CaseResult], list[StaleCase]]:
    """Return the failing cases that the baseline does not know, and its stale entries."""
    fresh = [case for case in cases if case.verdict == "fail" and known.get(case.key) != "fail"]
    verdicts = {case.key: case.verdict for case in cases}
    stale = [
        StaleCase(key, verdict, verdicts[key])
        for key, verdict in known.items()
        if key in verdicts and verdicts[key] != verdict
    ]
    return fresh, stale
