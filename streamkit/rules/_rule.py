"""A rule: what is wrong with a stream and which client breaks. One file a rule; this is their contract and their door.

A rule's file is its manual: the module docstring says what the rule finds, why it matters, and shows a bad and a good
example; `streamkit rule CODE` prints it and the pages of docs/rules are made from it.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from streamkit.model.finding import NOWHERE, Finding, Place, Severity
from streamkit.model.stream import Stream
from streamkit.registry import Catalogue


@dataclass(frozen=True, slots=True)
class Sighting:
    """One occurrence of what a rule looks for. `severity` and `breaks` override the rule's own where they differ."""

    message: str
    place: Place = NOWHERE
    severity: Severity | None = None
    excerpt: str = ""


Check = Callable[[Stream], Iterable[Sighting]]


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule.

    `code` is its family and number (never reused), `name` its file's name with hyphens, `apis` those that it is about
    (empty: all). `whole` rules need a whole stream and are silent on an excerpt; `framing` rules are about the wire and
    are silent where a log did not keep it; `timed` rules are silent where times were not measured. `breaks` names the
    client, its version and what happens there.
    """

    code: str
    name: str
    severity: Severity
    manual: str
    check: Check = field(repr=False)
    apis: tuple[str, ...] = ()
    breaks: str = ""
    whole: bool = False
    framing: bool = False
    timed: bool = False
    default: bool = True

    def applies(self, stream: Stream) -> bool:
        """Whether the rule has anything to say of this stream."""
        return not (
            (self.apis and stream.api not in self.apis)
            or (self.whole and stream.excerpt)
            or (self.framing and not stream.framed)
            or (self.timed and not stream.exchange.timed)
            or self.code in stream.lawful
        )


RULES: Catalogue[Rule] = Catalogue("streamkit.rules", Rule, lambda rule: rule.code)


def rule(
    code: str,
    severity: Severity,
    *,
    apis: Sequence[str] = (),
    breaks: str = "",
    whole: bool = False,
    framing: bool = False,
    timed: bool = False,
    default: bool = True,
) -> Callable[[Check], Rule]:
    """Make the function below it the rule of its file: name and manual are the file's own."""

    def made(check: Check) -> Rule:
        module = sys.modules[check.__module__]
        name = check.__module__.rpartition(".")[2].replace("_", "-")
        return Rule(
            code,
            name,
            severity,
            (module.__doc__ or "").strip(),
            check,
            tuple(apis),
            breaks,
            whole,
            framing,
            timed,
            default,
        )

    return made


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
    except Exception as defect:
        yield Finding(
            "LINT000",
            "rule-defect",
            "error",
            f"rule {entry.code} failed: {type(defect).__name__}: {defect}; please report it",
            file=stream.file,
            exchange=stream.number,
            dialect=stream.dialect,
        )
    for severity, sighting in first.items():
        yield Finding(
            entry.code,
            entry.name,
            severity,
            sighting.message,
            sighting.place,
            counts[severity],
            stream.file,
            stream.number,
            stream.dialect,
            entry.breaks,
            sighting.excerpt,
        )
