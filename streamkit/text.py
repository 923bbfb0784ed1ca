"""Escape untrusted text from streams before it is written to a terminal.

A terminal obeys control characters: ESC sequences move the cursor, OSC 52 writes the clipboard, C1 bytes do the same
in eight bits, and bidirectional controls show a line in another order than it has. `safe_text` turns each of them into
a visible escape. It is called at the one place where a command prints, and nowhere else; JSON and raw output need none.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

# C0 without TAB and LF, DEL, C1, soft hyphen, zero-width and bidirectional controls, line and paragraph separators, BOM,
# interlinear annotations, lone surrogates (which no terminal encoding can carry), two code points that are no characters
# (nor allowed in XML), and tag characters (invisible text).
_CONTROL = (
    "\x00-\x08\x0b-\x1f\x7f-\x9f\u00ad\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb"
    "\ufffe\uffff\ud800-\udfff\U000e0000-\U000e007f"
)
_JOINERS = "\u200c\u200d"
_SELECTORS = "\u180b-\u180d\u180f\ufe00-\ufe0f\U000e0100-\U000e01ef"
_FLAG = "\U0001f3f4"
_TAGS = "\U000e0030-\U000e0039\U000e0061-\U000e007a"
# A flag of a part of a country (Unicode TS 51, emoji tag sequence) is the one lawful use of tag characters.
_SUSPECT = re.compile(
    f"(?P<flag>{_FLAG}[{_TAGS}]{{3,6}}\U000e007f)|(?P<joiner>[{_JOINERS}])|(?P<selector>[{_SELECTORS}])|[{_CONTROL}]"
)
# The end of a piece that only the next piece explains: a joiner waits for what it joins, a flag for its tags.
_UNDECIDED = re.compile(f"(?:[{_JOINERS}](?:{_FLAG}[{_TAGS}]{{0,6}})?|{_FLAG}[{_TAGS}]{{0,6}})\\Z")
_CONTEXT = 8  # characters: the longest sequence that is judged as one
# Where emoji stand (a superset: symbols that no joiner ever follows do no harm here).
_EMOJI = re.compile(
    "[\xa9\xae\u203c\u2049\u20e3\u2122\u2139\u2190-\u21ff\u2300-\u27bf\u2900-\u297f\u2b00-\u2bff\u3030\u303d\u3297\u3299\U0001f000-\U0001faff]"
)
# Each of these takes one column and joins nothing beside it: ASCII, Latin letters, and the punctuation, arrows and lines that
# this program writes itself. A text of them needs no tables.
_NARROW = re.compile("[ -~\xa1-\xac\xae-\u02af\u2010-\u2027\u2030-\u203b\u2190-\u2193\u2500-\u257f]*")
_VIRAMA = 9  # the combining class of signs that ask for a conjunct; a joiner behind one needs nothing after it


_PLAIN = str.maketrans(
    {"−": "-", "–": "-", "…": "...", "→": "->", "·": "-", "µ": "u", "≈": "~", "“": '"', "”": '"', "×": "x", "≤": "<="}
)


def safe_text(text: str) -> str:
    """Return the same text with every character that could move a terminal shown as `\\x1b`, `\\u202e`, …

    Line feeds and tabs stay: a message has lines. Use `one_line` where it must not. Joiners (U+200C, U+200D) between
    letters or emoji and variation selectors behind what they vary are text and stay too.
    """
    return _SUSPECT.sub(_shown, text)


def safe_json(text: str) -> str:
    """Return `safe_text` for JSON text: the same characters as JSON's own escapes, so that what is shown is still that JSON."""
    return _SUSPECT.sub(_shown_in_json, text)


class SafePieces:
    """`safe_text` (or `safe_json`) for a text that comes in pieces: what joins two of them is judged by both."""

    def __init__(self, *, json: bool = False) -> None:
        self._safe = safe_json if json else safe_text
        self._before = self._held = ""

    def feed(self, piece: str) -> str:
        """Return the next piece made safe, without a joiner at its end, which belongs to the piece after it."""
        text = self._held + piece
        undecided = _UNDECIDED.search(text)
        text, self._held = (text[: undecided.start()], undecided.group()) if undecided else (text, "")
        return self._judged(text)

    def close(self) -> str:
        """Return what was held back: nothing comes after it."""
        text, self._held = self._held, ""
        return self._judged(text)

    def _judged(self, text: str) -> str:
        shown = self._safe(self._before + text)[len(self._safe(self._before)) :]
        self._before = (self._before + text)[-_CONTEXT:]
        return shown


