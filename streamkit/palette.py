"""The colors of terminal output: a few roles, each with one style in the terminal's own palette.

A role describes the meaning of a piece of text; one table defines the style of each role. The command line decides whether a
stream gets color.
"""

from __future__ import annotations

from streamkit.frozen import dataclass
from streamkit.patterns import pattern
from streamkit.text import safe_text

# ECMA-48 "select graphic rendition": 1 bold, 2 faint, 3x the eight colors that a theme defines.
_LOOKS = {
    "head": "1",
    "quiet": "2",
    "error": "31",
    "good": "32",
    "warning": "33",
    "info": "34",
    "tool": "35",
    "accent": "36",
}
ROLES = frozenset(_LOOKS)
VERDICTS = {
    "complete": "good",
    "truncated": "warning",
    "not-a-stream": "warning",
    "malformed": "error",
    "error": "error",
}
"""The role of each verdict on a stream."""
_PAINT = pattern(r"(\x1b\[[0-9]*m)")


@dataclass(frozen=True, slots=True)
class Palette:
    """Colors text for one output, or leaves it unchanged if that output has no color."""

    on: bool = False

    def __call__(self, role: str, text: str) -> str:
        """Return `text` in the look of `role`; an empty role is none. Raises KeyError for a role that does not exist."""
        return f"\x1b[{_LOOKS[role]}m{text}\x1b[0m" if self.on and role and text else text


PLAIN = Palette()


def safe_painted(text: str) -> str:
    """Return `safe_text` for text that a `Palette` has painted: its colors stay, every other control is shown."""
    pieces = _PAINT.split(text)
    pieces[::2] = map(safe_text, pieces[::2])
    return "".join(pieces)


def unpainted(text: str) -> str:
    """Return the text without the colors of a `Palette`, for measuring it."""
    return _PAINT.sub("", text)
