"""Yield the frames of a response body as they arrive, each with the time of its last byte.

A frame is one chunk of the chunked transfer coding or, if the body is not chunked, the data of one read.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from typing import TYPE_CHECKING

from streamkit.model.limits import LARGEST_FRAME

if TYPE_CHECKING:
    import aiohttp

# Maximum bytes per read. asyncio requests 256 KiB, for which the allocator maps new memory each time: ten times the
# cost of reading a chunk.
_READ = 1 << 16


async def arrivals(response: aiohttp.ClientResponse, arrived: Callable[[], int]) -> AsyncIterator[tuple[bytes, int]]:
    """Yield frames and their arrival times (ns). A frame that an error cuts off is yielded before the error is raised.

    `arrived` returns the time of the last read. It is called before anything else is read, because asyncio wakes the reader
    before it polls the socket again.
    """
    _fail_on_disconnect(response)
    _limit_reads(response)
    coding = response.headers.get("Transfer-Encoding", "")
    if "chunked" not in coding.lower():
        async for data in response.content.iter_any():
            yield data, arrived()
        return
    pieces: list[bytes] = []
    at = size = 0
    try:
        async for data, complete in response.content.iter_chunks():
            at = arrived()
            if data:
                pieces.append(data)
                size += len(data)
            if pieces and (complete or size > LARGEST_FRAME):
                yield pieces[0] if len(pieces) == 1 else b"".join(pieces), at
                pieces, size = [], 0
    except GeneratorExit:
        raise
    except BaseException:
        if pieces:
            yield b"".join(pieces), at
        raise
    if pieces:
        yield b"".join(pieces), at


def _limit_reads(response: aiohttp.ClientResponse) -> None:
    """Limit the size of reads on a plain connection. A TLS connection reads into a reused buffer."""
    transport = response.connection.transport if response.connection is not None else None
    if hasattr(transport, "max_size"):
        setattr(transport, "max_size", _READ)  # noqa: B010 - asyncio's own attribute, which its types do not show


def _fail_on_disconnect(response: aiohttp.ClientResponse) -> None:
    """Make reading fail when the connection is lost.

    When aiohttp cannot parse the chunked coding, it closes the connection but leaves the reader of the body waiting.
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
            future.exception()  # retrieved, so that asyncio does not log it
        if not content.is_eof() and content.exception() is None:
            error = aiohttp.ClientPayloadError("invalid chunked coding in the body")
            error.__cause__ = TransferEncodingError("malformed")
            content.set_exception(error)

    closed.add_done_callback(lost)
