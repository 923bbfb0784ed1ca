"""Compute the steps that play back an exchange: its frames, each with its deadline, and its end.

This module neither reads a clock nor sleeps. The caller waits for each deadline.
"""

from __future__ import annotations

from streamkit.frozen import dataclass
from streamkit.model.exchange import Exchange, SentMessage, message_type
from streamkit.model.step import Close, Finish, Hang, Head, Last, Receive, Reset, Step, Write


@dataclass(frozen=True, slots=True)
class Pace:
    """How recorded time becomes playback time: `speed` divides it, `max_gap` (ns of playback time) limits each pause.

    With `delay` False, everything is played at once.
    """

    speed: float = 1.0
    max_gap: int | None = None
    delay: bool = True


RECORDED = Pace()

# Messages that a server sends without being asked. A client that sends before they arrive need not, when they are played.
_GREETINGS = ("session.created",)


def steps(exchange: Exchange, pace: Pace = RECORDED) -> list[Step]:
    """Return the steps of an exchange: its head (if recorded), a write per non-empty frame, and its end.

    Over a WebSocket, frames that followed messages of the client wait for them.

    Deadlines are in nanoseconds since the request was sent. A step without a recorded time gets the deadline of the one before.
    """
    deadline = _Deadlines(exchange, pace)
    result: list[Step] = []
    response = exchange.response
    if response is not None:
        result.append(Head(deadline(response.at), response.status, response.headers))
    frames = exchange.frames
    sent = list(reversed(exchange.sent))
    for number, (data, at) in enumerate(zip(frames.data, frames.at, strict=True)):
        if sent and sent[-1].after_frame <= number and message_type(data) not in _GREETINGS:
            result.append(_receive(sent, number, deadline))
        if data:
            result.append(Write(deadline(at), data))
    end = exchange.end
    result.append(_last(None if end is None else end.reason, deadline(None if end is None else end.at)))
    return result


def _receive(sent: list[SentMessage], number: int, deadline: _Deadlines) -> Receive:
    """Take the messages that the client sent before a frame; return the step that waits for the last of them.

    A client need not send the same number of messages, such as pieces of audio, so only the type of the last one counts.
    """
    last = sent.pop()
    while sent and sent[-1].after_frame <= number:
        last = sent.pop()
    return Receive(deadline(last.at), last.type)


def untimed(exchange: Exchange) -> str | None:
    """Return why an exchange cannot be played with its pauses, or None if it can."""
    if exchange.clock == "none":
        return "the log it was read from has no times" if exchange.source == "import" else "it has no times"
    if len(exchange.frames) and all(at is None for at in exchange.frames.at):
        return "none of its frames has a time"
    return None


class _Deadlines:
    """Convert recorded times to deadlines that never decrease."""

    __slots__ = ("_before", "_deadline", "_pace")

    def __init__(self, exchange: Exchange, pace: Pace) -> None:
        self._pace = pace
        self._before = exchange.sent_at or exchange.connected_at or 0
        self._deadline = 0

    def __call__(self, at: int | None) -> int:
        if at is not None and at > self._before and self._pace.delay:
            gap = round((at - self._before) / self._pace.speed)
            limit = self._pace.max_gap
            self._deadline += gap if limit is None else min(gap, limit)
            self._before = at
        return self._deadline


def _last(reason: str | None, at: int) -> Last:
    """Return the step that repeats the end of a recording. If our side ended it, the connection is closed there."""
    if reason == "eof":
        return Finish(at)
    if reason in ("reset", "refused"):
        return Reset(at)
    if reason in ("timeout", "idle_timeout"):
        return Hang(at)
    return Close(at)
