"""Documents that run over several lines of a log: found by their brackets, joined, and read."""

from __future__ import annotations

import re
from typing import Any

from streamkit.formats._documents import loads
from streamkit.formats._repair import mend
from streamkit.formats.gist_log.lines import Line, Lines, dissect
from streamkit.frozen import dataclass

_MOST_LINES = 5000
_MOST_CHARACTERS = 4 << 20
_MOST_CUT_LINES = 40
# The cost of an attempt in addition to its characters, subtracted from the patience of the lines.
_LINE_COSTS = 40
_FAILURE_COSTS = 500
# A string that is whole and holds no escape is one step, else its quote is.
_OUTSIDE = re.compile(r"\"[^\"\\]*\"|[\"\\{}\[\]()]")
_OUTSIDE_PYTHON = re.compile(r"\"[^\"\\]*\"|'[^'\\]*'|[\"'\\{}\[\]()]")
_INSIDE = {'"': re.compile(r"[\"\\]"), "'": re.compile(r"['\\]")}
_PAIRS = {"{": "}", "[": "]", "(": ")"}
_ELIDED = re.compile(r"\.{3}|…|\[(?:Object|Array)\]")
# Signs that broken text was meant to be a chunk, and is worth a report.
_MEANT = re.compile(
    r"[\"'](?:choices|delta|candidates|content_block|logprobs|finish_reason|chatcmpl-)|chat\.completion"
)
# The parts of a chunk with readable content. An elision in one of them loses content.
_CONTENT = frozenset(
    {
        "choices",
        "delta",
        "message",
        "candidates",
        "content",
        "content_block",
        "output",
        "item",
        "part",
        "response",
        "text",
        "token",
    }
)


@dataclass(frozen=True, slots=True)
class Document:
    """A document found: its `value` (None if it cannot be used), its text on one line, and what had to be done.

    `state`: `whole` (JSON as it stands), `repaired`, `hard-wrapped`, `elided` (parts of its content are left out),
    `cut` (it ends in the middle or is not JSON). `message` are the liberties in words, `lines` those that it took.
    """

    value: Any
    text: str
    state: str
    message: str = ""
    lines: tuple[Line, ...] = ()

    @property
    def meant(self) -> bool:
        """Whether what cannot be used was meant to be a chunk, and is not just any text with a bracket in it."""
        return _MEANT.search(self.text) is not None


class Brackets:
    """Counts the brackets of a text that comes line by line; strings are skipped, also those that run on."""

    def __init__(self, python: bool) -> None:
        self._outside = _OUTSIDE_PYTHON if python else _OUTSIDE
        self._open: list[str] = []
        self._quote = ""
        self._escaped = False

    def feed(self, text: str) -> int | None:
        """Return the place after the bracket that closes the first one, or None. -1: brackets that do not match."""
        position = 0
        if self._escaped:
            position, self._escaped = 1, False
        while match := (_INSIDE[self._quote] if self._quote else self._outside).search(text, position):
            mark, position = match[0], match.end()
            if mark[0] == "\\":
                self._escaped = position >= len(text)
                position += 1
            elif mark[0] in "\"'":
                if len(mark) == 1:
                    self._quote = "" if self._quote else mark
            elif mark in _PAIRS:
                self._open.append(_PAIRS[mark])
            elif not self._open or self._open.pop() != mark:
                return -1
            elif not self._open:
                return position
        return None

    @property
    def in_string(self) -> bool:
        """Whether the text so far ends inside a string."""
        return bool(self._quote)


