"""The redaction policy, and the search for secrets in a text."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import NamedTuple

from streamkit.errors import UsageError
from streamkit.frozen import dataclass
from streamkit.redact import _patterns
from streamkit.redact._prefilter import suspicious_places

MARK = "[redacted]"


@dataclass(frozen=True, slots=True)
class Policy:
    """What to redact: with `default`, known names and shapes; and whatever the user's `patterns` match."""

    default: bool = True
    patterns: tuple[re.Pattern[str], ...] = ()

    @staticmethod
    def of(patterns: Iterable[str] = (), *, default: bool = True) -> Policy:
        """Compile these regular expressions into a policy.

        Raises UsageError for an invalid one, or one that matches the empty string.
        """
        compiled = []
        for pattern in patterns:
            try:
                compiled.append(re.compile(pattern))
            except re.error as error:
                raise UsageError(f"--redact {pattern!r}: invalid regular expression: {error}") from None
            if compiled[-1].fullmatch(""):
                raise UsageError(f"--redact {pattern!r}: the pattern matches the empty string")
        return Policy(default, tuple(compiled))

    @property
    def enabled(self) -> bool:
        """Whether anything is redacted at all."""
        return self.default or bool(self.patterns)


DEFAULT = Policy()
NO_REDACTION = Policy(default=False)


class Secret(NamedTuple):
    """A secret in a text: its start and end index, its rule, and the index of its shape if it has one."""

    start: int
    end: int
    rule: str
    shape: int | None


def find_secrets(text: str, policy: Policy = DEFAULT) -> list[Secret]:
    """Return the secrets in a text, in order and without overlaps."""
    found: list[Secret] = []
    if policy.default and (places := suspicious_places(text)):
        secrets = _patterns.find_secrets(text, places)
        found = [Secret(start, end, _patterns.SHAPES[shape].name, shape) for start, end, shape in secrets]
    for pattern in policy.patterns:
        found += [Secret(*match.span(), "pattern", None) for match in pattern.finditer(text) if match.group()]
    if len(found) < 2:
        return found
    found.sort(key=lambda secret: (secret.start, -secret.end))
    kept = found[:1]
    for secret in found[1:]:
        if secret.start >= kept[-1].end:
            kept.append(secret)
    return kept
