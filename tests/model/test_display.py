"""How values are displayed: a repr of one line, an HTML table that is safe, records for data frames."""

from __future__ import annotations

from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

import streamkit
from streamkit.model.exchange import Body, End

RECORDINGS = Path(__file__).parents[2] / "recordings"
STREAMS = [streamkit.interpret(one) for path in sorted(RECORDINGS.rglob("*.jsonl")) for one in streamkit.read(path)]
HOSTILE = '\x1b]52;c;AAAA\x07<script>alert("x")</script>\u202e\n'


def values(stream: streamkit.Stream) -> list[Any]:
    """Yield every value that a user meets on the way from a stream to its numbers."""
    exchange = stream.exchange
    reply = streamkit.assemble(stream).message
    return [
        exchange, exchange.frames, *exchange.frames, exchange.request, exchange.response, exchange.end,
        exchange.request and exchange.request.body, stream, stream.events, stream.usage, stream.broken,
        *(delta for chunk in range(len(stream.chunks)) for delta in stream.deltas(chunk)), reply, *reply.messages,
        *(part for message in reply.messages for part in message.parts), *streamkit.lint(stream),
        streamkit.measure(stream), *streamkit.measure(stream).samples.values(), streamkit.stats([stream]),
    ]  # fmt: skip


@pytest.mark.parametrize("stream", STREAMS, ids=lambda stream: stream.exchange.name.rpartition("recordings/")[2])
def test_a_repr_fits_a_line(stream: streamkit.Stream) -> None:
    shown = [repr(value) for value in values(stream)]
    assert [text for text in shown if len(text) > 240 or not text.isprintable()] == []


def hostile() -> streamkit.Stream:
    """Return a stream whose every text is an attack on a terminal or an HTML page."""
    stream = STREAMS[0]
    request = streamkit.Request("GET", f"http://user:key@host/{HOSTILE}?key=secret", (), Body("text", HOSTILE * 100))
    frames = streamkit.Frames([HOSTILE.encode()] * 20, [1] * 20, [1] * 20)
    exchange = replace(
        stream.exchange,
        request=request,
        frames=frames,
        end=End(at=1, reason=HOSTILE),
        origin=replace(stream.exchange.origin, path=HOSTILE),
    )
    events = replace(stream.events, data=[HOSTILE.encode()] * len(stream.events), names=[HOSTILE] * len(stream.events))
    return replace(stream, exchange=exchange, events=events, model=HOSTILE, dialect=HOSTILE)


def test_a_hostile_stream_has_a_harmless_repr() -> None:
    stream = hostile()
    shown = [repr(value) for value in (stream, stream.exchange, stream.exchange.request, stream.exchange.end)]
    assert [text for text in shown if not text.isprintable() or len(text) > 240] == []
    assert "secret" not in repr(stream.exchange)
    assert "key@" not in repr(stream.exchange)


class Tags(HTMLParser):
    def __init__(self, page: str) -> None:
        super().__init__()
        self.seen: set[str] = set()
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.add(tag)


def test_the_html_of_a_hostile_stream_is_only_a_table() -> None:
    stream = hostile()
    for value in (stream, stream.exchange, replace(streamkit.measure(STREAMS[0]), file=HOSTILE, verdict=HOSTILE)):
        page = value._repr_html_()
        assert Tags(page).seen <= {"table", "caption", "thead", "tbody", "tr", "th", "td", "p"}
        assert page.isprintable()
        assert page.count("<tr>") <= 11


def test_records_of_an_exchange_hold_its_frames() -> None:
    exchange = STREAMS[0].exchange
    records = exchange.to_records()
    assert "".join(record["text"] for record in records).encode() == exchange.frames.body
    assert [record["at_ns"] for record in records] == list(exchange.frames.at)
    assert [record["frame"] for record in records] == list(range(1, len(exchange.frames) + 1))


def test_records_of_a_stream_hold_its_events() -> None:
    for stream in STREAMS:
        records = stream.to_records()
        assert [record["data"].encode() for record in records] == [bytes(data) for data in stream.events.data]
        assert [record["at_ns"] for record in records] == list(stream.times)
        texts = [
            part.text
            for message in streamkit.assemble(stream).message.messages
            for part in message.parts
            if part.kind == "text"
        ]
        if len(texts) == 1:
            assert "".join(record["text"] for record in records) == texts[0]


def test_records_of_a_measurement_hold_every_sample_or_the_reason_for_its_absence() -> None:
    measurement = streamkit.measure(STREAMS[0])
    records = measurement.to_records()
    for name, samples in measurement.samples.items():
        samples_of = [record for record in records if record["metric"] == name]
        assert [record["value"] for record in samples_of] == (list(samples.values) if not samples.missing else [None])
        assert {record["unit"] for record in samples_of} <= {streamkit.METRICS[name].unit}
        assert all(record["missing"] == samples.missing for record in samples_of)
