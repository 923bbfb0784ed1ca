"""What is larger than its limit is reported with its line, and what follows it in the file is read."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from io import BytesIO

import pytest

from streamkit.errors import UnreadableInput
from streamkit.formats import read
from streamkit.model.exchange import Exchange
from streamkit.model.limits import LARGEST_EXCHANGE, LONGEST_LINE

Lines = Callable[[], Iterable[str]]
LIMIT = 20_000
REST = "the rest of it is skipped"
LIMITED = "an exchange is limited to 0 MiB"


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    for place in ("_drafts", "recording", "gist_log.parked", "curl_trace.reader"):
        monkeypatch.setattr(f"streamkit.formats.{place}.LARGEST_EXCHANGE", LIMIT)
    monkeypatch.setattr("streamkit.formats.mitmproxy.LARGEST_BODY", LIMIT)
    monkeypatch.setattr("streamkit.formats._source.LONGEST_LINE", LIMIT)
    monkeypatch.setattr("streamkit.formats._source.HEAD", 500)
    monkeypatch.setattr("streamkit.formats._source.PIECE", 4096)


def chunk(id: str) -> str:
    delta = '"choices":[{"index":0,"delta":{"content":"word"}}]'
    return f'{{"id":"{id}","object":"chat.completion.chunk","created":1,"model":"{id}",{delta}}}'


def remarks(exchange: Exchange) -> list[tuple[int, str]]:
    repairs = exchange.imported.repairs if exchange.imported else ()
    return [
        (one.line, one.message)
        for one in (*exchange.damage, *repairs)
        if "limited" in one.message or "longer" in one.message
    ]


def recording() -> Iterable[str]:
    for count in (1, 300, 1):
        yield '{"type":"start","streamkit":1}'
        yield from ['{"type":"frame","at":null,"text":"data: 1\\n\\n"}'] * count
        yield '{"type":"end","at":null,"reason":"eof"}'


def chunks() -> Iterable[str]:
    for count, id in ((1, "a"), (300, "b"), (1, "a")):
        yield from [chunk(id)] * count
        yield "[DONE]"


def log() -> Iterable[str]:
    for count, id in ((1, "a"), (300, "b"), (1, "a")):
        yield "INFO a request"
        yield from [f"INFO chunk: {chunk(id)}"] * count
        yield "INFO data: [DONE]"


def trace() -> Iterable[str]:
    data = "0000: " + "64 61 74 61 3a 20 31 0a " * 2
    for count in (1, 600, 1):
        yield "=> Send header, 20 bytes (0x14)"
        yield "0000: " + b"GET / HTTP/1.1\r\n".hex(" ") + " "
        yield "0010: " + b"Host: x\r\n\r\n".hex(" ") + " "
        yield "<= Recv header, 17 bytes (0x11)"
        yield "0000: " + b"HTTP/1.1 200 OK\r".hex(" ") + " "
        yield "0010: 0a "
        for _ in range(count):
            yield "<= Recv data, 16 bytes (0x10)"
            yield data


@pytest.mark.parametrize(
    ("form", "lines", "apart"),
    [("recording", recording, 1), ("chunks", chunks, 1), ("gist-log", log, 1), ("curl-trace", trace, 2)],
)
def test_an_exchange_beyond_the_limit_is_read_in_part_and_the_next_one_as_a_whole(
    form: str, lines: Lines, apart: int
) -> None:
    first, large, last = read(BytesIO("\n".join(lines()).encode() + b"\n"), format=form)
    assert first.frames.body == last.frames.body
    assert 60 < len(large.frames) < 300
    reached = (large.frames.lines[-1] or 0) + apart
    assert [remarks(one) for one in (first, large, last)] == [[], [(reached, f"{LIMITED}: {REST}")], []]


def test_interleaved_exchanges_are_limited_together() -> None:
    lines = [f"chunk: {chunk(f'id{number % 20}')}" for number in range(400)]
    exchanges = list(read("\n".join(lines).encode(), format="gist-log"))
    assert sum(len(one.frames) for one in exchanges) == 400, "nothing is lost"
    message = f"interleaved exchanges are limited to {LARGEST_EXCHANGE >> 20} MiB: what follows of this one is read as another exchange"
    assert {note for one in exchanges for note in remarks(one)} == {(256, message)}


@pytest.mark.parametrize(
    ("form", "lines", "expected", "note"),
    [
        ("recording", recording, [1, 300, 1], f"a line longer than {LONGEST_LINE >> 20} MiB, which is skipped: b'data: xxxxxxxxxxxxxxxx"),
        ("chunks", chunks, [2, 301, 2], f"a line longer than {LONGEST_LINE >> 20} MiB, which is skipped"),
        ("gist-log", log, [2, 301, 2], f"a line longer than {LONGEST_LINE >> 20} MiB, line"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("at", [1, 20, -1])
def test_a_line_that_is_too_long_is_skipped(
    form: str, lines: Lines, expected: list[int], note: str, at: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    for place in ("_drafts", "recording"):
        monkeypatch.setattr(f"streamkit.formats.{place}.LARGEST_EXCHANGE", 1 << 30)
    given = list(lines())
    given[at:at] = ["data: " + "x" * (LIMIT + 5000)]
    exchanges = list(read("\n".join(given).encode(), format=form))
    assert [len(one.frames) for one in exchanges] == expected
    [(line, message)] = [found for one in exchanges for found in remarks(one)]
    assert line == (at if at > 0 else len(given) - 2) + 1
    assert message.startswith(note)


def flow(size: int) -> bytes:
    """A saved flow whose response has a body of this size."""

    def string(data: bytes, kind: bytes = b";") -> bytes:
        return b"%d:%b%b" % (len(data), data, kind)

    def mapping(**values: bytes) -> bytes:
        data = b"".join(string(name.encode()) + value for name, value in values.items())
        return b"%d:%b}" % (len(data), data)

    response = mapping(status_code=b"3:200#", headers=b"0:]", content=string(b"x" * size, b","))
    return mapping(type=string(b"http"), response=response)


@pytest.mark.parametrize("size", [LIMIT, LIMIT + 1, 3 * LIMIT, 5 * LIMIT + 77])
def test_a_flow_that_is_too_large_is_skipped_and_reported_after_the_others(size: int) -> None:
    reading = read(b"".join(map(flow, (1, size, 2, 3, size, 4))))
    found = []
    with pytest.raises(UnreadableInput, match="-: skipped flow 2, 5: larger than 0 MiB"):
        for exchange in reading:
            found.append((exchange.origin.number, exchange.frames.body))
    assert found == [(1, b"x"), (3, b"xx"), (4, b"xxx"), (6, b"xxxx")]


def test_a_flow_that_is_too_large_and_cut_off_is_truncated() -> None:
    with pytest.raises(UnreadableInput, match="the last mitmproxy flow is truncated"):
        list(read(flow(1) + flow(3 * LIMIT)[:-10]))
