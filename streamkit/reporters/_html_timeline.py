"""One stream on a page: its properties, a plot over time, its content, every event, and its findings."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Any

from streamkit.frozen import dataclass
from streamkit.model.message import Delta
from streamkit.model.stream import Stream
from streamkit.model.timeline import Moment, added, timeline
from streamkit.reporters._html_charts import brief_strip, strip
from streamkit.reporters._html_page import cell, lines, table, text
from streamkit.reporters._reporter import PageStream
from streamkit.reporters._units import readable
from streamkit.wire.values import Comment, Event, Ignored, Tail

# A page of more than this would be slow to open: rows of events, lines of pictures, and letters.
_EVENTS = 1000
_LINES = 1000
_LETTERS = 50_000
# Maximum number of characters of one text, and the same once the limit of the page is reached.
_TEXT, _BEGINNING = 20_000, 500
_CLOSED = "<details>"
_ORDER = ("error", "tool", "text", "reasoning", "finish", "usage", "role")


@dataclass(slots=True)
class Sections:
    """Draws streams one after another for one page: the first ones event by event, later ones in brief, so that the page
    of a hundred streams takes about as much room as that of a few."""

    events: int = _EVENTS
    lines: int = _LINES
    letters: int = _LETTERS

    def __call__(self, shown_stream: PageStream) -> str:
        """Return the part of the page that is about this stream."""
        chunks = len(shown_stream.stream.chunks)
        whole = section(
            shown_stream,
            events=self.events,
            each_chunk=chunks <= self.lines,
            letters=_TEXT if self.letters > 0 else _BEGINNING,
        )
        self.events = max(self.events - len(shown_stream.stream.events), 0)
        self.lines -= min(chunks, self.lines) if chunks <= self.lines else 0
        self.letters -= sum(len(whole) for _, whole in _texts(shown_stream.stream))
        return whole


def section(shown_stream: PageStream, *, events: int = _EVENTS, each_chunk: bool = True, letters: int = _TEXT) -> str:
    """Return the part of a page that is about one stream, with at most that many `events` and `letters` of each text.

    `each_chunk` draws one line per chunk with what it adds; otherwise chunks in quick succession are drawn as one.
    """
    stream = shown_stream.stream
    name = _name(stream)
    who = " · ".join(text(word) for word in (stream.api, stream.dialect, stream.model) if word)
    mood = "good" if stream.verdict == "complete" else "bad"
    parts = [
        f'{_CLOSED}<summary><b>{text(name)}</b> <span class="{mood}">{text(stream.verdict)}</span> '
        f'<span class="dim">{who}</span></summary>',
        _picture(shown_stream, each_chunk=each_chunk),
        *(_text_block(heading, whole, letters) for heading, whole in _texts(stream)),
        *_findings(shown_stream),
        *_definitions(shown_stream.definitions),
        *_events(stream, events),
        "</details>",
    ]
    return "".join(parts)


def unfolded(section: str) -> str:
    """Return the same section with its content shown, without a click."""
    return section.replace(_CLOSED, "<details open>", 1)


def _name(stream: Stream) -> str:
    return stream.file if stream.number == 1 else f"{stream.file}#{stream.number}"


def _picture(shown_stream: PageStream, *, each_chunk: bool) -> str:
    stream = shown_stream.stream
    marks = []
    for chunk in range(len(stream.chunks)):
        at = stream.time_of(chunk) if stream.exchange.timed else None
        if at is not None and at >= 0:
            deltas = stream.deltas(chunk)
            marks.append((at, _kind(deltas), _message(deltas) if each_chunk else ""))
    end = max((at for at, _, _ in marks), default=0)
    if not end:
        return '<p class="dim">no arrival times, so no picture over time</p>'
    return (strip if each_chunk else brief_strip)(marks, end, shown_stream.row.get("stalls", ()))


def _texts(stream: Stream) -> Iterator[tuple[str, str]]:
    """Return the assembled content of the stream: each choice's reasoning, answer and tool calls, with its place."""
    message: dict[str, list[str]] = {}
    for chunk in range(len(stream.chunks)):
        for delta in stream.deltas(chunk):
            if delta.kind in ("text", "reasoning", "refusal"):
                message.setdefault(f"choice {delta.choice}, {delta.kind}", []).append(delta.text)
            elif delta.kind == "tool":
                call = message.setdefault(f"choice {delta.choice}, tool call {delta.part}", [])
                call += [f"{delta.name} " if delta.name else "", delta.text]
    return ((heading, "".join(pieces)) for heading, pieces in message.items())


