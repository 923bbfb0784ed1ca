"""Check the fields that every chunk of an answer repeats: id, model, creation time and fingerprint."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from streamkit.apis._kit.misfits import describe
from streamkit.model.grammar import Misstep

_REPEATED = (
    ("id", "id-changed"),
    ("model", "model-changed"),
    ("created", "created-changed"),
    ("system_fingerprint", "fingerprint-changed"),
)
_FIRST_SECOND, _LAST_SECOND = 1_577_836_800, 4_102_444_800
"""Unix seconds: the years 2020 and 2100. A time in milliseconds is far above this range, and 0 far below it."""


KINDS = frozenset({"empty-id", "implausible-created", *(kind for _, kind in _REPEATED)})
"""Every misstep that these checks can report; each is the name of a rule."""


class RepeatedFields:
    """The first values of the repeated fields of one stream."""

    def __init__(self) -> None:
        self._first: dict[str, Any] = {}

    def chunk(self, index: int, chunk: dict[str, Any]) -> Iterator[Misstep]:
        """Yield a misstep for each field that differs from earlier chunks, is empty, or is implausible."""
        for key, kind in _REPEATED:
            value = chunk.get(key)
            if value in (None, "", 0):
                continue
            first = self._first.setdefault(key, value)
            if value != first:
                yield Misstep(kind, index, f"{key} is {describe(value)}, but was {describe(first)} before", f"$.{key}")
        if chunk.get("id") == "":
            yield Misstep("empty-id", index, "id is empty", "$.id")
        created = chunk.get("created")
        if type(created) is int and not _FIRST_SECOND <= created <= _LAST_SECOND:
            message = f"created is {created}, which is not a plausible time in Unix seconds"
            placeholder = 0 < created < _FIRST_SECOND  # such as 1, which no client takes for a time
            yield Misstep("implausible-created", index, message, "$.created", "info" if placeholder else None)
