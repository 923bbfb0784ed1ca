"""The bounds on what comes from outside, in bytes where nothing else is said. docs/limits.md lists them all.

A recorder writes nothing that a reader would refuse, so both take their bounds from here.
"""

from __future__ import annotations

# Files
LONGEST_LINE = 32 << 20
LARGEST_BODY = 64 << 20  # of a form that is one document: one exchange, or one JSON or YAML text
LARGEST_EXCHANGE = (
    128 << 20
)  # memory that an exchange of a recording takes, about: its lines, and what each frame costs
FRAME_COSTS = 60  # bytes of memory that a frame takes beyond its line

# Requests
LARGEST_REQUEST = 64 << 20  # what a server or a proxy takes; it is held until it is sent on
LARGEST_REQUEST_COPY = 16 << 20  # the copy without content coding that is matched and recorded
MOST_VALUES = 500_000  # JSON values in a request; a body with more is kept as text

# Answers
LARGEST_FRAME = 1 << 20  # what is longer is several frames
LARGEST_DECODED = 1 << 30  # a body without its content coding
