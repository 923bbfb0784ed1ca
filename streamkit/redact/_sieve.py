"""A cheap test of a whole frame that proves "nothing here" for nearly all of them: neither a secret nor the beginning of one.

It reads the frame backwards. Whether a string value ends in the beginning of a secret is then one walk through a tree from
the value's closing quotation mark, and every shape is looked for at the rarest character of its fixed text, which `re`
finds many times faster than it tries patterns at every byte.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from streamkit.redact._shapes import BEGINNINGS, SHORTEST, tree
from streamkit.redact._strings import WHOLE_FIELDS
from streamkit.redact.others import PASSWORD

# The commonest characters of streams last; what is not named stands before them.
_COMMON = "~=VLGJKZMTSCBPRINYFOHUWDEXAxz0123456789qjvbk.:/-_ywgphmfdculrinsaote "
_HEX = "[0-9A-Fa-f]"
# The look-behind that makes a secret begin, backwards and before `\uXXXX` is undone.
_APART = rf"(?:(?![A-Za-z0-9])|(?=[bfnrt][\\\x1c])|(?={_HEX}{{2}}%)|(?={_HEX}{{4}}u\\))"


def _inside() -> Iterator[str]:
    """How a frame reads backwards where it holds a secret's fixed text or mark, or the escape of an ASCII character.

    Each begins with one character, so that `re` looks for these before it tries a pattern.
    """
    groups: dict[str, dict[str, list[str]]] = {}
    for prefix in SHORTEST:
        word = prefix[::-1]
        # Their last character where that joins words, else their rarest with what is before it here.
        place = 0 if word[0] in "-_.=~" else min(range(len(word)), key=lambda index: _COMMON.find(word[index]))
        groups.setdefault(word[place], {}).setdefault(word[:place], []).append(word[place + 1 :])
    for character in sorted(groups, key=_COMMON.find, reverse=True):
        patterns = []
        for seen, words in groups[character].items():
            behind = f"(?<={re.escape(seen + character)})" if seen else ""
            patterns.append(f"{behind}{tree(words, every=True)}{_APART}")
        yield f"{re.escape(character)}(?:{'|'.join(patterns)})"
    yield r"\.(?=[A-Za-z0-9_-]{6}\.[A-Za-z0-9_-]{23})"
    yield from (f"{letter}(?<=[wxyz0-5][AEIMQUYcgk][DTjz]{letter}){_APART}" for letter in "MNO")
    yield rf"@(?={PASSWORD}{{3,192}}/[/\\]*:)"
    yield rf"\\(?<={_HEX}[2-7]00u\\)"
    yield r"J(?<=9JQQJ)"
    yield "A:"
    yield "~Q"


def _at_an_end() -> str:
    """How a string value reads backwards that ends in the beginning of a secret or in a part of an escape; but for those of
    fields whose texts are never put together."""
    begun = [
        tree(sorted(word[::-1] for word in BEGINNINGS), every=True) + _APART,
        f"[0-9]{{1,10}}{_APART}",
        r"[/\\]*:[A-Za-z0-9]",
        rf"{PASSWORD}{{0,192}}/[/\\]*:",
        "(?=[a-z0-9]*[A-Z])(?=[A-Z0-9]*[a-z])(?=[A-Za-z]*[0-9])[A-Za-z0-9]{20}",
        "Q[0-9]",
        f"[AEIMQUYcgk]?[DTjz]?[MNO]{_APART}",
        r"(?:\\\\)+(?!\\)",
        rf"{_HEX}{{0,3}}u\\",
    ]
    # What ends in the letter of an escape ends in no letter.
    value = r'"(?<![:A-Za-z0-9]")(?![bfnrt]\\(?:\\\\)*(?!\\))'
    whole = "|".join(sorted(name.decode()[::-1] for name in WHOLE_FIELDS))
    return rf'{value}(?:{"|".join(begun)})(?![^"\\]*"\s*:\s*"(?:{whole})"(?!\\))'


_AT_AN_END = _at_an_end()
_SUSPECT = re.compile("|".join([_AT_AN_END, *_inside()]).encode())
_NUMBER = re.compile(rb"[0-9]+")
_MAY_HOLD = re.compile("|".join(_inside()))
_HEADS = 4  # beginnings that are remembered: a stream has a few kinds of events
_TRIES = 64  # times that a stream's frames are compared
_LONG_REST = 40  # bytes after what is known, from which on a comparison may be worth it
_SHORTEST_HEAD = 24  # bytes of a beginning that are worth remembering
Hit = tuple[int, int]  # the span of a frame in which something was found
NOTHING: list[Hit] = []


def may_hold(text: str) -> bool:
    """Whether a text may hold a secret or, but at its very end, the beginning of one."""
    return _MAY_HOLD.search(text[::-1]) is not None


class Sieve:
    """The test, for the frames of one body: what frames before began with is not looked at again."""

    __slots__ = ("_heads", "_last", "_tries")

    def __init__(self) -> None:
        self._heads: list[_Head] = []
        self._last = b""
        self._tries = _TRIES

    def hits(self, frame: bytes) -> list[Hit]:
        """Where a frame, which begins between values and ends with a line feed, may hold or begin a secret.

        The end of a field whose texts are never put together begins none.
        """
        known = 0
        for head in self._heads:
            if known := head.known(frame):
                break
        backwards = frame[: known - 1 : -1] if known else frame[::-1]
        if _SUSPECT.search(backwards) is None:
            if self._tries and len(backwards) > _LONG_REST:
                self._remember(frame, known)
            return NOTHING
        size = len(frame)
        return [(size - match.end(), size - match.start()) for match in _SUSPECT.finditer(backwards)]

    def _remember(self, frame: bytes, known: int) -> None:
        """What this frame, in which nothing is, and the one before it begin with, where that is more than what is known."""
        self._tries -= 1
        head = _head_of(self._last, frame)
        self._last = frame
        if head is not None and head.known(frame) > known:
            others = [other for other in self._heads if not head.first.startswith(other.first)]
            self._heads = sorted([head, *others[: _HEADS - 1]], key=lambda head: -len(head.first) - len(head.more))


class _Head(NamedTuple):
    """What frames begin with, up to the quotation mark of a string: `first`, then perhaps a number that differs, and `more`.

    The key of that string, of `key` bytes, is looked at in every frame all the same: it may excuse how the string ends.
    """

    first: bytes
    more: bytes
    key: int

    def known(self, frame: bytes) -> int:
        """How many bytes of a frame need no look; 0 where it begins otherwise."""
        if not frame.startswith(self.first):
            return 0
        if not self.more:
            return len(self.first) - self.key
        number = _NUMBER.match(frame, len(self.first))
        if number is None or not frame.startswith(self.more, number.end()):
            return 0
        return number.end() + len(self.more) - self.key


def _head_of(last: bytes, frame: bytes) -> _Head | None:
    """What both of these frames begin with."""
    low = _alike(last, frame, 0, 0)
    first = frame[:low].rstrip(b"0123456789")
    mine, others = _NUMBER.match(frame, len(first)), _NUMBER.match(last, len(first))
    if mine and others and first.endswith((b":", b" ", b"[", b",")):
        end = mine.end()
        more = frame[end : frame.rfind(b':"', end, end + _alike(last, frame, others.end(), end)) + 2]
        if more.startswith((b",", b"}", b"]")) and (key := more.rfind(b'"', 0, len(more) - 3)) > 0:
            return _Head(first, more, len(more) - key)
    first = frame[: frame.rfind(b':"', 0, low) + 2]
    key = first.rfind(b'"', 0, max(len(first) - 3, 0))
    return _Head(first, b"", len(first) - key) if key > 0 and len(first) >= _SHORTEST_HEAD else None


def _alike(one: bytes, other: bytes, first: int, second: int) -> int:
    """How many bytes these have alike from these places on."""
    low, high = 0, min(len(one) - first, len(other) - second)
    while low < high:
        middle = (low + high + 1) // 2
        if other.startswith(one[first : first + middle], second):
            low = middle
        else:
            high = middle - 1
    return low
