"""One stream, worked through by hand with each tool's formula, with one page per tool in tests/specs/definitions.

role@20, three words @100 @120 @160, finish @165, usage (N = 4) and `[DONE]` @170, closed @171; milliseconds.
"""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from streamkit.apis import interpret
from streamkit.definitions import DEFINITIONS, FIELDS, REASONS, ToolMetrics, compute, compute_all
from streamkit.model.exchange import End, Frames, Import
from streamkit.model.measurement import TokenCounter
from tests.metrics.making import MS, ROLE, STOP, chunk, exchange, text, usage

WORDS = [(20, ROLE), (100, text("a b")), (120, text(" c")), (160, text(" d"))]
PLAIN = [*WORDS, (165, STOP), (170, usage(4)), (170, "[DONE]")]
NO_USAGE = [*WORDS, (165, STOP), (170, "[DONE]")]
COUNTER = TokenCounter("words", lambda words: len(words.split()))


def results(name: str, events: Any = PLAIN, counter: TokenCounter | None = COUNTER, **fields: Any) -> ToolMetrics:
    return compute(DEFINITIONS[name], interpret(exchange(events, **{"end": 171, **fields})), counter)


PAGES = sorted((Path(__file__).parents[1] / "specs" / "definitions").glob("*.md"))
NAMES = [page.stem for page in PAGES]


def test_every_definition_has_a_page() -> None:
    assert set(NAMES) == set(DEFINITIONS)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_worked_through_by_hand(page: Path) -> None:
    cells = re.findall(r"^\| plain \| (.*) \|$", page.read_text(encoding="utf-8"), re.MULTILINE)[0].split(" | ")
    ttft, end, tokens, per_token, gaps = cells
    ours = results(page.stem)
    for value, cell in ((ours.ttft, ttft), (ours.end, end), (ours.per_token, per_token)):
        assert value == (None if cell == "-" else pytest.approx(milliseconds(cell), abs=1))
    assert (f"{ours.tokens} {ours.tokens_source}" if ours.tokens is not None else "-") == tokens
    assert ours.gaps == (None if gaps == "-" else [milliseconds(gap) for gap in gaps.split(", ")])


def milliseconds(cell: str) -> float:
    assert cell.endswith(" ms")
    return float(cell.removesuffix(" ms")) * MS


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize(
    "events",
    [
        PLAIN,
        NO_USAGE,
        [(20, ROLE)],
        [],
        [(100, text("a"))],
        [(20, ROLE), (30, '{"error":{"message":"boom"}}')],
        [*WORDS, (165, STOP), (170, usage(0))],
        [(20, ROLE), (30, usage(4))],
    ],
)
@pytest.mark.parametrize("ended", [True, False])
def test_exactly_the_missing_values_have_a_reason(name: str, events: Any, ended: bool) -> None:
    stream = interpret(replace(exchange(events), end=End(at=171 * MS, reason="eof") if ended else None))
    for counter in (None, COUNTER):
        ours = compute(DEFINITIONS[name], stream, counter)
        values = dict(zip(FIELDS, (ours.ttft, ours.end, ours.tokens, ours.per_token, ours.gaps), strict=True))
        assert {key for key, value in values.items() if value is None} == set(ours.missing)
        assert set(ours.missing.values()) <= set(REASONS)


def test_without_usage_the_tools_differ() -> None:
    assert results("aiperf", NO_USAGE).missing["tokens"] == "no-usage"
    assert results("vllm_0_33", NO_USAGE).tokens_source == "tokenizer words"
    assert results("vllm_0_33", NO_USAGE, None).missing["tokens"] == "no-tokenizer"
    assert results("sglang", NO_USAGE, request={"max_tokens": 99}).tokens == 99
    assert results("sglang", NO_USAGE).missing["tokens"] == "unknown-max-tokens"
    assert (results("guidellm", NO_USAGE).tokens, results("guidellm", NO_USAGE).tokens_source) == (3, "chunks")
    assert results("opentelemetry", NO_USAGE).missing["tokens"] == "no-usage"


def test_llmperf_divides_by_the_lines() -> None:
    ours = results("llmperf", NO_USAGE)
    assert (ours.ttft, ours.end, ours.per_token) == (100 * MS, 171 * MS, 160 * MS / 5)


def test_only_tool_calls() -> None:
    call = chunk({"tool_calls": [{"index": 0, "id": "c", "function": {"name": "f", "arguments": "{}"}}]})
    events = [(20, ROLE), (100, call), (120, call), (125, STOP), (130, usage(9)), (130, "[DONE]")]
    assert results("aiperf", events).ttft == 100 * MS
    assert results("sglang", events).ttft == 0  # the tool's own answer
    assert results("inference_perf", events).missing["ttft_ns"] == "no-token"
    assert results("genai_perf", [*events[:-2], events[-1]]).missing["ttft_ns"] == "no-content"


