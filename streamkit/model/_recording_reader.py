"""Read the lines of a recording: one exchange at a time, damaged files as far as possible, within a limit of memory."""

from __future__ import annotations

from dataclasses import replace
from operator import itemgetter
from typing import Any

import orjson

from streamkit.errors import UnreadableInput
from streamkit.model._fields import shown
from streamkit.model._recording_draft import Draft
from streamkit.model.exchange import Exchange, Origin
from streamkit.model.limits import FRAME_COSTS, LONGEST_LINE
from streamkit.model.texts import LineBlock
from streamkit.patterns import pattern

VERSION = 1
START = b'{"type":"start"'
BYTE_ORDER_MARK = b"\xef\xbb\xbf"
_FRAME_FIELDS = itemgetter("type", "at", "text")
# The lines that are read of an exchange beyond its limit. Quotes in the text of a frame are escaped, so that it never has these.
_STILL_READ = pattern(rb'"(?:start|end)"')


class LongLine(bytes):
    """The beginning of a line that is longer than a line may be; the rest of it was not kept."""


class Reading:
    """A file while it is read: the current exchange and the position.

    An exchange that takes more than `largest` bytes of memory is read in part, and the lines beyond that are skipped.
    """

    __slots__ = ("_count", "_draft", "_full", "_largest", "_number", "_on_demand", "_path", "_size")

    def __init__(
        self, path: str, largest: int | None = None, *, on_demand: bool = False, before: tuple[int, int] = (0, 0)
    ) -> None:
        self._path = path
        self._largest = largest
        self._on_demand = on_demand
        self._draft = Draft.nothing()
        self._count, self._number = before  # exchanges begun, lines taken
        self._size = 0  # bytes of memory that the current exchange takes, about
        self._full = False  # whether the current exchange has reached its limit

    def take(self, line: bytes) -> Exchange | None:
        """Take the next line. Returns the exchange that it ends, if it starts another one."""
        self._number += 1
        number, draft = self._number, self._draft
        if self._largest is not None:
            self._size += len(line) + FRAME_COSTS
            if self._size > self._largest and self._skips(line):
                return None
        try:
            record = orjson.loads(line)
            # The fast path of almost every line. Everything else takes the slow one.
            if record["type"] == "frame" and draft.open:
                data = record["text"].encode()
                draft.at.append(record["at"])
                draft.data.append(data)
                draft.lines.append(number)
                return None
        except (orjson.JSONDecodeError, KeyError, TypeError, AttributeError):
            if isinstance(line, LongLine):
                return self._take_long(line)
            record, line = _repaired(line, number, draft)
            if record is None:
                return None
        if opens(record):
            return self._begin(record, len(line))
        draft.take(record, number)
        return None

    def take_block(self, block: bytes) -> list[bytes]:
        """Take the lines with which a block of lines begins, as far as they repeat those before them; return the others."""
        if isinstance(block, LongLine):
            return [block]
        whole = block.endswith(b"\n")
        room = self._largest is None or self._size + len(block) * FRAME_COSTS < self._largest
        lines = LineBlock(block)
        count = self._draft.take_block(lines) if self._on_demand and self._draft.open and whole and room else 0
        if not count:
            return lines.split()
        others = [] if lines.count == count else lines.split()[count:]
        self._draft.lines += range(self._number + 1, self._number + 1 + count)
        self._number += count
        self._size += len(block) - sum(map(len, others)) + count * FRAME_COSTS
        return others

    def take_frames(self, lines: list[bytes]) -> bool:
        """Take these lines if each is a frame with text of the current exchange; else none of them, and False."""
        draft = self._draft
        size = self._size
        if not draft.open:
            return False
        if self._largest is not None:
            size += sum(map(len, lines)) + len(lines) * FRAME_COSTS
            if size > self._largest:
                return False
        if not (self._on_demand and draft.take_runs(lines)) and not self._parse_frames(lines):
            return False
        draft.lines += range(self._number + 1, self._number + 1 + len(lines))
        self._number += len(lines)
        self._size = size
        return True

    def _parse_frames(self, lines: list[bytes]) -> bool:
        try:
            kinds, times, texts = zip(*map(_FRAME_FIELDS, map(orjson.loads, lines)), strict=True)
            data = list(map(str.encode, texts))
        except (orjson.JSONDecodeError, KeyError, TypeError):
            return False
        if kinds.count("frame") != len(lines):
            return False
        self._draft.data += data
        self._draft.at += times
        return True

    def close(self) -> Exchange:
        """Return the current exchange, at the end of the file."""
        if not self._draft.begun:
            message = (
                "the file is empty" if self._number == 0 else "no line of type start, so no exchange of a recording"
            )
            raise UnreadableInput(self._path, message, remedy="record it again, or look at it with a text editor")
        return self._draft.finish()

    @property
    def ended(self) -> bool:
        """Whether the current exchange has its end line."""
        return self._draft.begun and not self._draft.open

    @property
    def position(self) -> tuple[int, int]:
        """The numbers of exchanges begun and of lines taken, of the whole file."""
        return self._count, self._number

    def current(self) -> Exchange | None:
        """Return the current exchange as far as it was read, or None; the missing end line is not reported."""
        if not self._draft.begun:
            return None
        exchange = self._draft.copy().finish()
        return replace(exchange, damage=tuple(hurt for hurt in exchange.damage if hurt.kind != "missing-end"))

    def _skips(self, line: bytes) -> bool:
        """Return whether a line beyond the limit is skipped; the first one is reported."""
        if line.startswith(START):
            return False
        if not self._full:
            self._full = True
            assert self._largest is not None
            self._draft.limit(self._number, self._largest)
        return _STILL_READ.search(line) is None

    def _take_long(self, line: LongLine) -> Exchange | None:
        """Report a line that is too long. If it starts an exchange, what stands before the request is read."""
        message = f"a line longer than {LONGEST_LINE >> 20} MiB, which is skipped: {shown(bytes(line[:200]))}"
        head, request, _ = line.partition(b',"request":')
        record = _object(head + b"}") if request else None
        done = self._begin(record, len(line)) if record is not None and opens(record) else None
        self._draft.hurt(self._number, "bad-recording-line", message)
        return done

    def _begin(self, record: dict[str, Any], size: int) -> Exchange | None:
        _refuse_newer(record, self._path, self._number)
        done = self._draft.finish() if self._draft.begun else None
        self._count += 1
        self._size = size
        self._full = False
        self._draft = Draft(record, Origin(self._path, self._count, self._number), self._draft.early)
        return done


