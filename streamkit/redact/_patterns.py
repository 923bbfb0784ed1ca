"""Compile the shapes of known secrets into patterns: of the complete secret, and of a text that ends within one.

A shape is a sequence of parts: a fixed prefix, then character classes with minimum and maximum counts. The last part has no
maximum: once its minimum is reached the text is a secret, which extends over all further characters of that class. Both
patterns are derived from the same parts, so they cannot disagree. A pattern is compiled when a text first contains its
prefix, because compiling all of them would take longer than a command may take to start.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import cache

from streamkit.frozen import dataclass
from streamkit.providers import PROVIDERS, KeyShape
from streamkit.redact.known_secrets import (
    KEY_SHAPES,
    MARKED_SECRETS,
    NAME_SEPARATOR,
    NAMED_MIN_LENGTH,
    NAMED_VALUE,
    SECRET_NAMES,
)

MAX_BEGINNING = 512  # characters after which an incomplete secret is no longer considered one


@dataclass(frozen=True, slots=True)
class CompiledPattern:
    """A compiled shape. `whole` and `beginning` match what follows `prefix`, or everything if the prefix is empty."""

    name: str
    prefix: str
    whole: str
    beginning: str
    rest: str


def _shapes() -> tuple[CompiledPattern, ...]:
    """Return every shape once, longer prefixes first, so that `sk-ant-` is tried before `sk-`."""
    of_providers = {shape: None for provider in PROVIDERS.values() for shape in provider.key_shapes}
    shapes = [
        CompiledPattern(known.name, known.prefix, _whole(known), _beginning(known), known.rest)
        for known in (*of_providers, *KEY_SHAPES)
    ]
    value = f"{NAME_SEPARATOR}(?P<value>(?=[A-Za-z_-]*[0-9]){NAMED_VALUE}{{{NAMED_MIN_LENGTH},}})"
    beginning = rf"(?:{NAME_SEPARATOR}{NAMED_VALUE}{{0,{NAMED_MIN_LENGTH - 1}}})?\Z"
    shapes += [CompiledPattern("named-key", name, value, beginning, NAMED_VALUE) for name in SECRET_NAMES]
    shapes.sort(key=lambda shape: -len(shape.prefix))
    shapes += [CompiledPattern(known.name, "", known.whole, known.beginning, known.rest) for known in MARKED_SECRETS]
    return tuple(shapes)


def _whole(shape: KeyShape) -> str:
    mixed = rf"(?=\S{{0,{_min_length(shape) - 1}}}{shape.mixed})" if shape.mixed else ""
    others = "".join(re.escape(part) if isinstance(part, str) else _repeated(part) for part in shape.parts[1:])
    return f"{mixed}{others}{shape.rest}*"


def _min_length(shape: KeyShape) -> int:
    """Return the minimum number of characters after the prefix."""
    return sum(len(part) if isinstance(part, str) else part[1] for part in shape.parts[1:])


def _repeated(part: tuple[str, int] | tuple[str, int, int]) -> str:
    return f"{part[0]}{{{part[1]}}}" if len(part) == 2 else f"{part[0]}{{{part[1]},{part[2]}}}"


def _beginning(shape: KeyShape) -> str:
    """Return the pattern of what may follow the prefix at the end of a text while the secret is incomplete."""
    inner = ""
    for part in reversed(shape.parts[1:]):
        if isinstance(part, str):
            for character in reversed(part):
                inner = re.escape(character) + (f"(?:{inner})?" if inner else "")
            inner = f"(?:{inner})?"
            continue
        kind, least = part[0], part[1]
        short = f"{kind}{{0,{least - 1}}}" if least else ""
        inner = short if len(part) == 2 else f"(?:{kind}{{{least},{part[2]}}}{inner}|{short})"
    return rf"(?:{inner})\Z"


def _shortest(words: list[str]) -> list[str]:
    """Return those of the sorted words that start with no other of them."""
    kept: list[str] = []
    for word in words:
        if not kept or not word.startswith(kept[-1]):
            kept.append(word)
    return kept


SHAPES = _shapes()
PREFIXES = sorted({shape.prefix for shape in SHAPES} - {""})
# Searching for a short prefix also finds the longer ones that start with it.
SHORTEST_PREFIXES = _shortest(PREFIXES)
PREFIX_STARTS = frozenset(prefix[:size] for prefix in PREFIXES for size in range(1, len(prefix)))
_LONGEST_START = max(map(len, PREFIX_STARTS))


def trie_pattern(words: Sequence[str], depth: int = 0, *, every: bool = False) -> str:
    """Return a pattern that matches any of these words and looks at each character once.

    Of words that start with one another only the shortest is matched; with `every`, all are, the longer ones first.
    """
    if len(words) == 1:
        return re.escape(words[0][depth:])
    longer: dict[str, list[str]] = {}
    for word in words:
        if len(word) > depth:
            longer.setdefault(word[depth], []).append(word)
        elif not every:
            return ""
    branches = [
        re.escape(letter) + trie_pattern(inner, depth + 1, every=every) for letter, inner in sorted(longer.items())
    ]
    if any(len(word) == depth for word in words):
        branches.append("")
    return branches[0] if len(branches) == 1 else f"(?:{'|'.join(branches)})"


# A secret is not preceded by a letter or digit: `risk-` contains no `sk-`. The last digit of a percent-encoded character
# (`%3A`) and the letter of an escape (`\n`), which unescape() leaves alone, do not count.
_BOUNDARY = r"(?:(?<![A-Za-z0-9])|(?<=[\\\x1c][bfnrt])|(?<=%[0-9A-Fa-f][0-9A-Fa-f]))"
_MARKED_BEGINNING = re.compile("(?:" + "|".join(known.beginning for known in MARKED_SECRETS) + r")\Z")
_MAX_MARKED = 256  # approximate length in characters of the longest shape with a mark
_BOUNDARY_ONLY = re.compile(_BOUNDARY)

# An incomplete escape: any number of backslashes (nested JSON doubles them), then a part of `u0041`.
_ESCAPE_BEGINNING = re.compile(r"(?:(?<!\\)\\++|\x1c)(?:u[0-9A-Fa-f]{0,3})?\Z")


@cache
def _hint() -> re.Pattern[str]:
    """Return the pattern of the places at which the prefix of a shape starts."""
    return re.compile(f"{_BOUNDARY}(?={trie_pattern(SHORTEST_PREFIXES)})")


@cache
def _with_prefix(start: str) -> tuple[tuple[int, CompiledPattern], ...]:
    """Return the shapes whose prefix starts with these two characters, longest prefix first."""
    return tuple(
        (index, shape) for index, shape in enumerate(SHAPES) if shape.prefix.startswith(start) and shape.prefix
    )


@cache
def _pattern(text: str) -> re.Pattern[str]:
    return re.compile(text)


def escape_at_end(text: str) -> int:
    """Return the index of an incomplete escape at the end of the text, or the length of the text if there is none."""
    if "\\" not in text[-64:] and "\x1c" not in text[-8:]:
        return len(text)
    match = _ESCAPE_BEGINNING.search(text, max(0, len(text) - 64))
    return match.start() if match else len(text)


def continuation(shape: int) -> re.Pattern[str]:
    """Return the pattern of the text that extends a secret of this shape."""
    return _pattern(f"(?:{SHAPES[shape].rest})*")


def find_secrets(text: str, spans: Sequence[tuple[int, int]]) -> Iterator[tuple[int, int, int]]:
    """Yield the start, end and shape index of each secret in a text, those without a fixed prefix last.

    `places` are spans that overlap the prefix of every secret, in any order.
    """
    position = 0
    for first, last in _joined(spans):
        for hint in _hint().finditer(text, first, last):
            start = hint.start()
            if start >= position and (found := _match_at(text, start)) is not None:
                yield found
                position = found[1]
    for index, known in enumerate(MARKED_SECRETS, len(SHAPES) - len(MARKED_SECRETS)):
        if _pattern(known.hint).search(text):
            for match in _pattern(known.whole).finditer(text):
                yield *match.span("value" if "value" in match.groupdict() else 0), index


def _joined(spans: Sequence[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """Yield these spans in order, with room for a prefix on both sides; those that overlap then are joined."""
    first = last = 0
    for start, end in sorted(spans):
        if start - _LONGEST_START > last:
            if last:
                yield first, last
            first = start - _LONGEST_START - 1
        last = max(last, end + _LONGEST_START + 1)
    if last:
        yield max(first, 0), last


def _match_at(text: str, start: int) -> tuple[int, int, int] | None:
    """Return the secret that starts at this index, or None."""
    for index, shape in _with_prefix(text[start : start + 2]):
        if text.startswith(shape.prefix, start):
            match = _pattern(shape.whole).match(text, start + len(shape.prefix))
            if match is not None:
                return match.start("value") if match.re.groups else start, match.end(), index
    return None


def find_beginning(text: str, start: int = 0) -> int | None:
    """Return the index at or after `start` where the end of the text may begin a secret, or None."""
    start = max(start, len(text) - MAX_BEGINNING)
    starts = [hint.start() for hint in _hint().finditer(text, start) if _begins(text, hint.start())][:1]
    for index in range(max(start, len(text) - _LONGEST_START), len(text)):
        if text[index:] in PREFIX_STARTS and _BOUNDARY_ONLY.match(text, index) and not _is_escape_letter(text, index):
            starts.append(index)
            break
    marked = _MARKED_BEGINNING.search(text, max(start, len(text) - _MAX_MARKED))
    if marked is not None:
        starts.append(marked.start())
    return min(starts, default=None)


def _is_escape_letter(text: str, index: int) -> bool:
    """Return whether the letter at this index belongs to an escape, that is, follows an odd number of backslashes."""
    before = text[:index]
    return text[index] in "bfnrt" and (len(before) - len(before.rstrip("\\"))) % 2 == 1


def _begins(text: str, start: int) -> bool:
    return any(
        text.startswith(shape.prefix, start) and _pattern(shape.beginning).match(text, start + len(shape.prefix))
        for _, shape in _with_prefix(text[start : start + 2])
    )
