"""From bytes to JSON objects with times: what interpreting does for every API alike."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import orjson

from streamkit.model.exchange import Exchange, Frames
from streamkit.model.stream import Broken
from streamkit.wire.framing import choose
from streamkit.wire.values import Events, Framing, Tail

DONE = b"[DONE]"


@dataclass(frozen=True, kw_only=True)
class Decoded:
    """A body decoded: its events with times, the JSON objects among them, and what is neither object nor marker.

    `document` tells that the body is one JSON object and no stream: a plain answer, or an error's body.
    """

    framing: str
    events: Events
    times: Sequence[int | None]
    chunks: list[dict[str, Any]]
    chunk_events: Sequence[int]
    broken: tuple[Broken, ...] = ()
    done: tuple[int, ...] = ()
    document: bool = False

    @cached_property
    def names(self) -> list[str]:
        """The name of each chunk's event."""
        if self.events.names is None:
            return [self.events.name(0)] * len(self.chunk_events) if self.chunk_events else []
        return [self.events.names[event] for event in self.chunk_events]

    def mapped(self, unwrap: Callable[[dict[str, Any], str], dict[str, Any]]) -> Decoded:
        """The same with each chunk, told the name of its event, taken out of what it came in."""
        return replace(self, chunks=list(map(unwrap, self.chunks, self.names)))

    def reread(self, reads: Callable[[bytes, str], dict[str, Any] | None]) -> Decoded:
        """The same events with other chunks: those that `reads` makes of an event's data and name."""
        read = [reads(self.events.data[event], self.events.name(event)) for event in range(len(self.events))]
        places = [event for event, chunk in enumerate(read) if chunk is not None]
        chunks = [chunk for chunk in read if chunk is not None]
        return replace(self, chunks=chunks, chunk_events=places, broken=(), done=())


def decode(exchange: Exchange) -> Decoded:
    """Decode the body of one exchange. Never raises on content."""
    frames = exchange.frames
    body = frames.body
    framing = choose(exchange.content_type, body[:4096])
    events = framing.decode(body)
    times = arrival_times(frames, events.ends) if exchange.timed else [None] * len(events)
    document = len(events) == 1 and holds_document(framing, exchange, body)
    plain = _plain_chunks(events.data)
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
    return _with_care(
        Decoded(framing=framing.name, events=events, times=times, chunks=[], chunk_events=[], document=document)
    )


# In text that is quoted inside a JSON string these quotes have a backslash before them.
_MORE_FOLLOWS = re.compile(rb'(?<!\\)"(?:done|is_finished)"\s*:\s*false\b')


def holds_document(framing: Framing, exchange: Exchange, body: bytes) -> bool:
    """Whether this framing was taken for its bytes, and one object alone in it is the whole body.

    A line of NDJSON looks like any JSON object, so that one alone is a stream only where the content type says so, or it
    says itself that more follows, as Ollama's and Cohere's lines do.
    """
    if framing.name == "ndjson":
        return choose(exchange.content_type, b"") is not framing and not _MORE_FOLLOWS.search(body)
    return framing.name == "json_document" and not body.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"[")


def arrival_times(frames: Frames, ends: Sequence[int]) -> list[int | None]:
    """For each event the time of the frame that holds the byte which completed it (`ends`, ascending)."""
    if ends == frames.ends:
        return list(frames.at)
    times: list[int | None] = []
    frame, frame_ends, at = 0, frames.ends, frames.at
    for end in ends:
        while frame < len(frame_ends) - 1 and frame_ends[frame] < end:
            frame += 1
        times.append(at[frame])
    return times


def _plain_chunks(payloads: Sequence[bytes]) -> tuple[list[dict[str, Any]], tuple[int, ...]] | None:
    """The usual case at full speed: every payload a JSON object, perhaps one `[DONE]` last. None where it is not so."""
    marked = bool(payloads) and payloads[-1] == DONE
    try:
        chunks = list(map(orjson.loads, payloads[:-1] if marked else payloads))
    except orjson.JSONDecodeError:
        return None
    if not set(map(type, chunks)) <= {dict}:
        return None
    return chunks, ((len(chunks),) if marked else ())


def _with_care(decoded: Decoded) -> Decoded:
    """Event by event: what decodes, what is a marker, and what is broken in which way."""
    chunks: list[dict[str, Any]] = []
    places: list[int] = []
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
            places.append(event)
    return replace(decoded, chunks=chunks, chunk_events=places, broken=tuple(broken), done=tuple(done))


def parse(payload: bytes, event: int) -> tuple[dict[str, Any] | None, Broken | None]:
    """One payload as a JSON object, and what is wrong with it; both where it could be recovered."""
    if not payload.strip():
        return None, Broken(event=event, kind="empty", message="the event's data is empty")
    try:
        value = orjson.loads(payload)
    except orjson.JSONDecodeError as error:
        return _recovered(payload, event, error)
    if isinstance(value, dict):
        return value, None
    return None, Broken(event=event, kind="not-an-object", message=f"a JSON {_json_type(value)}, not an object")


def _recovered(payload: bytes, event: int, error: orjson.JSONDecodeError) -> tuple[dict[str, Any] | None, Broken]:
    """What the strict parser refuses and a lenient client reads: NaN, a lone surrogate, invalid UTF-8."""
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
        return None, Broken(event=event, kind="invalid-json", message="nested too deeply")
    except ValueError:  # Python's own limit, at which the clients' decoder raises as well
        digits = sys.get_int_max_str_digits()
        return None, Broken(event=event, kind="invalid-json", message=f"an integer of more than {digits} digits")
    if not isinstance(value, dict):
        return None, Broken(event=event, kind="not-an-object", message=f"a JSON {_json_type(value)}, not an object")
    return value, Broken(event=event, kind=kind, message=message, column=column, recovered=True)


def _has_tail(events: Events) -> bool:
    return any(isinstance(aside, Tail) for _, aside in events.asides)


def _json_type(value: object) -> str:
    if value is None:
        return "null"
    return {list: "array", str: "string", bool: "boolean"}.get(type(value), "number")
