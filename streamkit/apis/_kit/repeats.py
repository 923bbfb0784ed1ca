"""Whether a text that comes twice in a row was sent twice: a long one, of several words, no model writes twice so."""

from __future__ import annotations

_LENGTH = 20
_WORDS = 3


def repeats(text: object) -> bool:
    """Whether a text is long enough to tell; rulers, tables and laughter are not."""
    return isinstance(text, str) and len(text) >= _LENGTH and len(set(text.split())) >= _WORDS
