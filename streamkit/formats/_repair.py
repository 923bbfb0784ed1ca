"""Read damaged JSON leniently and report every deviation.

Python dicts and the reprs of SDK objects, single and curly quotes, trailing commas, comments, bare keys, and places
where an author wrote `...`. One linear pass with limited depth; the result is None for anything else.
"""

from __future__ import annotations

import json
import re
from dataclasses import field
from typing import Any

import orjson

from streamkit.frozen import dataclass

_DEPTH = 64
_SPACE = re.compile(r"[\s\ufeff]+")
_NO_SPACE = re.compile(r"[^\s\ufeff/#]")
_SURROGATE = re.compile("[\ud800-\udfff]")
# Most strings and numbers, each in one step: those without a prefix, an escape, a curly quote.
_PLAIN_STRING = re.compile(r"'([^'\\\n\ud800-\udfff]*)'|\"([^\"\\\n\ud800-\udfff]*)\"")
_COMMENT = re.compile(r"(?://|#)[^\n]*|/\*.*?\*/", re.DOTALL)
_ELISION = re.compile(r"\.{3,}|…+|\[(?:Object|Array|Circular[^\]]{0,9})\]")
_NUMBER = re.compile(r"[-+]?\d+(\.\d*)?([eE][-+]?\d+)?(?![\w.])")
_WORD = re.compile(r"[A-Za-z_$][\w$]*(?:\.[A-Za-z_]\w*)*")
_ENUM = re.compile(r"<[A-Za-z_][\w.]*: ")
_LITERAL = re.compile(r"(?:[bruBRU]{1,2}(?=['\"]))?(['\"“”‘’])")
_PLAIN = {quote: re.compile(rf"[^\\{quote}\n]*") for quote in ("'", '"', "”“", "’‘")}
_ESCAPE = re.compile(r"\\(u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8}|x[0-9a-fA-F]{2}|.)", re.DOTALL)
_ESCAPES = {"n": "\n", "t": "\t", "r": "\r", "b": "\b", "f": "\f", "0": "\0", "a": "\a", "v": "\v"}
_WORDS = {"true": True, "false": False, "null": None, "True": True, "False": False, "None": None, "undefined": None}

# The `repr` of nearly every chunk: only these tokens, none of which has another meaning in JSON.
# A greedy group keeps a state for each repetition, so a match ends after some; a possessive one would not, but Python
# before 3.11.5 mismatches those.
_TOKENS = re.compile(
    r"(?:'[^'\"\\\x00-\x1f\ud800-\udfff]*+'|\"[^\"\\\x00-\x1f\ud800-\udfff]*+\"|True|False|None"
    r"|-?\d{1,15}(?:\.\d{1,15})?(?![\w.])|[{}\[\],: ]++){1,256}"
)
_OF_PYTHON = re.compile(r"\"[^\"]*\"|'([^']*)'|True|False|None")
_JSON_WORDS = {"True": "true", "False": "false", "None": "null"}

# Fields that are null on the wire in every chunk; other fields of a printed SDK object that are None were absent.
_NULL_ON_THE_WIRE = frozenset({"finish_reason", "stop_reason", "stop_sequence"})
_ELIDED = object()


@dataclass(frozen=True, slots=True)
class Repaired:
    """A value that was read leniently: `liberties` describes each deviation, `elided` are the paths at which something is left out."""

    value: Any
    liberties: tuple[str, ...]
    elided: tuple[tuple[str, ...], ...]

    @property
    def json(self) -> str:
        """The value as JSON on one line."""
        return compact_json(self.value)


def repair(text: str) -> Repaired | None:
    """Return the value of `text`, or None. Never raises."""
    if (printed := _printed(text)) is not None:
        return printed
    reader = _Reader(text)
    try:
        value = reader.value((), 0)
        reader.space()
    except _CannotMendError:
        return None
    if value is _ELIDED or reader.position < len(text):
        return None
    return Repaired(value, tuple(reader.liberties), tuple(reader.elided))


