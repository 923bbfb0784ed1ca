"""Failed requests are excluded from latencies: `stats` counts them separately, and gates can check them."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import orjson
import pytest

from streamkit.apis import interpret
from streamkit.cli.main import streamkit
from streamkit.errors import UsageError
from streamkit.metrics import outcome_of, parse_expression, share_interval
from streamkit.model.exchange import Body, End, Exchange, Frames, Request, Response
from tests.cli.test_stats import recording, run
from tests.clicking import CliRunner
from tests.metrics.making import MS, URL, exchange, plain

ASKED = Request("POST", URL, (), Body("json", {"model": "m-1", "stream": True}))
REFUSED = Exchange(source="client", clock="monotonic", end=End(at=3 * MS, reason="refused"), request=ASKED)
ANSWER = (
    b'{"id":"c1","object":"chat.completion","created":1,"model":"m-1","choices":[{"index":0,"message":'
    b'{"role":"assistant","content":"hi"},"finish_reason":"stop"}]}'
)
ERROR = '{"error":{"message":"boom","type":"server_error"}}'


def answered(status: int, body: bytes, *, at: int = 49, request: Request = ASKED) -> Exchange:
    """Return a response that is one JSON document, complete after `at` ms."""
    response = Response(5 * MS, status, headers=(("content-type", "application/json"),))
    return replace(
        REFUSED,
        frames=Frames([body], [at * MS], [None]),
        response=response,
        end=End(at=at * MS, reason="eof"),
        request=request,
    )


NOTIFIED = Request("POST", URL, (), Body("json", {"jsonrpc": "2.0", "method": "notifications/initialized"}))
LIMITED = answered(429, ERROR.encode())
PLAIN = answered(200, ANSWER, at=800, request=Request("POST", URL, (), Body("json", {"model": "m-1"})))
UNSTREAMED = answered(200, ANSWER, at=800)
BROKEN = exchange([*plain(5)[:4], (300, ERROR)])
CUT = exchange(plain(10)[:5])
GOOD = exchange(plain(10))


@pytest.mark.parametrize(
    ("given", "outcome"),
    [
        (GOOD, "complete"),
        (REFUSED, "refused"),
        (replace(REFUSED, end=End(at=3 * MS, reason="idle_timeout")), "idle-timeout"),
        (LIMITED, "http-429"),
        (replace(GOOD, response=Response(5 * MS, 503)), "http-503"),
        (PLAIN, "plain-answer"),
        (UNSTREAMED, "not-a-stream"),
        (answered(202, b"", request=NOTIFIED), "plain-answer"),
        (answered(200, b"", request=Request("DELETE", URL, (("mcp-session-id", "s-1"),))), "plain-answer"),
        (answered(200, b"", request=Request("GET", URL, (("mcp-session-id", "s-1"),))), "plain-answer"),
        (answered(200, b"", request=NOTIFIED), "not-a-stream"),
        (answered(202, b"", request=ASKED), "not-a-stream"),
        (answered(200, ERROR.encode()), "error"),
        (BROKEN, "error"),
        (CUT, "truncated"),
        (replace(CUT, end=End(at=200 * MS, reason="reset")), "truncated"),
    ],
)
def test_outcome(given: Exchange, outcome: str) -> None:
    assert outcome_of(interpret(given)) == outcome


def test_latency_is_that_of_complete_streams(tmp_path: Path) -> None:
    path = recording(tmp_path / "run.jsonl", [GOOD, GOOD, LIMITED, LIMITED, LIMITED, BROKEN, PLAIN])
    summary = orjson.loads(run("--format", "json", path).stdout)["summary"]
    assert summary["metrics"]["operation_duration_ns"]["n"] == 2
    assert summary["metrics"]["operation_duration_ns"]["p50"] == 290 * MS
    assert summary["outcomes"] == {"complete": 2, "error": 1, "http-429": 3, "plain-answer": 1}
    assert (summary["success"]["complete"], summary["success"]["failed"]) == (2, 4)
    assert (summary["over"], summary["measured"], summary["streams"]) == ("complete", 2, 7)
    again = orjson.loads(run("--format", "json", "--include", "failed", path).stdout)["summary"]
    assert again["metrics"]["operation_duration_ns"]["n"] == 7
    assert (again["over"], again["measured"]) == ("all", 7)


def test_each_kind_of_failure_has_a_line(tmp_path: Path) -> None:
    shown = run(recording(tmp_path / "run.jsonl", [GOOD, GOOD, LIMITED, LIMITED, REFUSED, CUT, PLAIN])).stdout
    assert "Success 33 % (2 of 6; 95 % interval 9.7 % to 70 %)." in shown
    assert "Not in the distributions below:\n  2  HTTP 429\n  1  plain answer, no stream requested\n" in shown
    assert "  1  connection refused\n  1  truncated: the terminal event never came\n" in shown


def test_a_run_without_failures_does_not_mention_them(tmp_path: Path) -> None:
    assert "Not in the distributions" not in run(recording(tmp_path / "run.jsonl", [GOOD, GOOD])).stdout


@pytest.mark.parametrize(
    ("gates", "code", "message"),
    [
        (["total.p50 > 400ms"], 1, "missing in 4 of 6 streams (not-complete"),
        (["total.p50 > 400ms", "success_share < 10%"], 0, ""),
        (["total.p50 > 200ms", "success_share < 10%"], 1, "total.p50 > 200ms: it is 290 ms"),
        (["success_share < 99%"], 1, "success_share < 99%: it is 33 %"),
        (["failed > 3"], 1, "failed > 3: it is 4"),
        (["failed.429 > 1"], 1, "failed.429 > 1: it is 2"),
        (["failed.4xx > 2"], 0, ""),
        (["failed.refused >= 1"], 1, "it is 1"),
        (["truncated > 0"], 1, "truncated > 0: it is 1"),
        (["failed.5xx > 0"], 0, ""),
    ],
)
def test_gates(tmp_path: Path, gates: list[str], code: int, message: str) -> None:
    path = recording(tmp_path / "run.jsonl", [GOOD, GOOD, LIMITED, LIMITED, REFUSED, CUT])
    result = run(*(word for gate in gates for word in ("--fail-if", gate)), path)
    assert result.return_value == code
    assert message in " ".join(result.stderr.split())


def test_a_gate_on_times_fails_without_samples(tmp_path: Path) -> None:
    path = recording(tmp_path / "run.jsonl", [REFUSED, LIMITED])
    result = run("--fail-if", "ttft.p95 > 1s", "--fail-if", "failed > 10", path)
    assert result.return_value == 1


def test_an_unknown_cause_lists_the_known_ones() -> None:
    with pytest.raises(UsageError, match=r"unknown cause 'rate': expected an HTTP status \(429\) or truncated, error"):
        parse_expression("failed.rate > 1")


def test_outputs_over_other_streams_are_not_merged(tmp_path: Path) -> None:
    path = recording(tmp_path / "run.jsonl", [GOOD, CUT])
    part = tmp_path / "part.json"
    part.write_bytes(run("--format", "json", "--include", "failed", path).stdout.encode())
    result = run("--format", "json", str(part))
    assert result.return_value == 2
    assert "make it without --include failed" in " ".join(result.stderr.split())
    part.write_bytes(run("--format", "json", path).stdout.encode())
    merged = orjson.loads(run("--format", "json", str(part), path).stdout)["summary"]
    assert merged["outcomes"] == {"complete": 2, "truncated": 2}
    assert merged["metrics"]["time_to_first_token_ns"]["n"] == merged["measured"] == 2


@pytest.mark.parametrize(
    ("successes", "count", "low", "high"),
    # The examples of Newcombe (1998), table I, method 3.
    [(81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0.0, 0.1611), (1, 29, 0.0061, 0.1718)],
)
def test_the_interval_of_a_share_is_wilsons(successes: int, count: int, low: float, high: float) -> None:
    assert share_interval(successes, count) == pytest.approx((low, high), abs=5e-5)
    mirrored = share_interval(count - successes, count)
    assert mirrored == pytest.approx((1 - high, 1 - low), abs=5e-5)


def test_without_requests_there_is_no_share() -> None:
    assert share_interval(0, 0) is None


@pytest.mark.parametrize("command", ["stats", "inspect"])
def test_describing_an_incomplete_stream_is_not_a_failure(tmp_path: Path, command: str) -> None:
    path = recording(tmp_path / "cut.jsonl", [CUT])
    assert CliRunner().invoke(streamkit, [command, path], standalone_mode=False).return_value == 0


def test_metrics_given_twice_are_both_shown(tmp_path: Path) -> None:
    path = recording(tmp_path / "run.jsonl", [GOOD])
    document = orjson.loads(run("--metrics", "ttft", "--metrics", "tokens,bytes", "--format", "json", path).stdout)
    assert list(document["streams"][0]["metrics"]) == ["time_to_first_token_ns", "output_tokens", "bytes"]


@pytest.mark.parametrize("option", ["--plot", "--explain"])
@pytest.mark.parametrize("form", ["json", "csv", "markdown"])
def test_options_for_the_table_are_rejected_elsewhere(tmp_path: Path, option: str, form: str) -> None:
    path = recording(tmp_path / "run.jsonl", [GOOD])
    result = CliRunner().invoke(streamkit, ["stats", option, "--format", form, path])
    assert isinstance(result.exception, UsageError)
    assert str(result.exception) == f"{option} goes with --format table alone, not with {form}"


def test_a_rejected_command_leaves_the_output_file_unchanged(tmp_path: Path) -> None:
    path = recording(tmp_path / "run.jsonl", [GOOD])
    old, new = tmp_path / "old.json", tmp_path / "new.json"
    old.write_text("kept")
    for target, more in ((old, ["--force"]), (new, [])):
        arguments = ["stats", "--compare", path, "--metrics", "rps", "-o", str(target), *more, path]
        assert isinstance(CliRunner().invoke(streamkit, arguments).exception, UsageError)
    assert old.read_text() == "kept"
    assert not new.exists()
    assert run("--format", "json", "--force", "-o", str(old), path).return_value == 0
    assert orjson.loads(old.read_bytes())["summary"]["streams"] == 1


def test_a_percentile_of_too_few_samples_is_marked(tmp_path: Path) -> None:
    path = recording(tmp_path / "run.jsonl", [GOOD] * 7)
    shown = " ".join(run("--metrics", "ttft,gap", path).stdout.split())
    assert "Too few samples to distinguish from the maximum: p90 and above: TTFT (7); p99 and above: Gap (63)." in shown
    path = recording(tmp_path / "more.jsonl", [GOOD] * 100)
    assert "Too few samples" not in run("--metrics", "ttft", path).stdout
