"""Results of benchmark tools, as the tools wrote them, read as requests; and compared with recordings of the same run.

The files of AIPerf, GuideLLM and inference-perf were written by these tools, run against `streamkit serve` with
recordings/openai_chat/plain.jsonl, and shortened. Those of vLLM and SGLang hold what vLLM's own request function measured of
the same server, one request refused, in the form that `vllm/benchmarks/serve.py` of 0.33.0 (lines 1318-1342 and 2303-2335)
and `sglang/benchmark/serving.py` of 0.5.23 (lines 1850-1963) write.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from streamkit.cli.main import streamkit
from streamkit.errors import UnreadableInput
from streamkit.model.measurement import Measurement
from streamkit.results import RESULTS
from streamkit.service.merging import rows_of, tool_measurements
from tests.clicking import CliRunner, Result

DATA = Path(__file__).with_name("data")
PLAIN = str(Path(__file__).parents[2] / "recordings" / "openai_chat" / "plain.jsonl")
MS = 1_000_000


def run(*words: str) -> Result:
    return CliRunner().invoke(streamkit, ["stats", "--no-config", *words], standalone_mode=False)


def read(name: str) -> list[Measurement]:
    measurements = tool_measurements(str(DATA / name))
    assert measurements is not None
    return measurements


# The second request of each: TTFT, inter-token latency, the end with the metric that it is, tokens, gaps; in milliseconds.
SECOND = {
    "aiperf-0.13.0.jsonl": (82.370928, 28.704878, ("time_to_last_token", 599.058736), 19, 18),
    "guidellm-0.8.1.json": (82.104206, 28.511485, ("operation_duration", 616.121054), 19, 0),
    "inference-perf-0.7.0.json": (85.818, 24.3, ("operation_duration", 618.0), 22, 18),
    "vllm-0.33.0.json": (85.074, 28.4, ("time_to_last_token", 597.0), 19, 18),
    "sglang-0.5.23.jsonl": (85.074, 28.4, ("time_to_last_token", 597.0), 19, 18),
}


@pytest.mark.parametrize("name", SECOND)
def test_the_numbers_of_a_request(name: str) -> None:
    ttft, latency, (end, at), tokens, gaps = SECOND[name]
    samples = read(name)[1].samples
    assert samples["time_to_first_token"].values[0] == pytest.approx(ttft * MS, rel=1e-3)
    assert samples["inter_token_latency"].values[0] == pytest.approx(latency * MS, rel=5e-3)
    assert samples[end].values[0] == pytest.approx(at * MS, rel=5e-3)
    assert samples["output_tokens"].values == (tokens,)
    assert len(samples["inter_chunk_gap"].values) == gaps
    assert samples["output_tokens_per_second"].values in ((), (pytest.approx(1e9 / (latency * MS), rel=5e-3),))


@pytest.mark.parametrize(
    ("name", "outcomes"),
    [
        ("aiperf-0.13.0.jsonl", ["complete"] * 3),
        ("guidellm-0.8.1.json", ["complete"] * 3),
        ("inference-perf-0.7.0.json", ["complete"] * 3),
        ("vllm-0.33.0.json", ["complete"] * 3 + ["error"]),
        ("sglang-0.5.23.jsonl", ["complete"] * 3 + ["error"]),
        ("aiperf-0.13.0-totals.json", ["complete"] * 5),
        ("inference-perf-0.7.0-summary.json", ["complete"] * 4),
        ("vllm-0.33.0-totals.json", ["complete"] * 3 + ["error"]),
    ],
)
def test_how_the_requests_ended(name: str, outcomes: list[str]) -> None:
    assert [one.outcome for one in read(name)] == outcomes


def test_what_a_tool_does_not_store_is_missing_and_not_zero() -> None:
    failed = read("vllm-0.33.0.json")[3].samples
    assert {samples.missing for samples in failed.values()} == {"not-in-result"}
    assert read("guidellm-0.8.1.json")[0].samples["inter_chunk_gap"].missing == "not-in-result"
    assert read("aiperf-0.13.0.jsonl")[0].samples["operation_duration"].missing == "not-in-result"


@pytest.mark.parametrize(
    "name", [path.name for path in DATA.iterdir() if "totals" in path.name or "summary" in path.name]
)
def test_totals_have_no_samples_and_are_marked(name: str) -> None:
    first, *rest = read(name)
    assert {samples.missing for one in (first, *rest) for samples in one.samples.values()} == {"not-in-result"}
    assert first.notes[0].startswith("the tool wrote totals only, and no request (")
    assert "p99" in first.notes[0]
    assert not any(one.notes for one in rest)


def test_a_result_is_compared_with_a_recording() -> None:
    done = run("--compare", str(DATA / "vllm-0.33.0.json"), PLAIN, "--format", "json")
    comparison = json.loads(done.stdout)
    assert (comparison["before"]["outcomes"], comparison["after"]["streams"]) == ({"complete": 3, "error": 1}, 1)
    assert comparison["metrics"]["time_to_first_token_ns"]["before"]["p50"] == pytest.approx(85.07 * MS, rel=1e-3)
    assert comparison["metrics"]["operation_duration_ns"] is None


def test_a_result_is_measured_and_gated() -> None:
    done = run(str(DATA / "sglang-0.5.23.jsonl"), "--metrics", "ttft", "--fail-if", "failed > 0")
    assert done.return_value == 1
    assert "4 streams: 3 complete, 1 error" in done.stdout


def test_rows_are_those_of_stats(tmp_path: Path) -> None:
    [row, *_] = rows_of(str(DATA / "aiperf-0.13.0.jsonl"))
    assert (row["outcome"], row["recorded_at"][:4], row["tokens_source"]) == ("complete", "2026", "AIPerf")
    merged = tmp_path / "run.json"
    assert run("--format", "json", "-o", str(merged), str(DATA / "aiperf-0.13.0.jsonl")).return_value == 0
    assert json.loads(merged.read_text())["summary"]["metrics"]["time_to_last_token_ns"]["n"] == 3


@pytest.mark.parametrize(
    "document",
    [
        {"date": "x", "endpoint_type": "y", "ttfts": [1]},
        {"date": "x", "endpoint_type": "y", "completed": 10**12},
        {
            "date": "x",
            "endpoint_type": "y",
            "ttfts": [1],
            "itls": [],
            "output_lens": [],
            "input_lens": [],
            "errors": [],
        },
        {"aiperf_version": 1},
    ],
)
def test_a_damaged_result_is_one_clear_line(document: dict[str, Any], tmp_path: Path) -> None:
    path = tmp_path / "bad.json"
    path.write_text(json.dumps(document) if "date" in document else '{"schema_version":"1","aiperf_version":3,"x":')
    with pytest.raises(UnreadableInput, match="not results of"):
        tool_measurements(str(path))


def test_a_file_that_is_not_a_result_is_left_to_the_formats(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    path.write_text('[{"x":1}]')
    assert tool_measurements(str(path)) is None
    assert tool_measurements(PLAIN) is None


def test_every_importer_has_a_file_here() -> None:
    heads = [path.read_bytes()[:512] for path in DATA.iterdir()]
    for entry in RESULTS.values():
        assert any(entry.recognises(head) for head in heads), entry.name
    assert all(sum(entry.recognises(head) for entry in RESULTS.values()) == 1 for head in heads)
