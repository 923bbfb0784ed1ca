"""Decode a body into JSON objects with arrival times, in the same way for every API."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import cached_property
from typing import Any

import orjson

from streamkit.apis._on_demand import ChunksOnDemand
from streamkit.apis._repeating import forms_in
from streamkit.frozen import dataclass
from streamkit.model.exchange import Exchange, Frames
from streamkit.model.stream import Broken
from streamkit.model.texts import Texts
from streamkit.patterns import pattern
from streamkit.wire import sse_blocks, websocket
from streamkit.wire.fitting import LEAST
from streamkit.wire.framing import SSE, WEBSOCKET, choose
from streamkit.wire.runs import Repeating
from streamkit.wire.sse_blocks import Payloads
from streamkit.wire.values import Events, Framing, Tail

DONE = b"[DONE]"

_MOST_LEVELS = 1024  # of objects and arrays, as in orjson


@dataclass(frozen=True, kw_only=True)
class Decoded:
    """A decoded body: its events, their times (ns, None if not measured), and the JSON objects (chunks) among them.

    `chunk_events` are the indices of the events that hold the chunks, `done` those of the `[DONE]` markers; `broken`
    describes the events that are neither. `document` is true if the body is a single JSON object, not a stream: a
    non-streaming response or an error.
    """

    framing: str
    events: Events
    times: Sequence[int | None]
    chunks: Sequence[dict[str, Any]]
    chunk_events: Sequence[int]
    broken: tuple[Broken, ...] = ()
    done: tuple[int, ...] = ()
    document: bool = False

    @cached_property
    def names(self) -> list[str]:
        """The event name of each chunk."""
        if self.events.names is None:
            return [self.events.name(0)] * len(self.chunk_events) if self.chunk_events else []
        return [self.events.names[event] for event in self.chunk_events]

    def unwrapped(self, unwrap: Callable[[dict[str, Any], str], dict[str, Any]]) -> Decoded:
        """Return a copy with `unwrap` applied to each chunk and the name of its event."""
        return replace(self, chunks=list(map(unwrap, self.chunks, self.names)))

    def followed(self, follow: Callable[[dict[str, Any]], dict[str, Any]]) -> Decoded:
        """Return a copy with `follow` applied to each chunk, in their order."""
        return replace(self, chunks=list(map(follow, self.chunks)))

    def with_parser(self, parse_event: Callable[[bytes, str], dict[str, Any] | None]) -> Decoded:
        """Return a copy whose chunks are made by `parse_event` from the data and the name of each event.

        What is wrong with an event is kept only if it has no chunk.
        """
        parsed = [parse_event(self.events.data[event], self.events.name(event)) for event in range(len(self.events))]
        chunk_events = [event for event, chunk in enumerate(parsed) if chunk is not None]
        chunks = [chunk for chunk in parsed if chunk is not None]
        broken = tuple(broken for broken in self.broken if parsed[broken.event] is None)
        return replace(self, chunks=chunks, chunk_events=chunk_events, broken=broken, done=())


def decode(exchange: Exchange, *, on_demand: bool = False, repeating: bool = False) -> Decoded:
    """Decode the body of one exchange. Never raises on content.

    With `on_demand`, chunks are decoded when they are looked at; looking at one raises NotAnObject if any event but a
    last `[DONE]` is not a JSON object. With `repeating`, chunks that repeat each other are a `Repeating` with their forms.
    """
    frames = exchange.frames
    framing = framing_of(exchange, frames.head(4096))
    whole = None
    if on_demand and framing is SSE and isinstance(frames.data, Texts):
        whole = sse_blocks.decode_each(frames.data, frames.data.forms, frames.size, lambda: frames.ends)
        events = whole or sse_blocks.decode(frames.data, frames.data.forms, frames.ends)
    elif framing is WEBSOCKET:
        events = websocket.decode_frames(frames.data)
    else:
        events = framing.decode(frames.body)
    if not exchange.timed:
        times: Sequence[int | None] = [None] * len(events)
    else:
        times = frames.at if whole else arrival_times(frames, events.ends)
    document = len(events) == 1 and holds_document(framing, exchange, frames.body)
    plain = _plain_chunks(events.data, on_demand=on_demand, repeating=repeating)
    if plain is not None:
        chunks, done = plain
        return Decoded(
            framing=framing.name,
            events=events,
            times=times,
            chunks=chunks,
            chunk_events=range(len(chunks)),
            broken=(),
            done=done,
            document=document,
        )
    return _decode_each(
        Decoded(framing=framing.name, events=events, times=times, chunks=[], chunk_events=[], document=document)
    )


def framing_of(exchange: Exchange, head: bytes) -> Framing:
    """Return the framing of the body of an exchange that begins with these bytes."""
    return WEBSOCKET if exchange.websocket else choose(exchange.content_type, head)


# Inside a JSON string these quotes would be escaped with a backslash.
_MORE_FOLLOWS = pattern(rb'(?<!\\)"(?:done|is_finished)"\s*:\s*false\b')


def holds_document(framing: Framing, exchange: Exchange, body: bytes) -> bool:
    """Return whether a body with a single event is a JSON document rather than a stream of one event.

    A line of NDJSON looks like any JSON object. A single one is a stream only if the content type says so, or if the
    line itself says that more lines follow, as those of Ollama and Cohere do.
    """
    if framing.name == "ndjson":
        return choose(exchange.content_type, b"") is not framing and not _MORE_FOLLOWS.search(body)
    return framing.name == "json_document" and not body.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"[")


def arrival_times(frames: Frames, ends: Sequence[int]) -> list[int | None]:
    """Return the arrival time of each event: that of the frame with its last byte. `ends` are byte offsets, ascending."""
    if ends == frames.ends:
        return list(frames.at)
    times: list[int | None] = []
    frame, frame_ends, at = 0, frames.ends, frames.at
    for end in ends:
        while frame < len(frame_ends) - 1 and frame_ends[frame] < end:
            frame += 1
        times.append(at[frame])
    return times


def _plain_chunks(
    payloads: Sequence[bytes], *, on_demand: bool, repeating: bool
) -> tuple[Sequence[dict[str, Any]], tuple[int, ...]] | None:
    """Decode the usual case fast: every payload is a JSON object, possibly followed by one `[DONE]`. None otherwise."""
    marked = bool(payloads) and payloads[-1] == DONE
    count = len(payloads) - marked
    done = (count,) if marked else ()
    if on_demand:
        return ChunksOnDemand(payloads.first(count) if isinstance(payloads, Payloads) else payloads[:count]), done
    objects = payloads[:count]
    try:
        chunks = list(map(orjson.loads, objects))
    except orjson.JSONDecodeError:
        return None
    if not set(map(type, chunks)) <= {dict}:
        return None
    return (Repeating(chunks, forms_in(objects)) if repeating and len(chunks) >= LEAST else chunks), done


def _decode_each(decoded: Decoded) -> Decoded:
    """Decode event by event: find the chunks and the `[DONE]` markers, and describe what is broken."""
    chunks: list[dict[str, Any]] = []
    chunk_events: list[int] = []
    broken: list[Broken] = []
    done: list[int] = []
    last = len(decoded.events) - 1
    for event, payload in enumerate(decoded.events.data):
        if payload == DONE:
            done.append(event)
            continue
        chunk, trouble = parse(payload, event)
        if trouble is not None:
            cut = trouble.kind == "truncated-json" and event == last and _has_tail(decoded.events)
            broken.append(replace(trouble, cut=cut))
        if chunk is not None:
            chunks.append(chunk)
            chunk_events.append(event)
    return replace(decoded, chunks=chunks, chunk_events=chunk_events, broken=tuple(broken), done=tuple(done))


def parse(payload: bytes, event: int) -> tuple[dict[str, Any] | None, Broken | None]:
    """Parse the payload of event number `event`.

    Return the JSON object, or None, and what is wrong with the payload, or None. A payload that only a lenient parser
    accepts gives both.
    """
    if not payload.strip():
        return None, Broken(event=event, kind="empty", message="the event's data is empty")
    try:
        value = orjson.loads(payload)
    except orjson.JSONDecodeError as error:
        return _recover(payload, event, error)
    if isinstance(value, dict):
        return value, None
    return None, Broken(event=event, kind="not-an-object", message=f"a JSON {_json_type(value)}, not an object")


def _recover(payload: bytes, event: int, error: orjson.JSONDecodeError) -> tuple[dict[str, Any] | None, Broken]:
    """Parse what the strict parser rejects but lenient clients accept: NaN, a lone surrogate, invalid UTF-8."""
    message, column = str(error), error.pos
    try:
        text = payload.decode("utf-8")
    except UnicodeDecodeError as invalid:
        text = payload.decode("utf-8", "replace")
        kind, message, column = "invalid-utf8", f"invalid UTF-8 at byte {invalid.start}", invalid.start
    else:
        kind = "lenient-json"
    try:
        value = json.loads(text)
    except json.JSONDecodeError as strict:
        cut = strict.pos >= len(text.rstrip()) or "Unterminated string" in strict.msg
        return None, Broken(
            event=event, kind="truncated-json" if cut else "invalid-json", message=strict.msg, column=strict.pos
        )
    except RecursionError:
        return None, _too_deep(event)
    except ValueError:  # Python's own limit; the decoders of clients raise there as well
        digits = sys.get_int_max_str_digits()
        return None, Broken(event=event, kind="invalid-json", message=f"an integer of more than {digits} digits")
    if not isinstance(value, dict):
        return None, Broken(event=event, kind="not-an-object", message=f"a JSON {_json_type(value)}, not an object")
    if _levels(value) > _MOST_LEVELS:
        return None, _too_deep(event)
    return value, Broken(event=event, kind=kind, message=message, column=column, recovered=True)


def _too_deep(event: int) -> Broken:
    return Broken(event=event, kind="invalid-json", message="nested too deeply")


def _levels(value: object) -> int:
    """Return how many objects and arrays contain each other. Python's parser has a limit that depends on its version."""
    levels, layer = 0, [value]
    while layer := [each for each in layer if isinstance(each, dict | list)]:
        levels += 1
        layer = [inner for each in layer for inner in (each.values() if isinstance(each, dict) else each)]
    return levels


def _has_tail(events: Events) -> bool:
    return any(isinstance(aside, Tail) for _, aside in events.asides)


def _json_type(value: object) -> str:
    if value is None:
        return "null"
    return {list: "array", str: "string", bool: "boolean"}.get(type(value), "number")
