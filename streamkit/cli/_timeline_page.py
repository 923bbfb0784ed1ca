"""Writes timelines, one line per item: text for people, JSON Lines for programs."""

from __future__ import annotations

import math
import os
import shutil
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, repeat
from operator import sub, truediv
from typing import Any, NamedTuple

from streamkit.apis import alike
from streamkit.cli._output import CommandOutput, ascii_only
from streamkit.cli._remarks import name_of, remarks
from streamkit.cli.options import Console
from streamkit.model.exchange import SentMessage
from streamkit.model.message import Delta
from streamkit.model.stream import Stream
from streamkit.model.timeline import Alike, Moment, added, sent_until, timeline, timeline_in_runs
from streamkit.text import counted, needs_no_escape, one_line, shorten
from streamkit.wire.values import Comment, Event, Ignored, Item, Tail

# The color role of each kind of delta; all others are quiet.
_ROLES = {
    "text": "",
    "reasoning": "accent",
    "refusal": "warning",
    "tool": "tool",
    "finish": "good",
    "error": "error",
}

_AND = " · "
_LONGEST = 2000  # bytes that are shown of data which is not interpreted
_RUN = 256  # lines that are made at once
_NS = repeat(1e9)

# Columns of a bar, and those of a terminal from which on bars are drawn.
_BAR, _WIDE = 10, 120


