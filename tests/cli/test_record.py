"""`streamkit record` as a user runs it, against servers that behave and servers that do not."""

from __future__ import annotations

import asyncio
import json
import os
import shlex
import shutil
import signal
import ssl
import subprocess
import sys
from pathlib import Path

import pytest

from streamkit.cli.main import streamkit
from streamkit.errors import OutputExists, StreamkitError, UsageError
from streamkit.model import recording
from tests.processes import started
from tests.redact.dummy_secrets import secret
from tests.transport.scripted import served
from tests.waiting import eventually, turned, until

RECORD = [sys.executable, "-m", "streamkit", "record"]
WORDS = ["", "Hello", " wor", "ld"]


def event(content, finish=None, **more):
    choice = {"index": 0, "delta": {"content": content} if content is not None else {}, "finish_reason": finish}
    value = {"id": "c1", "object": "chat.completion.chunk", "created": 1, "model": "m-1", "choices": [choice], **more}
    return b"data: " + json.dumps(value).encode() + b"\n\n"


FRAMES = [
    *map(event, WORDS),
    event(None, "stop", usage={"prompt_tokens": 3, "completion_tokens": 2, "total_tokens": 5}),
    b"data: [DONE]\n\n",
]


async def answer(connection):
    await connection.head_of_stream("Transfer-Encoding: chunked")
    for frame in FRAMES:
        await connection.chunk(frame)
    await connection.last_chunk()


@pytest.fixture
def run(tmp_path, monkeypatch, capfd):
    """Run `record` in an empty folder. Return the exit code, stdout (bytes) and stderr."""
    monkeypatch.chdir(tmp_path)

    def go(*words):
        capfd.readouterr()
        code = streamkit.main(["record", *map(str, words)], prog_name="streamkit", standalone_mode=False)
        out, err = capfd.readouterr()
        return code, out, err

    return go


def read(path):
    with Path(path).open("rb") as file:
        return list(recording.read(file, path=str(path)))


def test_a_stream_goes_to_stdout_and_to_the_file(run):
    with served(answer) as (url, seen):
        code, out, err = run(f"{url}/v1/chat/completions", "--json", '{"model": "m-1"}', "-o", "a.jsonl")
    assert (code, out.encode()) == (0, b"".join(FRAMES))
    (exchange,) = read("a.jsonl")
    assert list(exchange.frames.data) == FRAMES
    assert exchange.end.reason == "eof" and exchange.damage == ()
    assert exchange.request.body.value == {"model": "m-1"}
    assert exchange.source == "client" and exchange.clock == ("kernel" if sys.platform == "linux" else "monotonic")
    assert exchange.recorded_at.endswith("Z") and len(exchange.recorded_at) == 27
    assert exchange.connected_at <= exchange.sent_at <= exchange.response.at <= exchange.frames.at[0]
    assert err.startswith("complete · first token ") and err.endswith(" ms · 2 tokens (usage) · a.jsonl\n")
    assert seen[0].body == b'{"model": "m-1"}'


def test_the_default_file_name_has_time_host_and_model(run):
    with served(answer) as (url, _):
        run(url, "--json", '{"model": "org/m:1 ../x"}')
    (path,) = Path("recordings").iterdir()
    port = url.rpartition(":")[2]
    assert path.name[8:].startswith("T") and path.name[15:] == f"Z-127.0.0.1_{port}-org_m_1_.._x.jsonl"
    assert path.stat().st_mode & 0o777 == 0o600


def test_output(run):
    with served(answer) as (url, _):
        assert run(url, "--show", "text", "-o", "1")[1] == "Hello world\n"
        assert run(url, "--show", "none", "-o", "2")[1] == ""
        assert run(url, "--show", "raw", "-o", "3")[1].encode() == b"".join(FRAMES)
        lines = run(url, "-o", "-")[1].splitlines()
    assert [json.loads(line)["type"] for line in lines] == ["start", "response", *["frame"] * 6, "end"]


