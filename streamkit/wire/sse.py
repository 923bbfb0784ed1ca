"""Decode server-sent events as specified by the WHATWG HTML standard, sections 9.2.5 (parsing) and 9.2.6 (interpreting).

Sans-IO; never raises because of the content. Lines are split as bytes and decoded afterwards. The result is the same as
"decode, then split" in the standard: CR, LF, colon and space are ASCII, and no UTF-8 decoder makes an ASCII byte part of an
invalid sequence.

Offsets are in bytes from the beginning of the body, and do not depend on how the body was split into feeds:

* A line ends after its LF or CR. The LF of a CRLF pair is after the end and belongs to no item: a CR ends its line
  immediately, whatever the next read contains, so `end` cannot depend on it.
* `Event.start` is the first byte of the block's first accepted field line (`data`, `event`, `id` or `retry`), and
  `Event.end` is the end of the blank line. Comments and ignored lines, before or within a block, are separate items with
  their own offsets.
* A `Tail` extends from the first byte of the open block, or of the unfinished line, to the end of the body.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import accumulate, repeat
from operator import sub
from typing import Any

from streamkit.wire import sse_runs, sse_windows
from streamkit.wire.columns import ColumnDecoder, Columns
from streamkit.wire.values import Comment, Event, Events, Ignored, Item, Tail

LIMIT = 64 * 1024 * 1024
"""Maximum size of a block in bytes, from its first field line to its blank line, that a decoder keeps by default."""

_MARK = b"\xef\xbb\xbf"
_BATCH = 1 << 18
"""Bytes of complete lines that are processed together; few enough to stay in the processor's cache."""

_MOST_FAILURES = 4
"""Short runs of blocks in one feed, after which no others are looked for."""

_LONGEST_NUMBER = 4000
"""Maximum number of digits of `retry`; Python refuses to convert very long ones to an integer."""


