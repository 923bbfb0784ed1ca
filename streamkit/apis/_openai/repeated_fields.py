"""What every chunk of one answer repeats: id, model, time of creation, fingerprint."""

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
"""Unix seconds: the years 2020 and 2100. Milliseconds since 1970 lie far above, 0 far below."""


KINDS = frozenset({"empty-id", "implausible-created", *(kind for _, kind in _REPEATED)})
"""Every misstep that these checks can give, each the name of its rule."""


class RepeatedFields:
    """What the chunks of one stream said first."""

    def __init__(self) -> None:
        self._first: dict[str, Any] = {}

    def chunk(self, index: int, chunk: dict[str, Any]) -> Iterator[Misstep]:
        """What this chunk says otherwise than those before, and what is wrong with it by itself."""
        for key, kind in _REPEATED:
            value = chunk.get(key)
            if value in (None, "", 0):
                continue
            first = self._first.setdefault(key, value)
            if value != first:
                yield Misstep(kind, index, f"{key} is {describe(value)}, and was {describe(first)} before", f"$.{key}")
        if chunk.get("id") == "":
            yield Misstep("empty-id", index, "id is empty", "$.id")
        created = chunk.get("created")
        if type(created) is int and not _FIRST_SECOND <= created <= _LAST_SECOND:
            message = f"created is {created}: no time in seconds at which a chunk can have been made"
            placeholder = 0 < created < _FIRST_SECOND  # such as 1: no client reads it as a time
            yield Misstep("implausible-created", index, message, "$.created", "info" if placeholder else None)
