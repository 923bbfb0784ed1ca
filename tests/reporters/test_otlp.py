"""`stats --format otlp` checked with the protocol's own types, and what a collector receives."""

from __future__ import annotations

import base64
import json
import math
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest

from streamkit.cli.main import streamkit
from streamkit.errors import StreamkitError
from streamkit.reporters.otlp import _Points  # the only way to values that no recording has
from tests.clicking import CliRunner, Result

ROOT = Path(__file__).parents[2]
RECORDINGS = ROOT / "recordings"
PLAIN, CUT = str(RECORDINGS / "openai_chat" / "plain.jsonl"), str(RECORDINGS / "openai_chat" / "cut-off.jsonl")


def run(*words: str) -> Result:
    return CliRunner().invoke(streamkit, ["stats", "--no-config", *words], standalone_mode=False)


def lines(*words: str) -> list[Any]:
    return [json.loads(line) for line in run("--format", "otlp", *words).stdout.splitlines()]


def spans(requests: list[Any]) -> list[Any]:
    return [
        span
        for request in requests
        for resource in request.get("resourceSpans", [])
        for scope in resource["scopeSpans"]
        for span in scope["spans"]
    ]


def metrics(requests: list[Any]) -> dict[str, Any]:
    [request] = [request for request in requests if "resourceMetrics" in request]
    [scope] = request["resourceMetrics"][0]["scopeMetrics"]
    return {metric["name"]: metric for metric in scope["metrics"]}


def known(pairs: list[Any]) -> dict[str, Any]:
    return {pair["key"]: next(iter(pair["value"].values())) for pair in pairs}


def test_the_protocols_own_types_accept_it() -> None:
    """opentelemetry-proto parses every line. Its JSON has ids in base64, OTLP/JSON in hexadecimal."""
    pytest.importorskip("opentelemetry.proto")
    from google.protobuf.json_format import Parse
    from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceRequest
    from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

    requests = lines(str(RECORDINGS))
    assert len(spans(requests)) > 10
    for request in requests:
        for span in spans([request]):
            for name, size in (("traceId", 16), ("spanId", 8)):
                raw = bytes.fromhex(span[name])
                assert len(raw) == size
                span[name] = base64.b64encode(raw).decode()
        kind = ExportMetricsServiceRequest if "resourceMetrics" in request else ExportTraceServiceRequest
        assert Parse(json.dumps(request), kind()).ByteSize() > 0


def test_a_span_covers_the_stream() -> None:
    good, cut = spans(lines(PLAIN, CUT))
    stats = json.loads(run("--format", "json", PLAIN).stdout)["streams"][0]
    assert int(good["endTimeUnixNano"]) - int(good["startTimeUnixNano"]) == stats["metrics"]["operation_duration_ns"]
    first = next(event for event in good["events"] if event["name"] == "first token")
    assert int(first["timeUnixNano"]) - int(good["startTimeUnixNano"]) == stats["metrics"]["time_to_first_token_ns"]
    assert known(good["attributes"])["gen_ai.usage.output_tokens"] == "19"
    assert (good["status"], cut["status"]) == ({}, {"code": 2, "message": "truncated"})
    assert known(cut["attributes"])["error.type"] == "truncated"
    assert good["traceId"] != cut["traceId"]


def test_a_stream_without_times_has_no_span() -> None:
    assert spans(lines(str(RECORDINGS / "openai_chat" / "pasted-gist.jsonl"))) == []


def test_points_of_streams_without_a_wall_clock_begin_at_an_unknown_time() -> None:
    """0 is what the protocol has for that."""
    found = metrics(lines(str(RECORDINGS / "openai_chat" / "pasted-gist.jsonl")))
    points = [point for one in found.values() for point in one["exponentialHistogram"]["dataPoints"]]
    assert {(point["startTimeUnixNano"], point["timeUnixNano"]) for point in points} == {("0", "0")}


