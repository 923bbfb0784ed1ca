"""The recording format, version 1: the meaning of each line, what can be read from a damaged file, and that nothing is
lost."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Iterator
from dataclasses import replace
from itertools import accumulate, pairwise

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from streamkit.errors import UnreadableInput
from streamkit.model import recording
from streamkit.model.exchange import (
    END_REASONS,
    Body,
    Damage,
    End,
    Exchange,
    Frame,
    Frames,
    Import,
    Redaction,
    Repair,
    Request,
    Response,
)

# The examples of the format page. They stay unchanged when version 2 comes: old files must still be readable.
EXAMPLE = b"""\
{"type":"start","streamkit":1,"recorded_at":"2026-11-20T20:19:54.120031Z","source":"client","clock":"monotonic","connected_at":1200311,"sent_at":1310442,"request":{"method":"POST","url":"https://api.openai.com/v1/chat/completions","headers":[["content-type","application/json"],["authorization","[redacted]"]],"body":{"json":{"model":"gpt-4o","stream":true,"messages":[]}}},"redacted":[{"at":"request.headers.authorization","rule":"authorization"}],"labels":{},"tool":"streamkit 0.1.0"}
{"type":"response","at":203114882,"status":200,"http":"1.1","headers":[["content-type","text/event-stream"]]}
{"type":"frame","at":204003121,"text":": OPENROUTER PROCESSING\\n\\n"}
{"type":"frame","at":1210443000,"base64":"8J+m"}
{"type":"end","at":1610002312,"reason":"eof","frames":2,"bytes":28,"sha256":null}
"""

SMALL_START = (
    b'{"type":"start","streamkit":1,"source":"client","clock":"monotonic","request":null,"labels":{},"tool":null}\n'
)
FRAME = b'{"type":"frame","at":5,"text":"data: 1\\n\\n"}\n'
END = b'{"type":"end","at":9,"reason":"eof"}\n'


def lines(data: bytes) -> list[bytes]:
    return data.splitlines(keepends=True) if b"\r" not in data else [part + b"\n" for part in data.split(b"\n") if part]


def read(data: bytes) -> list[Exchange]:
    """Read line by line, and in one batch, which must give the same."""
    in_one = outcome(recording.read_batches([lines(data)], path="x.jsonl"))
    try:
        exchanges = list(recording.read(lines(data), path="x.jsonl"))
    except UnreadableInput as error:
        assert in_one == str(error)
        raise
    assert in_one == exchanges
    return exchanges


def outcome(reading: Iterator[Exchange]) -> list[Exchange] | str:
    try:
        return list(reading)
    except UnreadableInput as error:
        return str(error)


def kinds(exchange: Exchange) -> list[tuple[int, str]]:
    return [(damage.line, damage.kind) for damage in exchange.damage]


def test_the_example_of_the_format_page_reads_as_it_says():
    (exchange,) = read(EXAMPLE)
    assert exchange.request == Request(
        "POST",
        "https://api.openai.com/v1/chat/completions",
        (("content-type", "application/json"), ("authorization", "[redacted]")),
        Body("json", {"model": "gpt-4o", "stream": True, "messages": []}),
    )
    assert exchange.response == Response(203114882, 200, "1.1", (("content-type", "text/event-stream"),))
    assert list(exchange.frames) == [
        Frame(b": OPENROUTER PROCESSING\n\n", 204003121, 3),
        Frame(b"\xf0\x9f\xa6", 1210443000, 4),
    ]
    assert exchange.end == End(at=1610002312, reason="eof", frames=2, bytes=28)
    assert (exchange.source, exchange.clock, exchange.connected_at, exchange.sent_at) == (
        "client",
        "monotonic",
        1200311,
        1310442,
    )
    assert exchange.redacted == (Redaction("request.headers.authorization", "authorization"),)
    assert (exchange.origin.path, exchange.origin.number, exchange.origin.line) == ("x.jsonl", 1, 1)
    assert exchange.damage == ()


@pytest.mark.parametrize(
    ("what", "data", "frames", "damage"),
    [
        ("no end", SMALL_START + FRAME, 1, [(2, "missing-end")]),
        ("a torn last line", SMALL_START + FRAME + b'{"type":"frame","at":7,"te', 1, [(2, "missing-end"), (3, "torn-line")]),
        ("a torn start of a second exchange", SMALL_START + FRAME + END + b'{"type":"sta', 1, [(4, "torn-line")]),
        ("no last line feed", SMALL_START + FRAME + END.rstrip(), 1, []),
        ("CRLF line ends", (SMALL_START + FRAME + END).replace(b"\n", b"\r\n"), 1, []),
        ("a byte order mark", b"\xef\xbb\xbf" + SMALL_START + FRAME + END, 1, []),
        ("blank lines", SMALL_START + b"\n" + FRAME + b"  \n" + END, 1, []),
        ("a note and a type of a later day", SMALL_START + b'{"type":"note","x":1}\n{"type":"tick"}\n' + FRAME + END, 1, []),
        ("a line that is not JSON", SMALL_START + b"hello\n" + FRAME + END, 1, [(2, "bad-recording-line")]),
        ("a line that is no object", SMALL_START + b"[1]\n" + FRAME + END, 1, [(2, "bad-recording-line")]),
        ("a frame before the start", FRAME + SMALL_START + FRAME + END, 1, [(1, "stray-line")]),
        ("a frame after the end", SMALL_START + FRAME + END + FRAME, 1, [(4, "stray-line")]),
        ("a second response", SMALL_START + b'{"type":"response","at":1,"status":200}\n' * 2 + END, 0, [(3, "stray-line")]),
        ("a time that is no integer", SMALL_START + FRAME.replace(b"5", b"5.5") + END, 1, [(2, "bad-field")]),
        ("a frame without bytes", SMALL_START + b'{"type":"frame","at":1}\n' + END, 0, [(2, "bad-field")]),
        ("base64 that is none", SMALL_START + b'{"type":"frame","at":1,"base64":"*"}\n' + END, 0, [(2, "bad-field")] * 2),
        ("a lone surrogate", SMALL_START + b'{"type":"frame","at":1,"text":"\\ud83d"}\n' + END, 0, [(2, "bad-recording-line")]),
        ("a source that is none", SMALL_START.replace(b"client", b"moon") + END, 0, [(1, "bad-field")]),
        ("a wrong count", SMALL_START + FRAME + END.replace(b"}", b',"frames":2}'), 1, [(3, "count-mismatch")]),
        ("a wrong size", SMALL_START + FRAME + END.replace(b"}", b',"bytes":2}'), 1, [(3, "count-mismatch")]),
    ],
)  # fmt: skip
def test_a_damaged_file_is_read_as_far_as_it_goes(what, data, frames, damage):
    (exchange,) = read(data)
    assert len(exchange.frames) == frames
    assert kinds(exchange) == damage


def test_a_changed_body_is_reported_on_request():
    digest = hashlib.sha256(b"data: 1\n\n").hexdigest().encode()
    for recorded, changed in ((b"00", True), (digest, False)):
        (exchange,) = read(SMALL_START + FRAME + END.replace(b"}", b',"sha256":"%b"}' % recorded))
        assert exchange.changed is changed
        assert exchange.end.line == 3
        assert not exchange.damage


RESPONSE = b'{"type":"response","at":1,"status":200}\n'
STATED = END.replace(b"}", b',"frames":1000,"bytes":9000,"sha256":"00"}')
BEYOND = "an exchange is limited to 0 MiB"


@pytest.mark.parametrize(
    ("after", "end", "damage"),
    [
        ("its end", STATED, []),
        ("no end", b"", ["missing-end"]),
        ("an end of its recorder's limit", END.replace(b"eof", b"limit"), []),
        ("more lines, some damaged", FRAME + b"oops\n" + RESPONSE + b'{"type":"note"}\n' + STATED, []),
        ("a line that is cut off by the next exchange", FRAME[:20], ["missing-end", "torn-line"]),
    ],
)
@pytest.mark.parametrize("size", [1, 2, 5, 7, 99, 1000, 5000])
def test_an_exchange_beyond_the_limit_is_read_in_part_and_the_next_one_as_a_whole(after, end, damage, size):
    data = lines(EXAMPLE + SMALL_START + FRAME * 1000 + end + EXAMPLE)
    fit = (50_000 - len(SMALL_START)) // (len(FRAME) + 60)
    batches = [data[at : at + size] for at in range(0, len(data), size)]
    first, large, last = recording.read_batches(batches, path="x", largest=50_000)
    assert first.frames.body == last.frames.body == read(EXAMPLE)[0].frames.body
    assert (first.damage, last.damage, last.origin.number) == ((), (), 3)
    assert large.frames.body == b"data: 1\n\n" * fit
    reached = 6 + fit + 1
    assert large.damage[-1 - damage.count("torn-line")] == Damage(
        reached, "over-limit", f"{BEYOND}: the rest of it is skipped"
    )
    assert sorted(kind for _, kind in kinds(large)) == sorted(["over-limit", *damage])
    if end and "torn-line" not in damage:
        assert large.end.reason == "limit"
        assert large.end.error.startswith(f"the body is read in part: {BEYOND}; the response ended with ")
        assert (large.end.frames, large.end.bytes, large.end.sha256, large.changed) == (None, None, None, False)


def test_lines_beyond_the_limit_cost_nothing():
    data = lines(SMALL_START + b"oops\n" * 30_000 + FRAME + END + EXAMPLE)
    bad, good = recording.read_batches([data], path="x", largest=1 << 30)
    assert (len(bad.damage), len(bad.frames), good.damage) == (10_000, 1, ())
    bad, good = recording.read_batches([data], path="x", largest=50_000)
    assert (len(bad.damage), len(bad.frames), bad.end.reason, good.damage) == (
        (50_000 - len(SMALL_START)) // (len(b"oops\n") + 60) + 1,
        0,
        "limit",
        (),
    )


def test_the_limit_of_a_recorder_is_reported():
    (exchange,) = read(SMALL_START + FRAME + END.replace(b'"eof"', b'"limit","error":"the body is recorded in part"'))
    assert exchange.damage == (Damage(3, "over-limit", "the body is recorded in part"),)


LONG_REQUEST = SMALL_START.replace(
    b'"request":null', b'"request":{"method":"POST","url":"http://x","body":{"text":"aaa'
)


@pytest.mark.parametrize(
    ("what", "before", "long", "after", "expected"),
    [
        ("a frame", SMALL_START + FRAME, FRAME[:30], FRAME + END, [(2, "client", [(3, "bad-recording-line")])]),
        ("a note", SMALL_START + FRAME, b'{"type":"note","said":"aaa', END, [(1, "client", [(3, "bad-recording-line")])]),
        ("a start", SMALL_START + FRAME + END, LONG_REQUEST, FRAME + END,
         [(1, "client", []), (1, "client", [(4, "bad-recording-line")])]),
        ("a start of unknown order", SMALL_START + FRAME + END, b'{"type":"start","labels":{"a":"aaa', EXAMPLE,
         [(1, "client", [(4, "bad-recording-line")]), (2, "client", [])]),
        ("the last line", SMALL_START + FRAME, FRAME[:30], b"", [(1, "client", [(2, "missing-end"), (3, "bad-recording-line")])]),
    ],
)  # fmt: skip
def test_a_line_that_is_too_long_is_skipped_and_reported(what, before, long, after, expected):
    given = [*lines(before), recording.LongLine(long), *lines(after)]
    for batches in ([given], [[line] for line in given]):
        exchanges = list(recording.read_batches(batches, path="x", largest=1 << 20))
        assert [(len(one.frames), one.source, kinds(one)) for one in exchanges] == expected
        [message] = [one.message for each in exchanges for one in each.damage if one.kind == "bad-recording-line"]
        assert message.startswith("a line longer than 32 MiB, which is skipped: b'{")


@pytest.mark.parametrize(("size", "written"), [(100, [100]), (101, [20] * 5 + [1])])
def test_no_line_is_written_that_is_longer_than_a_line_may_be(monkeypatch, size, written):
    line = len(recording.frame_line(b"x" * 100, 5))
    monkeypatch.setattr(recording, "LONGEST_LINE", line)
    monkeypatch.setattr(recording, "LARGEST_FRAME", 20)
    body = b"x" * size
    request = Request("POST", "http://x", (), Body("text", "y" * 200))
    (back,) = recording.read(
        recording.write(Exchange(request=request, frames=Frames.of([Frame(body, 5, 1)]), end=End(at=6, reason="eof")))
    )
    assert back.request == replace(request, body=None)
    assert [(len(frame.data), frame.at) for frame in back.frames] == [(length, 5) for length in written]
    assert (back.frames.body, back.end.frames, back.changed, back.damage) == (body, len(written), False, ())


def test_a_reader_resumes_where_torn_files_were_joined():
    first, second = read(SMALL_START + FRAME + b'{"type":"frame","at":7,"te' + SMALL_START + FRAME + END)
    assert kinds(first) == [(2, "missing-end"), (3, "torn-line")]
    assert (second.origin.number, second.origin.line, kinds(second)) == (2, 3, [])


def test_joining_files_joins_exchanges():
    exchanges = read(EXAMPLE * 3)
    assert [exchange.origin.number for exchange in exchanges] == [1, 2, 3]
    assert [exchange.origin.line for exchange in exchanges] == [1, 6, 11]
    assert len({exchange.frames.sha256 for exchange in exchanges}) == 1


def test_exchanges_come_one_at_a_time():
    def endless():
        while True:
            yield from lines(EXAMPLE)

    exchanges = recording.read(endless(), path="x")
    assert next(exchanges).origin.number == 1
    assert next(exchanges).origin.number == 2


def test_a_newer_version_is_rejected_naming_both_versions():
    with pytest.raises(UnreadableInput, match=r"x\.jsonl:1: recording format version 2, .* up to version 1"):
        read(SMALL_START.replace(b'"streamkit":1', b'"streamkit":2'))


@pytest.mark.parametrize("data", [b"", b"\n", b"hello\n", FRAME + END, b'{"type":"start","streamkit":"1"}\n'])
def test_a_file_without_an_exchange_cannot_be_read(data):
    with pytest.raises(UnreadableInput):
        read(data)


@pytest.mark.parametrize(
    ("head", "is_one"),
    [
        (EXAMPLE, True),
        (EXAMPLE[:60], True),
        (b"\xef\xbb\xbf" + EXAMPLE, True),
        (b'{ "type" : "start", "streamkit" : 1, "labels', True),
        (json.dumps(json.loads(EXAMPLE.splitlines()[0]), sort_keys=True).encode(), True),
        (FRAME + EXAMPLE, True),
        (b'{"type":"frame","at":7,"te' + EXAMPLE, True),
        (FRAME, False),
        (b'{"type":"start","id":"msg_1"}\n', False),
        (b'data: {"text":"{\\"type\\":\\"start\\",\\"streamkit\\":1}"}\n\n', False),
        (b"", False),
    ],
)
def test_a_recording_is_recognised_by_its_start(head, is_one):
    assert recording.recognises(head) is is_one


def test_a_body_nested_too_deeply_for_json_is_kept_as_text():
    deep = b"[" * 400 + b"]" * 400
    exchange = Exchange(request=Request("POST", "http://x/", body=Body.of(deep)), end=End(at=1, reason="eof"))
    (again,) = recording.read(recording.write(exchange), path="-")
    assert again.request is not None and again.request.body is not None
    assert again.request.body.bytes == deep


# Properties: any bytes, any cut into frames, any times.

times = st.none() | st.integers(0, 2**63 - 1)
words = st.text(max_size=20)
headers = st.lists(st.tuples(words, words), max_size=4).map(tuple)
json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.floats(allow_nan=False, allow_infinity=False) | words,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(words, inner, max_size=3),
    max_leaves=8,
)
bodies = (
    st.builds(Body, st.just("json"), json_values)
    | st.builds(Body, st.just("text"), words)
    | st.builds(Body, st.just("base64"), st.binary(max_size=20))
)
redactions = st.lists(
    st.builds(Redaction, words, words) | st.builds(Redaction, words, words, st.integers(1, 9), st.integers(1, 9)),
    max_size=2,
).map(tuple)
frames = st.lists(
    st.builds(Frame, st.binary(max_size=30) | st.text(max_size=30).map(str.encode), times), max_size=12
).map(Frames.of)
repairs = st.lists(st.builds(Repair, st.integers(1, 99), words, words), max_size=2).map(tuple)
exchanges = st.builds(
    Exchange,
    frames=frames,
    request=st.none() | st.builds(Request, words, words, headers, st.none() | bodies),
    response=st.none() | st.builds(Response, times, st.integers(100, 599), words, headers, redactions),
    end=st.none()
    | st.builds(End, at=times, reason=st.sampled_from(END_REASONS), error=st.none() | words, redacted=redactions),
    source=st.sampled_from(["client", "proxy", "stdin", "import"]),
    clock=st.sampled_from(["monotonic", "kernel", "log", "none"]),
    recorded_at=st.none() | words,
    connected_at=times,
    sent_at=times,
    labels=st.dictionaries(words, words, max_size=3),
    tool=st.none() | words,
    redacted=redactions,
    imported=st.none() | st.builds(Import, words, st.booleans(), repairs),
)


def essence(exchange: Exchange) -> tuple[object, ...]:
    """Return everything except where it was read from and what the writer counts."""
    end = exchange.end and (exchange.end.at, exchange.end.reason, exchange.end.error, exchange.end.redacted)
    return (
        list(exchange.frames.data), list(exchange.frames.at), exchange.request, exchange.response, end, exchange.source,
        exchange.clock, exchange.recorded_at, exchange.connected_at, exchange.sent_at, dict(exchange.labels),
        exchange.tool, exchange.redacted, exchange.imported,
    )  # fmt: skip


@given(st.lists(exchanges, min_size=1, max_size=3))
def test_round_trip(several):
    written = [line for exchange in several for line in recording.write(exchange)]
    again = list(recording.read(written, path="x"))
    assert [essence(exchange) for exchange in again] == [essence(exchange) for exchange in several]
    assert all(exchange.imported.stored for exchange in again if exchange.imported)
    for exchange in again:
        limited = exchange.end is not None and exchange.end.reason == "limit"
        assert {damage.kind for damage in exchange.damage} <= {"over-limit" if limited else "missing-end"}
        assert exchange.end is None or (exchange.end.frames, exchange.end.bytes, exchange.end.sha256) == (
            len(exchange.frames),
            len(exchange.frames.body),
            exchange.frames.sha256,
        )


@given(exchanges)
def test_every_line_is_one_json_object_with_a_type(exchange):
    for line in recording.write(exchange):
        assert line.endswith(b"\n") and line.count(b"\n") == 1
        assert orjson.loads(line)["type"] in ("start", "response", "frame", "end")


@given(st.binary(max_size=60), times)
def test_a_frame_is_text_if_and_only_if_its_bytes_are_valid_utf8(data, at):
    record = json.loads(recording.frame_line(data, at))
    try:
        assert record == {"type": "frame", "at": at, "text": data.decode()}
    except UnicodeDecodeError:
        assert record == {"type": "frame", "at": at, "base64": base64.b64encode(data).decode()}


def test_a_file_cut_at_any_byte_reads_or_has_no_exchange():
    whole = read(EXAMPLE * 2)
    for cut in range(len(EXAMPLE) * 2):
        try:
            exchanges = read((EXAMPLE * 2)[:cut])
        except UnreadableInput:
            assert cut < len(EXAMPLE.splitlines()[0])
            continue
        for exchange, intact in zip(exchanges, whole, strict=False):
            assert list(exchange.frames) == list(intact.frames)[: len(exchange.frames)]


FRAMES = (
    b'{"type":"frame","at":null,"text":"a"}\n',
    b'{"type":"frame","at":1.5,"text":"a"}\n',
    b'{"type":"frame","at":7,"base64":"YQ=="}\n',
    b'{"type":"frame","at":7,"text":1}\n',
    b'{"type":"frame","text":"a"}\n',
    b'{"type":"frame","at":7,"text":"b","type":"note"}\n',
    b'{"type":"frame","at":7,"te',
    b'{"at":7,"type":"frame","text":"c"}\n',
)


@given(
    st.lists(
        st.builds(lambda line, times: [line] * times, st.sampled_from([FRAME, *FRAMES]), st.integers(1, 7))
        | st.sampled_from([[SMALL_START], [END], lines(EXAMPLE), [b"\n"]])
    ),
    st.lists(st.integers(0, 20)),
)
def test_batches_of_any_size_have_the_same_result_as_single_lines(pieces, cuts):
    whole = [SMALL_START, *(line for piece in pieces for line in piece)]
    edges = [0, *accumulate(cuts), len(whole)]
    batches = [whole[start:end] for start, end in pairwise(edges)]
    assert outcome(recording.read_batches(batches)) == outcome(recording.read(whole))


@given(
    st.lists(
        st.sampled_from([SMALL_START, FRAME, END, *lines(EXAMPLE), b"{", b"null\n", b"\n"]) | st.binary(max_size=9)
    )
)
def test_no_bytes_raise_anything_but_unreadable_input(pieces):
    try:
        for exchange in recording.read(pieces, path="x"):
            assert all(isinstance(damage, Damage) for damage in exchange.damage)
    except UnreadableInput:
        pass


@pytest.mark.parametrize(
    ("value", "kept"),
    [
        ("a\ud800b", "a\ufffdb"),
        ("\ud83d\ude00", "\U0001f600"),
        (2**70, float(2**70)),
        (10**400, None),
        ({"k\udfff": [1, "\ud800"]}, {"k\ufffd": [1, "\ufffd"]}),
    ],
)
def test_what_only_other_programs_write_is_written_as_near_as_can_be(value: object, kept: object) -> None:
    request = Request("POST", "http://x/\ud800", (("a", "\udc00"),), Body("json", value))
    lines = list(recording.write(Exchange(request=request, frames=Frames.of([]))))
    [back] = recording.read(lines)
    assert back.request == Request("POST", "http://x/\ufffd", (("a", "\ufffd"),), Body("json", kept))