def take(first: Line, lines: Lines) -> Document:
    """Return the document that starts in `first.payload`, read on from `lines` as far as it goes.

    What follows the document on its last line is put back. Where no document comes of it, all lines that may be of use
    to others are put back.
    """
    text = first.payload.strip()
    if (whole := _whole(text)) is not None:
        return Document(whole, text, "whole", lines=(first,))
    text = text.lstrip("[,( ") if text[:1] in "[,(" else text
    brackets = Brackets(python=_is_python(text))
    taken, parts = [first], [text]
    end = brackets.feed(text)
    size = len(text)
    while end is None and len(taken) < _MOST_LINES and size < min(_MOST_CHARACTERS, lines.patience):
        line = next(lines, None)
        if line is None:
            break
        if _stops(first, line, brackets.in_string):
            lines.put_back([line])
            break
        taken.append(line)
        parts.append(line.text)
        size += len(line.text) + _LINE_COSTS
        end = brackets.feed(line.text)
    document = _read(taken, parts, end, lines)
    if document.value is None:
        lines.patience -= size + _FAILURE_COSTS
    return document


def _read(taken: list[Line], parts: list[str], end: int | None, lines: Lines) -> Document:
    rest = ""
    if end is not None and end >= 0:
        rest = parts[-1][end:].strip().lstrip(",;])} ")
        parts[-1] = parts[-1][:end]
    document = _joined(parts, patient=lines.patience > 0)
    if document is None:
        shown = " ".join(part.strip() for part in parts)
        # A field's value ends with its block, a chunk with its bracket; of other text only the first line is certain.
        whole = taken[0].kind == "data" and len(taken) <= _MOST_CUT_LINES
        whole = whole or (end is not None and _MEANT.search(shown) is not None)
        if not whole:
            lines.put_back(taken[1:])
            shown = parts[0]
        kept = tuple(taken if whole else taken[:1])
        return Document(None, shown, "elided" if _ELIDED.search(shown) else "cut", lines=kept)
    if rest:
        lines.put_back(dissect(rest, taken[-1].number, taken[-1].stamp))
    value, text, state, message = document
    return Document(value, text, state, message, tuple(taken))


def _joined(parts: list[str], *, patient: bool) -> tuple[Any, str, str, str] | None:
    """Value, text on one line, state and liberties of the lines put together in the first way that gives a value.

    Without patience, only what is JSON is a value.
    """
    text = "\n".join(parts)
    if (value := _whole(text)) is not None:
        return value, _on_one_line(parts), "whole", ""
    wrapped = "".join(parts)
    if len(parts) > 1 and (value := _whole(wrapped)) is not None:
        return (
            value,
            wrapped,
            "hard-wrapped",
            f"wrapped over {len(parts)} lines; spaces at the wraps may be lost or added",
        )
    for candidate in dict.fromkeys((text, wrapped)) if patient else ():
        mended = mend(candidate)
        if mended is not None and isinstance(mended.value, dict | list):
            if any(path == ("...",) or path[0] in _CONTENT for path in mended.elided):
                return None
            message = list(mended.liberties)
            message += [f"{'.'.join(path)} is left out" for path in mended.elided]
            return mended.value, mended.json, "repaired", ", ".join(message) or "no valid JSON"
    return None


def _whole(text: str) -> Any:
    """Return the object or array that a text is, or None."""
    if text[:1] not in ("{", "[") or text.rstrip()[-1:] not in ("}", "]"):
        return None
    value = loads(text.encode("utf-8", "surrogateescape"))
    return value if isinstance(value, dict | list) else None


def _on_one_line(parts: list[str]) -> str:
    """Return valid JSON on one line. Its strings hold no line feed, so what is between its lines is white space."""
    return "".join(part.strip() for part in parts)


def _is_python(text: str) -> bool:
    return text[:1] != "{" or text[1:].lstrip()[:1] == "'"


def _stops(first: Line, line: Line, in_string: bool) -> bool:
    """Return whether this line is certainly no part of the document that is open."""
    if line.kind in ("data", "event", "done", "fence"):
        return True
    if line.kind == "blank":
        return first.kind == "data" or in_string
    if line.kind != "open" or in_string or line.text[:1] != "{":
        return False
    return ('"choices"' in line.text or '"type"' in line.text) and _whole(line.text.strip()) is not None
