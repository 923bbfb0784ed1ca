"""`streamkit convert`: what each format preserves, what it reports that it cannot hold, and what it rejects."""

import json
from dataclasses import replace
from io import BytesIO

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streamkit.apis import interpret
from streamkit.cli.convert import command
from streamkit.errors import OutputExists, UsageError
from streamkit.formats import FORMATS, Source, read
from streamkit.model.exchange import Body, End, Exchange, Frame, Frames, Request, Response, SentMessage
from streamkit.service.converting import suffix_of, writable, write
from streamkit.wire.aws_eventstream import encode
from tests.clicking import CliRunner

STREAM = b': keep\n\ndata: {"a":"\xc3\xa9"}\n\ndata: [DONE]\n\n'
REQUEST = Request("POST", "https://api.example/v1/chat", (("content-type", "application/json"),), Body.of(b'{"n":1}'))
RESPONSE = Response(50, 200, "1.1", (("Content-Type", "text/event-stream"), ("set-cookie", "a"), ("set-cookie", "b")))
TIMED = Exchange(
    frames=Frames.of([Frame(STREAM[:8], 60_000_000), Frame(STREAM[8:20], 61_000_000), Frame(STREAM[20:], 62_000_000)]),
    request=REQUEST,
    response=RESPONSE,
    end=End(at=63_000_000, reason="eof"),
    source="client",
    clock="monotonic",
    recorded_at="2026-11-20T20:19:54.120031Z",
)


def written(form, *exchanges):
    return b"".join(FORMATS[form].write(exchanges))


def reread(form, data):
    source = Source("x", iter([data]))
    assert FORMATS[form].recognises(source.head)
    return list(FORMATS[form].read(source))


@pytest.fixture
def recording(tmp_path):
    path = tmp_path / "two.jsonl"
    path.write_bytes(written("recording", TIMED, replace(TIMED, end=End(at=1, reason="reset"))))
    return path


def run(*arguments):
    return CliRunner().invoke(command, [str(argument) for argument in arguments], standalone_mode=False)


def test_recording_to_event_stream_to_recording_restores_the_bytes(recording, tmp_path):
    stream, back = tmp_path / "a.sse", tmp_path / "b.jsonl"
    assert run(f"{recording}#1", "-o", stream).return_value == 0
    assert stream.read_bytes() == STREAM
    assert run(stream, "-o", back).return_value == 0
    [exchange] = read(str(back))
    assert exchange.frames.body == STREAM
    assert not exchange.damage


@given(st.binary())
def test_a_body_is_unchanged_in_every_format_that_stores_bodies(body):
    exchange = replace(TIMED, frames=Frames([body], [None], [None]), clock="none")
    for form in ("har", "vcr"):
        [back] = reread(form, written(form, exchange))
        assert back.frames.body == body, form


@given(st.text(), st.text(), st.dictionaries(st.text(min_size=1), st.text(), max_size=3))
def test_requests_and_headers_survive_cassettes_and_har(url, body, headers):
    request = Request("POST", url, tuple(headers.items()), Body("text", body) if body else None)
    for form in ("har", "vcr"):
        [back] = reread(form, written(form, replace(TIMED, request=request)))
        assert (back.request.method, back.request.url) == ("POST", url)
        assert dict(back.request.headers) == headers if form == "har" else True
        assert (back.request.body.bytes if back.request.body else b"") == (
            Body.of(body.encode()).bytes if body else b""
        )


def test_vcrpy_replays_a_cassette(tmp_path):
    httpx = pytest.importorskip("httpx")
    vcr = pytest.importorskip("vcr")
    path = tmp_path / "cassette.yaml"
    other = replace(
        TIMED, request=replace(REQUEST, url="https://api.example/two"), frames=Frames([b"\xff\n"], [1], [1])
    )
    coded = replace(RESPONSE, headers=(*RESPONSE.headers, ("content-encoding", "gzip")))
    path.write_bytes(written("vcr", replace(TIMED, response=coded), other))
    with vcr.use_cassette(str(path), record_mode="none", match_on=["method", "uri", "body"]) as cassette:
        with httpx.stream("POST", REQUEST.url, content=b'{"n":1}') as answer:
            assert answer.status_code == 200
            assert b"".join(answer.iter_bytes()) == STREAM
            assert answer.headers.get_list("set-cookie") == ["a", "b"]
        assert httpx.post("https://api.example/two", content=b'{"n":1}').content == b"\xff\n"
    assert cassette.play_count == 2


