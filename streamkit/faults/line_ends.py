"""Lines end in CRLF or CR instead of LF; the standard allows all three."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from streamkit.faults import Argument, Fault, Given, one_of
from streamkit.faults._body import PlayedBody, only_sse
from streamkit.model.step import Step, Write

_ENDS = {"lf": b"\n", "cr": b"\r", "crlf": b"\r\n"}
_END = re.compile(rb"\r\n|\r|\n")


def apply(steps: Sequence[Step], given: Given) -> list[Step]:
    """Replace every line end of every write."""
    body = PlayedBody.of(steps)
    only_sse(body)
    wanted = _ENDS[given["to"]]
    parts = tuple(Write(part.at, _END.sub(wanted, part.data)) for part in body.parts)
    return replace(body, parts=parts).steps


FAULT = Fault(
    "line-ends",
    "lines end in CRLF or CR instead of LF",
    apply,
    (Argument("to", one_of(*_ENDS), "lf, cr or crlf", "crlf"),),
    "line-ends:to=crlf",
)
