"""Defects of every kind, made from the good streams of `tests/specs/streams`: events that are dropped, doubled, moved or foreign,
fields that are gone, null, of another type, negative, of an unknown word or changed, texts that are repeated so far, sums.

What is still allowed is not a defect: a field that the API's own types make optional may be gone or null. Everything
else is one, whether or not the stream itself can show it.
"""

from __future__ import annotations

import base64
import copy
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

STREAMS = Path(__file__).parents[1] / "specs" / "streams"


@dataclass(frozen=True, slots=True)
class Event:
    """One event of a stream: its name, its id, and its data as JSON or as text."""

    data: Any
    name: str = ""
    id: str = ""


@dataclass(frozen=True, slots=True)
class Good:
    """A good stream of an API, and what may be otherwise in it.

    `optional` are fields that may be gone or null, as the API's own types tell, `free` those that may hold anything. `text` is
    the path of a text that grows, `total` that of a sum, `cut` that of a call's arguments. `within` tells that each event is
    handed on in the envelope of InvokeModel, `websocket` that each is a message of a WebSocket. `invisible` are the kinds of defects that leave a lawful stream of this API.
    """

    api: str
    file: str
    optional: frozenset[str] = frozenset()
    free: frozenset[str] = frozenset()
    text: str = ""
    total: str = ""
    cut: str = ""
    within: bool = False
    websocket: bool = False
    invisible: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Defect:
    """One defect: of which kind, where, and the stream with it."""

    kind: str
    where: str
    body: bytes


def events_of(good: Good) -> list[Event]:
    """The events of a good stream. Bedrock's metrics come with the last one that it hands on."""
    events = [replace(event, name="") for event in _read(good)] if good.websocket else _read(good)
    if good.within:
        last = {**events[-1].data, "amazon-bedrock-invocationMetrics": _METRICS}
        events[-1] = replace(events[-1], data=last)
    return events


_METRICS = {"inputTokenCount": 4, "outputTokenCount": 5, "invocationLatency": 408, "firstByteLatency": 134}


def _read(good: Good) -> list[Event]:
    raw = (STREAMS / good.file).read_text(encoding="utf-8")
    if good.file.endswith(".txt"):
        return [Event(json.loads(value), code) for code, _, value in (line.partition(":") for line in raw.splitlines())]
    if good.file.endswith(".ndjson"):
        return [Event(json.loads(line)) for line in raw.splitlines()]
    events = []
    for block in raw.replace("\r\n", "\n").strip("\n").split("\n\n"):
        fields = dict(line.partition(": ")[::2] for line in block.split("\n"))
        data: Any = fields["data"]
        events.append(
            Event(
                json.loads(data) if data.startswith(("{", "[{")) else data,
                fields.get("event", ""),
                fields.get("id", ""),
            )
        )
    return events


def body_of(good: Good, events: Sequence[Event]) -> bytes:
    """The bytes of a stream of these events."""
    return "".join(_text(good, event) for event in events).encode("utf-8", "surrogatepass")


def _text(good: Good, event: Event) -> str:
    data = event.data if type(event.data) is str else json.dumps(event.data, separators=(",", ":"))
    if good.file.endswith(".txt"):
        return f"{event.name}:{json.dumps(event.data, separators=(',', ':'))}\n"
    if good.within:
        data = json.dumps({"chunk": {"bytes": base64.b64encode(data.encode()).decode()}})
    if good.file.endswith(".ndjson") or good.within or good.websocket:
        return f"{data}\n"
    named = f"event: {event.name}\n" if event.name else ""
    known = f"id: {event.id}\n" if event.id else ""
    return f"{named}{known}data: {data}\n\n"


def defects(good: Good) -> Iterator[Defect]:
    """Every defect of a good stream."""
    events = events_of(good)
    made = (*_of_events(good, events), *_of_fields(good, events), *_of_values(good, events))
    for kind, where, changed in made:
        if kind not in good.invisible:
            yield Defect(kind, where, body_of(good, changed))


Changed = tuple[str, str, list[Event]]

_FOREIGN = (
    Event({"event_type": "progress", "part": 0.5}),
    Event({"choices": [], "object": "chat.completion.chunk"}),
    Event({"step": 3}, "step"),
)


def _of_events(good: Good, events: list[Event]) -> Iterator[Changed]:
    last = len(events) - 1
    for place, event in enumerate(events):
        where = f"event {place + 1}"
        if event.data == "[DONE]":
            continue  # what may end a stream beside its last event is the wire's affair
        yield "event dropped", where, events[:place] + events[place + 1 :]
        yield "event doubled", where, events[: place + 1] + events[place:]
        rest = events[:place] + events[place + 1 :]
        # Two events further on; one that has none behind it goes to the front.
        to = 0 if place + 2 > last else place + 2
        if [*rest[:to], event, *rest[to:]] != events:
            yield "event moved", where, [*rest[:to], event, *rest[to:]]
        if place < last - 1 or (place < last and events[last].data != "[DONE]"):
            yield "events swapped", where, [*events[:place], events[place + 1], event, *events[place + 2 :]]
        for kind, data in _whole_otherwise(event):
            yield kind, where, [*events[:place], replace(event, data=data), *events[place + 1 :]]
        if event.id and place:
            yield (
                "event's id again",
                where,
                [*events[:place], replace(event, id=events[place - 1].id), *events[place + 1 :]],
            )
            yield "event's id gone", where, [*events[:place], replace(event, id=""), *events[place + 1 :]]
        if event.name and not good.within:
            yield "event renamed", where, [*events[:place], replace(event, name="progress"), *events[place + 1 :]]
        yield "event foreign", where, [*events[:place], _FOREIGN[place % 3], *events[place:]]


