"""AIPerf 0.13: `profile_export.jsonl`, with one request per line, and `profile_export_aiperf.json`, with totals only.

Its request latency ends at the last token, so it is our time to last token. Its inter-chunk latency is our inter-chunk gap,
its inter-token latency is ours, and its output sequence length (counted by the server or a tokenizer) is our number of output
tokens. A line with an error is a failed request. Warm-up requests are ignored, as in AIPerf.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Any

from streamkit.results import Document, RequestResult, Result, ToolResult, count, listed, nanoseconds, one, unlisted

_LINE = re.compile(rb'\s*\{"metadata":\{"session_num":')
_TOTALS = re.compile(rb'\s*\{\s*"schema_version":\s*"[\d.]+",\s*"aiperf_version":')
_UNITS = {"ns": 1, "us": 1e3, "ms": 1e6, "sec": 1e9}


def reads(document: Document) -> Result:
    """Return the requests of a file."""
    if "aiperf_version" in document[0]:
        return _totals(document[0])
    return Result([_request(line) for line in document if line["metadata"].get("benchmark_phase") != "warmup"])


def _request(line: Any) -> RequestResult:
    data = line.get("metrics") or {}
    outcome = "error" if line.get("error") else "truncated" if line["metadata"].get("was_cancelled") else "complete"
    return RequestResult(
        outcome=outcome,
        recorded_at=_moment(line["metadata"].get("request_start_ns")),
        samples=one(
            time_to_first_token=_time(data, "time_to_first_token"),
            time_to_second_token=_time(data, "time_to_second_token"),
            time_to_first_answer_token=_time(data, "time_to_first_output_token"),
            time_to_last_token=_time(data, "request_latency"),
            inter_token_latency=_time(data, "inter_token_latency"),
            inter_chunk_gap=_gaps(data.get("inter_chunk_latency")),
            output_tokens_per_second=count((data.get("output_token_throughput_per_user") or {}).get("value")),
            output_tokens=count((data.get("output_sequence_length") or {}).get("value")),
            input_tokens=count((data.get("input_sequence_length") or {}).get("value")),
        ),
    )


def _time(data: Any, name: str) -> tuple[float, ...]:
    metric = data.get(name) or {}
    return nanoseconds(metric.get("value"), _UNITS[metric["unit"]]) if metric else ()


def _gaps(metric: Any) -> tuple[float, ...]:
    return listed(metric["value"], _UNITS[metric["unit"]]) if metric else ()


def _moment(at: Any) -> str | None:
    if type(at) is not int:
        return None
    return datetime.fromtimestamp(at / 1e9, UTC).isoformat().replace("+00:00", "Z")


def _totals(data: Any) -> Result:
    named = ("request_latency", "time_to_first_token", "inter_token_latency")
    totals = {
        f"{stat} {name}": f"{metric[stat]:.6g} {metric['unit']}"
        for name in named
        if (metric := data.get(name))
        for stat in ("avg", "p50", "p99")
        if metric.get(stat) is not None
    }
    number = int((data.get("request_count") or {}).get("avg") or 0)
    failed = sum(int(one.get("count") or 0) for one in data.get("error_summary") or ())
    return Result(unlisted(number, failed, totals, "use profile_export.jsonl"), str(data["aiperf_version"]))


RESULT = ToolResult(
    name="aiperf",
    tool="AIPerf",
    recognises=lambda head: bool(_LINE.match(head) or _TOTALS.match(head)),
    reads=reads,
)
