"""The framing of what `curl -sN` and `curl -i` wrote is checked, whatever is wrong with it: a defect does not turn it into a log."""

from __future__ import annotations

from pathlib import Path

import pytest

from streamkit.apis import interpret
from streamkit.formats import read
from streamkit.rules import RULES, Rule, lint, selected

from .examples import examples, findings

STATUS = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n"
FRAMING = [rule for rule in RULES.values() if rule.code.startswith("SSE")]


def chunk(delta: str, finish: str = "null") -> bytes:
    start = (
        '{"id":"c1","object":"chat.completion.chunk","created":1760000000,"model":"m","choices":[{"index":0,"delta":'
    )
    return f'data: {start}{delta},"finish_reason":{finish}}}]}}'.encode()


EVENTS = [
    chunk('{"role":"assistant","content":""}'),
    chunk('{"content":"Hello"}'),
    chunk('{"content":" world, how are you"}'),
    chunk('{"content":" today"}'),
    chunk("{}", '"stop"'),
    b"data: [DONE]",
]
THIRD = EVENTS[2]
PAGE = b"<html>\r\n<head><title>502 Bad Gateway</title></head>\r\n\r\n<body>\r\n<h1>502</h1>\r\n</body>\r\n</html>"


def stream(third: bytes = THIRD, *, after: bytes = b"") -> bytes:
    """A good stream but for its third event, and for what comes after the end."""
    return b"".join(event + b"\n\n" for event in [*EVENTS[:2], third, *EVENTS[3:]]) + after


@pytest.mark.parametrize(
    ("body", "codes"),
    [
        (stream(), set()),
        (stream(THIRD.removeprefix(b"data: ")), {"SSE105"}),
        (stream(THIRD + b"\n\n" + b'{"error":{"message":"overloaded","type":"server_error"}}'), {"SSE105"}),
        (stream(THIRD + b"\n\n" + b'error: {"message":"overloaded"}'), {"SSE105"}),
        (stream(THIRD + b"\n\n" + b"upstream connect error or disconnect/reset before headers"), {"SSE105"}),
        (stream(THIRD + b"\n\n" + b"<html><body>502 Bad Gateway</body></html>"), {"SSE105"}),
        (stream(THIRD + b"\n\n" + PAGE), {"SSE105"}),
        (
            stream(THIRD + b"\n\n" + b'Traceback (most recent call last):\n  File "x.py", line 3\nValueError: x'),
            {"SSE105"},
        ),
        (stream(after=b'{"error":{"message":"overloaded"}}\n\n'), {"SSE105"}),
        (stream(after=b"Internal Server Error\n"), {"SSE105"}),
        (stream(after=b"Internal Server Error"), {"SSE103"}),
        (stream(THIRD[:60] + b"\n" + THIRD[60:]), {"SSE105", "JSN202"}),
        (stream(THIRD.replace(b" world", b" wor\nld")), {"SSE105", "JSN202"}),
        (stream(b" " + THIRD), {"SSE105"}),
        (stream(b"D" + THIRD[1:]), {"SSE105"}),
        (stream().replace(b"data: [DONE]", b"[DONE]"), {"SSE105", "SSE120"}),
    ],
)
@pytest.mark.parametrize("before", [b"", STATUS], ids=["curl -sN", "curl -i"])
def test_a_foreign_line_is_found(before: bytes, body: bytes, codes: set[str], tmp_path: Path) -> None:
    assert {finding.code for finding in findings(before + body, tmp_path, selected())} == codes


@pytest.mark.parametrize(
    ("body", "code", "event"),
    [
        (stream(chunk('{"content":"\\ufffd"}')), "JSN207", 3),
        (b'data: {"id":"c1","object":"chat.completion.chunk","choices":[]}\n\n' * 4 + b"data: [DONE]\n\n", "SEQ410", 4),
    ],
)
def test_a_finding_names_its_event(body: bytes, code: str, event: int) -> None:
    (exchange,) = read(body)
    found = lint(interpret(exchange, judge=True), selected((code,)))
    assert [finding.place.event for finding in found] == [event]


def test_a_chunk_before_the_first_field_is_found_if_the_headers_announce_a_stream(tmp_path: Path) -> None:
    found = findings(STATUS + EVENTS[0].removeprefix(b"data: ") + b"\n\n" + stream(), tmp_path, selected())
    assert "SSE105" in {finding.code for finding in found}


