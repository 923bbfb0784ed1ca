"""The shapes of known secrets: how each looks whole, and how a text may end that has only begun one.

A shape is a row of parts: fixed text first, then kinds of characters with how many there are at least and at most. The
last part is open: once its least is there, it is a secret, and it goes on as long as such characters come. From the same
row two patterns are made, so that they cannot disagree: the whole, and every beginning of it at the end of a text.

Prefixes and lengths are those that the providers document or that gitleaks (b58d3f10) knows.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

LONGEST_BEGINNING = 512  # bytes of a beginning that are waited for; what is longer without being one is none

_ALNUM = "[A-Za-z0-9]"
_WORD = "[A-Za-z0-9_-]"
_HEX = "[0-9a-f]"
_UPPER = "[A-Z0-9]"
_BASE64 = "[A-Za-z0-9+/=]"
_DOTTED = "[A-Za-z0-9_.-]"
_TOKEN = "[A-Za-z0-9._~+-]"

Part = str | tuple[str, int] | tuple[str, int, int]


@dataclass(frozen=True, slots=True)
class Shape:
    """One kind of secret. `rest` is the kind of character that it goes on with once it is whole.

    `mixed`: after the prefix there must be such a character among the first of them, which words and placeholders have not.
    """

    name: str
    parts: tuple[Part, ...]
    rest: str
    mixed: str


def _shape(name: str, *parts: Part, rest: str = "", mixed: str = "[A-Z0-9]") -> Shape:
    last = parts[-1]
    return Shape(name, parts, rest or (last if isinstance(last, str) else last[0]), mixed)


SHAPES = (
    _shape("anthropic-key", "sk-ant-", (_WORD, 20)),
    _shape("openai-key", "sk-proj-", (_WORD, 20)),
    _shape("openai-key", "sk-svcacct-", (_WORD, 20)),
    _shape("openai-key", "sk-admin-", (_WORD, 20)),
    _shape("openrouter-key", "sk-or-v1-", (_HEX, 32)),
    _shape("sk-key", "sk-", (_ALNUM, 20), rest=_WORD),
    _shape("openai-client-secret", "ek_", (_ALNUM, 24)),
    _shape("google-api-key", "AIza", (_WORD, 35), mixed="[0-9]"),
    _shape("google-oauth-token", "ya29.", (_WORD, 20), rest=_DOTTED),
    _shape("google-client-secret", "GOCSPX-", (_WORD, 20)),
    _shape("huggingface-token", "hf_", (_ALNUM, 30)),
    _shape("groq-key", "gsk_", (_ALNUM, 20)),
    _shape("xai-key", "xai-", (_ALNUM, 20)),
    _shape("perplexity-key", "pplx-", (_ALNUM, 20)),
    _shape("fireworks-key", "fw_", (_ALNUM, 20)),
    _shape("replicate-token", "r8_", (_ALNUM, 30)),
    _shape("nvidia-key", "nvapi-", (_WORD, 40)),
    _shape("tavily-key", "tvly-", (_WORD, 20)),
    _shape("langsmith-key", "lsv2_", (_ALNUM, 2, 2), "_", (_ALNUM, 30), rest=_WORD),
    _shape("aws-access-key", "AKIA", (_UPPER, 16)),
    _shape("aws-access-key", "ASIA", (_UPPER, 16)),
    _shape("azure-storage-key", "AccountKey=", (_BASE64, 40)),
    *(_shape("github-token", f"gh{kind}_", (_ALNUM, 36)) for kind in "pousr"),
    _shape("github-token", "github_pat_", ("[A-Za-z0-9_]", 22)),
    _shape("gitlab-token", "glpat-", (_WORD, 20)),
    *(_shape("slack-token", f"xox{kind}-", (_WORD, 16)) for kind in "abeoprs"),
    _shape("npm-token", "npm_", (_ALNUM, 36)),
    _shape("stripe-key", "sk_live_", (_ALNUM, 20)),
    _shape("stripe-key", "rk_live_", (_ALNUM, 20)),
    _shape("sendgrid-key", "SG.", (_WORD, 16, 40), ".", (_WORD, 16)),
    _shape("databricks-token", "dapi", (_HEX, 32), rest=_WORD),
    _shape("jwt", "eyJ", (_WORD, 8, 480), ".eyJ", (_WORD, 8), rest=_DOTTED),
    _shape(
        "private-key",
        "-----BEGIN ",
        ("[A-Z ]", 0, 20),
        "PRIVATE KEY",
        ("[A-Z ]", 0, 8),
        "-----",
        (r"\s", 0, 4),
        (_BASE64, 24),
        rest=r"(?:[A-Za-z0-9+/=\s:,]|-(?!-))",
    ),
    *(
        _shape("bearer-token", f"{letter}earer ", (_TOKEN, 32), rest="[A-Za-z0-9._~+/=-]", mixed="[0-9]")
        for letter in "Bb"
    ),
    _shape("basic-credentials", "Basic ", ("[A-Za-z0-9+/]", 20), rest=_BASE64, mixed="[0-9]"),
)


def _prefix(shape: Shape) -> str:
    prefix = shape.parts[0]
    assert isinstance(prefix, str)
    return prefix


# A secret begins where no letter or digit stands before it: `risk-` holds none. A percent-encoded character is none.
_APART = "(?:(?<![A-Za-z0-9])|(?<=%[0-9A-Fa-f][0-9A-Fa-f]))"


def _whole(shape: Shape) -> str:
    mixed = rf"(?=\S{{0,{_least(shape) - 1}}}{shape.mixed})" if shape.mixed else ""
    others = "".join(re.escape(part) if isinstance(part, str) else _repeated(part) for part in shape.parts[1:])
    return re.escape(_prefix(shape)) + mixed + others + shape.rest + "*"


def _least(shape: Shape) -> int:
    """How many characters follow the prefix at least."""
    return sum(len(part) if isinstance(part, str) else part[1] for part in shape.parts[1:])


def _repeated(part: tuple[str, int] | tuple[str, int, int]) -> str:
    return f"{part[0]}{{{part[1]}}}" if len(part) == 2 else f"{part[0]}{{{part[1]},{part[2]}}}"


def _beginning(shape: Shape) -> str:
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
_PREFIXES = sorted({_prefix(shape) for shape in SHAPES}, key=len)
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