def test_a_cassette_that_vcrpy_wrote_is_read(tmp_path):
    yaml = pytest.importorskip("yaml")
    body = STREAM.decode() + 'data: {"b":"' + "long " * 60 + '\x85\u2028🦊"}\n\n'
    cassette = {
        "interactions": [
            {
                "request": {"body": None, "headers": {}, "method": "GET", "uri": "https://api.example/"},
                "response": {
                    "body": {"string": body},
                    "headers": {"Content-Type": ["text/event-stream"]},
                    "status": {"code": 200, "message": "OK"},
                },
            }
        ],
        "version": 1,
    }
    for name, text in (("a.yaml", yaml.dump(cassette)), ("b.json", json.dumps(cassette, indent=4))):
        (tmp_path / name).write_text(text)
        [exchange] = read(str(tmp_path / name))
        assert exchange.imported.format == "vcr"
        assert exchange.frames.body == body.encode()


def test_event_times_survive_a_har():
    [back] = reread("har", written("har", TIMED))
    assert back.frames.body == STREAM
    assert back.clock == "log"
    assert list(back.frames.at) == [None, 62_000_000, 62_000_000]
    assert back.recorded_at == TIMED.recorded_at
    assert back.response.headers == RESPONSE.headers
    assert (back.request.url, back.request.body) == (REQUEST.url, REQUEST.body)


def test_chunks_are_json_lines(recording, tmp_path):
    target = tmp_path / "x.chunks.txt"
    result = run(f"{recording}#1", "-o", target)
    assert target.read_text() == '{"a":"é"}\n'
    assert result.stderr.splitlines() == [
        "not kept: the framing: names, ids, comments, and how the body was cut into frames",
        "not kept: the end mark [DONE]",
        "not kept: arrival times",
        "not kept: the request",
        "not kept: status and headers",
        "redacted: set-cookie (2); --no-redact keeps them",
    ]


def test_files_of_one_name_from_several_folders_are_all_kept(tmp_path):
    for folder, content in (("a", "1"), ("b", "2"), ("c/b", "3")):
        (tmp_path / "in" / folder).mkdir(parents=True)
        (tmp_path / "in" / folder / "s.sse").write_text(f'data: {{"n":{content}}}\n\n')
    for again in ([], ["--force"]):
        assert (
            CliRunner()
            .invoke(command, [str(tmp_path / "in"), "-o", f"{tmp_path}/out/", "--to", "sse", *again])
            .exit_code
            == 0
        )
        files = {file.name: file.read_text()[11:12] for file in (tmp_path / "out").iterdir()}
        assert files == {"s.sse": "1", "b-s.sse": "2", "b-s-2.sse": "3"}


CONVERSE = b"".join(
    encode(name, payload)
    for name, payload in [
        ("messageStart", b'{"role":"assistant"}'),
        ("contentBlockDelta", b'{"contentBlockIndex":0,"delta":{"text":"Hi"}}'),
        ("messageStop", b'{"stopReason":"end_turn"}'),
    ]
)
OLLAMA = b"".join(
    b'{"model":"m","message":{"role":"assistant","content":"%s"},"done":%s}\n' % pair
    for pair in [(b"H", b"false"), (b"i", b"true")]
)


@pytest.mark.parametrize("target", ["recording", "chunks", "har", "vcr"])
@pytest.mark.parametrize(("body", "api"), [(CONVERSE, "bedrock_converse"), (OLLAMA, "ollama")])
def test_streams_in_other_framings_are_understood_after_every_conversion(body, api, target):
    [exchange] = reread(target, written(target, Exchange(frames=Frames.of([Frame(body)]))))
    stream = interpret(exchange)
    assert (stream.api, stream.verdict) == (api, "complete")
    texts = [
        delta.text for chunk in range(len(stream.chunks)) for delta in stream.deltas(chunk) if delta.kind == "text"
    ]
    assert "".join(texts) == "Hi"


@pytest.mark.parametrize(("body", "count"), [(STREAM, 0), (CONVERSE, 1), (OLLAMA, 1)])
def test_a_body_that_is_not_an_event_stream_is_written_unchanged_and_reported(body, count):
    exchange = Exchange(frames=Frames.of([Frame(body)]))
    assert written("event-stream", exchange) == body
    losses = FORMATS["event-stream"].loses(exchange)
    assert losses == ["the form: the body is not an event stream and is written unchanged"] * count