class Page:
    """Writes streams one after another, as text or as JSON Lines."""

    def __init__(self, sink: CommandOutput, console: Console, format_name: str) -> None:
        self._sink, self._console, self._json = sink, console, format_name == "jsonl"
        self._width = terminal_width() if sink.terminal or "COLUMNS" in os.environ else None
        # Where a line has room for them, gaps and bytes are also drawn.
        self._wide = self._width is not None and self._width >= _WIDE
        self._ascii = ascii_only()
        self._paint = sink.paint
        self._last: int | None = None
        self._shown = 0
        self._sent = 0

    def begin(self, stream: Stream) -> None:
        """Write the heading of a stream."""
        self._last, self._sent = None, 0
        if self._json:
            return
        dialect = f" · {stream.dialect}" if stream.dialect else ""
        model = f" · {stream.model}" if stream.model else ""
        head = f"{name_of(stream)}: {stream.api}{dialect}{model} over {stream.framing}"
        self._line(("\n" if self._shown else "") + one_line(head), "head")
        self._console.detail(f"{name_of(stream)}: detected: {stream.detected}")
        self._shown += 1
        times = f"{'time s':>9} {'gap s':>8}  " if stream.exchange.timed else ""
        if self._wide:
            times += f"{'gap' if stream.exchange.timed else '':<{_BAR}}  {'bytes':>7} {'':<{_BAR}}  "
        self._line(f"{'#':>5}  {times}what", "quiet")

    def remark(self, stream: Stream) -> None:
        """Say how a stream ended, and what is damaged. Of a stream that is still being written neither is known."""
        for remark in remarks(stream):
            self._console.say(remark)

    def show(self, stream: Stream, moments: Iterable[Moment]) -> None:
        """Write these items, each after what the client of a WebSocket had sent before it."""
        entries = self._with_sent(stream, moments) if stream.exchange.sent else moments
        if self._json:
            self._sink.json_lines(
                moment_object(stream, one) if isinstance(one, Moment) else sent_object(stream, one) for one in entries
            )
        else:
            self._sink.lines(
                self._item_line(stream, one) if isinstance(one, Moment) else self._sent_line(stream, one)
                for one in entries
            )

    def _with_sent(self, stream: Stream, moments: Iterable[Moment]) -> Iterator[Moment | SentMessage]:
        for moment in moments:
            yield from self._newly_sent(stream, moment.item.start)
            yield moment
        yield from self._newly_sent(stream, None)

    def _newly_sent(self, stream: Stream, byte: int | None) -> tuple[SentMessage, ...]:
        messages = sent_until(stream, self._sent, byte)
        self._sent += len(messages)
        return messages

    def show_all(self, stream: Stream) -> None:
        """Write every item of a stream. Of chunks that add the same but for one text, only that text is looked at."""
        if self._json or stream.exchange.sent:
            self.show(stream, timeline(stream))
        else:
            self._sink.blocks(self._blocks(stream))

    def _blocks(self, stream: Stream) -> Iterator[str]:
        """Yield the lines of all items, of a run of chunks that are alike many at once."""
        for entry in timeline_in_runs(stream, alike(stream)):
            if isinstance(entry, Moment):
                yield self._item_line(stream, entry)
                continue
            number, run = entry
            name = stream.events.name(run.start)
            shown = RunMessage.of(f"{name}  " if name != "message" else "", run)
            for start in range(run.start, run.stop, _RUN):
                stop = min(start + _RUN, run.stop)
                yield self._run_lines(stream, number + start - run.start, start, stop, shown, run.read(start, stop))

    def _run_lines(self, stream: Stream, n: int, start: int, stop: int, shown: RunMessage, texts: list[str]) -> str:
        """Return the lines of the events from `start` up to `stop`, of which the first is the `n`th item."""
        times = stream.times[start:stop] if stream.exchange.timed else None
        before, texts, after = shown.parts(texts)
        if times is not None and self._width is None and not self._paint.on:
            table = self._timed_lines(n, times, before, texts, after)
            if table is not None:
                return table
        ends, starts = stream.events.ends[start:stop], stream.events.starts[start:stop]
        return "\n".join(
            self._composed(
                n + place,
                None if times is None else times[place],
                end - begin,
                before + text + after,
                shown.role,
                timed=times is not None,
            )
            for place, (begin, end, text) in enumerate(zip(starts, ends, texts, strict=True))
        )

    def _timed_lines(
        self, n: int, times: Sequence[int | None], before: str, texts: Sequence[str], after: str
    ) -> str | None:
        """Return these lines, formatted at once; None if a time is missing or goes back."""
        if self._last is None or None in times:
            return None
        gaps = list(map(sub, times, [self._last, *times[:-1]]))
        if min(gaps) < 0:
            return None
        self._last = times[-1]
        numbers = range(n, n + len(times))
        seconds, gap_seconds = map(truediv, times, _NS), map(truediv, gaps, _NS)
        values = chain.from_iterable(zip(numbers, seconds, gap_seconds, texts, strict=False))
        line = f"%5d  %9.3f %+8.3f  {before.replace('%', '%%')}%s{after.replace('%', '%%')}\n"
        return (line * len(times))[:-1] % tuple(values)

    def end(self, stream: Stream) -> None:
        """Write how the stream ended."""
        if self._json:
            return
        counts = f"{counted(len(stream.events), 'event')}, {counted(len(stream.chunks), 'chunk')}"
        untimed = "" if stream.exchange.timed else "; no times in this log"
        self._line(f"       {counts}: {stream.verdict}{', excerpt' if stream.excerpt else ''}{untimed}", "quiet")

    def _item_line(self, stream: Stream, moment: Moment) -> str:
        message, role = _description(stream, moment)
        size = moment.item.end - moment.item.start
        return self._composed(moment.n, moment.at, size, one_line(message), role, timed=stream.exchange.timed)

    def _sent_line(self, stream: Stream, message: SentMessage) -> str:
        """Return the line of a message of the client. The gaps of the server's are measured as if it were not there."""
        text = one_line("sent " + message.data[:_LONGEST].decode("utf-8", "replace"))
        head = f"{'>' if self._ascii else '→':>5}  "
        if stream.exchange.timed:
            head += f"{_seconds(message.at):>9} {'':>8}  "
        if self._wide:
            head += self._bars(None, len(message.data))
        return self._fitting(head, text, "accent")

    def _composed(self, n: int, at: int | None, size: int, message: str, role: str, *, timed: bool) -> str:
        """Return the line of the `n`th item, of `size` bytes, whose message is escaped already."""
        head, gap = f"{n:>5}  ", None
        if timed:
            gap = None if at is None or self._last is None else at - self._last
            head += f"{_seconds(at):>9} {_gap(gap):>8}  "
            self._last = at if at is not None else self._last
        if self._wide:
            head += self._bars(gap, size)
        return self._fitting(head, message, role)

    def _fitting(self, head: str, message: str, role: str) -> str:
        """Return a line, truncated to the terminal's width and colored."""
        line = head + message
        if self._width is not None:
            line = shorten(line, self._width)
        if not self._paint.on:
            return line
        return self._paint("quiet", line[: len(head)]) + self._paint(role, line[len(head) :])

    def _bars(self, gap: int | None, size: int) -> str:
        """Return the gap and the number of bytes as bars, with logarithmic scales from 1 ms to 10 s and from 1 byte to 10 kB."""
        gaps = _bar((gap or 0) / 1e6, 4, ascii_only=self._ascii)
        return f"{gaps}  {size:>7,} {_bar(size, 4, ascii_only=self._ascii)}  "

    def _line(self, text: str, role: str) -> None:
        shown = "\n".join(map(one_line, text.split("\n")))
        shown = shorten(shown, self._width) if self._width is not None else shown
        self._sink.line(self._paint(role, shown))


def moment_object(stream: Stream, moment: Moment) -> dict[str, Any]:
    """One item with its exact data and position. The fields are a stable contract."""
    item = moment.item
    event = item if isinstance(item, Event) else None
    row = {
        "file": stream.file,
        "exchange": stream.number,
        "n": moment.n,
        "at": moment.at,
        "kind": moment.kind,
        "event": event.name if event else None,
        "data": item.data.decode("utf-8", "replace"),
        "id": event.id if event else None,
        "retry": event.retry if event else None,
        "byte": item.start,
        "line": stream.exchange.frames.line_of(item.start),
    }
    return row | _validity(item.data)


