"""Secrets, and nothing else, are removed before anything is written, wherever they are and however they are divided."""

from __future__ import annotations

import base64
import json
import os
import random
from pathlib import Path

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from streamkit.errors import UsageError
from streamkit.model import recording
from streamkit.model.exchange import Body, End, Exchange, Frame, Frames, Redaction, Request, Response
from streamkit.redact.redactor import (
    NO_REDACTION,
    BodyRedactor,
    Policy,
    find_secrets,
    redact_exchange,
    redact_request,
    redact_text,
)
from streamkit.service.recording_lines import RecordingLines
from streamkit.wire import aws_eventstream
from tests.redact.dummy_secrets import EVERY, MARKED, NAMES, UNMARKED, json_web_token, private_key, secret


def chunk(text, index=0, **more):
    """Return an event of a chat stream that adds this text."""
    value = {"id": "chatcmpl-1s", "choices": [{"delta": {"content": text, **more}, "index": index}]}
    return b"data: " + json.dumps(value).encode() + b"\n\n"


def arguments(text, index=0):
    call = {"index": index, "function": {"arguments": text}}
    return chunk(None, tool_calls=[call])


def record(frames=(), *, url="http://x/v1", request_headers=(), body=None, headers=(), policy=None):
    """Return the lines that a recorder writes for this exchange."""
    request = Request("POST", url, tuple(request_headers), None if body is None else Body.of(body))
    recorder = RecordingLines(Exchange(request=request, source="client", clock="monotonic"), policy or Policy())
    lines = recorder.start(connected_at=1, sent_at=2) + recorder.response(3, 200, "1.1", tuple(headers))
    for number, frame in enumerate(frames):
        lines += recorder.frame(frame, 10 + number)
    return [line.text for line in lines + recorder.end(1000, "eof")]


def read(lines):
    (exchange,) = recording.read(lines)
    return exchange


def joined_texts(exchange):
    """Return the text of every choice and tool call, in the order of the stream."""
    texts = {}
    for line in exchange.frames.body.split(b"\n"):
        if not line.startswith(b"data: {"):
            continue
        for choice in orjson.loads(line[6:])["choices"]:
            index, delta = choice["index"], choice["delta"]
            texts[index] = texts.get(index, "") + (delta["content"] or "")
            for call in delta.get("tool_calls") or ():
                key = f"tool {call['index']}"
                texts[key] = texts.get(key, "") + call["function"]["arguments"]
    return texts


def escaped(text):
    """Return the text with its first, fifth and last characters escaped."""
    return "".join(f"\\u{ord(c):04x}" if place in (0, 4, len(text) - 1) else c for place, c in enumerate(text))


def halves(frame, needle):
    """Divide a frame in two in the middle of the needle."""
    place = frame.index(needle) + len(needle) // 2
    return [frame[:place], frame[place:]]


def pieces(text, size):
    return [text[start : start + size] for start in range(0, len(text), size)]


PLACES = {
    "a request header": lambda s: {"request_headers": [("x-custom", s)]},
    "a listed request header": lambda s: {"request_headers": [("user-agent", f"me/1 ({s})")]},
    "the query": lambda s: {"url": f"http://x/v1?key={s}&alt=sse&note={s}"},
    "the request's body": lambda s: {"body": json.dumps({"messages": [{"content": f"my key is {s}, keep it"}]}).encode()},
    "a response header": lambda s: {"headers": [("x-echo", s), ("set-cookie", "a=b")]},
    "one frame": lambda s: {"frames": [chunk(f"key: {s}.")]},
    "two frames of one event": lambda s: {"frames": halves(chunk(f"key: {s}."), s.encode())},
    "deltas of four characters": lambda s: {"frames": [chunk(p) for p in ["key: ", *pieces(s, 4), " ok"]]},
    "escapes": lambda s: {"frames": [b'data: {"choices":[{"index":0,"delta":{"content":"' + escaped(s).encode() + b'"}}]}\n\n']},
    "arguments of a tool call": lambda s: {"frames": [arguments(p) for p in pieces(json.dumps({"auth": s}), 7)]},
    "a comment": lambda s: {"frames": [b": " + s.encode() + b"\n\n"]},
    "a plain error body": lambda s: {"frames": [f"Incorrect API key provided: {s}".encode()]},
}  # fmt: skip


