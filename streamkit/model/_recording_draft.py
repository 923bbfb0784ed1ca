"""One exchange of a recording while its lines are read."""

from __future__ import annotations

import copy
from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Literal, cast

from streamkit.model._fields import (
    Fields,
    end_of,
    from_base64,
    headers_of,
    import_of,
    integer,
    labels_of,
    one_of,
    redactions_of,
    request_of,
    shown,
    string,
)
from streamkit.model.exchange import (
    Clock,
    Damage,
    End,
    Exchange,
    Frames,
    Origin,
    Response,
    SentMessage,
)
from streamkit.model.recording_runs import Runs
from streamkit.model.texts import LineBlock, Texts
from streamkit.wire.fitting import Fit
from streamkit.wire.runs import FormRuns, Sizes

_SOURCES = ("client", "proxy", "stdin", "import")
_MOST_DAMAGE = 10_000
_CLOCKS = ("monotonic", "kernel", "log", "none")


class Draft:
    """One exchange while its lines are read. Before the first `start` a draft has not `begun` and keeps only damage."""

    __slots__ = (
        "_beyond",
        "_end",
        "_forms",
        "_origin",
        "_response",
        "_runs",
        "_sent",
        "_sizes",
        "_start",
        "at",
        "begun",
        "damage",
        "data",
        "early",
        "last",
        "lines",
        "open",
    )

    def __init__(self, start: dict[str, Any], origin: Origin, damage: list[Damage]) -> None:
        self._start = start
        self._origin = origin
        self._response: Response | None = None
        self._end: End | None = None
        self._beyond: str | None = None  # which limit the exchange exceeds
        self.begun = self.open = True
        self.damage = damage
        self.early: list[Damage] = []  # damage before the first start, reported with the exchange that follows
        self.last = origin.line or 1
        self.data: list[Any] = []  # of each frame its bytes, or its line, alone or with others
        # Of the first frames, up to the last that has a form: the forms, and the sizes of what `data` may have as a line.
        self._forms = FormRuns()
        self._sizes = Sizes()
        self._runs = Runs()
        self._sent: list[SentMessage] = []
        self.at: list[int | None] = []
        self.lines: list[int | None] = []

    @classmethod
    def nothing(cls) -> Draft:
        """Return lines before the first start line: their damage is reported with the exchange that follows."""
        draft = cls({}, Origin(), [])
        draft.begun = draft.open = False
        draft.early = draft.damage
        return draft

    def copy(self) -> Draft:
        """Return a draft that can be finished while this one is read further."""
        new = copy.copy(self)
        new.damage, new.data, new.at, new.lines = self.damage[:], self.data[:], self.at[:], self.lines[:]
        return new

    def hurt(self, line: int, kind: str, message: str) -> None:
        """Report damage on a line; only the first ten thousand are listed."""
        if len(self.damage) < _MOST_DAMAGE:
            self.damage.append(Damage(line, kind, message))

    def limit(self, line: int, largest: int) -> None:
        """Report that nothing of the exchange is read from this line on, but for its response and end."""
        self._beyond = f"an exchange is limited to {largest >> 20} MiB"
        self.hurt(line, "over-limit", f"{self._beyond}: the rest of it is skipped")

    def take(self, record: dict[str, Any], number: int) -> None:
        """Take any line except `start`, on the slow path."""
        kind = record.get("type")
        if kind not in ("response", "frame", "sent", "end"):
            return
        if not self.open or (kind == "response" and self._response is not None):
            where = "after the end of its exchange" if self._end else "where no exchange is open"
            self.hurt(number, "stray-line", f"a second {kind}" if self.open else f"a {kind} {where}")
            return
        self.last = number
        fields = Fields(record, number, self.damage)
        if kind == "frame":
            self._take_frame(fields, number)
        elif kind == "sent":
            data = _bytes_of(fields)
            if data is None:
                self.hurt(number, "bad-field", "a sent message with neither text nor base64 that can be read")
            else:
                self._sent.append(SentMessage(data, fields.get("at", integer, None), len(self.data)))
        elif kind == "response":
            self._response = Response(
                fields.get("at", integer, None),
                fields.get("status", integer, 0),
                fields.get("http", string, "1.1"),
                fields.get("headers", headers_of, ()),
                fields.get("redacted", redactions_of, ()),
            )
        else:
            self._end = end_of(fields, number)
            self.open = False

    def _take_frame(self, fields: Fields, number: int) -> None:
        data = _bytes_of(fields)
        if data is None:
            self.hurt(number, "bad-field", "a frame with neither text nor base64 that can be read")
            return
        self.data.append(data)
        self.at.append(fields.get("at", integer, None))
        self.lines.append(number)

    def take_runs(self, lines: list[bytes]) -> bool:
        """Take lines that begin as recorders begin a frame's, if they repeat each other; else none of them, and False."""
        taken = self._runs.take(lines)
        if taken is None:
            return False
        kept, fit = taken
        self._add(kept, fit)
        return True

    def take_block(self, lines: LineBlock) -> int:
        """Take the lines with which these begin, as far as they have the form of those before them; return how many they are."""
        fit = self._runs.take_block(lines)
        if fit is None:
            return 0
        lines.first, lines.stop = len(self.data), len(self.data) + len(fit.at)
        self._add([lines] * len(fit.at), fit)
        return len(fit.at)

    def _add(self, kept: Sequence[bytes | LineBlock], fit: Fit) -> None:
        self._align()
        self.data += kept
        self.at += fit.at
        self._sizes.add(fit.sizes)
        for form, count in fit.forms:
            self._forms.add(form, count)

    def _align(self) -> None:
        """Add to the forms and sizes the frames that were taken otherwise."""
        others = self.data[len(self._forms) :]
        self._forms.add(None, len(others))
        self._sizes.add(Sizes.of(others))

    def finish(self) -> Exchange:
        """Return the exchange, with its damage."""
        start = Fields(self._start, self._origin.line or 1, self.damage)
        self._check_times()
        data: Sequence[bytes] = self.data
        if len(self._forms):
            self._align()
            data = Texts(self.data, self._forms, self._sizes)
        frames = Frames(data, self.at, self.lines)
        last = max(self.last, cast("int", self.lines[-1]) if self.lines else 0)
        imported = start.get("import", import_of, None)
        if self._end is None and imported is None:
            self.hurt(
                last, "missing-end", "the exchange has no end line: its recorder was stopped, or the file was cut"
            )
        elif self._end is not None:
            self._end = self._checked_end(self._end, frames, last)
        return Exchange(
            frames=frames,
            request=start.get("request", request_of, None),
            response=self._response,
            end=self._end,
            source=cast(
                'Literal["client", "proxy", "stdin", "import"]', start.get("source", one_of(_SOURCES), "import")
            ),
            clock=cast("Clock", start.get("clock", one_of(_CLOCKS), "none")),
            recorded_at=start.get("recorded_at", string, None),
            connected_at=start.get("connected_at", integer, None),
            sent_at=start.get("sent_at", integer, None),
            labels=start.get("labels", labels_of, {}),
            tool=start.get("tool", string, None),
            redacted=start.get("redacted", redactions_of, ()),
            imported=imported,
            damage=tuple(sorted(self.damage, key=lambda damage: damage.line)),
            origin=self._origin,
            sent=tuple(self._sent),
        )

    def _check_times(self) -> None:
        # One pass in C over the column, instead of a check per line.
        if not set(map(type, self.at)) <= {int, type(None)}:
            for index, at in enumerate(self.at):
                if at is not None and type(at) is not int:
                    self.hurt(
                        cast("int", self.lines[index]), "bad-field", f"at is {shown(at)}, no integer; read as null"
                    )
                    self.at[index] = None

    def _checked_end(self, end: End, frames: Frames, last: int) -> End:
        """Return how the exchange ended. One that was read in part ends as one that was recorded in part."""
        if self._beyond:
            ending = f"the response ended with {end.reason}" + (f" ({end.error})" if end.error else "")
            error = f"the body is read in part: {self._beyond}; {ending}"
            return replace(end, reason="limit", error=error, frames=None, bytes=None, sha256=None)
        if end.reason == "limit":
            self.hurt(last, "over-limit", end.error or "the exchange reached the size limit of its recorder")
        if end.frames is not None and end.frames != len(frames):
            self.hurt(last, "count-mismatch", f"end says {end.frames} frames, the file holds {len(frames)}")
        size = frames.size
        if end.bytes is not None and end.bytes != size:
            self.hurt(last, "count-mismatch", f"end says {end.bytes} bytes, the frames hold {size}")
        return end


def _bytes_of(fields: Fields) -> bytes | None:
    """Return the bytes of a line: its text or its base64; None if it has neither."""
    data: bytes | None = fields.get("text", str.encode, None)
    return fields.get("base64", from_base64, None) if data is None else data
