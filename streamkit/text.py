"""Escape untrusted text from streams before it is written to a terminal.

Terminals interpret control characters: ESC sequences move the cursor, OSC 52 writes the clipboard, C1 bytes do the same
in eight bits, and bidirectional controls change the visible order of a line. `safe_text` replaces each of them with
a visible escape. It is called only where a command prints; JSON and raw output do not need it.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

from streamkit.patterns import pattern

# C0 without TAB and LF, DEL, C1, soft hyphen, zero-width and bidirectional controls, line and paragraph separators, BOM,
# interlinear annotations, lone surrogates (which no terminal encoding can carry), two noncharacters
# (not allowed in XML either), and tag characters (invisible text).
_CONTROL = (
    "\x00-\x08\x0b-\x1f\x7f-\x9f\u00ad\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb"
    "\ufffe\uffff\ud800-\udfff\U000e0000-\U000e007f"
)
_JOINERS = "\u200c\u200d"
_SELECTORS = "\u180b-\u180d\u180f\ufe00-\ufe0f\U000e0100-\U000e01ef"
_FLAG = "\U0001f3f4"
_TAGS = "\U000e0030-\U000e0039\U000e0061-\U000e007a"
# The only valid use of tag characters is the flag of a subdivision (Unicode TS 51, emoji tag sequence).
_SUSPECT = pattern(
    f"(?P<flag>{_FLAG}[{_TAGS}]{{3,6}}\U000e007f)|(?P<joiner>[{_JOINERS}])|(?P<selector>[{_SELECTORS}])|[{_CONTROL}]"
)
# What every match of _SUSPECT contains. A set of characters is found ten times as fast as one of several expressions.
_IN_SUSPECT = pattern(f"[{_JOINERS}{_SELECTORS}{_CONTROL}]")
# The end of a piece that depends on the next piece: a joiner on the character after it, a flag on its tags.
_UNDECIDED = pattern(f"(?:[{_JOINERS}](?:{_FLAG}[{_TAGS}]{{0,6}})?|{_FLAG}[{_TAGS}]{{0,6}})\\Z")
_CONTEXT = 8  # characters: the longest sequence that is evaluated as a whole
# A superset of the emoji; symbols that no joiner ever follows do no harm here.
_EMOJI = pattern(
    "[\xa9\xae\u203c\u2049\u20e3\u2122\u2139\u2190-\u21ff\u2300-\u27bf\u2900-\u297f\u2b00-\u2bff\u3030\u303d\u3297\u3299\U0001f000-\U0001faff]"
)
# Each of these takes one column and does not combine with others: ASCII, Latin letters, and the punctuation, arrows and lines
# that this program writes. Text that consists of them needs no tables.
_NARROW = pattern("[ -~\xa1-\xac\xae-\u02af\u2010-\u2027\u2030-\u203b\u2190-\u2193\u2500-\u257f]*")
_COMMAND = pattern(r"##(?=\[|vso\[)", re.IGNORECASE)
_VIRAMA = 9  # the combining class of signs that form a conjunct; a joiner after one needs no character after it


_PLAIN = str.maketrans(
    {"−": "-", "–": "-", "…": "...", "→": "->", "·": "-", "µ": "u", "≈": "~", "“": '"', "”": '"', "×": "x", "≤": "<="}
)


def safe_text(text: str) -> str:
    """Return the text with every character that could control a terminal shown as `\\x1b`, `\\u202e`, …

    Line feeds and tabs are kept; use `one_line` for text that must be one line. Joiners (U+200C, U+200D) between
    letters or emoji, and variation selectors after their base characters, are text and kept too.
    """
    return text if _is_plain(text) else _SUSPECT.sub(_shown, text)


def needs_no_escape(text: str) -> bool:
    """Return whether `safe_text` returns the text unchanged, because it has no character that it could escape."""
    return _is_plain(text) or _IN_SUSPECT.search(text) is None


def _is_plain(text: str) -> bool:
    """Return whether text is printable ASCII, shortened or not. Most is; it needs no expression, which takes a while to compile."""
    return text.isprintable() and text.replace("…", "").isascii()


def safe_json(text: str) -> str:
    """Return JSON text with the same characters as JSON escapes, so that the result is still equivalent JSON."""
    return text if needs_no_escape(text) else _SUSPECT.sub(_shown_in_json, text)


class SafePieces:
    """Applies `safe_text` (or `safe_json`) to text that arrives in pieces; sequences across two pieces are evaluated as a whole."""

    def __init__(self, *, json: bool = False) -> None:
        self._safe = safe_json if json else safe_text
        self._before = self._held = ""

    def feed(self, piece: str) -> str:
        """Return the next piece, escaped, except for a sequence at its end that the following piece may complete."""
        text = self._held + piece
        undecided = _UNDECIDED.search(text)
        text, self._held = (text[: undecided.start()], undecided.group()) if undecided else (text, "")
        return self._judged(text)

    def close(self) -> str:
        """Return what was held back, at the end of the text."""
        text, self._held = self._held, ""
        return self._judged(text)

    def _judged(self, text: str) -> str:
        shown = self._safe(self._before + text)[len(self._safe(self._before)) :]
        self._before = (self._before + text)[-_CONTEXT:]
        return shown


def to_ascii(text: str) -> str:
    """Return the text with the symbols that this program uses (−, …, →, µ) in ASCII, for terminals without them."""
    return text if text.isascii() else text.translate(_PLAIN)


def one_line(text: str) -> str:
    """Return `safe_text`, with line feeds and tabs shown as `\\n` and `\\t` too."""
    return safe_text(text).replace("\n", "\\n").replace("\t", "\\t")


def without_commands(text: str) -> str:
    """Break up the commands that a runner of GitHub Actions or Azure Pipelines executes wherever they are in a line of its log
    (`##[error]`, `##vso[…]`) with a space between the two signs."""
    return _COMMAND.sub("# #", text) if "##" in text else text


def counted(number: int, noun: str) -> str:
    """Return `1 frame`, `1,234 frames`."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def shorten(text: str, room: int) -> str:
    """Shorten `text` to at most `room` terminal columns, ending in `…` if anything was removed."""
    if width(text) <= room:
        return text
    return shorten_to(text, max(room - 1, 0)) + "…"


