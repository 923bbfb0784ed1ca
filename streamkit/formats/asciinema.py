"""asciinema casts (versions 2 and 3): a terminal session in which a stream was printed, with the time of every output.

The output of a terminal differs from the response: line endings are translated, and text before the first line of the
stream (a prompt, a command) is ignored. The times are those of the terminal's output.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import orjson

from streamkit.errors import UnreadableInput
from streamkit.formats import Format, Source, parse_object
from streamkit.model.exchange import Exchange, Frames, Import, Origin, Repair
from streamkit.patterns import pattern

_SECOND = 1_000_000_000
_VERSIONS = (2, 3)
_COLORS = pattern(r"\x1b\[[0-9;?]*[A-Za-z]|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\\\)")
# The beginning of a stream in the output of a terminal.
_BEGINS = pattern(r"^(?:data:|event:|id:|: ?\S|\{\")", re.MULTILINE)


def _recognises(head: bytes) -> bool:
    header = parse_object(head.split(b"\n", 1)[0]) or {}
    return header.get("version") in _VERSIONS and ("width" in header or isinstance(header.get("term"), dict))


def _read(source: Source) -> Iterator[Exchange]:
    lines = source.all().split(b"\n")
    version = (parse_object(lines[0]) or {}).get("version")
    data: list[bytes] = []
    at: list[int | None] = []
    numbers: list[int | None] = []
    now = 0
    for number, line in enumerate(lines[1:], 2):
        if not line.strip() or line.startswith(b"#"):
            continue
        time, kind, text = _event(source.path, number, line)
        now = round(time * _SECOND) + (now if version == 3 else 0)
        shown = _COLORS.sub("", text).replace("\r\n", "\n") if kind == "o" else ""
        if not data and shown:
            begins = _BEGINS.search(shown)
            shown = shown[begins.start() :] if begins else ""
        if shown:
            data.append(shown.encode("utf-8", "surrogatepass"))
            at.append(now)
            numbers.append(number)
    if not data:
        raise UnreadableInput(source.path, "an asciinema cast in which no stream was printed")
    yield Exchange(
        frames=Frames(data, at, numbers),
        clock="log",
        imported=Import(
            "asciinema", repairs=(Repair(1, "repaired", "line ends as a terminal has them"),), framed=False
        ),
        origin=Origin(source.path, 1, numbers[0] or 1),
        resolution=1000,
    )


def _event(path: str, number: int, line: bytes) -> tuple[float, str, str]:
    """One event: its time in seconds (since the start, or, in version 3, since the event before), its kind and its text."""
    try:
        event: Any = orjson.loads(line)
    except orjson.JSONDecodeError as error:
        raise UnreadableInput(path, f"invalid JSON: {error}", line=number) from error
    match event:
        case [int() | float() as time, str(kind), str(text), *_] if 0 <= time < 1e9:
            return time, kind, text
    raise UnreadableInput(path, "expected [TIME, KIND, TEXT]", line=number)


ASCIINEMA = Format(name="asciinema", title="asciinema cast", order=450, recognises=_recognises, read=_read)