async def array(connection):
    """Send Gemini's response without SSE: one JSON array, in pieces that end anywhere."""
    parts = [{"candidates": [{"content": {"parts": [{"text": text}]}, "index": 0}]} for text in WORDS]
    body = json.dumps(parts, indent=2).encode()
    await connection.head_of_stream("Transfer-Encoding: chunked", kind="application/json")
    for at in range(0, len(body), 37):
        await connection.chunk(body[at : at + 37])
    await connection.last_chunk()


def test_an_array_is_shown_and_replayed_as_text(run, capfd):
    with served(array) as (url, _):
        url += "/v1beta/models/gemini-2.5-flash:streamGenerateContent"
        assert run(url, "--show", "text", "-o", "g.jsonl")[1] == "Hello world\n"
    words = ["replay", "g.jsonl", "--as", "text", "--no-delay"]
    assert streamkit.main(words, prog_name="streamkit", standalone_mode=False) == 0
    assert capfd.readouterr().out == "Hello world\n"


def test_an_existing_file_is_reported_before_anything_is_sent(run):
    Path("a.jsonl").write_text("mine")
    with served(answer) as (url, seen):
        with pytest.raises(OutputExists):
            run(url, "-o", "a.jsonl")
        assert seen == []
        assert run(url, "-o", "a.jsonl", "--force")[0] == 0
        assert run(url, "-o", "a.jsonl", "--append")[0] == 0
    assert [exchange.origin.number for exchange in read("a.jsonl")] == [1, 2]


def test_concurrent_requests_are_exchanges_in_one_file(run, still_loops):
    flying = most = 0
    three = asyncio.Event()

    async def slow(connection):
        nonlocal flying, most
        flying += 1
        most = max(most, flying)
        if flying == 3:
            three.set()
        await three.wait()
        await connection.head_of_stream("Transfer-Encoding: chunked")
        for frame in FRAMES:
            await connection.chunk(frame)
        await turned(still_loops[0])  # a fourth request would arrive now
        flying -= 1
        await connection.last_chunk()

    with served(slow) as (url, seen):
        code, out, err = run(url, "-n", 7, "-c", 3, "-o", "many.jsonl", "--label", "run=a")
    exchanges = read("many.jsonl")
    assert (code, out, len(seen), most) == (0, "", 7, 3)
    assert [list(exchange.frames.data) for exchange in exchanges] == [FRAMES] * 7
    assert all(exchange.labels == {"run": "a"} and exchange.damage == () for exchange in exchanges)
    assert [path.name for path in Path().iterdir()] == ["many.jsonl"]
    assert len(err.splitlines()) == 7


async def busy(connection):
    await connection.head_of_stream(
        "Content-Length: 2", "Retry-After: 3", status="429 Too Many Requests", kind="application/json"
    )
    await connection.send(b"{}")


async def cut(connection):
    await connection.head_of_stream("Transfer-Encoding: chunked")
    await connection.chunk(FRAMES[1])
    await eventually(lambda: b'"frame"' in Path("f.jsonl").read_bytes())
    connection.reset()


async def silent(connection):
    await connection.head_of_stream("Transfer-Encoding: chunked")
    await connection.chunk(FRAMES[1])
    await asyncio.Event().wait()


@pytest.mark.parametrize(
    ("script", "flags", "reason", "frames", "message"),
    [
        (busy, (), "eof", 1, "HTTP 429"),
        (cut, (), "reset", 1, "truncated · reset (connection reset by peer)"),
        (silent, ("--idle-timeout", "3"), "idle_timeout", 1, "idle_timeout (no data within the idle timeout)"),
        (silent, ("--max-time", "3"), "timeout", 1, "timeout (the time limit was exceeded)"),
    ],
)  # fmt: skip
def test_a_failure_is_recorded_as_such(run, still_loops, script, flags, reason, frames, message):
    async def timed(connection):
        playing = asyncio.create_task(script(connection))
        if flags:
            await eventually(lambda: b'"frame"' in Path("f.jsonl").read_bytes())
            still_loops[0].move(3)
        await playing

    with served(timed) as (url, _):
        code, _, err = run(url, "-o", "f.jsonl", *flags)
    (exchange,) = read("f.jsonl")
    assert code == 1
    assert (exchange.end.reason, len(exchange.frames)) == (reason, frames)
    assert message in err
    if script is busy:
        assert exchange.response.header("retry-after") == "3"


