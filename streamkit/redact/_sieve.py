"""A cheap test of a whole frame that proves "nothing here" for nearly all of them: neither a secret nor the beginning of one.

It reads the frame backwards. Whether a string value ends in the beginning of a secret is then one walk through a tree from
the value's closing quotation mark, and every shape is looked for at the rarest character of its fixed text, which `re`
finds many times faster than it tries patterns at every byte.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import orjson

from streamkit.redact._shapes import BEGINNINGS, SHORTEST, tree
from streamkit.redact._strings import WHOLE_FIELDS

# The commonest characters of streams last; what is not named stands before them.
_COMMON = "~=VLGJKZMTSCBPRINYFOHUWDEXAxz0123456789qjvbk.:/-_ywgphmfdculrinsaote "
_HEX = "[0-9A-Fa-f]"
# The look-behind that makes a secret begin, backwards and before `\uXXXX` is undone.
_APART = rf"(?:(?![A-Za-z0-9])|(?=[bfnrt]\\)|(?={_HEX}{{2}}%)|(?={_HEX}{{4}}u\\))"


def _inside() -> list[str]:
    """What a frame holds, read backwards, that holds a secret's fixed text or mark, or the escape of an ASCII character."""
    return [
        *_prefixes(),
        r"J(?<=9JQQJ)",
        "A:",
        r"~Q",
        r"/(?=[/\\]*:)",
        r"\.(?=[A-Za-z0-9_-]{6}\.)",
        rf"[DTjz](?<=[wxyz0-5][AEIMQUYcgk][DTjz])[MNO]{_APART}",
        rf"\\(?<={_HEX}[2-7]00u\\)",
    ]


def _prefixes() -> Iterator[str]:
    """A pattern for each character at which fixed texts are looked for: their last where that joins words, else their
    rarest, with what comes before it in the text after it here."""
    groups: dict[str, dict[str, list[str]]] = {}
    for prefix in SHORTEST:
        word = prefix[::-1]
        place = 0 if word[0] in "-_.=~" else min(range(len(word)), key=lambda index: _COMMON.find(word[index]))
        groups.setdefault(word[place], {}).setdefault(word[:place], []).append(word[place + 1 :])
    for character, ways in groups.items():
        patterns = []
        for seen, words in ways.items():
            behind = f"(?<={re.escape(seen + character)})" if seen else ""
            patterns.append(f"{behind}{tree(words, every=True)}{_APART}")
        yield f"{re.escape(character)}(?:{'|'.join(patterns)})"


def _at_an_end() -> str:
    """How a string value ends, read backwards, that ends in the beginning of a secret or in a part of an escape."""
    begun = [
        tree(sorted(word[::-1] for word in BEGINNINGS), every=True) + _APART,
        f"[0-9]{{1,10}}{_APART}",
        r"[/\\]*:[A-Za-z0-9]",
        "[A-Za-z0-9]{20}",
        "Q[0-9]",
        f"[AEIMQUYcgk]?[DTjz]?[MNO]{_APART}",
        r"(?:\\\\)+(?!\\)",
        rf"{_HEX}{{0,3}}u\\",
    ]
    return r"[,}\]]\s*" + f'"(?P<end>{"|".join(begun)})'


_INSIDE = _inside()
# One pattern of all is best for few bytes. Over many, a pattern that begins with one common character is searched for faster
# than the same among others.
_OFTEN = [pattern for pattern in _INSIDE if pattern.removeprefix("\\")[0] in "_-.kbp"]
_SELDOM = [pattern for pattern in _INSIDE if pattern not in _OFTEN]
_IN_FEW = re.compile("|".join([_at_an_end(), *_INSIDE]).encode())
_IN_MANY = re.compile("|".join([_at_an_end(), *_SELDOM]).encode())
_IN_MANY_TOO = [re.compile(pattern.encode()).search for pattern in _OFTEN]
_FEW = 48  # bytes
_WHOLE_FIELD = re.compile(rb'(?<!\\)"(?:' + b"|".join(sorted(WHOLE_FIELDS)) + rb')"\s*:\s*"[^"\\]*\Z')
_LONGEST_FIELD = 256  # bytes of a value and its name that are looked at
_SHORTEST_HEAD = 24  # bytes of a beginning that are worth remembering


class Sieve:
    """The test, for the frames of one body: what a frame begins with as the one before it is not looked at again."""

    __slots__ = ("_head", "_head_excused", "_last", "_last_excused")

    def __init__(self) -> None:
        self._head = b""
        self._head_excused = False  # whether the proof of the head needs the frame to be valid JSON
        self._last = b""
        self._last_excused = False

    def nothing_in(self, frame: bytes) -> bool:
        """Whether a frame that begins outside of all strings, and ends with a line feed, neither holds nor begins a secret."""
        head = self._head
        if head and frame.startswith(head):
            # No pattern spans the quotation mark that a head ends with.
            excused = self._excused(frame, frame[: len(head) - 1 : -1])
            if excused is None:
                return False
            return not (excused or self._head_excused) or _one_json_text(frame)
        excused = self._excused(frame, frame[::-1])
        if excused is None or (excused and not _one_json_text(frame)):
            return False
        self._remember(frame, excused)
        return True

    def _excused(self, frame: bytes, backwards: bytes) -> bool | None:
        """Whether ends of fields were excused, None where something is left that was not.

        The end of a field whose texts are never put together begins no secret.
        """
        if len(backwards) <= _FEW:
            search = _IN_FEW.search
        else:
            search = _IN_MANY.search
            for also in _IN_MANY_TOO:
                if also(backwards):
                    return None
        match = search(backwards)
        if match is None:
            return False
        size = len(frame)
        while match is not None:
            if match.lastgroup != "end":
                return None
            end = size - match.start("end")
            if not _WHOLE_FIELD.search(frame, max(0, end - _LONGEST_FIELD), end):
                return None
            match = search(backwards, match.start("end"))
        return True

    def _remember(self, frame: bytes, excused: bool) -> None:
        """What this frame and the last one that was looked at begin with, up to a quotation mark."""
        last = self._last
        low, high = 0, min(len(last), len(frame))
        while low < high:
            middle = (low + high + 1) // 2
            if frame.startswith(last[:middle]):
                low = middle
            else:
                high = middle - 1
        place = frame.rfind(b'"', 0, low) + 1
        if place >= _SHORTEST_HEAD:
            self._head, self._head_excused = frame[:place], excused or self._last_excused
        self._last, self._last_excused = frame, excused


def _one_json_text(frame: bytes) -> bool:
    """Whether the strings in a frame are those of one valid JSON text on one line, so that they are what they seem."""
    start = frame.find(b"{")
    text = frame[start:].rstrip(b"\r\n")
    if start < 0 or b"\n" in text or b"\r" in text or b'"' in frame[:start]:
        return False
    try:
        orjson.loads(text)
    except orjson.JSONDecodeError:
        return False
    return True
