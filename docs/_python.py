"""Generate the section `## Reference` of docs/python.md from `streamkit.__all__`.

Run `python docs/_python.py`. A test checks that the page is up to date.
"""

from __future__ import annotations

import inspect
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import streamkit

PAGE = Path(__file__).parent / "python.md"
HEADING = "## Reference\n"

_FUNCTIONS = "### Functions\n"
_VALUES = """### Values

Values are frozen dataclasses. Those with more than five fields take keyword arguments only.
"""
_CATALOGUES = """### Catalogues

Mappings by name, loaded on first use. `"SEQ410" in streamkit.RULES`, `len(streamkit.METRICS)`, `.values()` and so on work as for
a `dict`; an unknown name raises `UnknownEntry`, a subclass of `KeyError`. Other packages can [add entries](extending.md).

| catalogue | entries |
|---|---|
"""


def page(text: str) -> str:
    """Return the page with its reference generated anew."""
    walk, heading, _ = text.partition(HEADING)
    assert heading, "docs/python.md has no heading ## Reference"
    return f"{walk}{heading}\n{reference()}"


def reference() -> str:
    """Return the reference: functions with signatures, values with members, catalogues with the type of their entries."""
    found = {name: getattr(streamkit, name) for name in streamkit.__all__}
    functions = [_function(name, value) for name, value in found.items() if inspect.isroutine(value)]
    values = [_value(name, value) for name, value in found.items() if inspect.isclass(value)]
    catalogues = [
        f"| `{name}` | `{next(iter(value.values())).__class__.__name__}` |"
        for name, value in found.items()
        if isinstance(value, Mapping)
    ]
    return "\n".join([_FUNCTIONS, *functions, _VALUES, *values, _CATALOGUES + "\n".join(catalogues), ""])


def _function(name: str, function: Any) -> str:
    signature = inspect.signature(inspect.unwrap(function))
    parameters = list(_parameters(signature))
    line = f"{name}({', '.join(parameters)}) -> {signature.return_annotation}"
    if len(line) > 100:
        inside = "".join(f"    {parameter},\n" for parameter in parameters)
        line = f"{name}(\n{inside}) -> {signature.return_annotation}"
    return f"#### `{name}`\n\n```\n{line}\n```\n\n{_doc(function)}\n"


def _parameters(signature: inspect.Signature) -> Iterator[str]:
    """Yield each parameter as in source code; a default that is not a plain value is shown as `...`."""
    keyword = False
    for parameter in signature.parameters.values():
        if parameter.kind is inspect.Parameter.KEYWORD_ONLY and not keyword:
            yield "*"
            keyword = True
        default = parameter.default
        plain = default in (None, True, False, (), 0) or isinstance(default, str)
        written = "" if default is inspect.Parameter.empty else f" = {default!r}" if plain else " = ..."
        yield f"{parameter.name}: {parameter.annotation}{written}"


def _value(name: str, kind: type) -> str:
    return f"#### `{name}`\n\n{_doc(kind)}\n{_members(kind)}"


def _members(kind: type) -> str:
    members = [
        f"| `{member}{'()' if callable(value) else ''}` | {_doc(value).partition(chr(10))[0]} |"
        for member, value in vars(kind).items()
        if not member.startswith("_") and (isinstance(value, property) or inspect.isfunction(value)) and value.__doc__
    ]
    return "\n| | |\n|---|---|\n" + "\n".join(members) + "\n" if members else ""


def _doc(thing: Any) -> str:
    return inspect.cleandoc(thing.__doc__ or "").replace("|", "\\|")


if __name__ == "__main__":
    PAGE.write_text(page(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
