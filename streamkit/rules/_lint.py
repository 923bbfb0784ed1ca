"""Runs rules over a stream: what each sighted, as findings."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from streamkit.model.finding import Finding, Place, Severity
from streamkit.model.stream import Stream
from streamkit.rules._excerpt import excerpt_of, marked
from streamkit.rules._rule import Rule, Sighting


def lint(stream: Stream, rules: Iterable[Rule]) -> Iterator[Finding]:
    """What these rules find in one stream: a finding a rule and severity, at its first place, with the count.

    A rule that raises is a defect of that rule: it is reported as finding `LINT000` with the rule's code, and the rest go on.
    """
    for entry in rules:
        if entry.applies(stream):
            yield from _found(entry, stream)


def _found(entry: Rule, stream: Stream) -> Iterator[Finding]:
    first: dict[Severity, Sighting] = {}
    counts: dict[Severity, int] = {}
    try:
        for sighting in entry.check(stream):
            severity = sighting.severity or entry.severity
            first.setdefault(severity, sighting)
            counts[severity] = counts.get(severity, 0) + 1
        findings = [_finding(entry, stream, severity, seen, counts[severity]) for severity, seen in first.items()]
    except Exception as defect:
        message = f"rule {entry.code} failed: {type(defect).__name__}: {defect}; please report it"
        yield Finding(
            code="LINT000",
            name="rule-defect",
            severity="error",
            message=message,
            file=stream.file,
            exchange=stream.number,
            dialect=stream.dialect,
        )
    else:
        yield from findings


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
        breaks=entry.breaks,
        excerpt=excerpt,
        caret=caret,
    )