@pytest.mark.parametrize("rule", FRAMING, ids=lambda rule: rule.code)
def test_the_bad_example_of_a_framing_rule_is_found_in_the_raw_stream(rule: Rule, tmp_path: Path) -> None:
    """The example of a manual may be a recording, which cannot be mistaken; on the wire it is the same stream."""
    (tmp_path / "example").write_bytes(examples(rule.manual)["Bad"].data)
    [exchange] = read(str(tmp_path / "example"))
    body = exchange.frames.body
    form = [b"", STATUS]
    if rule.code == "SSE125":  # what the server says of itself, which raw bytes do not tell
        return
    if rule.code == "SSE104":  # only what the server says of itself makes this wrong
        form = [STATUS]
    if rule.code == "SSE124":  # an AWS event stream
        form = [b""]
    for before in form:
        found = {finding.code for finding in findings(before + body, tmp_path, selected(extend=(rule.code,)))}
        assert rule.code in found, (before, found)


WITHOUT_BLANK_LINES = b"".join(event + b"\n" for event in EVENTS)


@pytest.mark.parametrize(
    ("body", "code"),
    [(WITHOUT_BLANK_LINES, "SSE104"), (WITHOUT_BLANK_LINES + b"\n", "SSE111"), (THIRD + b"\n", "SSE104")],
)
@pytest.mark.parametrize("before", [b"", STATUS], ids=["curl -sN", "curl -i"])
def test_lines_that_are_all_fields_are_an_event_stream_even_without_blank_lines(
    before: bytes, body: bytes, code: str, tmp_path: Path
) -> None:
    [found] = findings(before + body, tmp_path, selected())
    assert (found.code, found.severity) == (code, "error")
    assert "if it is a pasted log, read it with --input-format gist-log" in found.message


def test_a_single_event_of_a_kilobyte_is_an_event_stream(tmp_path: Path) -> None:
    (tmp_path / "one").write_bytes(chunk('{"role":"assistant","content":"%s"}' % ("Hi" * 1000), '"stop"') + b"\r\n\r\n")
    [exchange] = read(str(tmp_path / "one"))
    assert exchange.imported is not None
    assert (exchange.imported.format, len(exchange.frames)) == ("event-stream", 1)


@pytest.mark.parametrize(
    "paste",
    [
        b"```\n" + stream() + b"```\n",
        b"$ curl -sN localhost/v1/chat\n" + stream(),
        stream(b"..."),
        stream(b"(snip)\n\n[truncated]"),
        b"".join(b"12:00:0%d " % number + event + b"\n\n" for number, event in enumerate(EVENTS)),
        stream(b"2026-11-20 12:00:00 INFO " + THIRD),
        stream() + b"and with the other model:\n\n" + stream(),
        stream(THIRD[:60] + b"\n" + THIRD[60:120] + b"\n" + THIRD[120:]),
        b"".join(event[:60] + b"\n" + event[60:] + b"\n\n" for event in EVENTS),
    ],
)
def test_a_pasted_stream_is_read_as_a_log(paste: bytes, tmp_path: Path) -> None:
    (tmp_path / "paste").write_bytes(paste)
    assert {exchange.imported.format for exchange in read(str(tmp_path / "paste")) if exchange.imported} == {"gist-log"}


@pytest.mark.parametrize(
    ("third", "code", "marked"),
    [
        (THIRD + THIRD, "SSE111", "d"),
        (THIRD.replace(b"world", b'w"x'), "JSN201", "x"),
        (THIRD.replace(b"world", "é".encode() + b"\xe9"), "SSE101", "\ufffd"),
        (THIRD.replace(b"world", "é".encode() + b"\\ud83d"), "JSN206", None),
    ],
)
def test_the_caret_marks_where_the_data_is_invalid(third: bytes, code: str, marked: str | None, tmp_path: Path) -> None:
    [found] = [found for found in findings(stream(third), tmp_path, selected()) if found.code == code]
    assert found.caret is not None
    if marked:
        assert found.excerpt[slice(*found.caret)] == marked


@pytest.mark.parametrize(
    "body",
    [
        b'data: {"a":1}\n\n: ab\xff\n\ndata: [DONE]\n\n',
        b'data: {"a":1}\n\n:\xff\n\n',
        b'data: {"a":1}\r\n\r\n:ab \xff\r\n\r\n',
        b'data: {"a":1}\n\nxx\xff: 1\n\n',
    ],
)
def test_the_byte_that_is_not_utf_8_is_the_one_named(body: bytes) -> None:
    [exchange] = read(body, format="event-stream")
    [finding] = lint(interpret(exchange, judge=True), selected(("SSE101",)))
    assert finding.place.byte == body.index(b"\xff")
