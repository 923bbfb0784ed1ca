"""Find the secrets in one text while it grows, and keep its end while that could begin another."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import field

from streamkit.frozen import dataclass
from streamkit.redact import _patterns
from streamkit.redact._prefilter import CLEAN, suspicion_of, suspicion_of_word
from streamkit.redact._secrets import Policy, find_secrets
from streamkit.redact._unescape import EMPTY, MappedText, unescape

_MAX_SHORT = 24  # bytes of a text whose suspicion is remembered


@dataclass(slots=True)
class SecretSpan:
    """A secret in the body: its rule, its offsets, the frames (from 1) that contain it, the spans to overwrite, and whether it
    has been counted."""

    rule: str
    start: int
    end: int
    first: int = 0
    last: int = 0
    spans: list[tuple[int, int]] = field(default_factory=list)
    counted: bool = False

    def contains(self, other: SecretSpan) -> bool:
        """Whether the other is a part of this one, found in the raw bytes before the deltas were joined."""
        return all(any(start <= first and last <= end for start, end in self.spans) for first, last in other.spans)


class SecretScanner:
    """Scan one growing text, the raw body or the joined text of a channel, and keep the end that could begin a secret."""

    __slots__ = ("_exhaustive", "_policy", "_rest", "_span", "idle", "tail")

    def __init__(self, policy: Policy, *, exhaustive: bool = False) -> None:
        # The prefilter knows string values, and no patterns of the user. See also `BodyRedactor`.
        self._exhaustive = exhaustive
        self._policy = policy
        self._rest: re.Pattern[str] | None = None  # matches the continuation of a secret at the end of the text
        self._span: SecretSpan | None = None
        self.tail = EMPTY
        self.idle = 0

    @property
    def pending(self) -> bool:
        """Whether the text that follows can complete or continue a secret."""
        return bool(self.tail.text) or self._rest is not None

    @property
    def hold_from(self) -> int | None:
        """The offset in the body from which bytes must be held back, or None."""
        return self.tail.starts[0] if self.tail.text else None

    @property
    def pending_spans(self) -> list[tuple[int, int]]:
        """The spans of the body that could be the beginning of a secret."""
        return _spans(self.tail, 0, len(self.tail.text))

    def feed(
        self, raw: bytes, base: int, *, last: bool = False
    ) -> Iterator[tuple[SecretSpan, Sequence[tuple[int, int]]]]:
        """Scan more of the text, which starts at offset `base` of the body; yield secrets and the spans to overwrite.

        `last` means that nothing follows: a beginning at the end of the text is no longer kept.
        """
        if self._rest is None and not self._exhaustive and self._is_clean(raw):
            self.tail = EMPTY
            return
        text = unescape(raw, base, self.tail)
        escape = len(text.text) if last else _patterns.escape_at_end(text.text)
        position = 0
        if self._rest is not None:
            match = self._rest.match(text.text)
            position = match.end() if match else 0
            if position and self._span is not None:
                self._span.end = max(self._span.end, text.ends[position - 1])
                yield self._span, _spans(text, 0, position)
            if position == escape:
                self.tail = text.after(escape)
                return
            self._rest = None
        may_grow = bool(self._policy.patterns) and not last
        skipped = position
        for found in find_secrets(text.text[skipped:], self._policy):
            start, end, rule, shape = found.start + skipped, found.end + skipped, found.rule, found.shape
            at_end = end == escape
            if at_end and shape is None and may_grow and end - start < _patterns.MAX_BEGINNING:
                break  # the pattern may match more of the text that follows
            self._span = SecretSpan(rule, text.starts[start], text.ends[end - 1])
            yield self._span, _spans(text, start, end)
            position = end
            if at_end and shape is not None:
                self._rest = _patterns.continuation(shape)
        keep = None if last else self._keep_from(text.text, position, escape)
        self.tail = EMPTY if keep is None else text.after(keep)

    def _is_clean(self, raw: bytes) -> bool:
        """Whether the text, if these bytes are added, contains and begins no secret."""
        before = self.tail.text
        if before:
            if "\\" in before or "\x1c" in before:
                return False
            raw = before.encode("latin-1") + raw
        if raw.endswith(b"\\") or b"\x1c" in raw:
            return False
        return (suspicion_of_word(raw) if len(raw) <= _MAX_SHORT else suspicion_of(raw)) == CLEAN

    def _keep_from(self, text: str, position: int, escape: int) -> int | None:
        """Return the index from which the text must be kept, or None. An incomplete escape starts at index `escape`."""
        if self._policy.patterns:
            kept = max(position, len(text) - _patterns.MAX_BEGINNING)
            return kept if kept < len(text) else None
        begun = _patterns.find_beginning(text[:escape], position)
        if begun is None:
            return escape if escape < len(text) else None
        # A secret that seems to begin at the letter of an escape may begin after it, so the backslash is kept too.
        return begun - 1 if begun > position and text[begun - 1] in "\\\x1c" else begun


def _spans(text: MappedText, start: int, end: int) -> list[tuple[int, int]]:
    """Return the spans of the body that these characters come from; adjacent spans are merged."""
    spans: list[tuple[int, int]] = []
    for index in range(start, end):
        first, after = text.starts[index], text.ends[index]
        if spans and spans[-1][1] == first:
            spans[-1] = (spans[-1][0], after)
        else:
            spans.append((first, after))
        if first in text.split_escapes:
            spans.append(text.split_escapes[first])
    return spans
