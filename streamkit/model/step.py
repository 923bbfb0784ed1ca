"""The steps that play an exchange, with deadlines. The player creates them, faults change them, transport executes them.

`at` is an absolute deadline: nanoseconds after the request has arrived (or, if there is no request, after playing
began). Deadlines do not add up errors as waits do; a step whose deadline has passed is done at once. Steps are in the
order in which they are done and their deadlines never decrease.
"""

from __future__ import annotations

from streamkit.frozen import dataclass
from streamkit.model.exchange import Headers


@dataclass(frozen=True, slots=True)
class Head:
    """Send the status line and the headers."""

    at: int
    status: int
    headers: Headers = ()


@dataclass(frozen=True, slots=True)
class Write:
    """Send these bytes of the body in one write: over HTTP, one chunk of the chunked coding. Never empty."""

    at: int
    data: bytes


@dataclass(frozen=True, slots=True)
class Receive:
    """Wait until the client of a WebSocket has sent a message, of this `type` if it is not empty; later deadlines move."""

    at: int
    type: str = ""


@dataclass(frozen=True, slots=True)
class Finish:
    """End the body according to the protocol (for HTTP, with the last chunk)."""

    at: int


@dataclass(frozen=True, slots=True)
class Close:
    """Close the connection normally (FIN) without ending the body: a client sees it truncated."""

    at: int


@dataclass(frozen=True, slots=True)
class Reset:
    """Reset the connection (RST)."""

    at: int


@dataclass(frozen=True, slots=True)
class HalfChunk:
    """Announce a chunk of `size` bytes, send `data`, which is less, and close the connection normally (FIN)."""

    at: int
    data: bytes
    size: int


@dataclass(frozen=True, slots=True)
class Hang:
    """Send nothing more and keep the connection open until the client leaves."""

    at: int


Step = Head | Write | Receive | Finish | Close | Reset | HalfChunk | Hang
Last = Finish | Close | Reset | HalfChunk | Hang  # a valid list of steps ends in exactly one of these
