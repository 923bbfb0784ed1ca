"""The shapes of known secrets as patterns: how each looks whole, and how a text may end that has only begun one.

A shape is a row of parts: fixed text first, then kinds of characters with how many there are at least and at most. The
last part is open: once its least is there, it is a secret, and it goes on as long as such characters come. From the same
row both patterns are made, so that they cannot disagree. They are compiled when a text first holds the fixed text, for
compiling all of them takes longer than a command may take to start.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache

from streamkit.providers import PROVIDERS, KeyShape
from streamkit.redact.others import MARKED, NAMED_JOINT, NAMED_LEAST, NAMED_VALUE, NAMES, OTHERS

LONGEST_BEGINNING = 512  # bytes of a beginning that are waited for; what is longer without being one is none


@dataclass(frozen=True, slots=True)
class Shape:
    """`whole` and `beginning` are patterns of what follows the `prefix`; where that is "", of all of it."""

    name: str
    prefix: str
    whole: str
    beginning: str
    rest: str


def _shapes() -> tuple[Shape, ...]:
    """Every shape once; one whose prefix is longer comes before those that it begins with (`sk-ant-` before `sk-`)."""
    of_providers = {shape: None for provider in PROVIDERS.values() for shape in provider.key_shapes}
    shapes = [
        Shape(known.name, known.prefix, _whole(known), _beginning(known), known.rest)
        for known in (*of_providers, *OTHERS)
    ]
    value = f"{NAMED_JOINT}(?P<value>(?=[A-Za-z_-]*[0-9]){NAMED_VALUE}{{{NAMED_LEAST},}})"
    begun = rf"(?:{NAMED_JOINT}{NAMED_VALUE}{{0,{NAMED_LEAST - 1}}})?\Z"
    shapes += [Shape("named-key", name, value, begun, NAMED_VALUE) for name in NAMES]
    shapes.sort(key=lambda shape: -len(shape.prefix))
    shapes += [Shape(known.name, "", known.whole, known.beginning, known.rest) for known in MARKED]
    return tuple(shapes)


def _whole(shape: KeyShape) -> str:
    mixed = rf"(?=\S{{0,{_least(shape) - 1}}}{shape.mixed})" if shape.mixed else ""
    others = "".join(re.escape(part) if isinstance(part, str) else _repeated(part) for part in shape.parts[1:])
    return f"{mixed}{others}{shape.rest}*"


def _least(shape: KeyShape) -> int:
    """How many characters follow the prefix at least."""
    return sum(len(part) if isinstance(part, str) else part[1] for part in shape.parts[1:])


def _repeated(part: tuple[str, int] | tuple[str, int, int]) -> str:
    return f"{part[0]}{{{part[1]}}}" if len(part) == 2 else f"{part[0]}{{{part[1]},{part[2]}}}"


def _beginning(shape: KeyShape) -> str:
    """What may follow the prefix at the end of a text that begins this shape and is not yet one."""
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


SHAPES = _shapes()
PREFIXES = sorted({shape.prefix for shape in SHAPES} - {""})
# A longer prefix that starts with a shorter one is found with it.
SHORTEST = [one for one in PREFIXES if not any(one != other and one.startswith(other) for other in PREFIXES)]
BEGINNINGS = frozenset(prefix[:size] for prefix in PREFIXES for size in range(1, len(prefix)))
_LONGEST = max(map(len, BEGINNINGS))


def tree(words: Sequence[str], depth: int = 0, *, every: bool = False) -> str:
    """A pattern of these words that looks at a character once. Of words that begin alike the shortest is enough, unless
    `every` one is wanted, the longer ones first."""
    if not every and any(len(word) == depth for word in words):
        return ""
    branches = []
    for letter in sorted({word[depth] for word in words if len(word) > depth}):
        inner = [word for word in words if word[depth : depth + 1] == letter]
        branches.append(re.escape(letter) + tree(inner, depth + 1, every=every))
    if any(len(word) == depth for word in words):
        branches.append("")
    return branches[0] if len(branches) == 1 else f"(?:{'|'.join(branches)})"


# A secret begins where no letter or digit stands before it: `risk-` holds none. The last digit of an escaped character is
# none (`%3A`), nor is the letter of an escape (`\n`), which normal() leaves as it stands.
_APART = r"(?:(?<![A-Za-z0-9])|(?<=[\\\x1c][bfnrt])|(?<=%[0-9A-Fa-f][0-9A-Fa-f]))"
_HINT = re.compile(f"{_APART}(?={tree(SHORTEST)})")
_MARK = re.compile("|".join(known.hint for known in MARKED))
_MARKED_BEGINNING = re.compile("(?:" + "|".join(known.beginning for known in MARKED) + r")\Z")
_LONGEST_MARKED = 256  # characters that the longest shape with a mark takes, about
_AT_ONCE = re.compile(_APART)

# An escape that has only begun: any number of backslashes (JSON inside JSON doubles them), then a part of `u0041`.
_ESCAPE_BEGINNING = re.compile(r"(?:(?<!\\)\\++|\x1c)(?:u[0-9A-Fa-f]{0,3})?\Z")


@cache
def _with_prefix(start: str) -> tuple[tuple[int, Shape], ...]:
    """The shapes whose prefix starts with these two characters, the longest prefix first."""
    return tuple(
        (index, shape) for index, shape in enumerate(SHAPES) if shape.prefix.startswith(start) and shape.prefix
    )


@cache
def _pattern(text: str) -> re.Pattern[str]:
    return re.compile(text)


def escape_at_end(text: str) -> int:
    """Where an escape begins that the end of the text cuts short; the text's length where none does."""
    if "\\" not in text[-64:] and "\x1c" not in text[-8:]:
        return len(text)
    match = _ESCAPE_BEGINNING.search(text, max(0, len(text) - 64))
    return match.start() if match else len(text)


