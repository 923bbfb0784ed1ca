"""GuideLLM 0.8: the JSON of `guidellm run --output kind=json`, all benchmarks of the file together.

Its request latency ends at `[DONE]` or at the end of the body, so it is our operation duration. Its inter-token latency is
ours; its time per output token, which includes the first token, has no counterpart. Gaps are not stored. Requests that were
removed by sampling are not in the file. Requests that were cut off at the end of the benchmark count neither as success nor
as failure, like excerpts.
"""

from __future__ import annotations

import re
from typing import Any

from streamkit.results import Document, RequestResult, Result, ToolResult, count, nanoseconds, one

_HEAD = re.compile(rb'\s*\{\s*"metadata":\s*\{[^{}]*"guidellm_version":')
_MS = 1e6


def reads(document: Document) -> Result:
    """Return the requests of a file."""
    report = document[0]
    outcomes = {"successful": "complete", "errored": "error", "incomplete": "excerpt"}
    requests = [
        _request(data, outcome)
        for benchmark in report["benchmarks"]
        for kind, outcome in outcomes.items()
        for data in benchmark["requests"].get(kind) or ()
    ]
    return Result(requests, str(report["metadata"]["guidellm_version"]))


def _request(data: Any, outcome: str) -> RequestResult:
    return RequestResult(
        outcome=outcome,
        samples=one(
            time_to_first_token=nanoseconds(data.get("time_to_first_token_ms"), _MS),
            time_to_first_answer_token=nanoseconds(data.get("time_to_first_output_token_ms"), _MS),
            inter_token_latency=nanoseconds(data.get("inter_token_latency_ms"), _MS),
            operation_duration=nanoseconds(data.get("request_latency")),
            end_to_end_tokens_per_second=count(data.get("output_tokens_per_second")),
            output_tokens=count(data.get("output_tokens")),
            input_tokens=count(data.get("prompt_tokens")),
            cached_tokens=count(data.get("cached_tokens")),
        ),
    )


RESULT = ToolResult(name="guidellm", tool="GuideLLM", recognises=lambda head: bool(_HEAD.match(head)), reads=reads)