def _whole_otherwise(event: Event) -> Iterator[tuple[str, Any]]:
    """The data of an event in every other way; text may be any text."""
    if type(event.data) is str or not event.data:
        return
    yield "event emptied", {}
    yield "event in an envelope", {"data": event.data}
    yield "event as a list", json.dumps([event.data])
    yield "event as a text", json.dumps(json.dumps(event.data))
    yield "event cut", json.dumps(event.data)[:-1]


def _of_fields(good: Good, events: list[Event]) -> Iterator[Changed]:
    seen: set[str] = set()
    for place, event in enumerate(events):
        fields = event.data[0] if type(event.data) is list else event.data
        for path in paths(event.data):
            general = ".".join("0" if type(step) is int else str(step) for step in path)
            key = f"{event.name}{sorted(fields)} {general}"
            if key in seen or good.free & {*path}:
                continue
            seen.add(key)
            for kind, data in _otherwise(event.data, path, lawful=bool(good.optional & {general, path[-1]})):
                yield (
                    kind,
                    f"event {place + 1} {general}",
                    [*events[:place], replace(event, data=data), *events[place + 1 :]],
                )


_WORDS = frozenset(
    {"type", "role", "status", "object", "event_type", "stopReason", "finish_reason", "stop_reason", "done_reason"}
)
_SAME = frozenset(
    {
        "id",
        "model",
        "model_id",
        "generation_id",
        "conversation_id",
        "interaction_id",
        "thread_id",
        "run_id",
        "assistant_id",
    }
)


def _otherwise(data: Any, path: tuple[Any, ...], *, lawful: bool) -> Iterator[tuple[str, Any]]:
    """The field at this path in every other way; `lawful` where it may be gone or null."""
    value = at(data, path)
    if not lawful:
        yield "field gone", with_value(data, path, GONE)
        if type(path[-1]) is str:
            yield "field misspelled", with_value(with_value(data, path, GONE), (*path[:-1], f"{path[-1]}_"), value)
    if value is None:
        yield "field of another type", with_value(data, path, [1])
        return
    if not lawful:
        yield "field null", with_value(data, path, None)
    yield "boolean in its place", with_value(data, path, "no" if type(value) is bool else True)
    if type(value) is int:
        yield "count negative", with_value(data, path, -4)
        yield "number as text", with_value(data, path, str(value))
        yield "number with a fraction", with_value(data, path, value + 0.5)
    elif type(value) is str:
        yield "text as object", with_value(data, path, {"value": value})
        yield "text as list", with_value(data, path, [value])
        yield "number for a text", with_value(data, path, 7)
        if path[-1] in _WORDS:
            yield "unknown word", with_value(data, path, "sideways")
        if path[-1] in ("id", "toolUseId", "tool_call_id"):
            yield "id empty", with_value(data, path, "")
    elif type(value) is dict:
        yield "object as list", with_value(data, path, [value])
        yield "object as text", with_value(data, path, json.dumps(value))
    elif type(value) is list:
        yield "list as object", with_value(data, path, {})
        yield "list as text", with_value(data, path, json.dumps(value))


def _of_values(good: Good, events: list[Event]) -> Iterator[Changed]:
    seen: set[object] = set()
    for place, event in enumerate(events):
        for path in paths(event.data):
            value = at(event.data, path)
            if path[-1] in _SAME and type(value) is str:
                if value in seen:
                    changed = replace(event, data=with_value(event.data, path, f"{value}x"))
                    yield f"{path[-1]} changed", f"event {place + 1}", [*events[:place], changed, *events[place + 1 :]]
                seen.add(value)
    for kind, wanted in (("sum off by one", good.total), ("arguments cut", good.cut)):
        path = _path(wanted)
        present = [place for place, event in enumerate(events) if wanted and at(event.data, path)]
        for place in present[-1:]:
            value = at(events[place].data, path)
            other = value + 1 if kind == "sum off by one" else value[:-1]
            changed = replace(events[place], data=with_value(events[place].data, path, other))
            yield kind, f"event {place + 1}", [*events[:place], changed, *events[place + 1 :]]
    yield from _text_so_far(good, events)


def _text_so_far(good: Good, events: list[Event]) -> Iterator[Changed]:
    """The text of a delta, told three times, each time with more of it."""
    path = _path(good.text)
    for place, event in enumerate(events):
        if good.text and at(event.data, path):
            texts = ("The quick brown fox", "The quick brown fox jumps", "The quick brown fox jumps over the dog")
            present = [replace(event, data=with_value(event.data, path, text)) for text in texts]
            yield "text so far", f"event {place + 1}", [*events[:place], *present, *events[place + 1 :]]
            return


GONE = object()


def _path(text: str) -> tuple[Any, ...]:
    return tuple(int(step) if step.isdecimal() else step for step in text.split(".")) if text else ()


def paths(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Every field in a JSON value, of the first entry of each list."""
    if type(value) is dict:
        for key, inner in value.items():
            yield (*path, key)
            yield from paths(inner, (*path, key))
    elif type(value) is list and value:
        yield from paths(value[0], (*path, 0))


def at(data: Any, path: tuple[Any, ...]) -> Any:
    """The value at a path, None where there is none."""
    for step in path:
        try:
            data = data[step]
        except (KeyError, IndexError, TypeError):
            return None
    return data


def with_value(data: Any, path: tuple[Any, ...], value: Any) -> Any:
    """A copy with this value at a path, or with the field `GONE`."""
    changed = copy.deepcopy(data)
    holder = at(changed, path[:-1])
    if value is GONE:
        del holder[path[-1]]
    else:
        holder[path[-1]] = value
    return changed
