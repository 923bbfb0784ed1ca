"""What is missing in a result file, and what is 0."""

from __future__ import annotations

from typing import Any

import pytest

from streamkit.results._columns import column_requests
from streamkit.results._result import RequestResult, count, unlisted
from streamkit.results.inference_perf import reads


@pytest.mark.parametrize(
    ("value", "sample"), [(0, (0.0,)), (3, (3.0,)), (2.5, (2.5,)), (-1, ()), (None, ()), (True, ()), ("3", ())]
)
def test_a_count(value: Any, sample: tuple[float, ...]) -> None:
    assert count(value) == sample


def test_totals_of_no_request_are_no_requests() -> None:
    assert unlisted(0, 0, {}, "--x") == []


@pytest.mark.parametrize(("complete", "failed"), [(-1, 0), (0, -2), (10_001, 0), (5_000, 5_001)])
def test_totals_of_impossibly_many_requests_are_refused(complete: int, failed: int) -> None:
    with pytest.raises(ValueError, match="expected at most"):
        unlisted(complete, failed, {}, "--x")


@pytest.mark.parametrize(
    ("gaps", "tokens", "latency"),
    [([0.5, 0.5], 3, (5e8,)), ([0.5], 3, (2.5e8,)), ([], 3, ()), ([0.5], 1, ()), ([], 1, ())],
)
def test_the_latency_of_columns_needs_gaps_and_a_second_token(
    gaps: list[float], tokens: int, latency: tuple[float, ...]
) -> None:
    run = {"ttfts": [0.1], "itls": [gaps], "output_lens": [tokens], "input_lens": [2], "errors": [""]}
    [request] = column_requests(run, "--x")
    assert request.samples.get("inter_token_latency", ()) == latency


@pytest.mark.parametrize(("tokens", "latency"), [(3, (5e8,)), (2, (1e9,)), (1, ()), (0, ()), (None, ())])
def test_the_latency_of_inference_perf_needs_a_second_token(tokens: int | None, latency: tuple[float, ...]) -> None:
    metrics = {"response_metrics": {"chunk_times": [1.0, 1.5, 2.0], "output_tokens": tokens}}
    [request] = reads(([{"start_time": 0.5, "end_time": 2.5, "info": metrics}],)).requests  # type: ignore[arg-type]
    assert isinstance(request, RequestResult)
    assert request.samples.get("inter_token_latency", ()) == latency