@pytest.mark.parametrize(
    ("path", "operation", "provider"),
    [
        ("openai_completions", "text_completion", None),
        ("gemini", "generate_content", "gcp.gemini"),
        ("anthropic_messages", "chat", "anthropic"),
        ("openai_responses", "chat", None),
    ],
)
def test_operations_and_providers_are_named_by_the_conventions(path: str, operation: str, provider: str | None) -> None:
    span = spans(lines(str(RECORDINGS / path / "plain.jsonl")))[0]
    attributes = known(span["attributes"])
    assert attributes["gen_ai.operation.name"] == operation
    assert attributes.get("gen_ai.provider.name") in (provider, None)


def test_no_client_measurement_has_a_server_metric_name() -> None:
    for form in ("otlp", "otel"):
        assert "gen_ai.server." not in run("--format", form, str(RECORDINGS)).stdout


def test_histograms_hold_every_value_in_its_bucket() -> None:
    found = metrics(lines(PLAIN))
    duration = found["gen_ai.client.operation.duration"]
    assert duration["unit"] == "s"
    [point] = duration["exponentialHistogram"]["dataPoints"]
    base = 2**2 ** -point["scale"]
    offset = point["positive"]["offset"]
    assert base**offset < point["sum"] <= base ** (offset + 1)
    assert point["positive"]["bucketCounts"] == ["1"]
    gaps = found["gen_ai.client.operation.time_per_output_chunk"]["exponentialHistogram"]["dataPoints"][0]
    assert sum(map(int, gaps["positive"]["bucketCounts"])) + int(gaps["zeroCount"]) == int(gaps["count"]) == 21


def test_equal_values_are_added_together() -> None:
    points = _Points()
    points.add(0.5, 4)
    points.add(2.0)
    assert (points.count, points.total, points.low, points.high) == (5, 4.0, 0.5, 2.0)


def test_values_far_apart_share_wider_buckets() -> None:
    points = _Points()
    for value in (1e-9, 1.0, 1e12):
        points.add(value)
    made = points.to_json({}, 0, 0)
    base = 2**2 ** -made["scale"]
    counts = list(map(int, made["positive"]["bucketCounts"]))
    assert len(counts) <= 320
    held = [made["positive"]["offset"] + index for index, count in enumerate(counts) if count]
    assert held == [math.ceil(round(math.log(value, base), 9)) - 1 for value in (1e-9, 1.0, 1e12)]


@contextmanager
def collector(status: int = 200, answer: str = "{}") -> Iterator[tuple[str, list[tuple[str, Any]]]]:
    """Run a collector that remembers what it receives."""
    received: list[tuple[str, Any]] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            received.append((self.path, json.loads(body)))
            self.send_response(status)
            self.end_headers()
            self.wfile.write(answer.encode())

        def log_message(self, *_: Any) -> None:
            """Say nothing."""

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}", received
        finally:
            server.shutdown()
            thread.join()


def test_a_collector_receives_everything(tmp_path: Path) -> None:
    with collector() as (url, received):
        done = run("--otlp-endpoint", url, PLAIN, CUT)
    assert (done.return_value, done.stdout) == (0, "")
    assert [path for path, _ in received] == ["/v1/traces", "/v1/traces", "/v1/metrics"]
    assert [body for _, body in received] == lines(PLAIN, CUT)


@pytest.mark.parametrize(
    ("status", "answer", "message"),
    [
        (500, "broken", "rejected with status 500: 'broken'"),
        (200, '{"partialSuccess":{"rejectedSpans":"1","errorMessage":"no"}}', "partly rejected"),
    ],
)
def test_a_collector_that_rejects_some_is_reported(status: int, answer: str, message: str) -> None:
    with collector(status, answer) as (url, _):
        error = run("--otlp-endpoint", url, PLAIN).exception
    assert isinstance(error, StreamkitError)
    assert message in str(error)


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--otlp-endpoint", "localhost:4318"], "invalid OTLP endpoint"),
        (["--otlp-endpoint", "http://127.0.0.1:9"], "cannot be reached"),
        (["--otlp-endpoint", "http://127.0.0.1:9", "--format", "json"], "cannot be used with another output"),
    ],
)
def test_what_cannot_be_sent(words: list[str], message: str) -> None:
    error = run(*words, PLAIN).exception
    assert isinstance(error, StreamkitError)
    assert message in str(error)
    assert error.exit_code == 2