def _printed(text: str) -> Repaired | None:
    """Return what `repair` returns for a dict as printed by Python, five times as fast; None for everything else."""
    if not _is_plain(text) or text.count("{") + text.count("[") > _DEPTH:
        return None
    liberties: dict[str, None] = {}

    def as_json(match: re.Match[str]) -> str:
        if match[0][0] == '"':
            return match[0]
        if match[1] is not None:
            liberties["single quotes"] = None
            return f'"{match[1]}"'
        liberties["the words of Python or JavaScript"] = None
        return _JSON_WORDS[match[0]]

    try:
        value = orjson.loads(_OF_PYTHON.sub(as_json, text))
    except orjson.JSONDecodeError:
        return None
    return Repaired(value, tuple(liberties), ())


def _is_plain(text: str) -> bool:
    """Return whether a text starts like an object and consists of `_TOKENS` only."""
    if not text.startswith("{"):
        return False
    at = 0
    while at < len(text) and (tokens := _TOKENS.match(text, at)):
        at = tokens.end()
    return at == len(text)


def literal(text: str, position: int = 0) -> tuple[str, int] | None:
    """Return the string literal (of Python or JSON) at `position` and where it ends, or None."""
    reader = _Reader(text, position)
    try:
        return reader.string(), reader.position
    except _CannotMendError:
        return None


