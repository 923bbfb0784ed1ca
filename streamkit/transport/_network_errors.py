"""Network errors as the end of an exchange: its reason, and a message for the recording."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Awaitable, Callable

EndOfExchange = tuple[str, str | None]
"""How an exchange ended: the reason, and a message or None."""


async def report_end(running: Awaitable[EndOfExchange], report: Callable[[str, str | None], None]) -> None:
    """Call `report` with how `running` ended: what it returns, or its network error. Raises any other error, and CancelledError."""
    try:
        end = await running
    except asyncio.CancelledError as cancelled:
        report("interrupted", next((why for why in cancelled.args if isinstance(why, str)), None))
        raise
    except Exception as error:
        reason = end_reason(error)
        if reason is None:
            raise
        report(reason, network_error_text(error))
    else:
        report(*end)


class RedirectFailed(Exception):
    """A redirect that is not followed: its URL is invalid, or there were too many."""


def end_reason(error: Exception) -> str | None:
    """Return the end reason for this error, or None if it is not a network error."""
    import aiohttp

    if isinstance(error, aiohttp.SocketTimeoutError):
        return "idle_timeout"
    if isinstance(error, TimeoutError):
        return "timeout"
    if isinstance(error, (aiohttp.ClientConnectorError, aiohttp.ClientHttpProxyError, aiohttp.ClientSSLError)):
        return "refused"
    if isinstance(error, (aiohttp.ClientPayloadError, aiohttp.ServerDisconnectedError, ConnectionError)):
        return "protocol_error" if _malformed(error) else "reset"
    if isinstance(error, aiohttp.ClientOSError):
        return "reset"
    if isinstance(error, (aiohttp.ClientError, RedirectFailed)):
        return "protocol_error"
    return None


def network_error_text(error: Exception) -> str:
    """Return a one-line message for this error."""
    import aiohttp

    cause = error.__cause__ or error.__context__
    if isinstance(error, aiohttp.ClientConnectorCertificateError):  # before aiohttp 3.14 it has no `os_error`
        return f"cannot connect to {error.host}:{error.port}: {single_spaced(str(error.certificate_error))}"
    if isinstance(error, aiohttp.ClientConnectorError):
        system = error.os_error
        message = system.strerror or str(system)
        if isinstance(error, aiohttp.ClientSSLError):
            message = str(system)
        elif system.errno is not None and system.errno > 0:
            message = os.strerror(system.errno)
        return f"cannot connect to {error.host}:{error.port}: {single_spaced(message)}"
    if isinstance(error, aiohttp.ClientPayloadError) and not _malformed(error):
        lost = "ConnectionResetError" in str(error)
        return "connection reset by peer" if lost else "the connection was closed before the body was complete"
    if isinstance(error, aiohttp.ServerDisconnectedError):
        return "the connection was closed before a response arrived"
    if isinstance(error, aiohttp.SocketTimeoutError):
        return "no data within the idle timeout"
    if isinstance(error, TimeoutError):
        return "the time limit was exceeded"
    return single_spaced(str(error) or str(cause or "")) or type(error).__name__


def single_spaced(text: str) -> str:
    """Return the text with each run of whitespace as one space."""
    return " ".join(text.split())


def _malformed(error: BaseException) -> bool:
    """Return whether the server sent malformed HTTP, as opposed to closing the connection early."""
    from aiohttp import http_exceptions

    cause = error.__cause__ or error.__context__
    broken = (
        http_exceptions.TransferEncodingError,
        http_exceptions.ContentEncodingError,
        http_exceptions.BadHttpMessage,
    )
    cut = "Not enough data" in str(error) or "Not enough data" in str(cause)
    return isinstance(cause, broken) and not cut
