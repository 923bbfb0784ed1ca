"""What Amazon Bedrock's APIs have in common: how an exception looks in a stream."""

from __future__ import annotations

from typing import Any

from streamkit.apis._api import Chunk


def failure(chunk: Chunk) -> tuple[str, Any] | None:
    """The name and the payload of an exception, or None."""
    for name, value in chunk.items():
        if name.endswith(("Exception", "exception")) or name in ("error", "internalServerError"):
            return name, value
    return None
