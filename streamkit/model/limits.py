"""Limits on input, in bytes unless noted otherwise. docs/limits.md lists all of them.

Recorders and readers share these limits, so that a recorder does not write what a reader rejects.
"""

from __future__ import annotations

# Files
LONGEST_LINE = 32 << 20
LARGEST_BODY = 64 << 20  # of a form that is one document: one exchange, or one JSON or YAML text
LARGEST_EXCHANGE = 128 << 20  # approximate memory of a recorded exchange: its lines, plus overhead per frame
FRAME_COSTS = 60  # bytes of memory that a frame takes beyond its line

# Requests
LARGEST_REQUEST = 64 << 20  # the request body of a server or proxy, held in memory until it is forwarded
LARGEST_REQUEST_COPY = 16 << 20  # the copy without content coding that is matched and recorded
MOST_VALUES = 500_000  # JSON values in a request; a body with more is kept as text

# Answers
LARGEST_FRAME = 1 << 20  # longer data is split into several frames
LARGEST_DECODED = 1 << 30  # a body without its content coding