def test_a_refused_connection_is_recorded(run):
    code, _, err = run("http://127.0.0.1:1/v1", "-o", "r.jsonl")
    (exchange,) = read("r.jsonl")
    assert (code, exchange.response, exchange.end.reason) == (1, None, "refused")
    assert err.startswith("refused (cannot connect to 127.0.0.1:1: Connection refused) · first token -")


@pytest.mark.skipif(os.name != "posix", reason="signals are POSIX")
def test_an_interrupted_recording_is_complete(tmp_path):
    with served(silent) as (url, _):
        command = [*RECORD, url, "-o", "i.jsonl"]
        with started(command, cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
            assert process.stdout.readline() == FRAMES[1].splitlines(keepends=True)[0]
            process.send_signal(signal.SIGINT)
            _, err = process.communicate(timeout=60)
    assert process.returncode == 130
    assert b"interrupted" in err and b"Traceback" not in err
    (exchange,) = read(tmp_path / "i.jsonl")
    assert (exchange.end.reason, list(exchange.frames.data), exchange.damage) == ("interrupted", [FRAMES[1]], ())


@pytest.mark.skipif(os.name != "posix", reason="signals are POSIX")
def test_a_killed_recorder_leaves_a_readable_file(tmp_path):
    with (
        served(silent) as (url, _),
        started([*RECORD, url, "-o", "k.jsonl"], cwd=tmp_path, stdout=subprocess.PIPE) as process,
    ):
        assert process.stdout.readline()
        until(lambda: b'"frame"' in (tmp_path / "k.jsonl").read_bytes())
    (exchange,) = read(tmp_path / "k.jsonl")
    assert list(exchange.frames.data) == [FRAMES[1]]
    assert [damage.kind for damage in exchange.damage] == ["missing-end"]


def test_closing_stdout_does_not_end_the_recording(tmp_path):
    with served(answer) as (url, _):
        words = shlex.join([*RECORD, url, "-o", "h.jsonl", "-q"])
        done = subprocess.run(["bash", "-c", f"{words} | head -c 1"], cwd=tmp_path, capture_output=True, timeout=60, check=False)  # fmt: skip
    assert (done.stdout, done.stderr) == (b"d", b"")
    (exchange,) = read(tmp_path / "h.jsonl")
    assert list(exchange.frames.data) == FRAMES


# curl's flags


async def echo(connection):
    await connection.head_of_stream("Content-Length: 2", kind="application/json")
    await connection.send(b"{}")


def sent_by(run, *words):
    """Return the request line, the headers (lower case) and the body that these arguments send."""
    with served(echo) as (url, seen):
        run(*[word.replace("URL", url) if isinstance(word, str) else word for word in words], "-o", "-")
    first, *rest = seen[0].head.decode().split("\r\n")
    headers = dict(line.split(": ", 1) for line in rest if line)
    return first, {name.lower(): value for name, value in headers.items()}, seen[0].body


@pytest.mark.parametrize(
    ("words", "method", "headers", "body"),
    [
        (["URL"], "GET", {"accept": "*/*", "accept-encoding": "identity"}, b""),
        (["URL", "-d", "a=1", "-d", "b=2"], "POST", {"content-type": "application/x-www-form-urlencoded"}, b"a=1&b=2"),
        (["URL", "-d", "@file"], "POST", {}, b'{"a": 1}'),
        (["URL", "--data-binary", "@file"], "POST", {}, b'{"a":\n 1}'),
        (["URL", "--data-raw", "@file"], "POST", {}, b"@file"),
        (["URL", "--json", "@file"], "POST", {"content-type": "application/json", "accept": "application/json"}, b'{"a":\n 1}'),
        (["URL", "-d", "x", "-H", "Content-Type: text/plain", "-H", "X-A: b"], "POST", {"content-type": "text/plain", "x-a": "b"}, b"x"),
        (["URL", "-H", "X-Empty;"], "GET", {"x-empty": ""}, b""),
        (["URL", "-X", "PUT", "-d", "x"], "PUT", {}, b"x"),
        (["URL", "-u", "me:word"], "GET", {"authorization": "Basic bWU6d29yZA=="}, b""),
        (["--curl", "curl URL -sSN --compressed -H 'X-A: b' -d '{\"a\": 1}'"], "POST", {"x-a": "b"}, b'{"a": 1}'),
        (["--curl", "curl -XPUT --url URL --json '{}'"], "PUT", {"content-type": "application/json"}, b"{}"),
        (["--curl", "curl URL \\\n  -H \"Authorization: Bearer $A_KEY\""], "GET", {"authorization": "Bearer k-1"}, b""),
        (["--curl", "curl 'URL' --data-raw $'it\\'s \\u0041'"], "POST", {}, b"it's A"),
    ],
)  # fmt: skip
def test_options_mean_the_same_as_in_curl(run, monkeypatch, words, method, headers, body):
    monkeypatch.setenv("A_KEY", "k-1")
    Path("file").write_text('{"a":\n 1}')
    first, got, sent = sent_by(run, *words)
    assert first.split()[0] == method
    assert headers.items() <= got.items()
    assert sent == body


def test_a_header_without_value_is_left_out(run):
    assert "user-agent" not in sent_by(run, "URL", "-H", "User-Agent:")[1]


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ([], "expected a URL"),
        (["http://x/", "--model", "m"], "--model requires --prompt"),
        (["http://x/some/path", "--model", "m", "--prompt", "p"], "unknown API at /some/path"),
        (["http://x/v1/chat/completions", "--prompt", "p"], "--prompt requires --model"),
        (["http://x/", "-d", "a", "--prompt", "p"], "cannot be used with"),
        (["http://x/", "-d", "@nothing-here"], "nothing-here: cannot read the body"),
        (["http://x/", "-H", "invalid header"], "invalid header"),
        (["http://x/", "-H", "a: b\r\nc: d"], "invalid header"),
        (["http://x/", "--label", "x"], "KEY=VALUE"),
        (["http://x/", "--append"], "--append requires -o"),
        (["http://x/", "--redact", "("], "invalid regular expression"),
        (["http://x/", "--cacert", "nothing-here"], "nothing-here"),
        (["http://x/", "-H", "a\x01: b"], "invalid header"),
        (["http://x/", "-H", "a: b\x07"], "invalid header"),
        (["http://x/", "-X", "BAD METHOD"], "invalid HTTP method"),
        (["http://x/", "-x", "socks5://y"], "socks5://y: not an http or https URL"),
        (["ftp://x/"], "not an http or https URL"),
        (["http://[::1"], "not an http or https URL"),
        (["http://x:99999/"], "not an http or https URL"),
        (["--curl", "wget http://x/"], "starting with 'curl'"),
        (["--curl", "curl http://x/ --upload-file y"], "unsupported flag --upload-file"),
        (["--curl", "curl http://x/ -H 'a: $NOT_SET_HERE'"], "NOT_SET_HERE is not set"),
        (["--curl", "curl 'http://x/"], "cannot parse the command"),
        (["-", "-d", "x"], "cannot be used with the flags"),
    ],
)
def test_usage_errors_record_nothing(run, words, message):
    with pytest.raises((UsageError, StreamkitError), match=message):
        run(*words)
    with pytest.raises((UsageError, StreamkitError), match=message):
        run(*words, "-o", "out.jsonl") if "--append" not in words else run(*words)
    assert not list(Path().iterdir())


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("", {"model": "m", "messages": [{"role": "user", "content": "hi"}], "stream": True, "stream_options": {"include_usage": True}}),
        ("/v1/responses", {"model": "m", "input": "hi", "stream": True}),
        ("/v1/completions", {"model": "m", "prompt": "hi", "stream": True}),
        ("/v1/messages", {"model": "m", "max_tokens": 1024, "messages": [{"role": "user", "content": "hi"}], "stream": True}),
        ("/api/chat", {"model": "m", "messages": [{"role": "user", "content": "hi"}], "stream": True}),
        ("/api/generate", {"model": "m", "prompt": "hi", "stream": True}),
    ],
)  # fmt: skip
def test_a_prompt_becomes_the_body_of_the_api(run, path, expected):
    first, headers, body = sent_by(run, f"URL{path}", "--model", "m", "--prompt", "hi")
    assert json.loads(body) == expected
    assert first.split()[1] == (path or "/v1/chat/completions")
    assert headers["content-type"] == "application/json"