def opens(record: dict[str, Any]) -> bool:
    """Return whether an object is that of a line that starts an exchange."""
    return record.get("type") == "start" and type(record.get("streamkit")) is int


def starts(line: bytes) -> bool:
    """Return whether a line starts an exchange."""
    return b'"streamkit"' in line and (record := _object(line)) is not None and opens(record)


def starts_in(line: bytes) -> tuple[int, bool]:
    """Return how many exchanges start in this line (a torn line may have one inside), and whether the line can be the first of a
    file: an exchange starts at its beginning, and is not of a newer version."""
    record = _object(line)
    if record is None:
        record, _ = _repaired(line, 0, Draft.nothing())
        return int(record is not None and opens(record)), False
    opened = opens(record)
    return int(opened), opened and line.startswith(START) and record["streamkit"] <= VERSION


def _repaired(line: bytes, number: int, draft: Draft) -> tuple[dict[str, Any] | None, bytes]:
    """Return the object of a line that the fast path rejected, or None if the line is damaged (which is reported)."""
    line = line.removeprefix(BYTE_ORDER_MARK) if number == 1 else line
    record = _object(line)
    if record is not None or not line.strip():
        return record, line
    torn = not line.endswith(b"\n")
    resumed = line.find(START, 1)
    while resumed > 0:
        record = _object(line[resumed:])
        if record is not None:
            draft.hurt(number, "torn-line", f"a line cut off after {resumed} bytes, with an exchange joined to it")
            return record, line[resumed:]
        resumed = line.find(START, resumed + 1)
    if torn:
        draft.hurt(number, "torn-line", f"the last line is cut off after {len(line)} bytes")
    else:
        draft.hurt(number, "bad-recording-line", f"no JSON object: {shown(line)}")
    return None, line


def _object(line: bytes) -> dict[str, Any] | None:
    try:
        record = orjson.loads(line)
    except orjson.JSONDecodeError:
        return None
    return record if isinstance(record, dict) else None


def _refuse_newer(record: dict[str, Any], path: str, line: int) -> None:
    version = record["streamkit"]
    if version > VERSION:
        message = f"recording format version {version}, and this streamkit reads up to version {VERSION}"
        raise UnreadableInput(path, message, line=line, remedy="upgrade llm-streamkit")
