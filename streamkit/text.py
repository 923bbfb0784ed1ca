"""Text that came from a stream is untrusted: it is made visible before a terminal sees it.

A terminal obeys control characters: ESC sequences move the cursor, OSC 52 writes the clipboard, C1 bytes do the same
in eight bits, and bidirectional controls show a line in another order than it has. `safe_text` turns each of them into
a visible escape. It is called at the one place where a command prints, and nowhere else; JSON and raw output need none.
"""

from __future__ import annotations

import re
import unicodedata

# C0 without TAB and LF, DEL, C1, zero-width and bidirectional controls, line and paragraph separators, BOM,
# lone surrogates (which no terminal encoding can carry), two code points that are no characters (nor allowed in XML), and
# tag characters (invisible text).
_UNSAFE = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ufffe\uffff\ud800-\udfff\U000e0000-\U000e007f]"
)


_PLAIN = str.maketrans(
    {"−": "-", "–": "-", "…": "...", "→": "->", "·": "-", "µ": "u", "≈": "~", "“": '"', "”": '"', "×": "x", "≤": "<="}
)


def safe_text(text: str) -> str:
    """The same text with every character that could move a terminal shown as `\\x1b`, `\\u202e`, …

    Line feeds and tabs stay: a message has lines. Use `one_line` where it must not.
    """
    return _UNSAFE.sub(_escape, text)


def safe_json(text: str) -> str:
    """`safe_text` for JSON text: the same characters as JSON's own escapes, so that what is shown is still that JSON."""
    return _UNSAFE.sub(_escape_for_json, text)


def plain(text: str) -> str:
    """The same text with the signs that this program itself uses (−, …, →, µ) in ASCII, for a terminal that lacks them."""
    return text if text.isascii() else text.translate(_PLAIN)


def one_line(text: str) -> str:
    """`safe_text`, with line feeds and tabs shown as `\\n` and `\\t` too."""
    return safe_text(text).replace("\n", "\\n").replace("\t", "\\t")


def shorten(text: str, width: int) -> str:
    """At most `width` terminal columns of `text`, ending in `…` where something was cut."""
    if text.isascii():
        return text if len(text) <= width else text[: max(width - 1, 0)] + "…"
    used = 0
    for position, character in enumerate(text):
        used += columns(character)
        if used > width:
            return shorten_to(text[:position], width - 1) + "…"
    return text


def shorten_to(text: str, width: int) -> str:
    """The longest beginning of `text` that takes at most `width` terminal columns."""
    used = 0
    for position, character in enumerate(text):
        used += columns(character)
        if used > width:
            return text[:position]
    return text


def columns(character: str) -> int:
    """Terminal columns of one character: 0 for combining marks, 2 for wide ones, else 1 (Unicode TR 11)."""
    if unicodedata.combining(character):
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1


def _escape(match: re.Match[str]) -> str:
    code = ord(match.group())
    if code <= 0xFF:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code <= 0xFFFF else f"\\U{code:08x}"


def _escape_for_json(match: re.Match[str]) -> str:
    code = ord(match.group())
    if code <= 0xFFFF:
        return f"\\u{code:04x}"
    code -= 0x10000
    return f"\\u{0xD800 + (code >> 10):04x}\\u{0xDC00 + (code & 0x3FF):04x}"
