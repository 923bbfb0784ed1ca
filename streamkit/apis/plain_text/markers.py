"""The names of events that end a stream of plain text."""

from __future__ import annotations

MARKERS = frozenset({"done", "end", "close", "complete", "finish", "stop"})
