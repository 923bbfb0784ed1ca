"""What a shell may complete: names from the catalogues, files and folders, by the metavar or name of an option."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import click
from click.shell_completion import CompletionItem

Words = Callable[[], Iterable[tuple[str, str]]]


class Completed(click.ParamType):  # type: ignore[type-arg]  # generic only in newer versions of click
    """A string whose last word a shell completes; words are separated by any of `separators`."""

    name = "text"

    def __init__(self, words: Words, separators: str = "") -> None:
        self._words = words
        self._separators = separators

    def shell_complete(self, ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
        """Return the words that begin like the last one, with their descriptions."""
        start = max((incomplete.rfind(mark) for mark in self._separators), default=-1) + 1
        before, last = incomplete[:start], incomplete[start:]
        return [
            CompletionItem(before + word, help=text)
            for word, text in self._words()
            if word.lower().startswith(last.lower())
        ]


def _codes() -> Iterable[tuple[str, str]]:
    from streamkit.rules import RULES

    for entry in RULES.values():
        yield entry.code, entry.summary
        yield entry.name, entry.code


def _metrics() -> Iterable[tuple[str, str]]:
    from streamkit.metrics import METRICS

    for entry in METRICS.values():
        yield from ((word, entry.title) for word in (entry.name, *entry.aliases))


def _faults() -> Iterable[tuple[str, str]]:
    from streamkit.faults import FAULTS

    return ((name, entry.summary) for name, entry in FAULTS.items())


def _apis() -> Iterable[tuple[str, str]]:
    from streamkit.apis import APIS

    return ((name, entry.title) for name, entry in APIS.items())


def _dialects() -> Iterable[tuple[str, str]]:
    from streamkit.apis.dialects import DIALECTS

    return ((name, "") for name in DIALECTS)


def _formats(*, written: bool = False) -> Iterable[tuple[str, str]]:
    from streamkit.formats import FORMATS

    for name, entry in FORMATS.items():
        if not written or entry.write is not None:
            yield (entry.short or name) if written else name, entry.title


def _groups() -> Iterable[tuple[str, str]]:
    return ((word, "") for word in ("model", "provider", "file", "label", "label:"))


_FILE, _FOLDER = click.Path(), click.Path(file_okay=False)
# By the name of a parameter: the words that are its values.
_TYPES: dict[str, click.ParamType] = {  # type: ignore[type-arg]
    "select": Completed(_codes, ","),
    "extend_select": Completed(_codes, ","),
    "ignore": Completed(_codes, ","),
    "code": Completed(_codes),
    "metrics": Completed(_metrics, ","),
    "sort": Completed(_metrics),
    "fail_if": Completed(_metrics),
    "slo": Completed(_metrics),
    "faults": Completed(_faults),
    "api": Completed(_apis),
    "dialect": Completed(_dialects),
    "input_format": Completed(_formats),
    "target": Completed(lambda: _formats(written=True)),
    "by": Completed(_groups),
}
_METAVARS: dict[str | None, click.ParamType] = {  # type: ignore[type-arg]
    "FILE": _FILE,
    "[API=]FILE": _FILE,
    "[PATH]...": _FILE,
    "PATH": _FILE,
    "A": _FILE,
    "B": _FILE,
    "FOLDER": _FOLDER,
}


def complete_values(command: click.Command) -> click.Command:
    """Give the parameters of a command types that complete their values, where they have none that does."""
    for parameter in command.params:
        if type(parameter.type) is type(click.STRING):
            metavar = parameter.metavar or ("PATH" if parameter.name == "path" else None)
            parameter.type = _TYPES.get(parameter.name or "") or _METAVARS.get(metavar, parameter.type)
    return command
