"""Run rules on a stream, and turn their sightings into findings."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from functools import cache

from streamkit.errors import CatalogueError, defect_text
from streamkit.model.finding import Finding, Place, Severity
from streamkit.model.stream import Stream
from streamkit.rules._catalogue import RULES
from streamkit.rules._claims import claims
from streamkit.rules._excerpt import excerpt_of, marked
from streamkit.rules._rule import Rule, Sighting
from streamkit.rules._select import unknown_rule

_INDEX = re.compile(r"\[\d+\]")
_MOST_FIELDS = 16
"""Maximum number of fields that a rule reports separately for one stream; further ones are counted with the first."""


def lint(stream: Stream, rules: Iterable[Rule]) -> Iterator[Finding]:
    """Yield the findings of these rules for one stream: one per rule, severity and field, at its first position, with a count.

    A rule that raises is defective: it is reported as finding `LINT000` with the rule's code, and the other rules still run.
    Exceptions raised while the stream was interpreted are reported in the same way. Raises CatalogueError if the stream's
    dialect allows findings of a rule that does not exist.
    """
    if stream.lawful:
        _check_codes(stream.dialect, stream.lawful)
    for defect in stream.defects:
        yield _defect(stream, defect)
    for entry in rules:
        if entry.concerns(stream):
            if entry.code not in stream.lawful:
                yield from _found(entry, stream)
            elif entry.severity == "error":
                yield from _lawful(entry, stream)


@cache
def _check_codes(dialect: str, lawful: frozenset[str]) -> None:
    """Raise CatalogueError if one of the codes is not that of a rule: the dialect would allow less than its author intended."""
    for code in sorted(lawful - RULES.keys()):
        raise CatalogueError(f"dialect {dialect!r}, lawful: {unknown_rule(code, RULES.values())}")


def _lawful(entry: Rule, stream: Stream) -> Iterator[Finding]:
    """Yield findings that the dialect allows but that still break a client, as information."""
    for finding in _found(entry, stream):
        if finding.severity == "error" and finding.code == entry.code and finding.breaks:
            message = f"{finding.message} (allowed in {stream.dialect}; not every client accepts it)"
            yield replace(finding, severity="info", message=message)
        elif finding.code != entry.code:
            yield finding


def _found(entry: Rule, stream: Stream) -> Iterator[Finding]:
    first: dict[tuple[Severity, str], Sighting] = {}
    counts: dict[tuple[Severity, str], int] = {}
    try:
        for sighting in entry.check(stream):
            severity = sighting.severity or entry.severity
            kind = severity, _INDEX.sub("[]", sighting.path or "")
            if kind not in first and len(first) >= _MOST_FIELDS:
                kind = next((known for known in first if known[0] == severity), kind)
            first.setdefault(kind, sighting)
            counts[kind] = counts.get(kind, 0) + 1
        findings = [_finding(entry, stream, kind[0], seen, counts[kind]) for kind, seen in first.items()]
    except Exception as defect:
        yield _defect(stream, f"rule {entry.code} failed: {defect_text(defect)}")
    else:
        yield from findings


def _defect(stream: Stream, what: str) -> Finding:
    return Finding(
        code="LINT000",
        name="rule-defect",
        severity="error",
        message=f"{what}; please report it",
        place=Place(line=stream.exchange.origin.line),
        file=stream.file,
        exchange=stream.number,
        dialect=stream.dialect,
    )


def _finding(entry: Rule, stream: Stream, severity: Severity, sighting: Sighting, count: int) -> Finding:
    place = (
        Place(line=sighting.line)
        if sighting.line is not None
        else stream.place(chunk=sighting.chunk, event=sighting.event, byte=sighting.byte, path=sighting.path)
    )
    excerpt, caret = marked(*excerpt_of(stream, sighting.chunk, sighting.event, sighting.path))
    if sighting.excerpt:
        excerpt, caret = marked(sighting.excerpt, None)
    return Finding(
        code=entry.code,
        name=entry.name,
        severity=severity,
        message=sighting.message,
        place=place,
        count=count,
        file=stream.file,
        exchange=stream.number,
        dialect=stream.dialect,
        breaks=_breaks(entry, stream, sighting.path, severity),
        excerpt=excerpt,
        caret=caret,
    )


def _breaks(entry: Rule, stream: Stream, path: str | None, severity: Severity) -> tuple[str, ...]:
    """Return what was measured, and what a rule of another package says itself."""
    found = claims(entry.code, stream.judged_as or stream.api, path, stream.dialect, severity)
    return (*found, entry.breaks) if entry.breaks else found
