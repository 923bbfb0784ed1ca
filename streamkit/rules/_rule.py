"""A rule: what is wrong with a stream and which client breaks. One file a rule; this is their contract.

A rule's file is its manual: the module docstring says what the rule finds, why it matters, and shows a bad and a good
example; `streamkit rule CODE` prints it and the pages of docs/rules are made from it. How an example is written in few
lines is told in `_manual.py`. Below the manual stands the rule, in one of two ways:

    RULE = Rule.declare(__name__, "SEQ402", "error", finds=missteps, apis=("openai_chat",), breaks="openai-python 3.52: …")

for a rule that sights what the tables of an API, or the reader of a file, name like the rule; or, where there is more to
look at, a function:

    @rule("SSE104", "warning")
    def check(stream: Stream) -> Iterator[Sighting]:
        ...

Severity is measured. `error`: a mainstream client of today raises, or hands its user other content, tool calls, finish or
usage than was sent. `warning`: a deviation that some clients mishandle. `info`: lawful, and worth knowing; not enabled
by default.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Mapping
from dataclasses import KW_ONLY, dataclass, field
from itertools import chain
from typing import TypedDict, Unpack

from streamkit.model.finding import Severity
from streamkit.model.stream import Stream
from streamkit.registry import Catalogue


@dataclass(frozen=True, slots=True)
class Sighting:
    """One occurrence of what a rule looks for.

    Its place is told by one of `chunk`, `event` (both from 0), `byte` (of the body) or `line` (of the file), with `path`
    the JSON path inside a chunk; the first place of all is worked out, the others are only counted. `severity` overrides
    the rule's own, `excerpt` the offending text that the place would give.
    """

    message: str
    _: KW_ONLY
    chunk: int | None = None
    event: int | None = None
    byte: int | None = None
    line: int | None = None
    path: str | None = None
    severity: Severity | None = None
    excerpt: str = ""


Check = Callable[[Stream], Iterable[Sighting]]
Fix = Callable[[bytes], bytes]
"""A body without what the rule finds. It changes how events are written, never what they are."""
Source = Callable[[Stream, str], Iterable[Sighting]]
"""What is known of a stream under a rule's name, as sightings: `missteps`, `misfits`, `broken`, `repairs`, `damage`."""


class Traits(TypedDict, total=False):
    """What a rule may be given beside its code and severity; the fields of `Rule` say what each means.

    Without `default`, a rule is enabled by default unless its severity is `info`.
    """

    also: tuple[Severity, ...]
    apis: tuple[str, ...]
    breaks: str
    breaks_at: Mapping[str, str]
    whole: bool
    framing: bool
    timed: bool
    plain: bool
    default: bool
    fix: Fix


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One rule.

    `code` is its family and number (never reused), `name` its file's name with hyphens, `docstring` its file's own text.
    `finds` are the sources of which it gives every sighting that bears its name; `check` gives those and whatever else the
    rule looks for. `also` are the other severities that it gives, in cases that its manual names. `apis` are those that it is about (empty: all). `whole` rules need a whole stream and are silent on an
    excerpt; `framing` rules are about the wire and are silent where a log did not keep it; `timed` rules are silent where
    times were not measured; `plain` rules hold for an answer that is no stream, too. `breaks` names the client, its
    version and what happens there; `breaks_at` the same for single fields, by name, where it is not the same for all.
    `default` rules are enabled unless the user chooses. `fix` mends the body of an event stream, where that is sure and
    loses nothing.
    """

    code: str
    name: str
    severity: Severity
    docstring: str = field(repr=False)
    check: Check = field(repr=False)
    finds: tuple[Source, ...] = field(default=(), repr=False)
    also: tuple[Severity, ...] = ()
    apis: tuple[str, ...] = ()
    breaks: str = ""
    breaks_at: Mapping[str, str] = field(default_factory=dict)
    whole: bool = False
    framing: bool = False
    timed: bool = False
    plain: bool = False
    default: bool = True
    fix: Fix | None = field(default=None, repr=False)

    @classmethod
    def declare(
        cls,
        module: str,
        code: str,
        severity: Severity,
        *,
        finds: Source | tuple[Source, ...],
        **traits: Unpack[Traits],
    ) -> Rule:
        """The rule of the file `module` (`__name__`, of which its name and its manual are taken), which gives a sighting
        for each misstep, misfit, … that is named as the rule is."""
        return _made(module, code, severity, finds if isinstance(finds, tuple) else (finds,), None, traits)

    @property
    def summary(self) -> str:
        """The manual's first line."""
        return self.docstring.partition("\n")[0]

    @property
    def manual(self) -> str:
        """The docstring with every example written out. Raises CatalogueError where one cannot be made."""
        from streamkit.rules._manual import written_out

        return written_out(self.docstring, self.code)

    def applies(self, stream: Stream) -> bool:
        """Whether the rule holds for this stream."""
        return self.code not in stream.lawful and self.concerns(stream)

    def concerns(self, stream: Stream) -> bool:
        """Whether the rule is about such a stream, lawful in its dialect or not."""
        # What tables found is told by the rules of the API whose tables they are; the wire is the stream's own.
        spoken = stream.judged_as if self.finds else ""
        return not (
            (self.apis and stream.api not in self.apis and spoken not in self.apis)
            or (self.whole and stream.excerpt)
            or (self.framing and not stream.framed)
            or (self.timed and not stream.exchange.timed)
            or (not self.plain and stream.verdict == "not-a-stream")
        )


RULES: Catalogue[Rule] = Catalogue("streamkit.rules", Rule, lambda rule: rule.code, families=True)


def rule(
    code: str, severity: Severity, *, finds: Source | tuple[Source, ...] = (), **traits: Unpack[Traits]
) -> Callable[[Check], Rule]:
    """Make the function below it the rule of its file: name and manual are the file's own.

    With `finds`, the rule gives what these sources know under its name first, then what the function sights.
    """
    sources = finds if isinstance(finds, tuple) else (finds,)
    return lambda check: _made(check.__module__, code, severity, sources, check, traits)


def _made(
    module: str, code: str, severity: Severity, finds: tuple[Source, ...], check: Check | None, traits: Traits
) -> Rule:
    name = module.rpartition(".")[2].replace("_", "-")
    settings: Traits = {"default": severity != "info", **traits}
    if "breaks_at" in settings and "breaks" not in settings:
        settings["breaks"] = "; ".join(f"`{of}`: {claim}" for of, claim in settings["breaks_at"].items())
    return Rule(
        code=code,
        name=name,
        severity=severity,
        docstring=(sys.modules[module].__doc__ or "").strip(),
        check=_checked(name, finds, check),
        finds=finds,
        **settings,
    )


def _checked(name: str, finds: tuple[Source, ...], check: Check | None) -> Check:
    """One check of several: each source under the rule's name, then the rule's own."""
    checks = [*(_under(name, source) for source in finds), *([check] if check is not None else ())]
    return checks[0] if len(checks) == 1 else lambda stream: chain.from_iterable(each(stream) for each in checks)


def _under(name: str, source: Source) -> Check:
    return lambda stream: source(stream, name)
