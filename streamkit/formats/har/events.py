"""The events of an `EventSource` as browsers put them into a HAR: a time, a name, an id and the data."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from itertools import repeat
from typing import Any

from streamkit.frozen import dataclass
from streamkit.model.exchange import Exchange, Frames
from streamkit.wire.framing import SSE


@dataclass(frozen=True, slots=True)
class HarEvent:
    """One event: its block as an event stream would have it, and its time in nanoseconds since 1970, if it has one."""

    data: bytes
    at: int | None


def event_messages(entry: dict[str, Any]) -> list[HarEvent]:
    """Return the messages of a HAR entry; none if it has none."""
    found = entry.get("_eventSourceMessages")
    return [_message(one) for one in found if isinstance(one, dict)] if isinstance(found, list) else []


def _message(message: dict[str, Any]) -> HarEvent:
    lines = []
    for field, name in (("event", "eventName"), ("id", "eventId")):
        value = message.get(name)
        if isinstance(value, str) and value and not (field == "event" and value == "message"):
            lines.append(f"{field}: {value}")
    data = message.get("data")
    lines += [f"data: {line}" for line in (data if isinstance(data, str) else "").split("\n")]
    time = message.get("time")
    at = round(time * 1_000_000) * 1000 if isinstance(time, int | float) and 0 < time < 1e11 else None
    return HarEvent(("\n".join(lines) + "\n\n").encode("utf-8", "surrogatepass"), at)


def with_event_times(frames: Frames, messages: Sequence[HarEvent], begun: int | None) -> Frames | None:
    """Return the frames with the messages' times, where these are of the frames' events, ascend, and count from `begun`."""
    times = [one.at for one in messages]
    if begun is None or not times or None in times:
        return None
    at = [time - begun for time in times if time is not None]
    if at[0] < 0 or at != sorted(at):
        return None
    ends = SSE.decode(frames.body).ends
    if len(ends) != len(at):
        return None
    # A frame has the time of the last event that it completes; one that completes none has no time.
    placed: list[int | None] = []
    before = 0
    for end in frames.ends:
        after = bisect_right(ends, end)
        placed.append(at[after - 1] if after > before else None)
        before = after
    return Frames(frames.data, placed, frames.lines, frames.verbatim)


def messages_of(exchange: Exchange, begun: int) -> Iterator[dict[str, Any]]:
    """Yield each event of an exchange with the time at which it was complete, as browsers export it (seconds since 1970)."""
    frames = exchange.frames
    events = SSE.decode(frames.body)
    names = repeat("message") if events.names is None else events.names
    ids = repeat("") if events.ids is None else events.ids
    for data, name, id_, at in zip(events.data, names, ids, _times(frames, events.ends), strict=False):
        message: dict[str, Any] = {} if at is None else {"time": round((begun + at) / 1e9, 6)}
        message["eventName"] = name
        message["eventId"] = id_
        message["data"] = data.decode("utf-8", "replace")
        yield message


def _times(frames: Frames, ends: Sequence[int]) -> Iterable[int | None]:
    """Return the time of each event, by its end: that of the frame with its last byte."""
    if ends == frames.ends:
        return frames.at
    holding = (frames.holding(end - 1) for end in ends)
    return (None if frame is None else frames.at[frame] for frame in holding)