def test_reasoning_content_is_not_a_token_from_vllm_0_33_on() -> None:
    events = [(20, ROLE), (100, chunk({"reasoning_content": "hm"})), (300, text("a")), (320, text("b"))]
    assert results("vllm_0_33", events).ttft == 300 * MS
    renamed = [(20, ROLE), (100, chunk({"reasoning": "hm"})), (300, text("a")), (320, text("b"))]
    assert results("vllm_0_33", renamed).ttft == 100 * MS
    assert results("aiperf", events).also["time_to_first_output_token_ns"] == 300 * MS


def test_a_broken_connection() -> None:
    stream = interpret(replace(exchange(WORDS), end=End(at=171 * MS, reason="reset")))
    assert set(compute(DEFINITIONS["aiperf"], stream).missing.values()) == {"request-failed"}
    assert compute(DEFINITIONS["inference_perf"], stream, COUNTER).end == 171 * MS


def test_another_api_and_a_log_without_times() -> None:
    gemini = (
        '{"candidates":[{"content":{"parts":[{"text":"a"}],"role":"model"},"index":0}],"modelVersion":"gemini-3-pro"}'
    )
    made = interpret(exchange([(5, gemini)]))
    assert made.api == "gemini"
    for name in set(DEFINITIONS) - {"mlperf", "opentelemetry"}:
        assert set(compute(DEFINITIONS[name], made).missing.values()) == {"not-supported"}
    untimed = interpret(exchange([(None, data) for _, data in PLAIN], clock="none", end=None))
    ours = compute(DEFINITIONS["aiperf"], untimed)
    assert (ours.ttft, ours.tokens, ours.missing["ttft_ns"], ours.missing["gaps_ns"]) == (
        None,
        4,
        "no-times",
        "no-times",
    )
    assert compute(DEFINITIONS["mlperf"], untimed).missing["gaps_ns"] == "not-defined"
    piped = compute(DEFINITIONS["aiperf"], interpret(exchange(PLAIN, source="stdin")))
    assert (piped.gaps, piped.missing["ttft_ns"]) == ([20 * MS, 40 * MS], "no-request-time")


def test_json() -> None:
    row = compute_all(interpret(exchange(PLAIN, end=171)), COUNTER)
    assert (row["file"], row["exchange"], len(row["definitions"])) == ("made.jsonl", 1, len(NAMES))
    [first] = [results for results in row["definitions"] if results["tool"] == "AIPerf"]
    assert list(first) == [
        "tool",
        "version",
        "ttft_ns",
        "end_ns",
        "tokens",
        "tokens_source",
        "per_token_ns",
        "gaps_ns",
        "also",
        "missing",
        "fails",
        "notes",
    ]
    assert first | {"also": 0} == {
        "tool": "AIPerf",
        "version": "0.13.0",
        "ttft_ns": 100 * MS,
        "end_ns": 160 * MS,
        "tokens": 4,
        "tokens_source": "usage",
        "per_token_ns": 20 * MS,
        "gaps_ns": [20 * MS, 40 * MS],
        "also": 0,
        "missing": {},
        "fails": None,
        "notes": [],
    }


def test_the_input_on_which_a_tool_would_raise_is_named() -> None:
    unspaced = exchange(PLAIN, end=171)
    frames = Frames(
        [data.replace(b"data: ", b"data:") for data in unspaced.frames.data], unspaced.frames.at, [None] * 7
    )
    rows = compute_all(interpret(replace(unspaced, frames=frames)), COUNTER)["definitions"]
    [vllm] = [row for row in rows if row["version"] == ">=0.33"]
    assert set(vllm["missing"].values()) == {"not-json"}
    assert vllm["fails"].startswith('\'data:{"id":"c1"')


def test_several_choices_are_explained() -> None:
    events = [(20, ROLE), (100, text("a")), (110, text("b", index=1)), (165, STOP), (170, usage(2)), (170, "[DONE]")]
    for name in set(DEFINITIONS) - {"mlperf", "opentelemetry", "genai_perf"}:
        assert results(name, events).notes == ("several-choices",)
    assert results("aiperf").notes == ()


def test_a_log_without_framing_is_read_as_if_every_event_arrived_whole() -> None:
    kept = interpret(exchange(PLAIN, end=171, imported=Import("gist_log", framed=False)))
    ours = compute(DEFINITIONS["sglang"], kept, COUNTER)
    assert (ours.ttft, ours.notes) == (100 * MS, ("wire-unknown",))
