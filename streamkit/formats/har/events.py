"""The events of an `EventSource` as browsers put them into a HAR: a time, a name, an id and the data."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
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
    for index, end in enumerate(events.ends):
        frame = frames.holding(end - 1)
        at = frames.at[frame] if frame is not None else None
        event = events.event(index)
        message: dict[str, Any] = {"eventName": event.name, "eventId": event.id, "data": event.text}
        yield message if at is None else {"time": round((begun + at) / 1e9, 6), **message}