def _text_block(heading: str, whole: str, letters: int) -> str:
    cut = f"\n… and {len(whole) - letters:,} characters more" if len(whole) > letters else ""
    return f"<h3>{text(heading)}</h3><pre>{lines(whole[:letters] + cut)}</pre>"


def _findings(shown_stream: PageStream) -> Iterator[str]:
    if shown_stream.findings:
        rows = [
            [text(one.code), text(one.severity), text(one.count), text(one.message), text(one.place.event or "")]
            for one in shown_stream.findings
        ]
        yield "<h3>Findings</h3>" + table(["Rule", "Severity", "Count", "What", "Event"], rows, left=5)


def _definitions(definitions: Sequence[Any]) -> Iterator[str]:
    if not definitions:
        return
    rows = []
    for message in definitions:
        gaps = message["gaps_ns"]
        count = None if message["tokens"] is None else f"{message['tokens']} {message['tokens_source']}"
        numbers = [cell(readable(message[key], "ns"), message[key]) for key in ("ttft_ns", "end_ns")]
        rows.append([
            text(f"{message['tool']} {message['version']}"), *numbers, cell(count or "-", message["tokens"]),
            cell(readable(message["per_token_ns"], "ns"), message["per_token_ns"]),
            cell("-" if gaps is None else str(len(gaps)), None if gaps is None else len(gaps)),
            f'<td class="text">{text("; ".join(f"{key}: {code}" for key, code in message["missing"].items()))}</td>',
        ])  # fmt: skip
    heads = ["Tool", "TTFT", "End", "N", "Per token", "Gaps", "Missing"]
    yield "<h3>What each tool would say</h3>" + table(heads, rows, sortable=True)


def _events(stream: Stream, most: int) -> Iterator[str]:
    total = len(stream.events) + len(stream.events.asides)
    if total and not most:
        command = f"streamkit inspect '{_name(stream)}'"
        yield f'<p class="dim">{total:,} events, which <code>{text(command)}</code> shows</p>'
        return
    rows: list[list[str]] = []
    last: int | None = None
    for moment in islice(timeline(stream), most):
        gap = None if moment.at is None or last is None else moment.at - last
        last = moment.at if moment.at is not None else last
        rows.append(_row(stream, moment, gap))
    more = "" if total <= most else f'<p class="dim">the first {most:,} of {total:,}</p>'
    yield (
        f"<details><summary>{total:,} events</summary>"
        + table(["#", "Time", "Gap", "Kind", "What"], rows)
        + more
        + "</details>"
    )


def _row(stream: Stream, moment: Moment, gap: int | None) -> list[str]:
    deltas = added(stream, moment)
    kind = _kind(deltas) if deltas else moment.kind
    message = _message(deltas) if deltas else _bytes(moment)
    return [
        text(moment.n),
        cell(readable(moment.at, "ns"), moment.at),
        cell(readable(gap, "ns"), gap),
        text(kind),
        f'<td class="text">{lines(message[:500])}</td>',
    ]


def _kind(deltas: Sequence[Delta]) -> str:
    kinds = {"text" if delta.kind == "refusal" else delta.kind for delta in deltas}
    return next((kind for kind in _ORDER if kind in kinds), "other")


def _message(deltas: Sequence[Delta]) -> str:
    return " ".join(" ".join(part for part in (delta.name, delta.text) if part) for delta in deltas)


def _bytes(moment: Moment) -> str:
    item = moment.item
    if isinstance(item, Event):
        return item.text
    assert isinstance(item, (Comment, Ignored, Tail))
    return item.data.decode("utf-8", "replace")