# A key of an unmarked shape cannot be recognized in pieces of this size.
SMALL_PIECES = {"deltas of four characters", "arguments of a tool call"}


@pytest.mark.parametrize(
    ("name", "place"),
    [(name, place) for name in NAMES for place in PLACES if name not in UNMARKED or place not in SMALL_PIECES],
)
def test_no_planted_secret_reaches_the_disk(name, place):
    planted = secret(name)
    given_ = PLACES[place](planted)
    lines = record(**given_)
    disk = b"".join(lines)
    assert planted.encode() not in disk
    exchange = read(lines)
    kept = b"".join(exchange.frames.data) + orjson.dumps(list(joined_texts(exchange).values()))
    assert planted.encode() not in kept
    # No substring longer than its public prefix and a few letters remains either.
    for start in range(12, len(planted) - 12):
        assert planted[start : start + 12].encode() not in kept + disk
    assert len(exchange.frames) == len(given_.get("frames", ()))
    assert exchange.redacted + exchange.response.redacted + exchange.end.redacted


def test_the_headers_that_name_a_protocol_and_its_version_are_kept():
    known = [("mcp-protocol-version", "2025-11-25"), ("Mcp-Method", "tools/call"), ("a2a-version", "1.0")]
    request = read(record(request_headers=[*known, ("mcp-session-id", "6f1f7e1c"), ("mcp-param-city", "Bern")])).request
    assert list(request.headers[:3]) == known
    assert [value for _, value in request.headers[3:]] == ["[redacted]", "[redacted]"]