def test_keys_go_only_to_their_own_host(monkeypatch):
    from streamkit.service.prompting import key_header

    monkeypatch.setenv("OPENAI_API_KEY", "k-1")
    monkeypatch.setenv("ANTHROPIC_API_KEY", "k-2")
    assert key_header("https://api.openai.com/v1/x", []) == ("Authorization", "Bearer k-1")
    assert key_header("https://api.anthropic.com/v1/messages", []) == ("x-api-key", "k-2")
    assert key_header("http://api.openai.com/v1/x", []) is None
    assert key_header("https://api.openai.com.example.org/v1/x", []) is None
    assert key_header("http://localhost:8000/v1/x", []) is None
    assert key_header("https://api.openai.com/v1/x", [("authorization", "Bearer other")]) is None


def test_no_key_reaches_the_disk_and_the_view_is_not_delayed(run):
    planted = secret("openai project")

    async def leaking(connection):
        await connection.head_of_stream("Transfer-Encoding: chunked", f"X-Key: {planted}")
        for piece in (planted[:9], planted[9:50], planted[50:]):
            await connection.chunk(event(piece))
        await connection.last_chunk()

    with served(leaking) as (url, _):
        words = [
            f"{url}/?key={planted}",
            "-H",
            f"Authorization: Bearer {planted}",
            "--json",
            json.dumps({"a": planted}),
        ]
        _, out, err = run(*words, "-o", "s.jsonl", "--show", "text")
        run(*words, "-o", "n.jsonl", "--no-redact", "--show", "none")
    assert out == planted + "\n"
    assert planted not in Path("s.jsonl").read_text() and planted not in err
    assert Path("n.jsonl").read_text().count(planted) == 4
    assert " redacted · s.jsonl" in err


