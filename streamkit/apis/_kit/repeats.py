"""Distinguish a delta that was sent twice from text that legitimately repeats.

A model does not write the same long text of several words twice in a row.
"""

from __future__ import annotations

_LENGTH = 20
_WORDS = 3


def repeats(text: object) -> bool:
    """Return whether repeating `text` means that it was sent twice: at least 20 characters with 3 distinct words, which
    excludes rulers, table rows and laughter."""
    return isinstance(text, str) and len(text) >= _LENGTH and len(set(text.split())) >= _WORDS
