"""Check the fields that every chunk of an answer repeats: id, model, creation time and fingerprint."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from streamkit.model.grammar import Misstep
from streamkit.model.wording import describe

_REPEATED = (
    ("id", "id-changed"),
    ("model", "model-changed"),
    ("created", "created-changed"),
    ("system_fingerprint", "fingerprint-changed"),
)
_FIRST_SECOND, _LAST_SECOND = 1_577_836_800, 4_102_444_800
"""Unix seconds: the years 2020 and 2100. A time in milliseconds is far above this range, and 0 far below it."""


_OPTIONAL = ("system_fingerprint", "service_tier")
"""Optional fields that a server sends with every chunk or with none. The shape's check covers `id`, `model` and `created`."""

KINDS = frozenset(
    {"counter-order", "empty-id", "implausible-created", "intermittent-field", *(kind for _, kind in _REPEATED)}
)
"""Every misstep that these checks can report; each is the name of a rule."""


class RepeatedFields:
    """The first values of the repeated fields of one stream."""

    def __init__(self) -> None:
        self._first: dict[str, Any] = {}
        self._created: int | None = None
        self._with: set[str] = set()
        self._without: dict[str, int] = {}

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
        if "choices" in chunk:
            yield from self._gone_between(index, chunk)
        created = chunk.get("created")
        if type(created) is int and created:
            if self._created is not None and created < self._created:
                message = f"created is {created}, but was {self._created} in the previous chunk"
                yield Misstep("counter-order", index, message, "$.created")
            self._created = created
        if type(created) is int and not _FIRST_SECOND <= created <= _LAST_SECOND:
            message = f"created is {created}, which is not a plausible time in Unix seconds"
            placeholder = 0 < created < _FIRST_SECOND  # such as 1, which no client takes for a time
            yield Misstep("implausible-created", index, message, "$.created", "info" if placeholder else None)

    def _gone_between(self, index: int, chunk: dict[str, Any]) -> Iterator[Misstep]:
        """The chunks without a field that those before and after them have. The first may be made before it is known, and
        the last elsewhere."""
        for key in _OPTIONAL:
            if key not in chunk:
                if key in self._with:
                    self._without.setdefault(key, index)
                continue
            self._with.add(key)
            if key in self._without:
                message = f"{key} is missing, but the chunks before and after have it"
                yield Misstep("intermittent-field", self._without.pop(key), message, f"$.{key}")
