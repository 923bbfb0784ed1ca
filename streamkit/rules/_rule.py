"""The type of rules, and how to define one. There is one rule per file.

The module docstring of a rule is its manual: what it finds, why it matters, what to do, and a bad and a good example.
`streamkit rule CODE` prints it, and the pages of docs/rules are generated from it. `_manual.py` describes the notation of
examples. The rule itself is defined in one of two ways:

    RULE = Rule.declare(__name__, "SEQ402", "error", finds=missteps, apis=("openai_chat",))

for a rule that reports what an API's tables, or the reader of a file, find under its name; or as a function, if there is more
to check:

    @rule("SSE104", "warning")
    def check(stream: Stream) -> Iterator[Sighting]:
        ...

Severity is based on measurement. `error`: a current mainstream client raises, or returns other content, tool calls, finish reason
or usage than were sent. `warning`: a deviation that some clients mishandle. `info`: allowed but worth knowing; not enabled by
default.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable, Iterable
from dataclasses import KW_ONLY, field
from itertools import chain
from typing import TypedDict, Unpack

from streamkit.frozen import dataclass
from streamkit.model.finding import SEVERITIES, Severity
from streamkit.model.stream import Stream


@dataclass(frozen=True, slots=True)
class Sighting:
    """One occurrence of what a rule finds.

    Its position is one of `chunk`, `event` (both from 0), `byte` (of the body) or `line` (of the file); `path` is the JSON path
    within a chunk. The position of the first sighting is reported, further ones are only counted. `severity` overrides the
    rule's severity, `excerpt` the text that is taken from the position.
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
"""Return the body without what the rule finds. A fix changes how events are written, never their contents."""
SightingSource = Callable[[Stream, str], Iterable[Sighting]]
"""Yield what was found in a stream under a rule's name: `missteps`, `misfits`, `broken`, `repairs`, `damage`."""


class Traits(TypedDict, total=False):
    """The optional arguments of a rule; see the fields of `Rule`.

    Without `default`, a rule is enabled by default unless its severity is `info`.
    """

    also: tuple[Severity, ...]
    apis: tuple[str, ...]
    breaks: str
    whole: bool
    framing: bool
    timed: bool
    plain: bool
    default: bool
    fix: Fix


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One rule.

    - `code`: its family and number (never reused); `name`: the name of its file, with hyphens; `module`: that file.
    - `finds`: the sources whose sightings under its name it reports; `check` yields those and its own, if it has `own` ones.
    - `also`: other severities that it uses, in cases that its manual describes.
    - `apis`: the APIs that it applies to (empty: all).
    - `whole`: needs a complete stream, and does not apply to an excerpt.
    - `framing`: is about bytes on the wire, and does not apply if a log did not keep them.
    - `timed`: does not apply without measured times.
    - `plain`: also applies to a response that is not a stream.
    - `breaks`: a sentence about a client that breaks on every finding of the rule, for rules of other packages. The effects on
      clients of streamkit's own rules are measured (`measured`).
    - `default`: enabled unless the user selects rules.
    - `fix`: repairs the body of an event stream, if that is safe and lossless.
    """

    code: str
    name: str
    severity: Severity
    module: str = field(repr=False)
    check: Check = field(repr=False)
    finds: tuple[SightingSource, ...] = field(default=(), repr=False)
    own: bool = False
    also: tuple[Severity, ...] = ()
    apis: tuple[str, ...] = ()
    breaks: str = ""
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
        finds: SightingSource | tuple[SightingSource, ...],
        **traits: Unpack[Traits],
    ) -> Rule:
        """Declare the rule of the file `module` (`__name__`), which reports each misstep, misfit, … with the rule's name.

        The name and the manual are those of the file.
        """
        return _made(module, code, severity, finds if isinstance(finds, tuple) else (finds,), None, traits)

    @property
    def docstring(self) -> str:
        """The docstring of its module."""
        return (importlib.import_module(self.module).__doc__ or "").strip()

    @property
    def summary(self) -> str:
        """The manual's first line."""
        return self.docstring.partition("\n")[0]

    @property
    def manual(self) -> str:
        """The docstring with its examples in full. Raises CatalogueError for an invalid example."""
        from streamkit.rules._manual import expanded

        return expanded(self.docstring, self.code)

    def applies(self, stream: Stream) -> bool:
        """Return whether the rule applies to this stream and its dialect does not allow what the rule finds."""
        return self.code not in stream.lawful and self.concerns(stream)

    def concerns(self, stream: Stream) -> bool:
        """Return whether the rule is about such a stream, whether its dialect allows it or not."""
        # What tables found is reported by the rules of the API that the tables belong to.
        table_api = stream.judged_as if self.finds else ""
        return not (
            (self.apis and stream.api not in self.apis and table_api not in self.apis)
            or (self.whole and stream.excerpt)
            or (self.framing and not stream.framed)
            or (self.timed and not stream.exchange.timed)
            or (not self.plain and stream.verdict == "not-a-stream")
        )


def rule(
    code: str, severity: Severity, *, finds: SightingSource | tuple[SightingSource, ...] = (), **traits: Unpack[Traits]
) -> Callable[[Check], Rule]:
    """Decorate a check function to make it the rule of its file, which provides its name and manual.

    With `finds`, the rule first yields what these sources found under its name, then the sightings of the function.
    """
    sources = finds if isinstance(finds, tuple) else (finds,)
    return lambda check: _made(check.__module__, code, severity, sources, check, traits)


def _made(
    module: str, code: str, severity: Severity, finds: tuple[SightingSource, ...], check: Check | None, traits: Traits
) -> Rule:
    for given in (severity, *traits.get("also", ())):
        if given not in SEVERITIES:
            raise ValueError(f"invalid severity {given!r} of {code}: expected {', '.join(SEVERITIES)}")
    name = module.rpartition(".")[2].replace("_", "-")
    settings: Traits = {"default": severity != "info", **traits}
    return Rule(
        code=code,
        name=name,
        severity=severity,
        module=module,
        check=checked(name, finds, check),
        finds=finds,
        own=check is not None,
        **settings,
    )


def checked(name: str, finds: tuple[SightingSource, ...], check: Check | None = None) -> Check:
    """Combine checks: each source under the rule's name, then the rule's own check."""
    checks = [*(_under(name, source) for source in finds), *([check] if check is not None else ())]
    return checks[0] if len(checks) == 1 else lambda stream: chain.from_iterable(each(stream) for each in checks)


def _under(name: str, source: SightingSource) -> Check:
    return lambda stream: source(stream, name)