def rest(shape: int) -> re.Pattern[str]:
    """With what a secret of this shape goes on."""
    return _pattern(f"(?:{SHAPES[shape].rest})*")


def find(text: str) -> Iterator[tuple[int, int, int]]:
    """The secrets in a text: where each starts and ends, and its shape's number. Those with a mark come last."""
    position = 0
    for hint in _HINT.finditer(text):
        start = hint.start()
        if start >= position and (found := _at(text, start)) is not None:
            yield found
            position = found[1]
    if _MARK.search(text):
        for index, shape in enumerate(SHAPES[-len(MARKED) :], len(SHAPES) - len(MARKED)):
            for match in _pattern(shape.whole).finditer(text):
                yield *match.span("value" if "value" in match.groupdict() else 0), index


def _at(text: str, start: int) -> tuple[int, int, int] | None:
    """The secret that starts here."""
    for index, shape in _with_prefix(text[start : start + 2]):
        if text.startswith(shape.prefix, start):
            match = _pattern(shape.whole).match(text, start + len(shape.prefix))
            if match is not None:
                return match.start("value") if match.re.groups else start, match.end(), index
    return None


def beginning(text: str, start: int = 0) -> int | None:
    """Where the end of this text begins what could become a secret (not before `start`), or None where it does not."""
    start = max(start, len(text) - LONGEST_BEGINNING)
    places = [hint.start() for hint in _HINT.finditer(text, start) if _begins(text, hint.start())][:1]
    for place in range(max(start, len(text) - _LONGEST), len(text)):
        if text[place:] in BEGINNINGS and _AT_ONCE.match(text, place) and not _is_escape(text, place):
            places.append(place)
            break
    marked = _MARKED_BEGINNING.search(text, max(start, len(text) - _LONGEST_MARKED))
    if marked is not None:
        places.append(marked.start())
    return min(places, default=None)


def _is_escape(text: str, place: int) -> bool:
    """Whether this letter is that of an escape: behind an odd number of backslashes, of which the last is not one itself."""
    before = text[:place]
    return text[place] in "bfnrt" and (len(before) - len(before.rstrip("\\"))) % 2 == 1


def _begins(text: str, start: int) -> bool:
    return any(
        text.startswith(shape.prefix, start) and _pattern(shape.beginning).match(text, start + len(shape.prefix))
        for _, shape in _with_prefix(text[start : start + 2])
    )
