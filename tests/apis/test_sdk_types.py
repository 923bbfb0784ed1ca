"""The shape tables compared with the official SDKs' own types, over every single-field edit of a complete event.

`lax` is an edit that the SDK's types reject and the table accepts: a server could send it without lint noticing.
`strict` is the reverse. The remaining differences are listed here, with the reason.
"""

from __future__ import annotations

import json
import warnings
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from streamkit.apis import APIS

from .sdk_samples import Path, Value, edits, members, samples, type_name

# An unlisted type is new, and allowed; `a` is a member of an object that may have any.
OPEN = {"type", "a"}
# Fields that the providers' own streams omit although their types require them; dates, which JSON has as text; names of
# tools; the message of an error, which some send in an object `error`.
LAXER = {
    "openai_responses": {"cache_write_tokens", "action", "message"},
    "anthropic_messages": {"web_fetch_requests", "expires_at", "name"},
    "openai_transcription": set(),
    # What the client requested and is repeated: the format of the audio, the limit of tokens; and an approval.
    "openai_realtime": {"approve", "audio", "annotations", "output", "format", "rate", "voice", "max_output_tokens"},
}
LEAST_EDITS = {"openai_realtime": 600, "openai_responses": 600, "anthropic_messages": 600, "openai_transcription": 90}
"""Fewer edits than these would mean that the samples lack fields."""


def openai_events() -> Iterator[tuple[type, Value]]:
    responses = pytest.importorskip("openai.types.responses")
    same = ("in_progress", "queued", "completed", "failed", "incomplete")
    for model in members(responses.ResponseStreamEvent):
        if type_name(model).removeprefix("response.") not in same:  # their response is that of `response.created`
            yield from ((model, value) for value in samples(model))


def anthropic_events() -> Iterator[tuple[type, Value]]:
    types = pytest.importorskip("anthropic.types")
    for model in members(types.RawMessageStreamEvent):
        for value in samples(model):
            yield model, value


def transcription_events() -> Iterator[tuple[type, Value]]:
    types = pytest.importorskip("openai.types.audio")
    for model in members(types.TranscriptionStreamEvent):
        for value in samples(model):
            yield model, value


def realtime_events() -> Iterator[tuple[type, Value]]:
    realtime = pytest.importorskip("openai.types.realtime")
    for model in members(realtime.RealtimeServerEvent):
        for value in samples(model):
            if "session" in value:
                value = {**value, "session": {"type": "realtime"}}
            yield model, value


EVENTS: dict[str, Callable[[], Iterator[tuple[type, Value]]]] = {
    "openai_responses": openai_events,
    "anthropic_messages": anthropic_events,
    "openai_transcription": transcription_events,
    "openai_realtime": realtime_events,
}


def compared(api: str) -> tuple[Counter[str], Counter[str], int]:
    """Return the lax and the strict edits of an API, by field and kind of edit, and the total number of edits."""
    import pydantic

    judge = APIS[api].judge
    assert judge is not None
    misfits = judge().misfits
    lax: Counter[str] = Counter()
    strict: Counter[str] = Counter()
    seen: set[str] = set()
    for model, value in EVENTS[api]():
        adapter = pydantic.TypeAdapter(model)
        for what, path, changed in edits(value):
            key = json.dumps([changed, what])
            if key in seen or path == ("type",):
                continue
            seen.add(key)
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                try:
                    adapter.validate_json(json.dumps(changed), strict=True)
                    fine = True
                except pydantic.ValidationError:
                    fine = False
            ours = not list(misfits([changed]))
            if ours and not fine:
                lax[f"{what} {_field(path)}"] += 1
            elif fine and not ours:
                strict[f"{what} {_field(path)}"] += 1
    return lax, strict, len(seen)


def _field(path: Path) -> str:
    return next(str(step) for step in reversed(path) if isinstance(step, str))


@pytest.mark.parametrize("api", EVENTS)
def test_a_table_is_as_strict_as_the_sdks_types(api: str, record_property: Callable[[str, object], None]) -> None:
    lax, strict, count = compared(api)
    record_property("edits", f"{lax.total()} lax and {strict.total()} strict of {count}")
    assert count > LEAST_EDITS[api]
    unexplained: dict[str, Any] = {
        name: number for name, number in lax.items() if name.split()[1] not in LAXER[api] | OPEN
    }
    assert unexplained == {}
    assert strict.total() <= 0.02 * count


def test_every_event_of_the_responses_api_has_a_shape() -> None:
    responses = pytest.importorskip("openai.types.responses")
    judge = APIS["openai_responses"].judge
    assert judge is not None
    known = json.dumps(judge().schema())
    assert [
        type_name(model) for model in members(responses.ResponseStreamEvent) if f'"{type_name(model)}"' not in known
    ] == []
