"""The names of events that end a plain-text stream."""

from __future__ import annotations

MARKERS = frozenset({"done", "end", "close", "complete", "finish", "stop"})