def shorten_to(text: str, room: int) -> str:
    """Return the longest prefix of `text` that takes at most `room` terminal columns, without splitting grapheme clusters."""
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
    """Return the longest suffix of `text` that takes at most `room` terminal columns, without splitting grapheme clusters."""
    left = width(text)
    position = 0
    for cluster, wide in clusters(text):
        if left <= room:
            break
        left -= wide
        position += len(cluster)
    return text[position:]


def width(text: str) -> int:
    """Return the number of terminal columns that `text` takes."""
    return len(text) if _is_narrow(text) else sum(wide for _, wide in clusters(text))


def _is_narrow(text: str) -> bool:
    """Return whether each code point of `text` takes one column, so that the tables of wcwidth are not needed."""
    return text.isascii() or _NARROW.fullmatch(text) is not None


def clusters(text: str) -> Iterator[tuple[str, int]]:
    """Yield the extended grapheme clusters of `text` (UAX 29), each with its number of terminal columns.

    A control character counts as one column; printed text contains none.
    """
    from wcwidth import iter_graphemes, wcswidth  # large tables, which most text does not need

    for cluster in iter_graphemes(text):
        wide = wcswidth(cluster) if cluster != "\0" else 1  # NUL, which wcwidth counts as no column
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
    """Return whether a character is used as intended: a flag, a joiner between characters that it joins, a selector after its base."""
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
    """Return whether a joiner may be next to this character: a letter, a digit, a mark or an emoji."""
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
