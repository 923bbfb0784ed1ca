"""One text as it grows: finds the secrets in it, and keeps what could begin one."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from streamkit.redact import _shapes
from streamkit.redact._normal import NO_TEXT, Text, normal
from streamkit.redact._secrets import Policy, secrets


@dataclass(slots=True)
class Cut:
    """A cut in the body: by which rule, the body's offsets that it spans, and the frames (from 1) that hold them."""

    rule: str
    start: int
    end: int
    first: int = 0
    last: int = 0
    spans: list[tuple[int, int]] = field(default_factory=list)

    def holds(self, other: Cut) -> bool:
        """Whether the other is a part of this, found in the raw bytes before the text was put together."""
        return all(any(start <= first and last <= end for start, end in self.spans) for first, last in other.spans)


class Reading:
    """One text as it grows: the raw body, or what a channel puts together. Keeps what could begin a secret."""

    __slots__ = ("_cut", "_policy", "_rest", "idle", "tail")

    def __init__(self, policy: Policy) -> None:
        self._policy = policy
        self._rest: re.Pattern[str] | None = None  # what the secret goes on with that the text ended in
        self._cut: Cut | None = None
        self.tail = NO_TEXT
        self.idle = 0

    @property
    def waits(self) -> bool:
        """Whether what comes next matters for what has been."""
        return bool(self.tail.text) or self._rest is not None

    @property
    def hold(self) -> int | None:
        """The offset of the body from which bytes must wait, or None."""
        return self.tail.starts[0] if self.tail.text else None

    @property
    def suspicious(self) -> list[tuple[int, int]]:
        """The spans of the body that could be the beginning of a secret."""
        return _spans(self.tail, 0, len(self.tail.text))

    def read(self, raw: bytes, base: int, *, last: bool = False) -> Iterator[tuple[Cut, Sequence[tuple[int, int]]]]:
        """Go on with these bytes; gives cuts with the spans of the body that they overwrite.

        `last`: nothing follows, so that what is there is all there is.
        """
        text = normal(raw, base, self.tail)
        escape = len(text.text) if last else _shapes.escape_at_end(text.text)
        position = 0
        if self._rest is not None:
            match = self._rest.match(text.text)
            position = match.end() if match else 0
            if position and self._cut is not None:
                self._cut.end = max(self._cut.end, text.ends[position - 1])
                yield self._cut, _spans(text, 0, position)
            if position == escape:
                self.tail = text.after(escape)
                return
            self._rest = None
        patient = bool(self._policy.patterns) and not last
        skipped = position
        for found in secrets(text.text[skipped:], self._policy):
            start, end, rule, shape = found.start + skipped, found.end + skipped, found.rule, found.shape
            at_end = end == escape
            if at_end and shape is None and patient and end - start < _shapes.LONGEST_BEGINNING:
                break  # a pattern may match more of what is to come
            self._cut = Cut(rule, text.starts[start], text.ends[end - 1])
            yield self._cut, _spans(text, start, end)
            position = end
            if at_end and shape is not None:
                self._rest = _shapes.rest(shape)
        keep = None if last else self._keep(text.text, position, escape)
        self.tail = NO_TEXT if keep is None else text.after(keep)

    def _keep(self, text: str, position: int, escape: int) -> int | None:
        """From which character on the text must be kept, or None; at `escape` begins an escape that the end cuts short."""
        if self._policy.patterns:
            kept = max(position, len(text) - _shapes.LONGEST_BEGINNING)
            return kept if kept < len(text) else None
        begun = _shapes.beginning(text[:escape], position)
        if begun is None:
            return escape if escape < len(text) else None
        # What begins at the letter of an escape may as well begin behind it: the escape is kept.
        return begun - 1 if begun > position and text[begun - 1] in "\\\x1c" else begun


def _spans(text: Text, start: int, end: int) -> list[tuple[int, int]]:
    """The spans of the body under these characters, joined where they touch."""
    spans: list[tuple[int, int]] = []
    for index in range(start, end):
        first, after = text.starts[index], text.ends[index]
        if spans and spans[-1][1] == first:
            spans[-1] = (spans[-1][0], after)
        else:
            spans.append((first, after))
        if first in text.parted:
            spans.append(text.parted[first])
    return spans