@pytest.mark.parametrize("name", [name for name in EVERY if name not in UNMARKED])
def test_a_secret_divided_anywhere_between_two_deltas_is_found(name):
    planted = EVERY[name]
    for cut in range(1, len(planted), max(1, len(planted) // 40)):
        exchange = read(record([chunk("a " + planted[:cut]), b": ping\n\n", chunk(planted[cut:] + " b")]))
        text = joined_texts(exchange)[0]
        assert text.startswith(("a *", "a [redacted]*")) and (text.endswith("* b") or name.startswith("private key"))
        assert planted[-30:] not in text
        (cut_out,) = exchange.end.redacted
        assert (cut_out.at, cut_out.first, cut_out.last) == ("frames", 1, 3)


@pytest.mark.parametrize("name", ["anthropic api", "google api", "bearer"])
def test_a_secret_in_deltas_of_one_character_is_found(name):
    planted = secret(name)
    exchange = read(record([chunk(c) for c in f"a {planted} b"]))
    assert joined_texts(exchange)[0] == "a " + "*" * len(planted) + " b"
    assert [(r.first, r.last) for r in exchange.end.redacted] == [(3, 2 + len(planted))]


@pytest.mark.parametrize("size", [1, 2, 3, 7, 50])
def test_a_secret_is_redacted_in_frames_of_any_size(size):
    planted = secret("anthropic api")
    body = chunk("it is " + planted[:20]) + chunk(planted[20:] + " yes") + b"data: [DONE]\n\n"
    frames = [body[start : start + size] for start in range(0, len(body), size)]
    exchange = read(record(frames))
    assert joined_texts(exchange)[0].replace("[redacted]", "").replace("*", "") == "it is  yes"
    assert list(map(len, exchange.frames.data)) == list(map(len, frames))


def test_interleaved_choices_are_joined_separately():
    planted = secret("openai legacy")
    frames = []
    for number, part in enumerate(pieces(planted, 5)):
        frames += [chunk(part, 0), chunk(f"word{number} ", 1)]
    text = joined_texts(read(record([*frames, chunk(" end", 0)])))
    assert text[0] == "*" * len(planted) + " end"
    assert text[1] == "".join(f"word{number} " for number in range(len(frames) // 2))


def test_redaction_keeps_json_valid_and_sizes_unchanged():
    planted = secret("openai project")
    frames = [chunk(f'he said "{planted}" twice: {planted}\n')]
    exchange = read(record(frames))
    assert joined_texts(exchange)[0] == 'he said "{0}" twice: {0}\n'.format("[redacted]" + "*" * (len(planted) - 10))
    assert len(exchange.frames.body) == len(frames[0])
    assert exchange.damage == ()
    assert [r.rule for r in exchange.end.redacted] == ["openai-key", "openai-key"]


def test_an_escape_divided_between_two_deltas_is_undone():
    planted = secret("anthropic api")
    nested = '{"key": "' + "".join(f"\\u{ord(c):04x}" for c in planted) + '"}'
    for size in (1, 5, 64):
        text = joined_texts(read(record([arguments(p) for p in pieces(nested, size)])))["tool 0"]
        assert "\\u0061\\u0070\\u0069" not in text  # "api"
        assert planted[10:] not in text.encode().decode("unicode_escape")


@pytest.mark.parametrize("key", [private_key(), json_web_token()])
def test_long_secrets_are_redacted_to_the_end(key):
    for size in (3, 17, 10_000):
        text = joined_texts(read(record([chunk(p) for p in pieces(f"x: {key} y", size)])))[0]
        assert text.startswith("x: ") and text.endswith(" y")
        assert not any(key[place : place + 10] in text for place in range(40, len(key) - 40))


def test_a_frame_is_held_back_only_while_it_could_begin_a_secret():
    redactor = BodyRedactor()

    def ready(frame):
        return [data for data, _ in redactor.feed(frame, None)]

    hello, begun, harmless, rest = chunk("hello"), chunk("my sk"), b": ping\n\n", chunk("unk")
    assert ready(hello) == [hello]
    assert ready(begun) == []
    assert ready(harmless) == []
    assert ready(rest) == [begun, harmless, rest]
    assert redactor.redacted == ()
    assert ready(begun) == []
    assert [data for data, _ in redactor.close()] == [begun]


def test_the_messages_of_a_websocket_are_written_at_once_unless_they_could_begin_a_secret():
    redactor = BodyRedactor()

    def ready(text, number):
        message = {"type": "delta", "event_id": f"event_{number}", "delta": text}
        return [json.loads(data)["delta"] for data, _ in redactor.feed(json.dumps(message).encode(), None)]

    assert ready("Hello", 1) == ["Hello"]
    assert ready("}", 2) == ["}"]
    assert ready("my sk", 3) == []
    assert ready("unk", 4) == ["my sk", "unk"]
    assert ready(" sk-ant-", 5) == []
    begun, rest = ready(f"api03-{'x' * 95} ", 6)
    assert begun.startswith(" ") and set(begun[1:]) == {"*"} and set(rest) == {"*", " "}


def test_a_text_that_does_not_grow_is_released():
    redactor = BodyRedactor()
    assert redactor.feed(chunk("my sk", 0), None) == []
    others = [redactor.feed(chunk("hello ", 1), None) for _ in range(400)]
    assert sum(map(len, others)) == 401
    assert not others[0]


def test_an_incomplete_secret_of_512_bytes_is_released():
    redactor = BodyRedactor()
    redactor.feed(chunk("eyJ" + "a" * 400), None)
    assert redactor.feed(chunk("b" * 200), None)


@pytest.mark.parametrize(
    "text",
    [
        "max_tokens", "created", "tokens", "the task-force met", "risk-averse-and-more-of-the-same-word-here",
        "sk-", "sk-your-key-here", "Bearer $OPENAI_API_KEY", "Bearer of good news and other announcements",
        "Basic understanding of characteristics", "hf_hub_download(repo_id='x')", "AKIA", "eyJ is base64 of '{\"'",
        "ghp_ and gho_ are prefixes", "a disk-space-monitoring-application-for-linux", "npm_config_registry",
        "sk_live_ keys", "-----BEGIN PUBLIC KEY-----", "-----BEGIN CERTIFICATE-----\nMIIB", "xai-sdk", "gsk_",
        "the file begins with -----BEGIN PRIVATE KEY----- and that is all that I may say about it",
        "3f2504e0-4f89-41d3-9a0c-0305e82c3301", "0123456789abcdef0123456789abcdef01234567", "SG.", "AccountKey=",
    ],
)  # fmt: skip
def test_text_that_resembles_a_secret_is_kept(text):
    assert find_secrets(text) == []
    frames = [chunk(text), *(chunk(c) for c in text)]
    assert joined_texts(read(record(frames)))[0] == text * 2


def test_ten_thousand_lines_of_ordinary_text_are_kept():
    # Ten thousand lines from Python's standard library, and as many made of words that resemble parts of keys.
    written = (line for path in sorted(Path(os.__file__).parent.glob("*.py")) for line in path.read_text().splitlines())
    lines = [line for line in written if line.strip()][:10_000]
    assert len(lines) == 10_000
    assert [line for line in lines if find_secrets(line)] == []
    words = [
        "the",
        "of",
        "task",
        "risk",
        "disk",
        "desk",
        "ask",
        "basic",
        "bearer",
        "token",
        "key",
        "secret",
        "password",
        "api",
        "sk",
        "hf",
        "gh",
        "xai",
        "max_tokens",
        "created",
        "authentication",
        "internationalization",
        "counterrevolutionary",
        "request_id",
        "chatcmpl",
        "msg_01",
        "run-time",
        "open-source",
        "begin",
        "private",
        "public",
        "certificate",
        "eyJ",
        "AIza",
        "AKIA",
        "data",
        "stream",
        "event",
        "chunk",
        "delta",
        "usage",
        "2026-11-20",
        "0x7fff5fbff8",
        "a1b2c3d4e5f6",
        "3.14159",
        "https://example.com/a/b?c=d&page=2",
        "user@example.com",
        "snake_case_identifier",
        "camelCaseName",
        "kebab-case-name-of-some-length",
        "UPPER_CASE_CONSTANT",
        "Basic",
        "Bearer",
    ]
    chance = random.Random(7)
    joints = [" ", " ", " ", ", ", ". ", "/", "=", "(", '"', "\n"]
    lines = ["".join(chance.choice(words) + chance.choice(joints) for _ in range(12)) for _ in range(10_000)]
    cut = [line for line in lines if find_secrets(line)]
    assert cut == []


def test_real_streams_are_unchanged(shared):
    changed = []
    for path in sorted((shared / "corpora" / "streams").iterdir()) + sorted((shared / "corpora" / "pasted").iterdir()):
        body = path.read_bytes()
        frames = body.splitlines(keepends=True)
        exchange = redact_exchange(
            Exchange(frames=Frames.of([Frame(f) for f in frames]), end=End(at=None, reason="eof"))
        )
        if exchange.frames.body != body:
            changed.append((path.name, exchange.end.redacted))
    assert changed == []


# Amazon event streams: binary, with checksums, the chunks of other APIs wrapped in base64


def bedrock(text, wrapped):
    value = {"contentBlockIndex": 0, "delta": {"text": text}}
    if wrapped:
        value = {"bytes": base64.b64encode(json.dumps(value).encode()).decode(), "p": "abcd"}
    return aws_eventstream.encode("contentBlockDelta", json.dumps(value).encode())


def texts(body):
    for event in aws_eventstream.decode(body).data:
        value = orjson.loads(event)
        yield (orjson.loads(base64.b64decode(value["bytes"])) if "bytes" in value else value)["delta"]["text"]


@pytest.mark.parametrize("size", [None, 1, 7, 100])
@pytest.mark.parametrize("wrapped", [False, True])
def test_a_secret_in_event_stream_messages_is_redacted_and_checksums_are_valid(wrapped, size):
    planted = secret("anthropic api")
    messages = [bedrock(part, wrapped) for part in ["it is ", *pieces(planted, 9), " yes"]]
    body = b"".join(messages)
    frames = messages if size is None else [body[start : start + size] for start in range(0, len(body), size)]
    exchange = read(record(frames, headers=[("content-type", "application/vnd.amazon.eventstream")]))
    decoded = aws_eventstream.decode(exchange.frames.body)
    assert (len(decoded), decoded.asides) == (len(messages), [])
    text = "".join(texts(exchange.frames.body))
    assert text == "it is " + "*" * len(planted) + " yes"
    assert list(map(len, exchange.frames.data)) == list(map(len, frames))
    (cut,) = exchange.end.redacted
    if size is None:
        assert (cut.first, cut.last) == (2, len(frames) - 1)


@given(st.lists(st.binary(max_size=60) | st.text(max_size=8).map(lambda text: bedrock(text, True)), max_size=12))
def test_an_event_stream_without_a_secret_is_unchanged(frames):
    exchange = read(record(frames, headers=[("content-type", "application/vnd.amazon.eventstream")]))
    if not exchange.end.redacted:
        assert list(exchange.frames.data) == frames


# Requests and headers


def test_request_headers_are_redacted_unless_listed():
    headers = (("Content-Type", "application/json"), ("Authorization", "Bearer x"), ("X-Api-Key", "y"), ("X-New", "z"))
    request, cuts = redact_request(Request("POST", "http://x/", headers))
    assert request.headers == (
        ("Content-Type", "application/json"),
        ("Authorization", "[redacted]"),
        ("X-Api-Key", "[redacted]"),
        ("X-New", "[redacted]"),
    )
    assert cuts == (
        Redaction("request.headers.authorization", "authorization"),
        Redaction("request.headers.x-api-key", "x-api-key"),
        Redaction("request.headers.x-new", "header-not-listed"),
    )


@pytest.mark.parametrize(
    ("url", "cut"),
    [
        ("http://x/v1?key=abc&alt=sse", "http://x/v1?key=[redacted]&alt=sse"),
        ("http://x/v1?api-version=2024&api_key=abc#f", "http://x/v1?api-version=2024&api_key=[redacted]#f"),
        ("http://me:word@x/v1", "http://redacted@x/v1"),
        ("http://x/?X-Amz-Signature=abc&max_tokens=5", "http://x/?X-Amz-Signature=[redacted]&max_tokens=5"),
        ("http://x/v1/models?key=", "http://x/v1/models?key="),
    ],
)
def test_secrets_in_a_url_are_redacted(url, cut):
    assert redact_request(Request("GET", url))[0].url == cut


def test_fields_are_redacted_by_exact_name():
    body = Body("json", {"api_key": "abc", "apiKey": "abc", "max_tokens": 5, "tokens": "abc", "tool": {"password": "abc"}, "secret": ["abc"], "token_count": "7"})  # fmt: skip
    request, cuts = redact_request(Request("POST", "http://x/", (), body))
    assert request.body.value == {"api_key": "[redacted]", "apiKey": "[redacted]", "max_tokens": 5, "tokens": "abc", "tool": {"password": "[redacted]"}, "secret": ["abc"], "token_count": "7"}  # fmt: skip
    assert [cut.at for cut in cuts] == ["request.body.api_key", "request.body.apiKey", "request.body.tool.password"]


def test_response_headers_are_kept_except_cookies_and_the_account():
    headers = (
        ("content-type", "x"),
        ("Set-Cookie", "a=b"),
        ("openai-organization", "me"),
        ("x-ratelimit-limit-tokens", "9"),
    )
    exchange = read(record(headers=headers))
    assert exchange.response == Response(3, 200, "1.1", (("content-type", "x"), ("Set-Cookie", "[redacted]"), ("openai-organization", "[redacted]"), ("x-ratelimit-limit-tokens", "9")), (Redaction("response.headers.set-cookie", "set-cookie"), Redaction("response.headers.openai-organization", "account")))  # fmt: skip


def test_the_error_of_the_end_is_redacted():
    planted = secret("groq")
    recorder = RecordingLines(Exchange())
    assert planted.encode() not in b"".join(
        line.text for line in recorder.end(1, "refused", f"cannot connect to {planted}")
    )


# User patterns, and no redaction at all


@pytest.mark.parametrize("size", [1, 3, 100])
def test_a_user_pattern_is_redacted_in_pieces_of_any_size(size):
    policy = Policy.of([r"ACME-\d+"])
    exchange = read(record([chunk(p) for p in pieces("order ACME-12345 and ACME-678", size)], policy=policy))
    assert joined_texts(exchange)[0].replace("*", "").replace("[redacted]", "") == "order  and "
    assert {r.rule for r in exchange.end.redacted} == {"pattern"}


def test_a_user_pattern_is_redacted_in_the_request():
    request, cuts = redact_request(
        Request("POST", "http://x/", (), Body("text", "for ACME-1")), Policy.of(["ACME-\\d"])
    )
    assert request.body.value == "for [redacted]"
    assert cuts == (Redaction("request.body", "pattern"),)


@pytest.mark.parametrize("pattern", ["(", "a*"])
def test_an_unusable_pattern_is_rejected(pattern):
    with pytest.raises(UsageError, match="--redact"):
        Policy.of([pattern])


def test_nothing_is_redacted_without_redaction():
    planted = secret("openai project")
    lines = record([chunk(planted)], request_headers=[("authorization", planted)], policy=NO_REDACTION)
    assert b"".join(lines).count(planted.encode()) == 2
    exchange = read(lines)
    assert (exchange.redacted, exchange.end.redacted) == ((), ())


# Properties


@given(st.lists(st.binary(max_size=40) | st.text(max_size=20).map(lambda t: chunk(t)), max_size=20))
def test_without_a_secret_every_frame_is_unchanged(frames):
    exchange = read(record(frames))
    if not exchange.end.redacted:
        assert list(exchange.frames.data) == frames
    assert list(map(len, exchange.frames.data)) == list(map(len, frames))
    assert list(exchange.frames.at) == list(range(10, 10 + len(frames)))


@given(st.sampled_from(MARKED), st.data())
def test_a_secret_is_found_however_the_body_is_divided(name, data):
    planted = secret(name, data.draw(st.integers(0, 3)))
    cuts = sorted(data.draw(st.sets(st.integers(1, len(planted) - 1), max_size=8)))
    parts = [planted[a:b] for a, b in zip([0, *cuts], [*cuts, None], strict=True)]
    body = b"".join(chunk(p) for p in ["so ", *parts, " it is"])
    places = sorted(data.draw(st.sets(st.integers(1, len(body) - 1), max_size=12)))
    frames = [body[a:b] for a, b in zip([0, *places], [*places, None], strict=True)]
    exchange = read(record(frames))
    assert joined_texts(exchange)[0] == "so " + joined_texts(exchange)[0][3:-6] + " it is"
    assert planted[10:] not in joined_texts(exchange)[0]
    assert list(map(len, exchange.frames.data)) == list(map(len, frames))


def test_the_shortest_secret_there_is() -> None:
    assert redact_text("a://:abc@") == ("a://[redacted]@", ["url-password"])


@given(st.text(max_size=60))
def test_a_text_without_a_secret_is_unchanged(text):
    assert redact_text(text)[0] == text or find_secrets(text)
