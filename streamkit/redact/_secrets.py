"""What is cut, and where it stands in a text."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple

from streamkit.errors import UsageError
from streamkit.redact import _shapes
from streamkit.redact._sieve import may_hold

MARK = "[redacted]"


@dataclass(frozen=True, slots=True)
class Policy:
    """What is cut: `default` the known names and shapes, `patterns` those of the user."""

    default: bool = True
    patterns: tuple[re.Pattern[str], ...] = ()

    @staticmethod
    def of(patterns: Iterable[str] = (), *, default: bool = True) -> Policy:
        """A policy with these regular expressions besides. Raises UsageError for one that is none or matches nothing."""
        compiled = []
        for pattern in patterns:
            try:
                compiled.append(re.compile(pattern))
            except re.error as error:
                raise UsageError(f"--redact {pattern!r}: no regular expression: {error}") from None
            if compiled[-1].fullmatch(""):
                raise UsageError(f"--redact {pattern!r}: it matches the empty text, so it would cut everything")
        return Policy(default, tuple(compiled))

    @property
    def cuts(self) -> bool:
        """Whether anything is cut at all."""
        return self.default or bool(self.patterns)


DEFAULT = Policy()
NOTHING = Policy(default=False)


class Found(NamedTuple):
    """A secret in a text: its first character, the one after its last, the rule, and its shape's number if it has one."""

    start: int
    end: int
    rule: str
    shape: int | None


def secrets(text: str, policy: Policy = DEFAULT) -> list[Found]:
    """The secrets in a text, in order, none within another."""
    found: list[Found] = []
    if policy.default and may_hold(text):
        found = [Found(start, end, _shapes.SHAPES[shape].name, shape) for start, end, shape in _shapes.find(text)]
    for pattern in policy.patterns:
        found += [Found(*match.span(), "pattern", None) for match in pattern.finditer(text) if match.group()]
    if len(found) < 2:
        return found
    found.sort(key=lambda secret: (secret.start, -secret.end))
    kept = found[:1]
    for secret in found[1:]:
        if secret.start >= kept[-1].end:
            kept.append(secret)
    return kept