def sent_object(stream: Stream, message: SentMessage) -> dict[str, Any]:
    """One message of a WebSocket's client, with the fields of an item; it has no place in the body."""
    nothing = dict.fromkeys(("event", "id", "retry", "byte", "line"))
    data = message.data.decode("utf-8", "replace")
    head = {"file": stream.file, "exchange": stream.number, "n": None, "at": message.at, "kind": "sent"}
    return head | {"event": None, "data": data} | nothing | _validity(message.data)


def _validity(data: bytes) -> dict[str, bool]:
    """Return the field that tells of invalid UTF-8 in an item, if there is any."""
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return {"invalid_utf8": True}
    return {}


class RunMessage(NamedTuple):
    """How chunks that add the same but for one text are shown: what is before the text, and after it. None: there is no such text."""

    before: str
    after: str | None
    role: str

    @staticmethod
    def of(name: str, run: Alike) -> RunMessage:
        """Return how a run of chunks in events of this name is shown."""
        role = _role(run.deltas)
        if run.varying is None:
            return RunMessage(name + _deltas(run.deltas), None, role)
        # Of a delta, only its text is last but for a quote.
        shown, text = _delta(run.deltas[run.varying]), run.deltas[run.varying].text
        before, after = run.deltas[: run.varying], run.deltas[run.varying + 1 :]
        first, _, last = shown.rpartition(text)
        return RunMessage(
            name + _deltas(before) + (_AND if before else "") + first,
            last + (_AND if after else "") + _deltas(after),
            role,
        )

    def parts(self, texts: list[str]) -> tuple[str, list[str], str]:
        """Return what is before the texts of chunks, the texts, and what is after them; escaped, so that they make the messages."""
        before, after = self.before, self.after
        if after is None:
            return one_line(before), [""] * len(texts), ""
        joined = "".join([before, *texts, after])
        if not needs_no_escape(joined):
            return "", [one_line(before + text + after) for text in texts], ""
        if "\n" in joined or "\t" in joined:  # all are replaced at once; NUL would need an escape
            lines = "\0".join([before, *texts, after])
            before, *texts, after = lines.replace("\n", "\\n").replace("\t", "\\t").split("\0")
        return before, texts, after


def _deltas(deltas: Iterable[Delta]) -> str:
    return _AND.join(map(_delta, deltas))


def _role(deltas: Iterable[Delta]) -> str:
    return next((_ROLES[delta.kind] for delta in deltas if delta.kind in _ROLES), "quiet")


def _description(stream: Stream, moment: Moment) -> tuple[str, str]:
    """Return what an item is and adds, with its color role."""
    item = moment.item
    if moment.chunk is not None and (deltas := added(stream, moment)):
        return _name(item) + _deltas(deltas), _role(deltas)
    data = item.data[:_LONGEST].decode("utf-8", "replace")
    if isinstance(item, Comment):
        return f":{data}", "quiet"
    if isinstance(item, Ignored):
        return f"ignored ({item.reason}) {data}", "warning"
    if isinstance(item, Tail):
        return f"tail, never completed: {data}", "warning"
    name = _name(item)
    if moment.chunk is None:
        trouble = f"  [{moment.broken.kind}: {moment.broken.message}]" if moment.broken else ""
        return f"{name}{data}{trouble}", "error" if moment.broken else "good"
    redundant = stream.chunks[moment.chunk].get("type") == item.name
    return name if redundant else f"{name}{data}", "quiet"


def _name(item: Item) -> str:
    """Return the name of an event, unless it is the default."""
    return f"{item.name}  " if isinstance(item, Event) and item.name != "message" else ""


def _delta(delta: Delta) -> str:
    """One delta, in a few words."""
    choice = f"[{delta.choice}] " if delta.choice else ""
    if delta.kind in ("text", "reasoning", "refusal"):
        return f"{choice}{delta.kind} {_quoted(delta.text)}"
    if delta.kind == "tool":
        with_name = f" {delta.name}" if delta.name else ""
        with_id = f" ({delta.id})" if delta.id else ""
        return f"{choice}tool {delta.part}{with_name}{with_id}{f' {_quoted(delta.text)}' if delta.text else ''}"
    return f"{choice}{delta.kind}{f' {delta.text}' if delta.text else ''}"


def _quoted(text: str) -> str:
    # Typographic quotes show where the text begins and ends, and leave quotes in it alone.
    return f"“{text}”"


def _bar(value: float, decades: int, *, ascii_only: bool) -> str:
    """Return a bar of _BAR columns that is full at 10 to the power of `decades`; empty below 1."""
    length = min(max(math.log10(value) if value >= 1 else 0, 0.0) / decades, 1.0) * _BAR
    filled = max(math.ceil(length), 1) if value >= 1 else 0
    return f"{('#' if ascii_only else '■') * filled:<{_BAR}}"


def _seconds(at: int | None) -> str:
    return "-" if at is None else f"{at / 1e9:.3f}"


def _gap(gap: int | None) -> str:
    return "" if gap is None else f"+{gap / 1e9:.3f}"


def terminal_width() -> int:
    """Return the terminal's width in columns; COLUMNS overrides it."""
    return shutil.get_terminal_size((100, 24)).columns
