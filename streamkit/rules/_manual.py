"""Expand the examples of a manual.

Most examples are a good stream of a few events, and the same stream with one defect. A manual therefore names a base stream
from `_examples.py` and the edits (see `_edits.py`) that produce the defect; wherever a manual is shown, the example is shown
in full:

    Bad: chat
        delete 2 $.object

    Good: chat

An example that edits cannot produce is written in full, between fences. `Bad, with SEQ410 beside it: chat` is an example that
also breaks another rule. Further examples name their API: ``Bad, in `openai_realtime`: realtime``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from streamkit.errors import CatalogueError
from streamkit.patterns import pattern

_EXAMPLE = pattern(
    r"^(?P<label>(?:Bad|Good)(?:, in `\w+`)?(?:, with [A-Z0-9, ]+ beside it)?): (?P<base>[a-z-]+)(?P<edits>(?:\n    .+)*)$",
    re.MULTILINE,
)


def expanded(docstring: str, code: str) -> str:
    """Return a rule's docstring with its examples in full. Raises CatalogueError for an invalid example."""
    try:
        return _EXAMPLE.sub(_fenced, docstring)
    except ValueError as error:
        raise CatalogueError(f"the manual of {code}: {error}") from error


def _fenced(example: re.Match[str]) -> str:
    from streamkit.rules._edits import edited
    from streamkit.rules._examples import EXAMPLES

    base = EXAMPLES.get(example["base"])
    if base is None:
        raise ValueError(f"unknown base stream {example['base']!r}: expected one of {', '.join(EXAMPLES)}")
    edits = [line.strip() for line in example["edits"].splitlines() if line]
    text = edited(base.text.encode(), edits, lines=base.kind != "sse").decode().rstrip("\n")
    return f"{example['label']}:\n\n```{base.kind}\n{text}\n```"


class Manuals(Mapping[str, str]):
    """The manuals of rules by code, each expanded from the rule's docstring on access."""

    def __init__(self, docstrings: Mapping[str, str]) -> None:
        self._docstrings = docstrings

    def __getitem__(self, code: str) -> str:
        return expanded(self._docstrings[code], code)

    def __iter__(self) -> Iterator[str]:
        return iter(self._docstrings)

    def __len__(self) -> int:
        return len(self._docstrings)
