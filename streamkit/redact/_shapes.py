"""The shapes of known secrets: how each looks whole, and how a text may end that has only begun one.

A shape is a row of parts: fixed text first, then kinds of characters with how many there are at least and at most. The
last part is open: once its least is there, it is a secret, and it goes on as long as such characters come. From the same
row two patterns are made, so that they cannot disagree: the whole, and every beginning of it at the end of a text.

Prefixes and lengths are those that the providers document or that gitleaks (b58d3f10) knows.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from streamkit.providers import ALNUM, BASE64, DOTTED, PROVIDERS, UPPER, WORD, KeyShape, key_shape

LONGEST_BEGINNING = 512  # bytes of a beginning that are waited for; what is longer without being one is none

_TOKEN = "[A-Za-z0-9._~+-]"

# Secrets that are no provider's keys: those of other services, and the forms that any credentials come in.
_OTHERS = (
    key_shape("google-client-secret", "GOCSPX-", (WORD, 20)),
    key_shape("tavily-key", "tvly-", (WORD, 20)),
    key_shape("langsmith-key", "lsv2_", (ALNUM, 2, 2), "_", (ALNUM, 30), rest=WORD),
    key_shape("aws-access-key", "AKIA", (UPPER, 16)),
    key_shape("aws-access-key", "ASIA", (UPPER, 16)),
    key_shape("azure-storage-key", "AccountKey=", (BASE64, 40)),
    *(key_shape("github-token", f"gh{kind}_", (ALNUM, 36)) for kind in "pousr"),
    key_shape("github-token", "github_pat_", ("[A-Za-z0-9_]", 22)),
    key_shape("gitlab-token", "glpat-", (WORD, 20)),
    *(key_shape("slack-token", f"xox{kind}-", (WORD, 16)) for kind in "abeoprs"),
    key_shape("npm-token", "npm_", (ALNUM, 36)),
    key_shape("stripe-key", "sk_live_", (ALNUM, 20)),
    key_shape("stripe-key", "rk_live_", (ALNUM, 20)),
    key_shape("sendgrid-key", "SG.", (WORD, 16, 40), ".", (WORD, 16)),
    key_shape("jwt", "eyJ", (WORD, 8, 480), ".eyJ", (WORD, 8), rest=DOTTED),
    key_shape(
        "private-key",
        "-----BEGIN ",
        ("[A-Z ]", 0, 20),
        "PRIVATE KEY",
        ("[A-Z ]", 0, 8),
        "-----",
        (r"\s", 0, 4),
        (BASE64, 24),
        rest=r"(?:[A-Za-z0-9+/=\s:,]|-(?!-))",
    ),
    *(
        key_shape("bearer-token", f"{letter}earer ", (_TOKEN, 32), rest="[A-Za-z0-9._~+/=-]", mixed="[0-9]")
        for letter in "Bb"
    ),
    key_shape("basic-credentials", "Basic ", ("[A-Za-z0-9+/]", 20), rest=BASE64, mixed="[0-9]"),
)


def _shapes() -> tuple[KeyShape, ...]:
    """Every shape once; one whose prefix is longer comes before those that it begins with (`sk-ant-` before `sk-`)."""
    of_providers = {shape: None for provider in PROVIDERS.values() for shape in provider.key_shapes}
    return tuple(sorted([*of_providers, *_OTHERS], key=lambda shape: -len(shape.prefix)))


SHAPES = _shapes()


# A secret begins where no letter or digit stands before it: `risk-` holds none. A percent-encoded character is none.
_APART = "(?:(?<![A-Za-z0-9])|(?<=%[0-9A-Fa-f][0-9A-Fa-f]))"


def _whole(shape: KeyShape) -> str:
    mixed = rf"(?=\S{{0,{_least(shape) - 1}}}{shape.mixed})" if shape.mixed else ""
    others = "".join(re.escape(part) if isinstance(part, str) else _repeated(part) for part in shape.parts[1:])
    return re.escape(shape.prefix) + mixed + others + shape.rest + "*"


def _least(shape: KeyShape) -> int:
    """How many characters follow the prefix at least."""
    return sum(len(part) if isinstance(part, str) else part[1] for part in shape.parts[1:])


def _repeated(part: tuple[str, int] | tuple[str, int, int]) -> str:
    return f"{part[0]}{{{part[1]}}}" if len(part) == 2 else f"{part[0]}{{{part[1]},{part[2]}}}"


def _beginning(shape: KeyShape) -> str:
    """Every text that begins this shape and is not yet one, from its first character on."""
    inner = ""
    for part in reversed(shape.parts):
        if isinstance(part, str):
            for character in reversed(part):
                inner = re.escape(character) + (f"(?:{inner})?" if inner else "")
            continue
        kind, least = part[0], part[1]
        short = f"{kind}{{0,{least - 1}}}" if least else ""
        inner = short if len(part) == 2 else f"(?:{kind}{{{least},{part[2]}}}(?:{inner})?|{short})"
    return inner


# An escape that has only begun: any number of backslashes (JSON inside JSON doubles them), then a part of `u0041`.
ESCAPE_BEGINNING = re.compile(r"(?<!\\)\\++(?:u(?:0(?:0[2-7]?)?)?)?\Z")

WHOLE = re.compile(
    f"{_APART}(?:" + "|".join(f"(?P<s{index}>{_whole(shape)})" for index, shape in enumerate(SHAPES)) + ")"
)
RESTS = tuple(re.compile(shape.rest + "*") for shape in SHAPES)
_BEGINNING = re.compile(f"{_APART}(?:" + "|".join(map(_beginning, SHAPES)) + r")\Z")

# What a text must hold for WHOLE to be worth asking: one of the prefixes (a longer one that starts with a shorter is
# found with it), and every proper beginning of a prefix, for the end of a text.
_PREFIXES = sorted({shape.prefix for shape in SHAPES}, key=len)
_SHORTEST = [p for i, p in enumerate(_PREFIXES) if not any(p.startswith(shorter) for shorter in _PREFIXES[:i])]
HINT = re.compile("|".join(map(re.escape, _SHORTEST)))
_PREFIX_BEGINNINGS = frozenset(prefix[:size] for prefix in _PREFIXES for size in range(1, len(prefix)))
LONGEST_PREFIX = max(map(len, _PREFIXES))


def _tree(prefixes: Sequence[str], depth: int, end: str) -> str:
    """Every prefix whole, or cut short by the end of a JSON string value, as one pattern that looks at a byte once."""
    branches = []
    for letter in sorted({prefix[depth] for prefix in prefixes}):
        inner = [prefix for prefix in prefixes if prefix[depth] == letter]
        whole = any(len(prefix) == depth + 1 for prefix in inner)
        branches.append(re.escape(letter) + ("" if whole else f"(?:{_tree(inner, depth + 1, end)}|{end})"))
    return "|".join(branches)


# A frame in which this is not found neither holds a secret nor ends a string value in what could begin one.
_VALUE_END = r'"\s*[,}\]]'
SUSPECT = re.compile(
    rf"(?<![A-Za-z0-9])(?:{_tree(_SHORTEST, 0, _VALUE_END)})|\\(?:u0{{0,2}}[2-7]?)?{_VALUE_END}|\\u00|%|PRIVATE KEY".encode()
)


def shape_of(match: re.Match[str]) -> int:
    """Which of SHAPES matched WHOLE."""
    group = match.lastgroup
    assert group is not None
    return int(group[1:])


def beginning(text: str, start: int = 0) -> int | None:
    """Where the end of this text begins what could become a secret (not before `start`), or None where it does not."""
    start = max(start, len(text) - LONGEST_BEGINNING)
    for hint in HINT.finditer(text, start):
        if _BEGINNING.match(text, hint.start()):
            return hint.start()
    for place in range(max(start, len(text) - LONGEST_PREFIX), len(text)):
        if text[place:] in _PREFIX_BEGINNINGS and _BEGINNING.match(text, place):
            return place
    return None