@pytest.fixture(scope="module")
def certificate(tmp_path_factory):
    if shutil.which("openssl") is None:
        pytest.skip("openssl makes the certificate, and is not here")
    folder = tmp_path_factory.mktemp("tls")
    words = "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout key.pem -out cert.pem -days 2"
    names = ["-subj", "/CN=localhost", "-addext", "subjectAltName=IP:127.0.0.1"]
    subprocess.run(["openssl", *words.split(), *names], cwd=folder, check=True, capture_output=True)
    return folder


@pytest.mark.parametrize(("flags", "reason"), [((), "refused"), (("-k",), "eof"), (("--cacert", "cert.pem"), "eof")])
def test_certificates_are_verified_by_default(run, certificate, flags, reason):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate / "cert.pem", certificate / "key.pem")
    flags = [str(certificate / flag) if flag.endswith(".pem") else flag for flag in flags]
    with served(answer, context) as (url, _):
        code, _, err = run(url, "-o", "t.jsonl", "--show", "none", *flags)
    (exchange,) = read("t.jsonl")
    assert (exchange.end.reason, code) == (reason, 0 if reason == "eof" else 1)
    assert reason == "eof" or "certificate" in err.lower()


# From a pipe


def piped(data, *words, cwd):
    return subprocess.run([*RECORD, "-", *words], input=data, cwd=cwd, capture_output=True, timeout=60, check=False)


def test_a_pipe_is_passed_on_and_recorded(tmp_path):
    body = b"".join(FRAMES)
    done = piped(body, "-o", "p.jsonl", cwd=tmp_path)
    assert (done.returncode, done.stdout) == (0, body)
    (exchange,) = read(tmp_path / "p.jsonl")
    assert (exchange.source, exchange.request, exchange.response) == ("stdin", None, None)
    assert exchange.frames.body == body
    assert done.stderr.decode().endswith("complete · first token - · 2 tokens (usage) · p.jsonl\n")


