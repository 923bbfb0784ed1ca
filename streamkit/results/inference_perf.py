"""inference-perf 0.7: `per_request_lifecycle_metrics.json`, and `summary_lifecycle_metrics.json` with totals only.

Its request latency ends at the end of the body, so it is our operation duration. Its time per output token, from the first
token to the last, is our inter-token latency; its normalized form is ours too. Its inter-token latencies are those of tokens,
with gaps of zero within a chunk, and are not our gaps, which are computed from the times of the chunks with content. The
tool's computed metrics are used if the file has them, and otherwise computed with its formulas.
"""

from __future__ import annotations

import re
from itertools import pairwise
from typing import Any

from streamkit.results import (
    Document,
    RequestResult,
    Result,
    ToolResult,
    count,
    failed_at,
    listed,
    nanoseconds,
    one,
    unlisted,
)

_REQUESTS = re.compile(rb'\s*\[\s*\{\s*"start_time":\s*[\d.]+,\s*"end_time":')
_TOTALS = re.compile(rb'\s*\{\s*"benchmark_time_seconds":\s*[\d.]+,\s*"load_summary":')


def reads(document: Document) -> Result:
    """Return the requests of a file."""
    report = document[0]
    return Result([_request(data) for data in report] if isinstance(report, list) else _totals(report))


def _request(data: Any) -> RequestResult:
    known = {**_of_chunks(data), **(data.get("computed_metrics") or {})}
    rate = known.get("time_per_output_token")
    return RequestResult(
        outcome=failed_at(data.get("error")),
        samples=one(
            time_to_first_token=nanoseconds(known.get("time_to_first_token")),
            inter_token_latency=nanoseconds(rate),
            inter_chunk_gap=listed(known.get("gaps")),
            # The tool reports 0.0 if there are no tokens.
            normalized_time_per_output_token=nanoseconds(known.get("normalized_time_per_output_token") or None),
            operation_duration=nanoseconds(data["end_time"] - data["start_time"]),
            output_tokens_per_second=count(1 / rate if rate else None),
            output_tokens=count(known.get("output_tokens")),
            input_tokens=count(known.get("input_tokens")),
        ),
    )


def _of_chunks(data: Any) -> dict[str, Any]:
    """Compute metrics from the times of the chunks with content, with the formulas of the tool.

    The tool's own computed metrics are off by default.
    """
    info = data.get("info") or {}
    metrics = info.get("response_metrics") or {}
    times, tokens = metrics.get("chunk_times") or [], metrics.get("output_tokens")
    known: dict[str, Any] = {
        "output_tokens": tokens,
        "input_tokens": ((info.get("request_metrics") or {}).get("text") or {}).get("input_tokens"),
    }
    if tokens:
        known["normalized_time_per_output_token"] = (data["end_time"] - data["start_time"]) / tokens
    if len(times) > 1:
        known["time_to_first_token"] = times[0] - data["start_time"]
        known["gaps"] = [later - earlier for earlier, later in pairwise(times)]
        if tokens and tokens > 1:
            known["time_per_output_token"] = (times[-1] - times[0]) / (tokens - 1)
    return known


def _totals(report: Any) -> list[RequestResult]:
    latency = report["successes"].get("latency") or {}
    totals = {
        f"{stat} {name}": f"{statistics[stat] * 1e3:.6g} ms"
        for name in ("time_to_first_token", "time_per_output_token", "request_latency")
        if (statistics := latency.get(name))
        for stat in ("mean", "median", "p99")
        if statistics.get(stat) is not None
    }
    remedy = "set report.request_lifecycle.per_request"
    return unlisted(int(report["successes"]["count"]), int(report["failures"]["count"]), totals, remedy)


RESULT = ToolResult(
    name="inference_perf",
    tool="inference-perf",
    recognises=lambda head: bool(_REQUESTS.match(head) or _TOTALS.match(head)),
    reads=reads,
)
