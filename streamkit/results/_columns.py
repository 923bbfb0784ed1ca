"""Requests in columns, as written by vLLM and SGLang: one list per number, with one element per request."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from streamkit.results._result import RequestResult, count, failed_at, listed, nanoseconds, one, unlisted

_TOTALS = ("mean_ttft_ms", "median_ttft_ms", "p99_ttft_ms", "mean_tpot_ms", "median_tpot_ms", "p99_tpot_ms")


def column_requests(run: Mapping[str, Any], remedy: str) -> Sequence[RequestResult]:
    """Return the requests of one run. If it has totals only, the requests have no numbers, and a note contains `remedy`."""
    if "ttfts" not in run:
        totals = {name: f"{run[name]:.6g}" for name in _TOTALS if run.get(name) is not None}
        return unlisted(int(run["completed"]), int(run.get("failed") or 0), totals, remedy)
    columns = zip(run["ttfts"], run["itls"], run["output_lens"], run["input_lens"], run["errors"], strict=True)
    return [
        RequestResult(
            outcome=failed_at(error),
            model=run.get("model_id"),
            # In a failed request, 0 means that there is no number.
            samples={} if error else _samples(ttft, gaps, tokens, prompt_tokens),
        )
        for ttft, gaps, tokens, prompt_tokens, error in columns
    ]


def _samples(ttft: float, gaps: Sequence[float], tokens: int, prompt_tokens: int) -> dict[str, tuple[float, ...]]:
    if not ttft:
        # These tools store 0.0 if they recognized no chunk as a token.
        return one(output_tokens=count(tokens), input_tokens=count(prompt_tokens))
    rest = sum(gaps)
    latency = rest / (tokens - 1) if tokens > 1 and gaps else None
    return one(
        time_to_first_token=nanoseconds(ttft),
        time_to_last_token=nanoseconds(ttft + rest),
        inter_token_latency=nanoseconds(latency),
        inter_chunk_gap=listed(gaps),
        output_tokens_per_second=count(1 / latency if latency else None),
        output_tokens=count(tokens),
        input_tokens=count(prompt_tokens),
    )
