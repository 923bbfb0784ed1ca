"""Frames arrive in smaller pieces: every N bytes, or at the worst positions."""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence
from dataclasses import replace

from streamkit.faults import Argument, DoesNotApply, Fault, Given, one_of, whole
from streamkit.faults._body import PlayedBody
from streamkit.model.step import Step, Write

# The worst positions: after the first byte of a multibyte UTF-8 character, and between CR and LF.
_INSIDE = {"character": re.compile(rb"[\xc2-\xf4](?=[\x80-\xbf])"), "crlf": re.compile(rb"\r(?=\n)")}


def apply(steps: Sequence[Step], given: Given) -> list[Step]:
    """Split every write into several, all at the same time."""
    body = PlayedBody.of(steps)
    inside = given["inside"]
    if inside is None:
        size = given["size"]
        cut = [Write(p.at, p.data[i : i + size]) for p in body.parts for i in range(0, len(p.data), size)]
        return replace(body, parts=tuple(cut)).steps
    cut = [Write(p.at, data) for p in body.parts for data in _cut(p.data, _INSIDE[inside])]
    if len(cut) == len(body.parts):
        what = "character of several bytes" if inside == "character" else "CRLF (the fault line-ends makes them)"
        raise DoesNotApply(f"no frame of the stream holds a {what}")
    return replace(body, parts=tuple(cut)).steps


def _cut(data: bytes, pattern: re.Pattern[bytes]) -> list[bytes]:
    cuts = [0, *(match.end() for match in pattern.finditer(data)), len(data)]
    return [data[start:end] for start, end in itertools.pairwise(cuts) if end > start]


FAULT = Fault(
    "split",
    "frames arrive in smaller pieces",
    apply,
    (
        Argument("size", whole(1), "bytes per piece", 1, group="cut"),
        Argument(
            "inside", one_of(*_INSIDE), "split inside every multibyte character, or between CR and LF", group="cut"
        ),
    ),
    "split:inside=character",
)
