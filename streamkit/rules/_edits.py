"""Edit a good stream to contain a defect, in the notation of manuals and of the pages in tests/specs/rules.

Events are numbered from 1 (in a recording or a log, lines); `*` means all of them.

    delete 2 $.choices[0].index         remove a member of event 2
    set 2 $.choices[0].index 1          give a member of event 2 a JSON value
    data 2 null                         replace the data of event 2 by this text
    drop 2 · repeat 2 · move 2 to 4     remove event 2, duplicate it, move it to position 4
    insert 2 {"a":1} · append {"a":1}   add an event with this data before event 2, or at the end
    name 2 ping · unname 2              set or remove event 2's `event:` line
    bytes "a" -> "b"                    replace bytes everywhere; Python escapes are allowed
    first "a" -> "b"                    replace the first occurrence only
    cut 3                               remove the last 3 bytes

Edits of events are applied before edits of bytes, whatever their order.
"""

from __future__ import annotations

import codecs
import json
import re
from collections.abc import Iterable
from typing import Any

_STEP = re.compile(r"\.(\w+)|\[(\d+)\]")
_SWAP = re.compile(r'"(.*)" -> "(.*)"')
_OF_BYTES = ("bytes", "first", "cut")
_OF_EVENTS = ("delete", "set", "data", "drop", "repeat", "move", "insert", "append", "name", "unname")


class _Event:
    """An event of the stream being edited, or a line of a file that is read line by line."""

    def __init__(self, name: str | None, data: str) -> None:
        self.name = name
        self.data = data

    def text(self, newline: str) -> str:
        named = f"event: {self.name}{newline}" if self.name else ""
        return f"{named}data: {self.data}{newline}{newline}"


def edited(raw: bytes, edits: Iterable[str], *, lines: bool = False) -> bytes:
    """Return the bytes of a stream after these edits.

    The stream is an event stream of `event:` and `data:` lines or, with `lines`, a file with one JSON text per line.
    Raises ValueError for an edit that is invalid or does not apply.
    """
    wanted = [(edit, edit.partition(" ")[0]) for edit in edits]
    for edit, verb in wanted:
        if verb not in _OF_BYTES + _OF_EVENTS:
            raise ValueError(f"invalid edit {edit!r}: expected one of {', '.join(_OF_EVENTS + _OF_BYTES)}")
    of_events = [edit for edit, verb in wanted if verb in _OF_EVENTS]
    if of_events:
        raw = _edited_events(raw, of_events, lines)
    for edit, verb in wanted:
        if verb in _OF_BYTES:
            raw = _bytes(raw, edit)
    return raw


def _edited_events(raw: bytes, edits: Iterable[str], lines: bool) -> bytes:
    newline = "\r\n" if b"\r\n" in raw else "\n"
    text = raw.decode().replace("\r\n", "\n").strip("\n")
    events = [_Event(None, line) for line in text.split("\n")] if lines else _parsed(text)
    for edit in edits:
        try:
            _edit(events, edit)
        except (IndexError, KeyError, TypeError):
            raise ValueError(f"invalid edit {edit!r}: no such event or member") from None
        except ValueError as error:
            raise ValueError(f"invalid edit {edit!r}: {error}") from error
    made = [event.data + newline if lines else event.text(newline) for event in events]
    return "".join(made).encode("utf-8", "surrogatepass")


def _parsed(text: str) -> list[_Event]:
    events = []
    for block in text.split("\n\n"):
        fields = dict(line.split(": ", 1) for line in block.split("\n"))
        events.append(_Event(fields.get("event"), fields["data"]))
    return events


def _edit(events: list[_Event], edit: str) -> None:
    verb, _, rest = edit.partition(" ")
    if verb == "append":
        events.append(_Event(None, rest))
        return
    number, _, rest = rest.partition(" ")
    for index in range(len(events)) if number == "*" else [int(number) - 1]:
        _edit_one(events, verb, index, rest)


def _edit_one(events: list[_Event], verb: str, index: int, rest: str) -> None:
    event = events[index]
    if verb in ("delete", "set"):
        path, _, value = rest.partition(" ")
        if event.data.startswith("{"):
            chunk = json.loads(event.data)
            _change(chunk, path, json.loads(value) if verb == "set" else _GONE)
            event.data = json.dumps(chunk, separators=(",", ":"), ensure_ascii=False)
    elif verb == "data":
        event.data = rest
    elif verb == "drop":
        del events[index]
    elif verb == "repeat":
        events.insert(index, _Event(event.name, event.data))
    elif verb == "move":
        events.insert(int(rest.removeprefix("to ")) - 1, events.pop(index))
    elif verb == "insert":
        events.insert(index, _Event(None, rest))
    else:
        event.name = rest or None


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
    if not match:
        raise ValueError(f'invalid edit {edit!r}: expected {verb} "old" -> "new"')
    old, new = (codecs.escape_decode(side.encode())[0] for side in match.groups())
    if old not in raw:
        raise ValueError(f"invalid edit {edit!r}: not in the stream")
    return new + raw if not old else raw.replace(old, new, 1 if verb == "first" else -1)
