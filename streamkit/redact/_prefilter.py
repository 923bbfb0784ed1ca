"""A cheap test that clears nearly every frame: it contains no secret and no beginning of one.

The frame is searched backwards. From the closing quotation mark of a string value, one walk through a trie then tells whether
the value ends in the beginning of a secret; and every shape is searched for by the rarest character of its prefix, which
`re` finds many times faster than it can try patterns at every byte.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from typing import NamedTuple

from streamkit.redact._patterns import PREFIX_STARTS, SHORTEST_PREFIXES, trie_pattern
from streamkit.redact._strings import UNJOINED_FIELDS
from streamkit.redact.known_secrets import PASSWORD

# Characters by frequency in streams, the most common last; characters that are not listed are rarer.
_COMMON = "~=VLGJKZMTSCBPRINYFOHUWDEXAxz0123456789qjvbk.:/-_ywgphmfdculrinsaote "
_HEX = "[0-9A-Fa-f]"
# The boundary before a secret, reversed, and before `\uXXXX` escapes are undone.
_BOUNDARY = rf"(?:(?![A-Za-z0-9])|(?=[bfnrt][\\\x1c])|(?={_HEX}{{2}}%)|(?={_HEX}{{4}}u\\))"


def _inside_patterns() -> Iterator[str]:
    """Yield patterns, for reversed frames, of the prefix or mark of a secret, and of an escaped ASCII character.

    Each starts with a single literal character, so that `re` searches for that before it tries the pattern.
    """
    groups: dict[str, dict[str, list[str]]] = {}
    for prefix in SHORTEST_PREFIXES:
        word = prefix[::-1]
        # The last character if it is a separator, otherwise the rarest one with the text before it in reading order here.
        place = 0 if word[0] in "-_.=~" else min(range(len(word)), key=lambda index: _COMMON.find(word[index]))
        groups.setdefault(word[place], {}).setdefault(word[:place], []).append(word[place + 1 :])
    for character in sorted(groups, key=_COMMON.find, reverse=True):
        patterns = []
        for seen, words in groups[character].items():
            behind = f"(?<={re.escape(seen + character)})" if seen else ""
            patterns.append(f"{behind}{trie_pattern(words, every=True)}{_BOUNDARY}")
        yield f"{re.escape(character)}(?:{'|'.join(patterns)})"
    yield r"\.(?=[A-Za-z0-9_-]{6}\.[A-Za-z0-9_-]{23})"
    yield from (f"{letter}(?<=[wxyz0-5][AEIMQUYcgk][DTjz]{letter}){_BOUNDARY}" for letter in "MNO")
    yield rf"@(?={PASSWORD}{{3,192}}/[/\\]*:)"
    yield rf"\\(?<={_HEX}[2-7]00u\\)"
    yield r"J(?<=9JQQJ)"
    yield "A:"
    yield "~Q"


def _string_end_pattern() -> str:
    """Return the pattern, for reversed frames, of a string value that ends in the beginning of a secret or in part of an escape.

    Fields in UNJOINED_FIELDS are excluded.
    """
    beginnings = [
        trie_pattern(sorted(word[::-1] for word in PREFIX_STARTS), every=True) + _BOUNDARY,
        f"[0-9]{{1,10}}{_BOUNDARY}",
        r"[/\\]*:[A-Za-z0-9]",
        rf"{PASSWORD}{{0,192}}/[/\\]*:",
        "(?=[a-z0-9]*[A-Z])(?=[A-Z0-9]*[a-z])(?=[A-Za-z]*[0-9])[A-Za-z0-9]{20}",
        "Q[0-9]",
        f"[AEIMQUYcgk]?[DTjz]?[MNO]{_BOUNDARY}",
        r"(?:\\\\)+(?!\\)",
        rf"{_HEX}{{0,3}}u\\",
    ]
    # The letter of an escape at the end of a value does not count as a letter.
    value = r'"(?<![:A-Za-z0-9]")(?![bfnrt]\\(?:\\\\)*(?!\\))'
    unjoined = "|".join(sorted(name.decode()[::-1] for name in UNJOINED_FIELDS))
    return rf'{value}(?:{"|".join(beginnings)})(?![^"\\]*"\s*:\s*"(?:{unjoined})"(?!\\))'


_NUMBER = re.compile(rb"[0-9]+")
# Characters. The shortest secret is a password in a URL (`a://:abc@`).
_MIN_SECRET = 8
_MAX_PREFIXES = 4  # common prefixes that are kept: a stream has a few kinds of events
_MAX_COMPARISONS = 64  # comparisons of consecutive frames per stream
_MIN_REST = 40  # bytes after the known prefix from which a comparison may pay off
_MIN_PREFIX = 24  # bytes of a common prefix worth keeping
Hit = tuple[int, int]  # the span of a frame that may contain or begin a secret
NO_HITS: list[Hit] = []


# Each of these takes several milliseconds to compile, and few commands need both.
@cache
def _reversed_suspect() -> re.Pattern[bytes]:
    """Return the pattern that `Prefilter` searches for in reversed frames."""
    return re.compile("|".join([_string_end_pattern(), *_inside_patterns()]).encode())


@cache
def _reversed_secret() -> re.Pattern[str]:
    """Return the pattern that `may_contain_secret` searches for in reversed texts."""
    return re.compile("|".join(_inside_patterns()))


def may_contain_secret(text: str) -> bool:
    """Return whether a text may contain a secret. A beginning at its very end is not reported."""
    return len(text) >= _MIN_SECRET and _reversed_secret().search(text[::-1]) is not None


class Prefilter:
    """Test the frames of one body. A prefix shared with earlier frames is not searched again."""

    __slots__ = ("_comparisons_left", "_last", "_prefixes", "_suspect")

    def __init__(self) -> None:
        self._prefixes: list[_CommonPrefix] = []
        self._last = b""
        self._suspect = _reversed_suspect()
        self._comparisons_left = _MAX_COMPARISONS

    def hits(self, frame: bytes) -> list[Hit]:
        """Return the spans of a frame that may contain or begin a secret.

        The frame has to begin between values and end with a line feed. The end of a field in UNJOINED_FIELDS begins no secret.
        """
        known = 0
        for prefix in self._prefixes:
            if known := prefix.known(frame):
                break
        backwards = frame[: known - 1 : -1] if known else frame[::-1]
        if self._suspect.search(backwards) is None:
            if self._comparisons_left and len(backwards) > _MIN_REST:
                self._remember(frame, known)
            return NO_HITS
        size = len(frame)
        return [(size - match.end(), size - match.start()) for match in self._suspect.finditer(backwards)]

    def _remember(self, frame: bytes, known: int) -> None:
        """Keep the common prefix of this clean frame and the previous one if it is longer than the known prefix."""
        self._comparisons_left -= 1
        prefix = _common_prefix(self._last, frame)
        self._last = frame
        if prefix is not None and prefix.known(frame) > known:
            others = [other for other in self._prefixes if not prefix.first.startswith(other.first)]
            self._prefixes = sorted(
                [prefix, *others[: _MAX_PREFIXES - 1]], key=lambda prefix: -len(prefix.first) - len(prefix.more)
            )


class _CommonPrefix(NamedTuple):
    """A prefix shared by frames, up to the opening quotation mark of a string: `first`, or `first`, any number, and `more`.

    The key of that string, `key` bytes long, is searched in every frame all the same, as it decides whether the end of the
    string matters.
    """

    first: bytes
    more: bytes
    key: int

    def known(self, frame: bytes) -> int:
        """Return how many bytes at the start of a frame can be skipped; 0 if it has another prefix."""
        if not frame.startswith(self.first):
            return 0
        if not self.more:
            return len(self.first) - self.key
        number = _NUMBER.match(frame, len(self.first))
        if number is None or not frame.startswith(self.more, number.end()):
            return 0
        return number.end() + len(self.more) - self.key


def _common_prefix(last: bytes, frame: bytes) -> _CommonPrefix | None:
    """Return the common prefix of two frames, or None if it is too short."""
    low = _common_length(last, frame, 0, 0)
    first = frame[:low].rstrip(b"0123456789")
    mine, others = _NUMBER.match(frame, len(first)), _NUMBER.match(last, len(first))
    if mine and others and first.endswith((b":", b" ", b"[", b",")):
        end = mine.end()
        more = frame[end : frame.rfind(b':"', end, end + _common_length(last, frame, others.end(), end)) + 2]
        if more.startswith((b",", b"}", b"]")) and (key := more.rfind(b'"', 0, len(more) - 3)) > 0:
            return _CommonPrefix(first, more, len(more) - key)
    first = frame[: frame.rfind(b':"', 0, low) + 2]
    key = first.rfind(b'"', 0, max(len(first) - 3, 0))
    return _CommonPrefix(first, b"", len(first) - key) if key > 0 and len(first) >= _MIN_PREFIX else None


def _common_length(one: bytes, other: bytes, first: int, second: int) -> int:
    """Return how many bytes are equal, starting at offset `first` of one and `second` of the other."""
    low, high = 0, min(len(one) - first, len(other) - second)
    while low < high:
        middle = (low + high + 1) // 2
        if other.startswith(one[first : first + middle], second):
            low = middle
        else:
            high = middle - 1
    return low
