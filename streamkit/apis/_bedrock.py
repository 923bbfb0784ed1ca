"""Shared by Amazon Bedrock's APIs: exceptions in a stream."""

from __future__ import annotations

from typing import Any

from streamkit.apis._api import Chunk

UNNAMED = "message"
"""The default event name. Every message of an AWS event stream has a name, so an event with this one is from another framing."""


def exception_in(chunk: Chunk) -> tuple[str, Any] | None:
    """Return the name and the payload of the exception that a chunk holds, or None."""
    for name, value in chunk.items():
        if name.endswith(("Exception", "exception")) or name in ("error", "internalServerError"):
            return name, value
    return None
