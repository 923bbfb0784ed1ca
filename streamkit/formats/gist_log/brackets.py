"""Find JSON documents that extend over several lines of a log by their brackets, then join and parse them."""

from __future__ import annotations

import re
from typing import Any

from streamkit.formats._documents import loads
from streamkit.formats._repair import repair
from streamkit.formats.gist_log.lines import Lines, LogLine, dissect
from streamkit.frozen import dataclass

_MOST_LINES = 5000
_MOST_CHARACTERS = 4 << 20
_MOST_CUT_LINES = 40
# The cost of an attempt in addition to its characters, subtracted from the patience of the lines.
_LINE_COSTS = 40
_FAILURE_COSTS = 500
# A complete string without escapes is one step; of any other string, the quotation mark is.
_OUTSIDE = re.compile(r"\"[^\"\\]*\"|[\"\\{}\[\]()]")
_OUTSIDE_PYTHON = re.compile(r"\"[^\"\\]*\"|'[^'\\]*'|[\"'\\{}\[\]()]")
_INSIDE = {'"': re.compile(r"[\"\\]"), "'": re.compile(r"['\\]")}
_PAIRS = {"{": "}", "[": "]", "(": ")"}
_ELIDED = re.compile(r"\.{3}|…|\[(?:Object|Array)\]")
# Text that marks an invalid document as a chunk, so that it is reported.
_MEANT = re.compile(
    r"[\"'](?:choices|delta|candidates|content_block|logprobs|finish_reason|chatcmpl-)|chat\.completion"
)
# The fields of a chunk that hold readable content. An elision in one of them loses content.
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
class ParsedDocument:
    """A document: its `value` (None if unusable), its text on one line, and how it was repaired.

    `state`: `whole` (valid JSON), `repaired`, `hard-wrapped`, `elided` (parts of its content are left out), `cut` (it ends
    in the middle or is not JSON). `message` describes the repairs; `lines` are the lines that the document takes up.
    """

    value: Any
    text: str
    state: str
    message: str = ""
    lines: tuple[LogLine, ...] = ()

    @property
    def meant(self) -> bool:
        """Whether an unusable document was probably a chunk, and not just text that contains a bracket."""
        return _MEANT.search(self.text) is not None


class Brackets:
    """Counts the brackets of a text that is fed line by line, skipping strings, also those of several lines."""

    def __init__(self, python: bool) -> None:
        self._outside = _OUTSIDE_PYTHON if python else _OUTSIDE
        self._open: list[str] = []
        self._quote = ""
        self._escaped = False

    def feed(self, text: str) -> int | None:
        """Return the offset after the bracket that closes the first one, None if there is none yet, -1 if brackets do not match."""
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


def take(first: LogLine, lines: Lines) -> ParsedDocument:
    """Return the document that starts in `first.payload` and continues in `lines`.

    Text after the document on its last line is put back. If the lines are not a document, all that other readers may use
    are put back.
    """
    text = first.payload.strip()
    if (whole := _whole(text)) is not None:
        return ParsedDocument(whole, text, "whole", lines=(first,))
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


def _read(taken: list[LogLine], parts: list[str], end: int | None, lines: Lines) -> ParsedDocument:
    rest = ""
    if end is not None and end >= 0:
        rest = parts[-1][end:].strip().lstrip(",;])} ")
        parts[-1] = parts[-1][:end]
    document = _joined(parts, patient=lines.patience > 0)
    if document is None:
        shown = " ".join(part.strip() for part in parts)
        # A field's value ends with its block and a chunk with its bracket; of other text, only the first line is certain.
        whole = taken[0].kind == "data" and len(taken) <= _MOST_CUT_LINES
        whole = whole or (end is not None and _MEANT.search(shown) is not None)
        if not whole:
            lines.put_back(taken[1:])
            shown = parts[0]
        kept = tuple(taken if whole else taken[:1])
        return ParsedDocument(None, shown, "elided" if _ELIDED.search(shown) else "cut", lines=kept)
    if rest:
        lines.put_back(dissect(rest, taken[-1].number, taken[-1].stamp))
    value, text, state, message = document
    return ParsedDocument(value, text, state, message, tuple(taken))


def _joined(parts: list[str], *, patient: bool) -> tuple[Any, str, str, str] | None:
    """Return the value, the text on one line, the state and the repairs, from the first way of joining the lines that works.

    If not `patient`, only valid JSON is a value.
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
        repaired = repair(candidate)
        if repaired is not None and isinstance(repaired.value, dict | list):
            if any(path == ("...",) or path[0] in _CONTENT for path in repaired.elided):
                return None
            message = list(repaired.liberties)
            message += [f"{'.'.join(path)} is left out" for path in repaired.elided]
            return repaired.value, repaired.json, "repaired", ", ".join(message) or "not valid JSON"
    return None


def _whole(text: str) -> Any:
    """Parse the text as an object or an array; return None if it is neither."""
    if text[:1] not in ("{", "[") or text.rstrip()[-1:] not in ("}", "]"):
        return None
    value = loads(text.encode("utf-8", "surrogateescape"))
    return value if isinstance(value, dict | list) else None


def _on_one_line(parts: list[str]) -> str:
    """Return valid JSON on one line. Its strings cannot contain a line feed, so all line breaks are whitespace."""
    return "".join(part.strip() for part in parts)


def _is_python(text: str) -> bool:
    return text[:1] != "{" or text[1:].lstrip()[:1] == "'"


def _stops(first: LogLine, line: LogLine, in_string: bool) -> bool:
    """Return whether this line certainly does not belong to the open document."""
    if line.kind in ("data", "event", "done", "fence"):
        return True
    if line.kind == "blank":
        return first.kind == "data" or in_string
    if line.kind != "open" or in_string or line.text[:1] != "{":
        return False
    return ('"choices"' in line.text or '"type"' in line.text) and _whole(line.text.strip()) is not None
