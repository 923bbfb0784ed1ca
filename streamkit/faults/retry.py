"""A block contains only `retry:`, as the standard allows."""

from __future__ import annotations

from streamkit.faults import WHERE, Argument, Fault, injector, whole

FAULT = Fault(
    "retry",
    "a block contains only retry:",
    injector(lambda given: b"retry: %d\n\n" % given["ms"]),
    (*WHERE, Argument("ms", whole(), "the reconnection time, in milliseconds", 3000)),
    "retry:event=0",
)
