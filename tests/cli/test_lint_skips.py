"""Exchanges that are not streams: the response to a request without streaming is skipped and counted."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from streamkit.cli.main import streamkit
from streamkit.model.exchange import End, Exchange, Frames, Request, Response
from streamkit.model.recording import write
from tests.clicking import CliRunner, Result

URL = "https://api.openai.com/v1/chat/completions"
ANSWER = json.dumps(
    {"id": "c1", "object": "chat.completion", "created": 1, "model": "m", "choices": [{"index": 0, "message": {}}]}
)
STREAM = (
    'data: {"id":"c1","object":"chat.completion.chunk","created":1760000000,"model":"m",'
    '"choices":[{"index":0,"delta":{"role":"assistant","content":"Hi"},"finish_reason":null}]}\n\n'
    'data: {"id":"c1","object":"chat.completion.chunk","created":1760000000,"model":"m",'
    '"choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}\n\ndata: [DONE]\n\n'
)
JSON = "application/json"
SSE = "text/event-stream"

STREAMS = Path(__file__).parents[1] / "specs" / "streams"


def exchange(
    body: str,
    kind: str,
    request_body: Any,
    *,
    url: str = URL,
    status: int = 200,
    method: str = "POST",
    accept: str = "*/*",
    session: str = "",
) -> str:
    request = {
        "method": method,
        "url": url,
        "headers": [["accept", accept], *([["Mcp-Session-Id", session]] if session else [])],
        "body": None if request_body is None else {"json": request_body},
    }
    start = {"type": "start", "streamkit": 1, "recorded_at": "2026-11-20T20:00:00.000000Z", "source": "client"}
    records = (
        {**start, "clock": "none", "request": request, "labels": {}, "tool": "t"},
        {"type": "response", "at": None, "status": status, "http": "1.1", "headers": [["content-type", kind]]},
        *([{"type": "frame", "at": None, "text": body}] if body else []),
        {"type": "end", "at": None, "reason": "eof"},
    )
    return "".join(json.dumps(record) + "\n" for record in records)


def lint(*words: str) -> Result:
    return CliRunner().invoke(streamkit, ["lint", *words], standalone_mode=False)


STREAMED = exchange(STREAM, SSE, {"stream": True})


@pytest.mark.parametrize(
    ("other", "codes", "plain_responses"),
    [
        (exchange(ANSWER, JSON, {"stream": False}), [], 1),
        (exchange(ANSWER, JSON, {"model": "m"}), [], 1),
        (exchange(ANSWER, JSON, None), [], 1),
        (exchange('{"access_token":"x"}', JSON, None, url="https://oauth2.googleapis.com/token"), [], 1),
        (exchange("", JSON, None, status=204, method="OPTIONS"), [], 1),
        (exchange('{"items":[]}', JSON, None, url="https://a.test/livestreams", method="GET"), [], 1),
        (exchange("<html></html>", "text/html", None, url="https://a.test/", method="GET"), [], 1),
        # The stream that a client of MCP opens for what the server may have to say, and what it sends without an answer.
        (exchange("", SSE, None, method="GET", accept=SSE, session="s-1"), [], 1),
        (exchange("", JSON, {"jsonrpc": "2.0", "method": "notifications/initialized"}, status=202), [], 1),
        (exchange("", SSE, None, method="GET", accept=SSE), ["SSE104"], 0),
        (exchange("<html></html>", "text/html", None, method="GET", accept=SSE, session="s-1"), ["SSE104"], 0),
        (exchange(ANSWER, JSON, {"stream": True}), ["SSE104"], 0),
        (exchange("", JSON, {"stream": True}), ["SSE104"], 0),
        (exchange("", SSE, {"stream": False}), ["SSE104"], 0),
        (exchange("<html></html>", "text/html", None, method="GET", accept=SSE), ["SSE104"], 0),
        (exchange(ANSWER, JSON, {}, url="https://a.test/models/m:streamGenerateContent"), ["SSE104"], 0),
        (exchange('{"error":{"message":"no"}}', JSON, {"stream": False}), ["SEQ421"], 0),
        (exchange('{"error":{"message":"no"}}', JSON, {"stream": True}), ["SEQ421"], 0),
        (exchange('{"message":"The model is not there"}', JSON, {"stream": True}), ["SEQ421"], 0),
        (exchange('{"error":{"message":"no"}}', JSON, {"stream": True}, status=429), ["SEQ422"], 0),
    ],
)
def test_a_non_streaming_response_is_skipped(
    other: str, codes: list[str], plain_responses: int, tmp_path: Path
) -> None:
    file = tmp_path / "two.jsonl"
    file.write_text(STREAMED + other)
    done = lint(str(file), "--format", "json")
    report = json.loads(done.stdout)
    assert [found["code"] for found in report["findings"]] == codes
    assert report["passed_over"] == plain_responses
    assert len(report["streams"]) == 2 - plain_responses
    assert done.return_value == int(any(code != "SEQ422" for code in codes))
    assert ("skipped 1 exchange whose request does not ask for a stream" in done.stderr) == bool(plain_responses)


def test_if_everything_is_skipped_nothing_was_checked(tmp_path: Path) -> None:
    file = tmp_path / "plain.jsonl"
    file.write_text(exchange(ANSWER, JSON, {"stream": False}) * 3)
    done = lint(str(file))
    assert done.return_value == 2
    assert "nothing to check: skipped 3 exchanges whose request does not ask for a stream" in done.stderr


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ('{"message":"The security token is invalid."}', "The security token is invalid."),
        ('{"__type":"ThrottlingException","message":"Too many"}', "Too many"),
        ('{"error":{"message":"Invalid key","code":401}}', "Invalid key"),
    ],
)
def test_an_error_body_is_checked_as_an_error(body: str, message: str, tmp_path: Path) -> None:
    file = tmp_path / "error.json"
    file.write_text(body)
    done = lint(str(file), "--format", "json")
    [found] = json.loads(done.stdout)["findings"]
    assert (found["code"], found["severity"]) == ("SEQ421", "error")
    assert found["message"] == f"the response is an error, not a stream: {message}"
    assert done.return_value == 1


@pytest.mark.parametrize(
    "path", ["model/m/converse-stream", "model/m/invoke-with-response-stream", "agents/a/sessions/s"]
)
@pytest.mark.parametrize("body", [b'{"message":"Too many requests"}', b'{"Message":"Too many requests","__type":"x"}'])
def test_an_error_body_of_aws_is_checked_as_an_error(path: str, body: bytes, tmp_path: Path) -> None:
    exchange = Exchange(
        frames=Frames([body], [2], [3]),
        request=Request("POST", f"https://bedrock-runtime.us-east-1.amazonaws.com/{path}"),
        response=Response(1, 200, headers=(("content-type", "application/json"),)),
        end=End(at=3, reason="eof"),
        clock="monotonic",
    )
    (tmp_path / "error.jsonl").write_bytes(b"".join(write(exchange)))
    done = lint(str(tmp_path / "error.jsonl"), "--format", "json")
    assert [(found["code"], found["message"]) for found in json.loads(done.stdout)["findings"]] == [
        ("SEQ421", "the response is an error, not a stream: Too many requests")
    ]


def test_an_unknown_stream_is_reported_as_unchecked(tmp_path: Path) -> None:
    file = tmp_path / "steps.sse"
    file.write_text('data: {"step":1}\n\ndata: {"step":2}\n\n')
    [row] = json.loads(lint(str(file), "--format", "json").stdout)["streams"]
    assert (row["api"], row["unchecked"]) == ("unknown", ["shape", "order"])


@pytest.mark.parametrize(
    "file", sorted(path for path in STREAMS.iterdir() if path.suffix in (".sse", ".ndjson", ".aws"))
)
def test_every_api_of_the_catalogue_is_checked(file: Path) -> None:
    done = lint(str(file), "--format", "json")
    assert [row["unchecked"] for row in json.loads(done.stdout)["streams"]] == [[]]
    assert "not checked" not in done.stderr
