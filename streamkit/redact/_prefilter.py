"""A cheap test that clears nearly every frame: it contains no secret and no beginning of one.

The frame is searched backwards. From the closing quotation mark of a string value, one walk through a trie then determines whether
the value ends in the beginning of a secret; and every shape is searched for by the rarest character of its prefix, which
`re` finds many times faster than it can try patterns at every byte.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import cache, lru_cache

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
        position = 0 if word[0] in "-_.=~" else min(range(len(word)), key=lambda index: _COMMON.find(word[index]))
        groups.setdefault(word[position], {}).setdefault(word[:position], []).append(word[position + 1 :])
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
    # Only the quotation mark is consumed: a beginning (`://` and a password, say) may contain a secret.
    return rf'{value}(?=(?:{"|".join(beginnings)})(?![^"\\]*"\s*:\s*"(?:{unjoined})"(?!\\)))'


# Characters. The shortest secret is a password in a URL (`a://:abc@`).
MIN_SECRET = 8
Hit = tuple[int, int]  # the span of a frame that may contain or begin a secret
NO_HITS: list[Hit] = []
CLEAN, ENDS, INSIDE = range(3)


# Each of these takes several milliseconds to compile, and few commands need both.
@cache
def _reversed_suspect() -> re.Pattern[bytes]:
    """Return the pattern that `hits_of` and `suspicion_of` search for in reversed frames."""
    return re.compile("|".join([_string_end_pattern(), *_inside_patterns()]).encode())


@cache
def _plain() -> tuple[bytes, list[tuple[int, bytes]]]:
    """Return lowercase letters and all characters with which no pattern of `_inside_patterns` begins.

    Also return the prefixes that consist of those characters only, each with its rarest character.
    """
    firsts = {pattern.removeprefix("\\")[0] for pattern in _inside_patterns()}
    others = {character for character in firsts if not character.islower()} | {'"'}
    words = [prefix for prefix in SHORTEST_PREFIXES if not others & set(prefix)]
    plain = bytes(byte for byte in range(256) if chr(byte) not in others)
    return plain, [(ord(min(word, key=_COMMON.find)), word.encode()) for word in words]


@cache
def _reversed_secret() -> re.Pattern[str]:
    """Return the pattern that `suspicious_places` searches for in reversed texts."""
    return re.compile("|".join(_inside_patterns()))


def suspicious_places(text: str) -> list[tuple[int, int]]:
    """Return spans in a text, last first, that overlap the prefix of every secret. A beginning at the very end is left out."""
    size = len(text)
    if size < MIN_SECRET:
        return []
    return [(size - match.end(), size - match.start()) for match in _reversed_secret().finditer(text[::-1])]


def may_contain_secret(value: bytes) -> bool:
    """Return whether a string value, still escaped, may contain a secret. A beginning at its very end is not reported."""
    return _reversed_secret().search(value[::-1].decode("latin-1")) is not None


def suspicion_of(value: bytes) -> int:
    """Return CLEAN, ENDS or INSIDE: whether a string value, still escaped, may end in the beginning of a secret or contain one."""
    pattern = _reversed_suspect()
    backwards = b'"' + value[::-1]
    plain, words = _plain()
    if not value.translate(None, plain):  # searching takes four times as long
        for letter, word in words:
            if letter in value and value.find(word) >= 0:
                break
        else:
            return ENDS if pattern.match(backwards) else CLEAN
    first = pattern.search(backwards)
    if first is None:
        return CLEAN
    return INSIDE if first.start() or pattern.search(backwards, first.end()) else ENDS


@cache
def _clear_tests() -> tuple[bytes, list[tuple[int, bytes]], Callable[[bytes], object]]:
    """Return `_plain` without line breaks, its prefixes, and the test for the beginning of a secret in a reversed value."""
    plain, words = _plain()
    return plain.translate(None, b"\n\r"), words, _reversed_suspect().match


def is_clear(value: bytes) -> bool:
    """Return True only if a string value has no escapes or line breaks, and `suspicion_of` finds nothing in it.

    It is quick for values of lower-case letters and digits, as most are.
    """
    plain, words, match = _clear_tests()
    if value.translate(None, plain):
        return not (b"\\" in value or b"\n" in value or b"\r" in value or suspicion_of(value))
    for letter, word in words:
        if letter in value and value.find(word) >= 0:
            return False
    return match(b'"' + value[::-1]) is None


# For texts that are short: words are repeated, and a whole key is not kept in memory.
is_clear_word = lru_cache(4096)(is_clear)
suspicion_of_word = lru_cache(4096)(suspicion_of)


def hits_of(frame: bytes) -> list[Hit]:
    """Return the spans of a frame that may contain or begin a secret.

    The frame has to begin and end between values. The end of a field in UNJOINED_FIELDS begins no secret.
    """
    size = len(frame)
    return [
        (size - match.end(), size - match.start()) for match in _reversed_suspect().finditer(frame[::-1])
    ] or NO_HITS