def plain(text: str) -> str:
    """Return the same text with the signs that this program itself uses (−, …, →, µ) in ASCII, for a terminal that lacks them."""
    return text if text.isascii() else text.translate(_PLAIN)


def one_line(text: str) -> str:
    """Return `safe_text`, with line feeds and tabs shown as `\\n` and `\\t` too."""
    return safe_text(text).replace("\n", "\\n").replace("\t", "\\t")


def shorten(text: str, room: int) -> str:
    """Return at most `room` terminal columns of `text`, ending in `…` where something was cut."""
    if width(text) <= room:
        return text
    return shorten_to(text, max(room - 1, 0)) + "…"


def shorten_to(text: str, room: int) -> str:
    """Return the longest beginning of `text` that takes at most `room` terminal columns, whole characters as a reader sees them."""
    if _is_narrow(text):
        return text[:room]
    used = position = 0
    for cluster, wide in clusters(text):
        used += wide
        if used > room:
            break
        position += len(cluster)
    return text[:position]


def shorten_from(text: str, room: int) -> str:
    """Return the longest end of `text` that takes at most `room` terminal columns, whole characters as a reader sees them."""
    left = width(text)
    position = 0
    for cluster, wide in clusters(text):
        if left <= room:
            break
        left -= wide
        position += len(cluster)
    return text[position:]


def width(text: str) -> int:
    """Return the terminal columns that `text` takes."""
    return len(text) if _is_narrow(text) else sum(wide for _, wide in clusters(text))


def _is_narrow(text: str) -> bool:
    """Return whether each code point of `text` is a character of one column, so that the tables of wcwidth need not be imported."""
    return text.isascii() or _NARROW.fullmatch(text) is not None


def clusters(text: str) -> Iterator[tuple[str, int]]:
    """Yield the characters of `text` as a reader sees them (UAX 29, extended grapheme clusters), each with its terminal columns.

    A control character, which no text that is printed here holds, counts as one column.
    """
    from wcwidth import iter_graphemes, wcswidth  # large tables, which most text does not need

    for cluster in iter_graphemes(text):
        wide = wcswidth(cluster)
        yield cluster, wide if wide >= 0 else len(cluster)


def columns(character: str) -> int:
    """Terminal columns of one code point: 0 for marks and format characters, 2 for wide ones, else 1 (Unicode TR 11)."""
    if unicodedata.category(character) in ("Mn", "Me", "Cf") or "\u1160" <= character <= "\u11ff":
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1


def _shown(match: re.Match[str]) -> str:
    return match.group() if _is_text(match) else _escape(match.group())


def _shown_in_json(match: re.Match[str]) -> str:
    return match.group() if _is_text(match) else _escape_for_json(match.group())


def _is_text(match: re.Match[str]) -> bool:
    """Return whether a suspect is where writing has it: a flag, a joiner between what it joins, a selector behind its base."""
    if match["flag"]:
        return True
    if not match["joiner"] and not match["selector"]:
        return False
    before = match.string[match.start() - 1 : match.start()]
    if match["selector"]:
        return bool(before) and before.isprintable() and not before.isspace() and columns(before) > 0
    after = match.string[match.end() : match.end() + 1]
    return _joins(before) and (_joins(after) or unicodedata.combining(before) == _VIRAMA)


def _joins(character: str) -> bool:
    """Return whether a joiner may stand beside this: a letter, a digit, a mark or an emoji."""
    return bool(character) and (
        unicodedata.category(character)[0] in "LM" or character.isdecimal() or _EMOJI.match(character) is not None
    )


def _escape(character: str) -> str:
    code = ord(character)
    if code <= 0xFF:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code <= 0xFFFF else f"\\U{code:08x}"


def _escape_for_json(character: str) -> str:
    code = ord(character)
    if code <= 0xFFFF:
        return f"\\u{code:04x}"
    code -= 0x10000
    return f"\\u{0xD800 + (code >> 10):04x}\\u{0xDC00 + (code & 0x3FF):04x}"
