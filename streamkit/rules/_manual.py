"""A manual's examples, written in few lines and shown in full.

Most examples are a good stream of a few events, and the same with one deliberate defect. So a manual names a base stream
of `_examples.py` and the edits of `_edits.py` that make the defect, and everything that shows a manual shows the stream:

    Bad: chat
        delete 2 $.object

    Good: chat

An example that no edit makes stands in full, between fences. `Bad, with SEQ410 beside it: chat` is an example that
breaks another rule, too.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from streamkit.errors import CatalogueError

_EXAMPLE = re.compile(
    r"^(?P<label>(?:Bad|Good)(?:, with [A-Z0-9, ]+ beside it)?): (?P<base>[a-z-]+)(?P<edits>(?:\n    .+)*)$",
    re.MULTILINE,
)


def written_out(docstring: str, code: str) -> str:
    """A rule's docstring with each example in full. Raises CatalogueError where one cannot be made."""
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
    """The manuals of rules by code, each written out when it is read; made from the rules' docstrings by code."""

    def __init__(self, docstrings: Mapping[str, str]) -> None:
        self._docstrings = docstrings

    def __getitem__(self, code: str) -> str:
        return written_out(self._docstrings[code], code)

    def __iter__(self) -> Iterator[str]:
        return iter(self._docstrings)

    def __len__(self) -> int:
        return len(self._docstrings)
