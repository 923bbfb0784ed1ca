"""The option `--format`: which reporters can show what a command has to show."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import click

from streamkit.errors import UsageError

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

    from streamkit.cli._output import Sink
    from streamkit.reporters import Reporter

# What each kind of content is called in an error message.
_CONTENTS = {"findings": "findings", "stats": "statistics", "rows": "rows", "timelines": "timelines"}


class ReporterName(click.ParamType):  # type: ignore[type-arg]  # generic only in newer versions of click
    """The name of a reporter that can show one of these kinds of content, or one of the command's own formats.

    Reporters are imported when they are named; all of them only for the help text and for an error message.
    """

    name = "format"

    def __init__(self, *kinds: str, own: Sequence[str] = ()) -> None:
        self._kinds, self._own = kinds, tuple(own)

    def names(self) -> list[str]:
        """The command's own formats, then the reporters by name."""
        return [*self._own, *(name for name in able(*self._kinds) if name not in self._own)]

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """The name as it was given, if there is such a format."""
        from streamkit.reporters import REPORTERS

        if value not in self._own and not (value in REPORTERS and _shows(REPORTERS[value], self._kinds)):
            self.fail(f"{value!r} is not one of {', '.join(map(repr, self.names()))}.", param, ctx)
        return str(value)

    def get_metavar(self, param: click.Parameter, ctx: click.Context | None = None) -> str:
        """`[json|table|…]`"""
        return f"[{'|'.join(self.names())}]"

    def shell_complete(self, ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
        """The names that begin so."""
        from click.shell_completion import CompletionItem

        return [CompletionItem(name) for name in self.names() if name.startswith(incomplete)]


def able(*kinds: str) -> list[str]:
    """The names of the reporters that can show one of these kinds of content."""
    from streamkit.reporters import REPORTERS

    return [name for name, reporter in REPORTERS.items() if _shows(reporter, kinds)]


def reporter_named(name: str, kind: str, what: str = "") -> Reporter:
    """The reporter of that name. Raises UsageError if it cannot show this kind of content, called `what` in the message."""
    from streamkit.reporters import REPORTERS

    reporter = REPORTERS[name]
    if not _shows(reporter, (kind,)):
        raise UsageError(
            f"--format {name} cannot show {what or _CONTENTS[kind]}; expected one of: {', '.join(able(kind))}"
        )
    return reporter


def write(sink: Sink, reporter: Reporter, text: str) -> None:
    """Write what a reporter made, as the kind of text that it is."""
    if reporter.content == "prose":
        sink.painted(text)
    else:
        sink.piece(text, json=reporter.content == "json")


def _shows(reporter: Reporter, kinds: Sequence[str]) -> bool:
    return any(getattr(reporter, kind) is not None for kind in kinds)
