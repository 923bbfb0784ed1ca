"""The frames of a response body as they arrive, each with the time of its last byte.

A frame is one chunk of HTTP's chunked coding; where the body is not chunked, what one read gave.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import aiohttp

# Most bytes of one read. asyncio asks for 256 KiB, for which the allocator maps fresh memory each time: ten times the
# cost of reading a chunk.
_READ = 1 << 16


async def arrivals(response: aiohttp.ClientResponse, arrived: Callable[[], int]) -> AsyncIterator[tuple[bytes, int]]:
    """Frames with their times. What an error cuts short comes as a shorter frame, before the error is raised.

    `arrived` tells the time of the last read. It is asked before anything else is read: who waits for data is woken before
    the event loop looks for more of it.
    """
    _wake_when_lost(response)
    _read_less(response)
    coding = response.headers.get("Transfer-Encoding", "")
    if "chunked" not in coding.lower():
        async for data in response.content.iter_any():
            yield data, arrived()
        return
    pieces: list[bytes] = []
    at = 0
    try:
        async for data, complete in response.content.iter_chunks():
            at = arrived()
            if data:
                pieces.append(data)
            if complete and pieces:
                yield pieces[0] if len(pieces) == 1 else b"".join(pieces), at
                pieces = []
    except GeneratorExit:
        raise
    except BaseException:
        if pieces:
            yield b"".join(pieces), at
        raise
    if pieces:
        yield b"".join(pieces), at


def _read_less(response: aiohttp.ClientResponse) -> None:
    """Make the reads of a plain connection small; one of TLS reads into a buffer that it keeps."""
    transport = response.connection.transport if response.connection is not None else None
    if hasattr(transport, "max_size"):
        setattr(transport, "max_size", _READ)  # noqa: B010 - asyncio's own attribute, which its types do not show


def _wake_when_lost(response: aiohttp.ClientResponse) -> None:
    """Let reading end when the connection is gone.

    aiohttp closes the connection over a chunked coding that it cannot read, and leaves who reads the body waiting.
    """
    import aiohttp
    from aiohttp.http_exceptions import TransferEncodingError

    protocol = response.connection.protocol if response.connection is not None else None
    closed = getattr(protocol, "closed", None)
    if closed is None:
        return
    content = response.content

    def lost(future: asyncio.Future[None]) -> None:
        if not future.cancelled():
            future.exception()  # seen, so that nobody complains of it
        if not content.is_eof() and content.exception() is None:
            error = aiohttp.ClientPayloadError("the chunked coding of the body cannot be read")
            error.__cause__ = TransferEncodingError("malformed")
            content.set_exception(error)

    closed.add_done_callback(lost)
