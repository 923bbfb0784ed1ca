"""Small deliberate defects: a stream of `tests/specs/streams` and the edits of one row of a page.

Events count from 1, `*` is all of them. `->` stands between what is there and what shall be.

    delete 2 $.choices[0].index         a member of event 2 goes
    set 2 $.choices[0].index 1          a member of event 2 is given a JSON value
    data 2 null                         event 2's whole data is this text
    drop 2 · repeat 2 · move 2 to 4     event 2 goes, comes twice, comes in place 4
    insert 2 {"a":1} · append {"a":1}   an event with this data before event 2, or at the end
    name 2 ping · unname 2              event 2's `event:` line
    bytes "a" -> "b"                    in the bytes of the file, everywhere; with Python's escapes
    first "a" -> "b"                    the same, the first place only
    cut 3                               so many bytes off the end
"""

from __future__ import annotations

import codecs
import json
import re
from pathlib import Path
from typing import Any

STREAMS = Path(__file__).parents[1] / "specs" / "streams"

_STEP = re.compile(r"\.(\w+)|\[(\d+)\]")
_SWAP = re.compile(r'"(.*)" -> "(.*)"')


class Event:
    """One event of a file that is being edited."""

    def __init__(self, name: str | None, data: str) -> None:
        self.name = name
        self.data = data

    def copy(self) -> Event:
        return Event(self.name, self.data)

    def text(self, newline: str) -> str:
        named = f"event: {self.name}{newline}" if self.name else ""
        return f"{named}data: {self.data}{newline}{newline}"


def edited(stream: str, edits: list[str]) -> bytes:
    """The bytes of a stream after these edits; those of events come before those of bytes."""
    path = next(STREAMS.glob(f"{stream}.*"))
    raw = path.read_bytes()
    of_events = [edit for edit in edits if edit.split()[0] not in ("bytes", "first", "cut")]
    if of_events:
        newline = "\r\n" if b"\r\n" in raw else "\n"
        events = _parsed(raw.decode())
        for edit in of_events:
            _edit(events, edit)
        raw = "".join(event.text(newline) for event in events).encode("utf-8", "surrogatepass")
    for edit in edits:
        if edit not in of_events:
            raw = _bytes(raw, edit)
    return raw


def _parsed(text: str) -> list[Event]:
    events = []
    for block in text.replace("\r\n", "\n").strip("\n").split("\n\n"):
        fields = dict(line.split(": ", 1) for line in block.split("\n"))
        events.append(Event(fields.get("event"), fields["data"]))
    return events


def _edit(events: list[Event], edit: str) -> None:
    verb, _, rest = edit.partition(" ")
    number, _, rest = rest.partition(" ")
    if verb == "append":
        events.append(Event(None, f"{number} {rest}".strip()))
        return
    for place in range(len(events)) if number == "*" else [int(number) - 1]:
        _edit_one(events, verb, place, rest)


def _edit_one(events: list[Event], verb: str, place: int, rest: str) -> None:
    event = events[place]
    if verb in ("delete", "set"):
        path, _, value = rest.partition(" ")
        if not event.data.startswith("{"):
            return
        chunk = json.loads(event.data)
        _change(chunk, path, json.loads(value) if verb == "set" else _GONE)
        event.data = json.dumps(chunk, separators=(",", ":"), ensure_ascii=False)
    elif verb == "data":
        event.data = rest
    elif verb == "drop":
        del events[place]
    elif verb == "repeat":
        events.insert(place, event.copy())
    elif verb == "move":
        events.insert(int(rest.removeprefix("to ")) - 1, events.pop(place))
    elif verb == "insert":
        events.insert(place, Event(None, rest))
    elif verb in ("name", "unname"):
        event.name = rest or None
    else:
        raise AssertionError(f"no such edit: {verb}")


_GONE = object()


def _change(chunk: Any, path: str, value: object) -> None:
    steps = [name or int(index) for name, index in _STEP.findall(path)]
    for step in steps[:-1]:
        chunk = chunk[step]
    if value is _GONE:
        del chunk[steps[-1]]
    else:
        chunk[steps[-1]] = value


def _bytes(raw: bytes, edit: str) -> bytes:
    verb, _, rest = edit.partition(" ")
    if verb == "cut":
        return raw[: -int(rest)]
    match = _SWAP.fullmatch(rest)
    assert match, edit
    old, new = (codecs.escape_decode(side.encode())[0] for side in match.groups())  # type: ignore[attr-defined]
    assert old in raw or not old, f"{edit}: not in the stream"
    return new + raw if not old else raw.replace(old, new, 1 if verb == "first" else -1)