def compact_json(value: Any) -> str:
    """Return compact JSON that encodes as UTF-8 whatever is in it."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return text if text.isascii() or not _has_surrogates(text) else json.dumps(value, separators=(",", ":"))


def _has_surrogates(text: str) -> bool:
    return not text.isascii() and _SURROGATE.search(text) is not None


class _CannotMendError(Exception):
    """The text is not a value, even if read leniently."""


@dataclass(slots=True)
class _Reader:
    text: str
    position: int = 0
    liberties: dict[str, None] = field(default_factory=dict)
    elided: list[tuple[str, ...]] = field(default_factory=list)

    def space(self) -> None:
        """Skip white space and comments."""
        while not _NO_SPACE.match(self.text, self.position):
            if match := _SPACE.match(self.text, self.position):
                self.position = match.end()
            elif match := _COMMENT.match(self.text, self.position):
                self.took("comments")
                self.position = match.end()
            else:
                return

    def took(self, liberty: str) -> None:
        """Note a deviation, once."""
        self.liberties[liberty] = None

    def next(self) -> str:
        """Return the next character that is not a space, or the empty string."""
        self.space()
        return self.text[self.position : self.position + 1]

    def value(self, path: tuple[str, ...], depth: int) -> Any:
        """Return the value here, or `_ELIDED`."""
        if depth > _DEPTH:
            raise _CannotMendError
        start = self.next()
        if match := _ELISION.match(self.text, self.position):
            self.position = match.end()
            self.elided.append(path)
            return _ELIDED
        if start == "{":
            return self.members(path, depth, "}", ":")
        if start in ("[", "("):
            return self.elements(path, depth, "]" if start == "[" else ")")
        if _LITERAL.match(self.text, self.position):
            return self.string()
        if match := _NUMBER.match(self.text, self.position):
            self.position = match.end()
            return self.number(match)
        if match := _ENUM.match(self.text, self.position):
            return self.enum(match, path, depth)
        if match := _WORD.match(self.text, self.position):
            return self.word(match, path, depth)
        raise _CannotMendError

    def members(self, path: tuple[str, ...], depth: int, close: str, between: str) -> dict[str, Any]:
        """Key and value pairs up to `close`; the opening bracket is the next character."""
        self.position += 1
        found: dict[str, Any] = {}
        while (start := self.next()) != close:
            if match := _ELISION.match(self.text, self.position):
                self.position = match.end()
                self.elided.append((*path, "..."))
                self.separator(close, needed=False)
                continue
            key = self.key(start, between)
            if self.next() != between:
                raise _CannotMendError
            self.position += 1
            value = self.value((*path, key), depth + 1)
            if value is not _ELIDED:
                found[key] = value
            self.separator(close)
        self.position += 1
        return found

    def key(self, start: str, between: str) -> str:
        """Return a key: a string, or a bare word."""
        if _LITERAL.match(self.text, self.position):
            return self.string()
        match = _WORD.match(self.text, self.position)
        if match is None:
            raise _CannotMendError
        if between == ":":
            self.took("keys without quotes")
        self.position = match.end()
        return match[0]

    def elements(self, path: tuple[str, ...], depth: int, close: str) -> list[Any]:
        """Return the values of a list or tuple; the opening bracket is the next character."""
        self.position += 1
        found: list[Any] = []
        while self.next() != close:
            value = self.value((*path, str(len(found))), depth + 1)
            if value is not _ELIDED:
                found.append(value)
            self.separator(close)
        self.position += 1
        return found

    def separator(self, close: str, *, needed: bool = True) -> None:
        """A comma, or nothing before the closing bracket or an elision."""
        following = self.next()
        if following == ",":
            self.position += 1
            if self.next() == close:
                self.took("a comma before a closing bracket")
        elif following != close and needed and not _ELISION.match(self.text, self.position):
            raise _CannotMendError

    def string(self) -> str:
        """Return the string literal here."""
        if plain := _PLAIN_STRING.match(self.text, self.position):
            self.position = plain.end()
            if plain[1] is None:
                return plain[2]
            self.took("single quotes")
            return plain[1]
        match = _LITERAL.match(self.text, self.position)
        if match is None:
            raise _CannotMendError
        opening = match[1]
        closing = {"“": "”“", "”": "”“", "‘": "’‘", "’": "’‘"}.get(opening, opening)
        if opening == "'":
            self.took("single quotes")
        elif len(closing) > 1:
            self.took("curly quotes")
        prefix = match[0][:-1].lower()
        self.position = match.end()
        pieces = []
        while True:
            stretch = _PLAIN[closing].match(self.text, self.position)
            assert stretch is not None  # it matches the empty string
            pieces.append(stretch[0])
            self.position = stretch.end()
            stopped = self.text[self.position : self.position + 1]
            if stopped and stopped in closing:
                self.position += 1
                break
            escape = _ESCAPE.match(self.text, self.position)
            if stopped != "\\" or escape is None:
                raise _CannotMendError
            pieces.append(escape[0] if "r" in prefix else _unescaped(escape[1]))
            self.position = escape.end()
        text = _paired("".join(pieces))
        return _as_bytes(text) if "b" in prefix else text

    def number(self, match: re.Match[str]) -> int | float:
        """Return a number, of a size that JSON readers take."""
        if len(match[0]) > 400:
            raise _CannotMendError
        if match[1] is None and match[2] is None:
            return int(match[0])
        value = float(match[0])
        if value in (float("inf"), float("-inf")):
            raise _CannotMendError
        return value

    def enum(self, match: re.Match[str], path: tuple[str, ...], depth: int) -> Any:
        """Return `<FinishReason.STOP: 'STOP'>`: the value."""
        self.position = match.end()
        value = self.value(path, depth + 1)
        if self.next() != ">":
            raise _CannotMendError
        self.position += 1
        self.took("a printed SDK object")
        return value

    def word(self, match: re.Match[str], path: tuple[str, ...], depth: int) -> Any:
        """Return a constant, or a printed object: `Choice(index=0)`."""
        self.position = match.end()
        if match[0] in _WORDS:
            if match[0] not in ("true", "false", "null"):
                self.took("the words of Python or JavaScript")
            return _WORDS[match[0]]
        if self.text[self.position : self.position + 1] != "(":
            raise _CannotMendError
        self.took("a printed SDK object")
        fields = self.members(path, depth, ")", "=")
        return {key: value for key, value in fields.items() if value is not None or key in _NULL_ON_THE_WIRE}


def _unescaped(escape: str) -> str:
    if len(escape) > 1:
        code = int(escape[1:], 16)
        return chr(code) if code <= 0x10FFFF else "\ufffd"
    return "" if escape == "\n" else _ESCAPES.get(escape, escape)


def _paired(text: str) -> str:
    """Surrogate pairs, which JSON writes as two escapes, as the character that they are."""
    if not _has_surrogates(text):
        return text
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace") if _only_pairs(text) else text


def _only_pairs(text: str) -> bool:
    return not _LONE.search(text)


_LONE = re.compile("[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]")


def _as_bytes(text: str) -> str:
    """Return a bytes literal's text: its escapes are bytes of UTF-8."""
    try:
        return text.encode("latin-1").decode("utf-8", "surrogateescape")
    except UnicodeEncodeError:
        return text