@pytest.mark.parametrize(
    "before", [b"", b"HTTP/1.1 100 Continue\r\n\r\n", b"HTTP/1.1 302 Found\r\nLocation: /\r\n\r\n"]
)
def test_the_head_printed_by_curl_i_is_parsed(tmp_path, before):
    head = before + b"HTTP/2 200\r\ncontent-type: text/event-stream\r\nset-cookie: a=b\r\n\r\n"
    body = b"".join(FRAMES)
    done = piped(head + body, "-o", "p.jsonl", cwd=tmp_path)
    assert done.stdout == head + body
    (exchange,) = read(tmp_path / "p.jsonl")
    assert (exchange.response.status, exchange.response.http) == (200, "2")
    assert exchange.response.header("set-cookie") == "[redacted]"
    assert exchange.frames.body == body


def test_a_slow_pipe_keeps_its_times(run, monkeypatch):
    """Each read takes half a second by the clock, which only the reads advance."""
    pieces = [b"HTTP/1.1 200 OK\n", b"content-type: text/event-stream\n\n", b"data: 1\n\n", b"data: 2\n\n"]
    clock = [1_000_000]
    ours, theirs = os.pipe()
    read_from, stdin = os.read, os.dup(0)

    os.write(theirs, pieces.pop(0))

    def slow(descriptor, size):
        data = read_from(descriptor, size)
        if descriptor == 0 and data:
            clock[0] += 500_000_000
            if pieces:
                os.write(theirs, pieces.pop(0))
            else:
                os.close(theirs)
        return data

    monkeypatch.setattr("os.read", slow)
    monkeypatch.setattr("time.monotonic_ns", lambda: clock[0])
    os.dup2(ours, 0)
    try:
        run("-", "-o", "p.jsonl", "-q")
    finally:
        os.dup2(stdin, 0)
        os.close(stdin)
        os.close(ours)
    (exchange,) = read("p.jsonl")
    assert exchange.response.status == 200
    assert list(exchange.frames.data) == [b"data: 1\n\n", b"data: 2\n\n"]
    times = [exchange.response.at, *exchange.frames.at, exchange.end.at]
    assert times == [1_000_000_000, 1_500_000_000, 2_000_000_000, 2_000_000_000]


def test_an_empty_pipe(tmp_path):
    done = piped(b"", "-o", "p.jsonl", cwd=tmp_path)
    (exchange,) = read(tmp_path / "p.jsonl")
    assert (done.returncode, exchange.end.reason, len(exchange.frames)) == (1, "eof", 0)


# What the headers of a response may contain


@pytest.mark.parametrize(
    ("name", "sent", "kept", "cut"),
    [
        ("Location", "https://me:pw@h.example/x?y=1", "https://redacted@h.example/x?y=1", ["location.user"]),
        ("Location", "/x?api_key=abc123&y=1#z", "/x?api_key=[redacted]&y=1#z", ["location.query.api_key"]),
        ("Content-Location", "http://me@h.example/?y=1", "http://redacted@h.example/?y=1", ["content-location.user"]),
        ("Location", "https://h.example/x?y=1", "https://h.example/x?y=1", []),
        ("Location", "//user:key@h.example/x", "//redacted@h.example/x", ["location.user"]),
        ("Location", "/\\user:key@h.example/x", "/\\redacted@h.example/x", ["location.user"]),
        ("Location", "https://me@x:pw@h.example/", "https://redacted@h.example/", ["location.user"]),
        ("Location", "/x#access_token=abc&y=1", "/x#access_token=[redacted]&y=1", ["location.query.access_token"]),
        ("Location", "/x?y=1#section", "/x?y=1#section", []),
        ("Location", "/a@b//c@d", "/a@b//c@d", []),
        ("X-Where", "https://me:pw@h.example/x", "https://me:pw@h.example/x", []),
    ],
)
def test_secrets_in_headers_of_a_response(run, name, sent, kept, cut):
    async def created(connection):
        await connection.head_of_stream(f"{name}: {sent}", "Content-Length: 2", status="201 Created")
        await connection.send(b"{}")

    with served(created) as (url, _):
        run(url, "-o", "s.jsonl", "-q")
    (exchange,) = read("s.jsonl")
    assert exchange.response.header(name) == kept
    assert [found.at for found in exchange.response.redacted] == [f"response.headers.{at}" for at in cut]
