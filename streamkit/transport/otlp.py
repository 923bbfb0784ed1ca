"""Sending OTLP/JSON requests to a collector over HTTP (opentelemetry-specification, protocol/otlp.md, "OTLP/HTTP")."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterable

import aiohttp

from streamkit.errors import StreamkitError, UsageError

_PATHS = {b'{"resourceMetrics"': "/v1/metrics", b'{"resourceSpans"': "/v1/traces"}
_TIMEOUT_S = 30
_SHOWN = 200
"""Maximum characters of a collector's response in an error message."""


def send_otlp(endpoint: str, requests: Iterable[str]) -> int:
    """POST each request, a JSON text, to its path below `endpoint` (`http://localhost:4318`); return how many were sent.

    Raises UsageError if the endpoint is not an HTTP URL, StreamkitError if the collector cannot be reached or rejects a request
    or part of one.
    """
    if not endpoint.startswith(("http://", "https://")):
        raise UsageError(f"invalid OTLP endpoint {endpoint!r}: expected a URL such as http://localhost:4318")
    return asyncio.run(_send(endpoint.rstrip("/"), requests))


async def _send(endpoint: str, requests: Iterable[str]) -> int:
    count = 0
    async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=_TIMEOUT_S)) as session:
        for request in requests:
            body = request.encode()
            url = endpoint + next(path for start, path in _PATHS.items() if body.startswith(start))
            try:
                async with session.post(url, data=body, headers={"Content-Type": "application/json"}) as response:
                    answer = await response.text(errors="replace")
                    _check(url, response.status, answer)
            except (aiohttp.ClientError, TimeoutError, ValueError) as error:
                raise StreamkitError(f"{url}: cannot be reached: {error or 'timed out'}") from error
            count += 1
    return count


def _check(url: str, status: int, answer: str) -> None:
    """Raise StreamkitError unless the collector accepted the whole request."""
    if not 200 <= status < 300:
        raise StreamkitError(f"{url}: rejected with status {status}: {answer[:_SHOWN]!r}")
    try:
        partial = json.loads(answer).get("partialSuccess") or {}
    except (ValueError, AttributeError):
        return
    rejected = {name: count for name, count in partial.items() if name.startswith("rejected") and int(count)}
    if rejected:
        raise StreamkitError(f"{url}: partly rejected: {rejected} {str(partial.get('errorMessage', ''))[:_SHOWN]!r}")
