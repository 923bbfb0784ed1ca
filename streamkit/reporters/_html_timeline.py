"""One stream on a page: what it is, its picture over time, what it says, every event, and what is wrong with it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from streamkit.model.message import Delta
from streamkit.model.stream import Stream
from streamkit.model.timeline import Moment, added, timeline
from streamkit.reporters._html_charts import strip
from streamkit.reporters._html_page import cell, lines, table, text
from streamkit.reporters._reporter import PageStream
from streamkit.reporters._units import shown
from streamkit.wire.values import Comment, Event, Ignored, Tail

# A page of more events than this would be slow to open.
_EVENTS = 1000
_TEXT = 20_000
_ORDER = ("error", "tool", "text", "reasoning", "finish", "usage", "role")


def section(shown_stream: PageStream, *, opened: bool = False) -> str:
    """The part of a page that is about one stream."""
    stream = shown_stream.stream
    name = stream.file if stream.number == 1 else f"{stream.file}#{stream.number}"
    who = " · ".join(text(word) for word in (stream.api, stream.dialect, stream.model) if word)
    mood = "good" if stream.verdict == "complete" else "bad"
    parts = [
        f'<details{" open" if opened else ""}><summary><b>{text(name)}</b> <span class="{mood}">{text(stream.verdict)}</span> '
        f'<span class="dim">{who}</span></summary>',
        _picture(shown_stream),
        *_texts(stream),
        *_findings(shown_stream),
        *_definitions(shown_stream.definitions),
        *_events(stream),
        "</details>",
    ]
    return "".join(parts)


def _picture(shown_stream: PageStream) -> str:
    stream = shown_stream.stream
    marks = []
    for chunk in range(len(stream.chunks)):
        at = stream.time_of(chunk) if stream.exchange.timed else None
        if at is not None and at >= 0:
            deltas = stream.deltas(chunk)
            marks.append((at, _kind(deltas), _message(deltas)))
    end = max((at for at, _, _ in marks), default=0)
    if not end:
        return '<p class="dim">no arrival times, so no picture over time</p>'
    return strip(marks, end, shown_stream.row.get("stalls", ()))


def _texts(stream: Stream) -> Iterator[str]:
    """What the stream says, put together: each choice's reasoning, answer and tool calls."""
    message: dict[str, list[str]] = {}
    for chunk in range(len(stream.chunks)):
        for delta in stream.deltas(chunk):
            if delta.kind in ("text", "reasoning", "refusal"):
                message.setdefault(f"choice {delta.choice}, {delta.kind}", []).append(delta.text)
            elif delta.kind == "tool":
                call = message.setdefault(f"choice {delta.choice}, tool call {delta.part}", [])
                call += [f"{delta.name} " if delta.name else "", delta.text]
    for place, pieces in message.items():
        whole = "".join(pieces)
        cut = f"\n… and {len(whole) - _TEXT:,} characters more" if len(whole) > _TEXT else ""
        yield f"<h3>{text(place)}</h3><pre>{lines(whole[:_TEXT] + cut)}</pre>"


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
        numbers = [cell(shown(message[key], "ns"), message[key]) for key in ("ttft_ns", "end_ns")]
        rows.append([
            text(f"{message['tool']} {message['version']}"), *numbers, cell(count or "-", message["tokens"]),
            cell(shown(message["per_token_ns"], "ns"), message["per_token_ns"]),
            cell("-" if gaps is None else str(len(gaps)), None if gaps is None else len(gaps)),
            f'<td class="text">{text("; ".join(f"{key}: {code}" for key, code in message["missing"].items()))}</td>',
        ])  # fmt: skip
    heads = ["Tool", "TTFT", "End", "N", "Per token", "Gaps", "Missing"]
    yield "<h3>What each tool would say</h3>" + table(heads, rows, sortable=True)


def _events(stream: Stream) -> Iterator[str]:
    rows: list[list[str]] = []
    last: int | None = None
    total = 0
    for moment in timeline(stream):
        total += 1
        if len(rows) < _EVENTS:
            gap = None if moment.at is None or last is None else moment.at - last
            last = moment.at if moment.at is not None else last
            rows.append(_row(stream, moment, gap))
    more = "" if total <= _EVENTS else f'<p class="dim">the first {_EVENTS} of {total:,}</p>'
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
        cell(shown(moment.at, "ns"), moment.at),
        cell(shown(gap, "ns"), gap),
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