class Decoder(ColumnDecoder):
    """Decodes an event stream incrementally.

    `last_id` (the last event ID string) and `retry` (the reconnection time in ms, None if never set) are the current state
    of the connection. To limit memory, a block of more than `limit` bytes is skipped up to its blank line and returned as
    `Ignored(b"", "too-long", ...)`. Without `runs`, all lines are processed by the plain loop, which returns the same items
    more slowly.
    """

    __slots__ = (
        "_after_cr",
        "_base",
        "_begun",
        "_data",
        "_held",
        "_id",
        "_limit",
        "_line_start",
        "_offset",
        "_own_retry",
        "_partial",
        "_runs",
        "_skipped_from",
        "_start",
        "_type",
        "_window",
        "last_id",
        "retry",
    )

    def __init__(self, limit: int = LIMIT, *, runs: bool = True) -> None:
        super().__init__()
        self.last_id = ""
        self.retry: int | None = None
        self._limit = limit
        self._runs = runs
        # The buffers of 9.2.6. The data buffer is a list of lines: appending to bytes would take quadratic time.
        self._data: list[bytes] = []
        self._type = b""
        self._id = ""
        self._own_retry: int | None = None
        # Offsets. `_start` is that of the open block or -1, `_skipped_from` that of a block over the limit or -1.
        self._offset = 0
        self._start = -1
        self._line_start = 0
        self._skipped_from = -1
        # Bytes: the current feed, which begins at `_base`; the pieces of the unfinished line; all bytes of earlier
        # feeds from the start of the open block, or else of the unfinished line.
        self._window = b""
        self._base = 0
        self._partial: list[bytes] = []
        self._held: list[bytes] = []
        self._begun = False
        self._after_cr = False

    def feed(self, data: bytes) -> list[Item]:
        """Return the items that these bytes complete."""
        only = self._only_block(data)
        if only:
            return [Event(*only, self.last_id, None, self._offset - len(data), self._offset)]
        self._take(data)
        return self._columns.take()

    def feed_columns(self, data: bytes) -> Events:
        """Return the same in columns, with the current state of the connection. See `ColumnDecoder.feed_columns`."""
        only = self._only_block(data)
        if only:
            self._columns.add(only[0], self._offset - len(data), self._offset, only[1], self.last_id)
        else:
            self._take(data)
        return self._columns.freeze(self.last_id, self.retry)

    def _only_block(self, data: bytes) -> tuple[bytes, str] | None:
        """Take a feed that consists of one regular block, as most feeds of live streams do, and return the data and the type of its
        event. Return None, and take nothing, of any other feed."""
        if not self._runs or self._held or self._skipped_from >= 0 or len(data) > self._limit:
            return None
        only = sse_runs.only_block(data)
        if only:
            self._offset = self._line_start = self._offset + len(data)
            self._begun, self._after_cr = True, False
        return only

    def take(self, data: bytes) -> None:
        """Take these bytes; what they complete is kept until `finished`."""
        self._take(data)

    def take_blocks(self, data: Sequence[Any], ends: Sequence[int], name: str) -> bool:
        """Take events of one type that are known to be a regular block each, without seeing their bytes; they end at `ends`.

        `data` stand for their data in the columns. Return False, and take nothing, while a line or a block is open.
        """
        if self._held or self._skipped_from >= 0:
            return False
        starts = [self._offset, *ends[:-1]]
        if ends[-1] - starts[0] > self._limit and max(map(sub, ends, starts)) > self._limit:
            return False
        self._offset = self._line_start = ends[-1]
        self._begun, self._after_cr = True, False
        names = None if name == "message" else [name] * len(ends)
        self._columns.add_many(data, starts, ends, names, self.last_id)
        return True

    @property
    def count(self) -> int:
        """The number of events taken so far and kept."""
        return len(self._columns.data)

    def finished(self, column: Callable[[list[Any]], Sequence[bytes]]) -> Events:
        """Return everything taken, at the end of the body; `column` makes the column of data of what was kept."""
        self._finish()
        events = self._columns.freeze(self.last_id, self.retry)
        return replace(events, data=column(list(events.data)))

    # 9.2.5 Parsing an event stream

    def _take(self, data: bytes) -> None:
        """Split into lines: "separated by either a CRLF pair, a single LF character, or a single CR character"."""
        if data and not self._begun:
            data = self._strip_mark(data)
        if not data:
            return
        if self._after_cr:
            self._after_cr = False
            if data.startswith(b"\n"):
                data = self._swallow_lf(data)
                if not data:
                    return
        if self._partial and b"\n" not in data and b"\r" not in data:
            self._go_on(data)
            return
        self._window, self._base = data, self._offset
        self._split(data)
        self._hold()

    def _strip_mark(self, data: bytes) -> bytes:
        """Strip one leading byte order mark ("UTF-8 decode" of the Encoding standard), which may be split across feeds."""
        data = b"".join((*self._partial, data))
        if len(data) < len(_MARK) and _MARK.startswith(data):
            self._partial, self._held = [data], [data]
            self._offset = len(data)
            return b""
        self._begun = True
        self._partial, self._held, self._offset = [], [], 0
        if data.startswith(_MARK):
            self._columns.aside(Ignored(_MARK, "byte-order-mark", 0, len(_MARK)))
            self._offset = self._line_start = len(_MARK)
            data = data[len(_MARK) :]
        return data

    def _swallow_lf(self, data: bytes) -> bytes:
        """Drop the LF of a CRLF pair whose CR was the last byte of the previous feed; the CR has already ended the line."""
        if self._held:
            self._held.append(b"\n")
        self._offset += 1
        self._line_start += 1
        return data[1:]

    def _go_on(self, data: bytes) -> None:
        """Keep a feed within an unfinished line. The pieces are joined when the line ends, to avoid quadratic time."""
        self._offset += len(data)
        if self._skipped_from >= 0:
            return
        self._partial.append(data)
        self._held.append(data)
        if self._offset - self._open_from() > self._limit:
            self._skip(self._line_start)

    def _split(self, data: bytes) -> None:
        """Process long runs of blocks that begin alike at once, and all other bytes line by line."""
        at = 0
        failures = 0 if self._runs and self._limit >= sse_windows.WINDOW else _MOST_FAILURES
        while failures < _MOST_FAILURES and len(data) - at >= sse_windows.LEAST:
            run = sse_windows.find(data, at)
            if run is None or (at == 0 == run.start and self._open):
                break
            if run.start > at:
                self._split_lines(data[at : run.start])
            at = sse_windows.read(data, run, self._offset, self._columns, self.last_id)
            failures += at - run.start < sse_windows.LEAST
            self._offset = self._line_start = self._offset + at - run.start
        if at < len(data):
            self._split_lines(data[at:] if at else data)

    @property
    def _open(self) -> bool:
        """Whether a line or a block is open, or skipped."""
        return bool(self._partial) or self._start >= 0 or self._skipped_from >= 0

    def _split_lines(self, data: bytes) -> None:
        """Process complete lines in batches. `readlines` of a buffer is the fastest way to split them: it copies once."""
        lines_of = io.BytesIO(data)
        has_cr = b"\r" in data
        at = 0
        while lines := lines_of.readlines(_BATCH):
            edges = list(accumulate(map(len, lines), initial=self._offset))
            size = edges[-1] - self._offset
            ending = _line_end(lines, data.count(b"\r", at, at + size)) if has_cr else b"\n"
            if ending:
                rest = b"" if lines[-1].endswith(b"\n") else lines.pop()
                self._batch(lines, edges, ending, rest, self._runs)
            else:
                self._split_mixed(data[at : at + size])
            at += size
        self._after_cr = has_cr and data.endswith(b"\r")

    def _split_mixed(self, data: bytes) -> None:
        """Process lines with mixed line ends. `bytes.splitlines` splits at CRLF, CR and LF only, unlike `str.splitlines`."""
        raw = data.splitlines(keepends=True)
        edges = list(accumulate(map(len, raw), initial=self._offset))
        rest = b"" if raw[-1].endswith((b"\r", b"\n")) else raw.pop()
        self._batch([line.rstrip(b"\r\n") + b"\n" for line in raw], edges, b"\n", rest, runs=False)

    def _batch(self, lines: list[bytes], edges: list[int], ending: bytes, rest: bytes, runs: bool) -> None:
        """Process complete lines, each ended by `ending`, of which line i begins at `edges[i]`; then an unfinished one.

        `runs`: the lines include their ends, so that runs can be read.
        """
        self._offset = edges[-1]
        if lines:
            if self._partial:
                lines[0] = b"".join((*self._partial, lines[0]))
                edges[0] = self._line_start
                self._partial.clear()
            self._line_start = edges[len(lines)]
            opened = edges[0] if self._start < 0 else self._start
            if self._skipped_from >= 0 or self._line_start - opened > self._limit:
                self._lines_near_limit(lines, edges, len(ending))
            else:
                self._lines(lines, edges, ending, runs and len(lines) >= 2 * sse_runs.LEAST)
        if rest:
            self._partial.append(rest)
            if self._skipped_from >= 0:
                del self._partial[1:]
            elif self._offset - self._open_from() > self._limit:
                self._skip(self._line_start)

    def _open_from(self) -> int:
        return self._start if self._start >= 0 else self._line_start

    def _lines(self, lines: list[bytes], edges: list[int], ending: bytes, runs: bool) -> None:
        """Process lines one by one, and call `sse_runs` after a block, where a run may begin."""
        cut = -len(ending)
        index = sse_runs.read(lines, edges, 0, ending, self._columns, self.last_id) if runs and self._start < 0 else 0
        count = len(lines)
        patience = wait = 0
        while index < count:
            line = lines[index]
            # Nearly all lines are of these forms, without and with the space; `_line` would do the same.
            if line.startswith(b"data:"):
                if self._start < 0:
                    self._start = edges[index]
                self._data.append(line[6:cut] if line.startswith(b" ", 5) else line[5:cut])
            elif line == ending:
                if self._start >= 0:
                    self._dispatch(edges[index] + 1)
                if runs and not wait:
                    begin = index + 1
                    index = sse_runs.read(lines, edges, begin, ending, self._columns, self.last_id)
                    # If there is none, looking for one after each block would cost more than it saves.
                    patience = wait = min(2 * patience + 1, 15) if index == begin else 0
                    continue
                wait -= wait > 0
            else:
                self._line(line[:cut], edges[index], edges[index] + len(line) + cut + 1)
            index += 1

    def _lines_near_limit(self, lines: list[bytes], edges: list[int], width: int) -> None:
        """Process lines one by one if a block may exceed the limit or has exceeded it. `width`: bytes of a line end."""
        for raw, start in zip(lines, edges, strict=False):
            line = raw[:-width]
            end = start + len(line) + 1
            if self._skipped_from < 0 and end - (start if self._start < 0 else self._start) > self._limit:
                self._skip(start)
            if self._skipped_from >= 0:
                if not line:
                    self._columns.aside(Ignored(b"", "too-long", self._skipped_from, end))
                    self._skipped_from = -1
            elif line:
                self._line(line, start, end)
            elif self._start >= 0:
                self._dispatch(end)

    def _hold(self) -> None:
        """Keep the bytes of the open block or line, for a `Tail` or a block without data. Each feed is kept once."""
        if self._skipped_from >= 0 or (self._start < 0 and not self._partial):
            self._held = []
        elif self._open_from() >= self._base:
            self._held = [self._window[self._open_from() - self._base :]]
        else:
            self._held.append(self._window)
        self._window, self._base = b"", self._offset

    def _raw(self, start: int, end: int) -> bytes:
        """Return the bytes of the open block, or of a part of the current feed."""
        if start >= self._base:
            return self._window[start - self._base : end - self._base]
        return b"".join((*self._held, self._window[: end - self._base]))

    def _skip(self, line_start: int) -> None:
        """Drop the block, which exceeds the limit in the line that begins here, and skip the rest of it."""
        self._skipped_from = self._start if self._start >= 0 else line_start
        self._id = self.last_id
        self._clear()
        self._held = []
        # One byte of the unfinished line is kept to mark that the line is not blank.
        self._partial = [piece[:1] for piece in self._partial[:1]]

    # 9.2.6 Interpreting an event stream: "Lines must be processed, in the order they are received, as follows"

    # "If the line is empty (a blank line): Dispatch the event, as defined below."

    def _line(self, line: bytes, start: int, end: int) -> None:
        """Process a line that is not blank, without its end."""
        if line.startswith(b":"):
            # "If the line starts with a U+003A COLON character (:): Ignore the line."
            self._columns.aside(Comment(line[1:], start, end))
            return
        # "If the line contains a U+003A COLON character (:): Collect the characters on the line before the first
        # U+003A COLON character (:), and let field be that string. Collect the characters on the line after the first
        # U+003A COLON character (:), and let value be that string. If value starts with a U+0020 SPACE character,
        # remove it from value."
        # "Otherwise, the string is not empty but does not contain a U+003A COLON character (:): Process the field using
        # [...] the whole line as the field name, and the empty string as the field value."
        field, _, value = line.partition(b":")
        reason = self._field(field, value.removeprefix(b" "))
        if reason:
            self._columns.aside(Ignored(line, reason, start, end))
        elif self._start < 0:
            self._start = start

    def _field(self, field: bytes, value: bytes) -> str | None:
        """Process the field, with its name compared "literally, with no case folding". Return why it is ignored, or None."""
        if field == b"event":
            # "Set the event type buffer to the field value."
            self._type = value
        elif field == b"data":
            # "Append the field value to the data buffer, then append a single U+000A LINE FEED (LF) character".
            self._data.append(value)
        elif field == b"id":
            # "If the field value does not contain U+0000 NULL, then set the last event ID buffer to the field value.
            # Otherwise, ignore the field."
            if b"\0" in value:
                return "nul-in-id"
            self._id = value.decode("utf-8", "replace")
        elif field == b"retry":
            # "If the field value consists of only ASCII digits, then interpret the field value as an integer in base
            # ten, and set the event stream's reconnection time to that integer. Otherwise, ignore the field."
            if not value.isdigit() or len(value.lstrip(b"0")) > _LONGEST_NUMBER:
                return "bad-retry"
            self.retry = self._own_retry = int(value.lstrip(b"0") or b"0")
        else:
            # "Otherwise: The field is ignored."
            return "unknown-field"
        return None

    def _dispatch(self, end: int) -> None:
        """Dispatch the event: "when the user agent is required to dispatch the event", it processes these steps."""
        # 1. "Set the last event ID string of the event source to the value of the last event ID buffer. The buffer does
        # not get reset".
        self.last_id = self._id
        if self._data:
            # 3. "If the data buffer's last character is a U+000A LINE FEED (LF) character, then remove the last
            # character": joined, the lines have no last LF. 4. and 5. The event, of type "message" by default.
            data = self._data[0] if len(self._data) == 1 else b"\n".join(self._data)
            name = self._type.decode("utf-8", "replace") or "message"
            self._columns.add(data, self._start, end, name, self.last_id, self._own_retry)
        else:
            # 2. "If the data buffer is an empty string, set the data buffer and the event type buffer to the empty
            # string and return."
            self._columns.aside(Ignored(self._raw(self._start, end), "no-data", self._start, end))
        # 6. "Set the data buffer and the event type buffer to the empty string."
        self._clear()

    def _clear(self) -> None:
        self._data = []
        self._type = b""
        self._own_retry = None
        self._start = -1

    def _finish(self) -> None:
        """End the body. "Once the end of the file is reached, any pending data must be discarded": return it as a `Tail`."""
        if self._skipped_from >= 0:
            self._columns.aside(Tail(b"", self._skipped_from, self._offset))
        elif self._held:
            start = self._open_from()
            self._columns.aside(Tail(b"".join(self._held), start, self._offset, self._pending_event()))
        self._held, self._partial = [], []
        self._clear()

    def _pending_event(self) -> Event | None:
        """Return the event of clients that treat the end of the body as the end of the line and of the block."""
        state = self.last_id, self.retry
        given, self._columns = self._columns, Columns()
        if self._partial:
            line = b"".join(self._partial)
            self._line(line, self._line_start, self._offset)
        event = None
        if self._data:
            self._dispatch(self._offset)
            event = self._columns.freeze().event(0)
        self._columns = given
        self.last_id, self.retry = state
        return event

    def whole(self, body: bytes) -> Events:
        """Decode a complete body into columns, like `decode`. The decoder must be unused."""
        self._take(body)
        self._finish()
        return self._columns.freeze(self.last_id, self.retry)


def decode(body: bytes, limit: int = LIMIT) -> Events:
    """Decode a complete body: the items of a `Decoder`, in columns."""
    return Decoder(limit).whole(body)


def _line_end(lines: list[bytes], crs: int) -> bytes | None:
    """Return the line end of all complete lines, or None if they differ. They were split at LF and contain `crs` CRs."""
    if not crs:
        return b"\n"
    whole = len(lines) if lines[-1].endswith(b"\n") else len(lines) - 1
    if crs == whole and all(map(bytes.endswith, lines[:whole], repeat(b"\r\n"))):
        return b"\r\n"
    return None