@pytest.mark.parametrize("name", [name for name, entry in FORMATS.items() if entry.write and name != "recording"])
def test_that_the_messages_of_a_websockets_client_are_lost_is_reported(name):
    exchange = replace(TIMED, sent=(SentMessage(b'{"type":"response.create"}', 55_000_000, 0),))
    assert write([exchange], BytesIO(), format=name)["the messages of the client"] == 1


@pytest.mark.parametrize("name", [name for name, entry in FORMATS.items() if entry.write])
def test_the_suffix_of_a_file_chooses_its_format(name):
    assert writable(None, f"a{suffix_of(FORMATS[name])}").name == name


def test_the_suffix_of_a_format_that_states_none_is_its_name():
    assert suffix_of(replace(FORMATS["vcr"], suffixes=())) == ".vcr"


def test_a_recording_loses_nothing(recording, tmp_path):
    target = tmp_path / "b.jsonl"
    result = run(recording, "-o", target, "--no-redact")
    assert (result.return_value, result.stderr) == (0, "")
    before, after = list(read(str(recording))), list(read(str(target)))
    assert [replace(one, origin=TIMED.origin, tool=None) for one in after] == [
        replace(one, origin=TIMED.origin) for one in before
    ]


def test_repairs_of_a_log_are_kept(tmp_path):
    log, target = tmp_path / "log.txt", tmp_path / "b.jsonl"
    log.write_text("Look:\ndata: {'id': 'a', 'choices': []}\n...\ndata: {'id': 'a', 'choices': []}\n")
    assert run(log, "-o", target).return_value == 0
    [before], [after] = read(str(log)), read(str(target))
    assert after.imported == before.imported
    assert after.imported.excerpt
    assert not after.imported.framed
    assert after.end is None
    assert not after.damage


def test_secrets_are_removed_by_default(tmp_path):
    secret = "sk-" + "a1B2" * 12
    har, cut, kept = tmp_path / "a.har", tmp_path / "cut.jsonl", tmp_path / "kept.jsonl"
    har.write_bytes(written("har", replace(TIMED, request=replace(REQUEST, headers=(("authorization", secret),)))))
    assert run(har, "-o", cut).return_value == 0
    assert secret not in cut.read_text()
    assert run(har, "-o", kept, "--no-redact").return_value == 0
    assert secret in kept.read_text()


def test_several_exchanges_go_into_a_folder_of_event_streams(recording, tmp_path):
    with pytest.raises(UsageError, match=r"format sse holds one exchange per file.*two\.jsonl#2"):
        raise run(recording, "-o", tmp_path / "a.sse").exception
    assert not (tmp_path / "a.sse").exists()
    assert run(recording, "-o", f"{tmp_path}/streams/", "--to", "sse").return_value == 0
    assert sorted(path.name for path in (tmp_path / "streams").iterdir()) == ["two-2.sse", "two.sse"]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["-o", "x.bin"], "no format to convert to: name one, or a file with a suffix of .har, .jsonl"),
        ([], "no format to convert to: name one, or a file with a suffix of .har, .jsonl"),
        (["--to", "mitmproxy"], "format 'mitmproxy' is read only; expected one of: chunks, har, recording, "),
        (["--to", "nonsense"], "unknown format 'nonsense'"),
    ],
)
def test_an_invalid_target(recording, arguments, message):
    with pytest.raises(UsageError, match=message):
        raise run(recording, *arguments).exception


def test_nothing_is_overwritten_by_default_and_an_input_never(recording, tmp_path):
    target = tmp_path / "b.jsonl"
    target.write_text("precious")
    with pytest.raises(OutputExists):
        raise run(recording, "-o", target).exception
    assert target.read_text() == "precious"
    assert run(recording, "-o", target, "--force").return_value == 0
    for paths in ([recording], [tmp_path]):
        with pytest.raises(UsageError, match="is also an input"):
            raise run(*paths, "-o", recording, "--force").exception


def test_an_input_without_a_stream_writes_no_file(tmp_path):
    nothing = tmp_path / "nothing.txt"
    nothing.write_text("no stream here\n")
    assert run(nothing, "-o", tmp_path / "b.jsonl").return_value == 2
    assert not (tmp_path / "b.jsonl").exists()
