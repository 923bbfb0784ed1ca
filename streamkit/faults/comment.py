"""Keep-alive comments appear between the events."""

from __future__ import annotations

from streamkit.faults import WHERE, Argument, Fault, Given, injector


def _make(given: Given) -> bytes:
    lines = given["text"].splitlines() or [""]
    return "".join(f": {line}\n" for line in lines).encode() + b"\n"


FAULT = Fault(
    "comment",
    "a keep-alive comment is inserted between the events",
    injector(_make),
    (*WHERE, Argument("text", str, "what it says", "keep-alive")),
    "comment:every=1",
)
