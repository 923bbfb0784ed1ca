"""A rule: what is wrong with a stream and which client breaks. One file a rule; this is their contract and their door.

A rule's file is its manual: the module docstring says what the rule finds, why it matters, and shows a bad and a good
example; `streamkit rule CODE` prints it and the pages of docs/rules are made from it.

Severity is measured. `error`: a mainstream client of today raises, or hands its user other content, tool calls, finish or
usage than was sent. `warning`: a deviation that some clients mishandle. `info`: lawful, and worth knowing; not asked for
by default.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from streamkit.model.finding import Finding, Place, Severity
from streamkit.model.stream import Stream
from streamkit.registry import Catalogue
from streamkit.rules._excerpt import excerpt_of, marked


@dataclass(frozen=True, slots=True)
class Sighting:
    """One occurrence of what a rule looks for.

    Its place is told by one of `chunk`, `event` (both from 0), `byte` (of the body) or `line` (of the file), with `path`
    the JSON path inside a chunk; the first place of all is worked out, the others are only counted. `severity` overrides
    the rule's own, `excerpt` the offending text that the place would give.
    """

    message: str
    chunk: int | None = None
    event: int | None = None
    byte: int | None = None
    line: int | None = None
    path: str | None = None
    severity: Severity | None = None
    excerpt: str = ""


Check = Callable[[Stream], Iterable[Sighting]]


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule.

    `code` is its family and number (never reused), `name` its file's name with hyphens, `apis` those that it is about
    (empty: all). `whole` rules need a whole stream and are silent on an excerpt; `framing` rules are about the wire and
    are silent where a log did not keep it; `timed` rules are silent where times were not measured; `plain` rules hold for
    an answer that is no stream, too. `breaks` names the client, its version and what happens there. `default` rules are
    asked for unless the user chooses.
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
    plain: bool = False
    default: bool = True

    @property
    def summary(self) -> str:
        """The manual's first line."""
        return self.manual.partition("\n")[0]

    def applies(self, stream: Stream) -> bool:
        """Whether the rule has anything to say of this stream."""
        return not (
            (self.apis and stream.api not in self.apis)
            or (self.whole and stream.excerpt)
            or (self.framing and not stream.framed)
            or (self.timed and not stream.exchange.timed)
            or (not self.plain and stream.verdict == "not-a-stream")
            or self.code in stream.lawful
        )


RULES: Catalogue[Rule] = Catalogue("streamkit.rules", Rule, lambda rule: rule.code, families=True)


def rule(
    code: str,
    severity: Severity,
    *,
    apis: Sequence[str] = (),
    breaks: str = "",
    whole: bool = False,
    framing: bool = False,
    timed: bool = False,
    plain: bool = False,
    default: bool | None = None,
) -> Callable[[Check], Rule]:
    """Make the function below it the rule of its file: name and manual are the file's own.

    Without `default`, a rule is asked for by default unless its severity is `info`.
    """

    def made(check: Check) -> Rule:
        module = sys.modules[check.__module__]
        return Rule(
            code=code,
            name=check.__module__.rpartition(".")[2].replace("_", "-"),
            severity=severity,
            manual=(module.__doc__ or "").strip(),
            check=check,
            apis=tuple(apis),
            breaks=breaks,
            whole=whole,
            framing=framing,
            timed=timed,
            plain=plain,
            default=severity != "info" if default is None else default,
        )

    return made


def misfits(stream: Stream, problem: str) -> Iterator[Sighting]:
    """A sighting for each misfit of this name: what most rules about shape consist of."""
    for misfit in stream.misfits:
        if misfit.problem == problem:
            yield Sighting(misfit.said, chunk=misfit.chunk, path=misfit.path, severity=misfit.severity)


def missteps(stream: Stream, kind: str) -> Iterator[Sighting]:
    """A sighting for each misstep of this name: what most rules about order consist of."""
    for step in stream.missteps:
        if step.kind == kind:
            last = len(stream.chunks) - 1 if stream.chunks else None
            chunk = last if step.chunk is None else step.chunk
            yield Sighting(step.said, chunk=chunk, path=step.path, severity=step.severity)


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
        said = f"rule {entry.code} failed: {type(defect).__name__}: {defect}; please report it"
        yield Finding(
            "LINT000", "rule-defect", "error", said, file=stream.file, exchange=stream.number, dialect=stream.dialect
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


def repairs(stream: Stream, kind: str) -> Iterator[Sighting]:
    """A sighting for each repair of this kind.

    A recording that was made from a log keeps the lines of that log: the sighting lies where the recording tells it, on the
    line that begins the exchange, and the message names the log's line.
    """
    imported = stream.exchange.imported
    for repair in imported.repairs if imported else ():
        if repair.kind == kind:
            if imported and imported.stored:
                said = f"line {repair.line} of the log that this was made from: {repair.said}"
                yield Sighting(said, line=stream.exchange.origin.line)
            else:
                yield Sighting(repair.said, line=repair.line)
