"""The option `--format`: the reporters that can show what a command has to show."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import click

from streamkit.errors import UsageError, suggestion

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

    from streamkit.cli._output import CommandOutput
    from streamkit.reporters import Reporter

# What error messages call each kind of content.
_CONTENTS = {
    "findings": "findings",
    "stats": "statistics",
    "rows": "rows",
    "timelines": "timelines",
    "player": "timelines",
}


class ReporterName(click.ParamType):  # type: ignore[type-arg]  # generic only in newer versions of click
    """The name of a reporter that can show one of these kinds of content, or one of the command's own formats.

    Only the chosen reporter is imported; the help text and error messages import all of them.
    """

    name = "format"

    def __init__(self, *kinds: str, own: Sequence[str] = ()) -> None:
        self._kinds, self._own = kinds, tuple(own)

    def names(self) -> list[str]:
        """Return the command's own formats, then the reporters by name."""
        return [*self._own, *(name for name in reporter_names(*self._kinds) if name not in self._own)]

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """Return the name unchanged if there is such a format."""
        from streamkit.reporters import REPORTERS

        if value not in self._own and not (value in REPORTERS and _shows(REPORTERS[value], self._kinds)):
            self.fail(f"unknown format {value!r}; {suggestion(value, self.names())}", param, ctx)
        return str(value)

    def get_metavar(self, param: click.Parameter, ctx: click.Context | None = None) -> str:
        """Return `[json|table|…]`"""
        return f"[{'|'.join(self.names())}]"

    def shell_complete(self, ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
        """Return the names that start with `incomplete`."""
        from click.shell_completion import CompletionItem

        return [CompletionItem(name) for name in self.names() if name.startswith(incomplete)]


def reporter_names(*kinds: str) -> list[str]:
    """Return the names of the reporters that can show one of these kinds of content."""
    from streamkit.reporters import REPORTERS

    return [name for name, reporter in REPORTERS.items() if _shows(reporter, kinds)]


def reporter_named(name: str, kind: str, what: str = "") -> Reporter:
    """Return the reporter of that name. Raises UsageError if it cannot show this kind of content, called `what` in the message."""
    from streamkit.reporters import REPORTERS

    reporter = REPORTERS[name]
    if not _shows(reporter, (kind,)):
        raise UsageError(
            f"--format {name} cannot show {what or _CONTENTS[kind]}; expected one of: {', '.join(reporter_names(kind))}"
        )
    return reporter


def write_output(sink: CommandOutput, reporter: Reporter, text: str) -> None:
    """Write the output of a reporter, escaped for its kind of text."""
    if reporter.content == "prose":
        sink.painted(text)
    else:
        sink.piece(text, json=reporter.content == "json")


def _shows(reporter: Reporter, kinds: Sequence[str]) -> bool:
    return any(getattr(reporter, kind) is not None for kind in kinds)
