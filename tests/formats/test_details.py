"""What the pages of the formats do not show: when the phases of an exchange were, and what a missing part becomes."""

from __future__ import annotations

import errno
import json
import os
import re
from pathlib import Path
from typing import Any

import pytest

from streamkit.errors import UnreadableInput
from streamkit.formats import read, repair
from streamkit.model.exchange import Exchange, Frames, Repair

MS = 1_000_000


def one(data: bytes, form: str) -> Exchange:
    [exchange] = read(data, format=form)
    return exchange


def trace(*events: tuple[str, str, bytes]) -> bytes:
    """What curl writes of these events: time, kind, and bytes (of an Info its text)."""
    lines = []
    for time, kind, data in events:
        if kind == "Info":
            lines.append(f"{time} == Info: {data.decode()}")
            continue
        sign = "=>" if kind.startswith("Send") else "<="
        lines.append(f"{time} {sign} {kind}, {len(data)} bytes ({len(data):#x})")
        lines += [f"{at:04x}: {data[at : at + 16].hex(' ')} " for at in range(0, len(data), 16)]
    return "\n".join(lines).encode()


REQUEST = b"POST / HTTP/1.1\r\nHost: x\r\n\r\n"
HEAD = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
BODY = b"9\r\ndata: 1\n\n\r\n0\r\n\r\n"


def test_a_byte_has_the_line_of_its_frame_or_its_own_if_the_file_has_the_body_itself() -> None:
    first, second = b"data: 1\n\n", b"data: 2\n\n"
    recorded = Frames([first, second], [1, 2], [5, 9])
    assert [recorded.line_of(byte) for byte in (0, 8, 9, 17, 18, 99)] == [5, 5, 9, 9, 9, 9]
    itself = one(first + second, "event-stream").frames
    assert [itself.line_of(byte) for byte in (0, 8, 9, 17)] == [1, 2, 3, 4]
    assert Frames([], [], []).line_of(0) is None


def test_a_file_that_may_not_be_read_is_reported(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "a.sse").write_bytes(b"data: 1\n\n")

    def refused(*_: Any, **__: Any) -> None:
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))

    monkeypatch.setattr("streamkit.formats._source.open", refused, raising=False)
    with pytest.raises(UnreadableInput, match=re.escape(f"cannot be opened ({os.strerror(errno.EACCES)})")):
        list(read(str(tmp_path / "a.sse")))


@pytest.mark.parametrize("line_feeds", [0, 3000])
def test_an_interaction_that_is_too_large_is_reported_at_its_line(
    line_feeds: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("yaml")
    monkeypatch.setattr("streamkit.formats.cassette.yaml_text.LARGEST_BODY", 200_000)
    text = "\n" * line_feeds + "interactions:\n- request: {uri: a}\n  response:\n    body: {string: '" + "x" * 600_000
    with pytest.raises(UnreadableInput) as caught:
        list(read(text.encode(), format="vcr"))
    assert caught.value.line is not None and caught.value.line > line_feeds


def test_the_phases_of_a_curl_trace() -> None:
    exchange = one(
        trace(
            ("10:00:00.100000", "Info", b"  Trying 127.0.0.1:80..."),
            ("10:00:00.120000", "Info", b"Connected to x (127.0.0.1) port 80"),
            ("10:00:00.130000", "Send header", REQUEST),
            ("10:00:00.150000", "Recv header", HEAD),
            ("10:00:00.170000", "Recv data", BODY),
            ("10:00:00.190000", "Info", b"Connection #0 to host x left intact"),
        ),
        "curl-trace",
    )
    assert exchange.response is not None and exchange.end is not None
    assert (exchange.connected_at, exchange.sent_at) == (20 * MS, 30 * MS)
    assert (exchange.response.at, [*exchange.frames.at], exchange.end.at) == (50 * MS, [70 * MS], 90 * MS)


def test_a_curl_trace_of_one_moment_has_times_of_0() -> None:
    now = "10:00:00.100000"
    exchange = one(
        trace((now, "Send header", REQUEST), (now, "Recv header", HEAD), (now, "Recv data", BODY)), "curl-trace"
    )
    assert exchange.response is not None
    assert (exchange.sent_at, exchange.response.at, [*exchange.frames.at]) == (0, 0, [0])


def har(**response: Any) -> bytes:
    entry = {"startedDateTime": "2026-01-01T00:00:00Z", "request": {"method": "GET", "url": "http://x/"}}
    return json.dumps({"log": {"entries": [{**entry, "response": response}]}}).encode()


@pytest.mark.parametrize(
    ("status", "read_as"), [(200, 200), (1, 1), (0, None), (-1, None), (None, None), ("200", None)]
)
def test_a_har_without_a_status_has_no_response(status: Any, read_as: int | None) -> None:
    """Browsers write 0 where no response came."""
    response = one(har(status=status, content={"text": "data: 1\n\n", "mimeType": "text/event-stream"}), "har").response
    assert (response.status if response else None) == read_as


def flow(content: bytes) -> bytes:
    """A flow saved by mitmproxy; `content` is a tagged netstring."""

    def string(text: str) -> bytes:
        return b"%d:%b;" % (len(text), text.encode())

    def mapping(**values: bytes) -> bytes:
        data = b"".join(string(name) + value for name, value in values.items())
        return b"%d:%b}" % (len(data), data)

    return mapping(type=string("http"), response=mapping(status_code=b"3:200#", headers=b"0:]", content=content))


@pytest.mark.parametrize(
    ("content", "repairs"),
    [
        (b"1:x,", ()),
        (b"0:,", ()),
        (b"0:~", (Repair(1, "unusable", "mitmproxy passed the body on and did not keep it (store_streamed_bodies is off)"),)),
    ],
)  # fmt: skip
def test_a_body_that_mitmproxy_did_not_keep_is_unusable(content: bytes, repairs: tuple[Repair, ...]) -> None:
    imported = one(flow(content), "mitmproxy").imported
    assert imported is not None and imported.repairs == repairs


@pytest.mark.parametrize(("form", "line"), [("ndjson", b'{"done":false}\n'), ("event-stream", b"data: 1\n\n")])
@pytest.mark.parametrize(("head", "first"), [(b"", 1), (b"HTTP/1.1 200 OK\r\nServer: x\r\n\r\n", 4)])
def test_an_exchange_begins_on_the_line_of_its_head_and_a_frame_on_its_own(
    form: str, line: bytes, head: bytes, first: int
) -> None:
    exchange = one(head + line, form)
    assert (exchange.origin.line, exchange.frames.lines[0]) == (1, first)


@pytest.mark.parametrize(
    ("text", "value"),
    [("{'a': (1, 2)}", {"a": [1, 2]}), ("{'a': ()}", {"a": []}), ("{'a': [(1,), 2]}", {"a": [[1], 2]})],
)
def test_a_tuple_is_an_array(text: str, value: Any) -> None:
    repaired = repair(text)
    assert repaired is not None and repaired.value == value
