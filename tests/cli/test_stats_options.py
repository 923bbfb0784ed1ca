"""Gates, groups, merging, comparison, definitions, tokenizers and pictures of `streamkit stats`."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import orjson
import pytest

from streamkit.cli.main import streamkit
from streamkit.model.exchange import End, Exchange
from streamkit.model.recording import write
from tests.clicking import CliRunner, Result
from tests.metrics.making import MS, ROLE, STOP, exchange, plain, text, usage


def run(*arguments: str, **options: Any) -> Result:
    return CliRunner(env={"COLUMNS": "80"}).invoke(streamkit, ["stats", *arguments], standalone_mode=False, **options)


def document(*arguments: str) -> Any:
    return orjson.loads(run("--format", "json", *arguments).stdout)


def recording(path: Path, exchanges: Iterable[Exchange]) -> str:
    path.write_bytes(b"".join(line for one in exchanges for line in write(one)))
    return str(path)


@pytest.fixture
def runs(tmp_path: Path) -> list[str]:
    """Three files of two streams each, with first tokens at 100 to 150 ms."""
    return [
        recording(tmp_path / f"{name}.jsonl", [exchange(plain(10, first=first)), exchange(plain(10, first=first + 10))])
        for name, first in (("a", 100), ("b", 120), ("c", 140))
    ]


class TestGates:
    def test_a_gate_that_holds(self, runs: list[str]) -> None:
        assert run("--fail-if", "ttft.p95 > 1s", *runs).return_value == 0

    def test_a_failed_gate_names_the_difference_and_the_stream(self, runs: list[str]) -> None:
        result = run("--fail-if", "ttft.max > 145ms", *runs)
        assert result.return_value == 1
        assert "gate failed: ttft.max > 145ms: it is 150 ms; broken by" in result.stderr
        assert "c.jsonl#2 (150 ms)" in result.stderr

    def test_a_missing_metric_fails_unless_allowed(self, runs: list[str]) -> None:
        gate = ("--fail-if", "audio_tokens > 5")
        result = run(*gate, *runs)
        assert result.return_value == 1
        assert "missing in 6 of 6 streams (not-reported" in result.stderr
        assert run(*gate, "--allow-missing", *runs).return_value == 0

    def test_a_gate_on_a_metric_that_is_not_shown(self, runs: list[str]) -> None:
        result = run("--metrics", "gap", "--fail-if", "ttft.min < 1s", "--format", "json", *runs)
        assert result.return_value == 1
        assert set(orjson.loads(result.stdout)["streams"][0]["metrics"]) == {"inter_chunk_gap_ns"}

    def test_unreadable_input_takes_precedence_over_a_failed_gate(self, runs: list[str], tmp_path: Path) -> None:
        assert run("--fail-if", "ttft > 1ms", *runs, str(tmp_path / "absent")).return_value == 2

    def test_gates_and_limits_of_pyproject(self, runs: list[str], tmp_path: Path, monkeypatch: Any) -> None:
        monkeypatch.chdir(tmp_path)
        (tmp_path / "pyproject.toml").write_text(
            '[tool.streamkit.stats]\nfail-if = ["goodput_share < 100%"]\nslo = ["ttft <= 145ms"]\n'
        )
        result = run(*runs)
        assert result.return_value == 1
        assert "goodput_share < 100%: it is 83 %" in result.stderr

    def test_goodput(self, runs: list[str]) -> None:
        run_summary = document("--slo", "ttft <= 125ms", "--slo", "gap.p99 <= 20ms", *runs)["summary"]["run"]
        assert run_summary["goodput_share"] == 0.5


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--definitions", "--fail-if", "ttft > 1ns"), "--fail-if cannot be used with --definitions"),
        (("--compare", "x.jsonl", "--fail-if", "ttft > 1ns"), "--fail-if cannot be used with --compare"),
        (("--compare", "x.jsonl", "--by", "model"), "--by cannot be used with --compare"),
        (("--compare", "x.jsonl", "--definitions"), "--definitions cannot be used with --compare"),
        (("--html", "x.html", "--format", "json"), "--html cannot be used with --format json"),
        (("--html", "x.html", "-o", "y.html"), "--html cannot be used with -o"),
        (("--html", "x.html", "--definitions"), "--html cannot be used with --definitions"),
    ],
)
def test_no_option_is_silently_ignored(runs: list[str], arguments: tuple[str, ...], message: str) -> None:
    assert message in str(run(*arguments, *runs).exception)


class TestManyStreams:
    def test_groups(self, tmp_path: Path) -> None:
        exchanges = [
            exchange(plain(5, first=100 if name == "x" else 200), labels={"host": name}) for name in ("x", "y", "x")
        ]
        path = recording(tmp_path / "a.jsonl", exchanges)
        groups = document("--by", "label:host", path)["summary"]["groups"]
        assert [(group["by"], group["streams"]) for group in groups] == [
            ({"label:host": "x"}, 2),
            ({"label:host": "y"}, 1),
        ]
        assert groups[1]["metrics"]["time_to_first_token_ns"]["p50"] == 200 * MS
        assert "label:host y: 1 stream: 1 complete" in run("--by", "label:host", path).stdout

    def test_an_invalid_group(self, runs: list[str]) -> None:
        assert "expected model, provider" in str(run("--by", "colour", *runs).exception)

    def test_sorted(self, runs: list[str]) -> None:
        rows = document("--sort", "ttft", "--reverse", *runs)["streams"]
        firsts = [row["metrics"]["time_to_first_token_ns"] for row in rows]
        assert firsts == sorted(firsts, reverse=True)
        assert "expected gap.p50" in str(run("--sort", "gap", *runs).exception)
        assert "expected one of: n, min" in str(run("--sort", "gap.p75", *runs).exception)

    def test_percentiles(self, runs: list[str]) -> None:
        percentiles = document("--percentiles", "25,99.9", *runs)["summary"]["percentiles"]["time_to_first_token_ns"]
        assert percentiles == {"p25": 112_500_000, "p99.9": 149_950_000}
        assert "p99.9" in run("--percentiles", "25,99.9", *runs).stdout
        assert "from 0 to 100" in str(run("--percentiles", "120", *runs).exception)

    def test_machines_merge(self, runs: list[str], tmp_path: Path) -> None:
        whole = document(*runs)
        parts = []
        for place, path in enumerate(runs):
            parts.append(str(tmp_path / f"part{place}.json"))
            assert run("--format", "json", "-o", parts[-1], path).return_value == 0
        merged = document(*parts)
        assert merged["streams"] == whole["streams"]
        assert merged["summary"]["streams"] == 6
        assert merged["summary"]["run"] == pytest.approx(whole["summary"]["run"])
        for key, statistics in whole["summary"]["metrics"].items():
            for name, value in (statistics or {}).items():
                # What is known of a spread is as exact as the values are.
                room = 0.02 * statistics["max"] if name in ("std", "mean_interval_95") else None
                mine = merged["summary"]["metrics"][key][name]
                assert mine is value is None or mine == pytest.approx(value, rel=0.0051, abs=room)
        assert document(*reversed(parts))["summary"]["histograms"] == merged["summary"]["histograms"]
        assert run("--fail-if", "ttft > 145ms", *parts).return_value == 1

    def test_an_invalid_part_is_reported_and_the_rest_is_done(self, runs: list[str], tmp_path: Path) -> None:
        bad, good = tmp_path / "bad.json", tmp_path / "good.json"
        run("--format", "json", "-o", str(good), runs[0])
        document = orjson.loads(good.read_bytes())
        for broken in ({"streams": [{}]}, document | {"streams": [{}]}, {"streams": [], "summary": {"streams": 1}}):
            bad.write_bytes(orjson.dumps({"version": 1, **{k: v for k, v in broken.items() if k != "version"}}))
            result = run(str(bad), str(good))
            assert result.return_value == 2
            assert "bad.json: not output of stats --format json" in result.stderr
            # Nothing of the bad file is counted.
            assert "In all: 2 streams: 2 complete" in result.stdout

    def test_a_reformatted_part_and_a_part_in_a_folder(self, runs: list[str], tmp_path: Path) -> None:
        folder = tmp_path / "parts"
        folder.mkdir()
        for place, path in enumerate(runs[:2]):
            text = orjson.dumps(document(path), option=orjson.OPT_INDENT_2)
            (folder / f"{place}.json").write_bytes(text)
        (folder / "c.jsonl").write_bytes(Path(runs[2]).read_bytes())
        result = run(str(folder))
        assert (result.return_value, result.stderr) == (0, "")
        assert "In all: 6 streams: 6 complete" in result.stdout

    def test_limits_apply_to_parts(self, runs: list[str], tmp_path: Path) -> None:
        part = str(tmp_path / "part.json")
        run("--format", "json", "-o", part, *runs)
        limits = ("--slo", "ttft <= 125ms", "--slo", "gap.p99 <= 20ms")
        assert document(*limits, part)["summary"]["run"]["goodput_share"] == 0.5
        result = run("--slo", "gap.p99.9 <= 20ms", part)
        assert result.return_value == 2
        assert "expected one of: n, min, mean, p50" in result.stderr

    def test_groups_of_parts(self, runs: list[str], tmp_path: Path) -> None:
        part, other = str(tmp_path / "part.json"), str(tmp_path / "other.json")
        run("--format", "json", "--by", "model", "-o", part, *runs)
        run("--format", "json", "-o", other, *runs)
        (group,) = document("--by", "model", part)["summary"]["groups"]
        assert (group["by"], group["streams"]) == ({"model": "m-1"}, 6)
        assert group["run"] == document("--by", "model", *runs)["summary"]["groups"][0]["run"]
        for by, path in (("file", part), ("model", other)):
            result = run("--by", by, path)
            assert result.return_value == 2
            assert f"its streams are not grouped by {by}; create it with --by {by}" in result.stderr

    def test_values_from_histograms_are_marked(self, runs: list[str], tmp_path: Path) -> None:
        part = str(tmp_path / "part.json")
        run("--format", "json", "-o", part, *runs)
        assert "Percentiles are within 0.5 %" in run(part).stdout
        assert "Percentiles are within 0.5 %" not in run(*runs).stdout

    def test_notes_of_one_kind_are_merged(self, tmp_path: Path) -> None:
        events = [(100, text("a")), (100, text("b")), (120, text("c")), (140, text("d"))]
        path = recording(tmp_path / "a.jsonl", [exchange(events)] * 5)
        shown = " ".join(run(path).stdout.split())
        assert shown.count("gaps are under 0.1 ms") == 1
        assert "(and 4 similar notes)" in shown

    def test_notes_and_reasons_cover_unlisted_streams(self, tmp_path: Path) -> None:
        events = [(100, text("a")), (100, text("b")), (120, text("c")), (140, text("d"))]
        path = recording(tmp_path / "a.jsonl", [exchange(events)] * 60)
        shown = " ".join(run("--explain", path).stdout.split())
        assert "(and 59 similar notes)" in shown
        assert "missing in 60 of 60 here, no-usage" in shown


class TestRun:
    def test_a_metric_of_the_run_only(self, runs: list[str]) -> None:
        assert "run: output token throughput" in run("--metrics", "throughput", *runs).stdout
        assert "run: output token throughput" in run("--metrics", "throughput", f"{runs[0]}#1").stdout

    def test_why_it_is_missing(self, runs: list[str], tmp_path: Path) -> None:
        path = recording(tmp_path / "undated.jsonl", [exchange(plain(5), recorded_at=None)])
        shown = " ".join(run(path).stdout.split())
        assert "no-wall-clock" not in shown  # a card is about one stream
        shown = " ".join(run(f"{path}#1", path).stdout.split())
        assert "mean concurrency, peak concurrency, goodput - (no-wall-clock: the streams do" in shown

    def test_only_the_stream_without_a_clock_is_left_out(self, runs: list[str], tmp_path: Path) -> None:
        path = recording(tmp_path / "undated.jsonl", [exchange(plain(5), recorded_at=None)])
        alone = orjson.loads(run("--format", "json", "--slo", "ttft < 1s", *runs).stdout)["summary"]
        both = orjson.loads(run("--format", "json", "--slo", "ttft < 1s", path, *runs).stdout)["summary"]
        assert both["run"] == alone["run"]
        assert (both["on_the_clock"], both["streams"]) == (alone["streams"], alone["streams"] + 1)
        assert "whose wall clock is known" in " ".join(run(path, *runs).stdout.split())

    def test_goodput_without_a_slo(self, runs: list[str]) -> None:
        assert "goodput - (no-slo: no --slo was given)" in run("--metrics", "goodput", *runs).stdout
        assert "no-slo" not in run(*runs).stdout

    def test_its_formula_is_explained(self, runs: list[str]) -> None:
        shown = run("--explain", *runs).stdout
        assert "Formula: sum of all durations / (last end − first request)" in shown
        assert "missing here, no-slo: no --slo was given" in shown


class TestComparison:
    def test_the_same(self, tmp_path: Path) -> None:
        path = recording(tmp_path / "a.jsonl", [exchange(plain(10, first=100 + n)) for n in range(8)])
        result = run("--compare", path, path)
        assert result.return_value == 0
        assert "Verdict: same." in result.stdout

    def test_slower(self, tmp_path: Path) -> None:
        before = recording(tmp_path / "a.jsonl", [exchange(plain(10, first=100 + n)) for n in range(8)])
        after = recording(tmp_path / "b.jsonl", [exchange(plain(10, first=200 + n)) for n in range(8)])
        comparison = orjson.loads(run("--compare", before, "--format", "json", after).stdout)
        assert comparison["verdict"] == "slower"
        first = comparison["metrics"]["time_to_first_token_ns"]
        assert first["interval_95"][0] <= first["change"] == 100 * MS <= first["interval_95"][1]
        assert run("--compare", before, after).return_value == 1
        assert run("--compare", after, before).return_value == 0

    def test_buffered(self, tmp_path: Path) -> None:
        def held(first: float) -> Exchange:
            events = plain(20, first=first)
            last = events[-1][0]
            return exchange([events[0], *((last + place / 1000, data) for place, (_, data) in enumerate(events[1:]))])

        before = recording(tmp_path / "a.jsonl", [exchange(plain(20, first=100 + n)) for n in range(5)])
        after = recording(tmp_path / "b.jsonl", [held(100 + n) for n in range(5)])
        result = run("--compare", before, after)
        assert "Verdict: buffered." in result.stdout
        assert "5 of 5 streams arrived in one burst" in " ".join(result.stdout.split())

    def test_buffered_to_a_single_read(self, tmp_path: Path) -> None:
        def held(first: float) -> Exchange:
            events = plain(20, first=first)
            return exchange([(events[-1][0], data) for _, data in events], together=True)

        before = recording(tmp_path / "a.jsonl", [exchange(plain(20, first=100 + n)) for n in range(5)])
        after = recording(tmp_path / "b.jsonl", [held(100 + n) for n in range(5)])
        shown = run("--compare", before, after).stdout
        assert "Verdict: buffered." in shown
        # The time between tokens is unknown there, so it did not get shorter.
        assert next(line for line in shown.split("\n") if line.startswith("ITL")).split()[1:] == [
            "5",
            "→",
            "0",
            *"----",
        ]

    def test_the_evidence_is_that_of_the_deciding_number(self, tmp_path: Path) -> None:
        before = recording(tmp_path / "a.jsonl", [exchange(plain(10, first=100 + n)) for n in range(5)])
        after = recording(tmp_path / "b.jsonl", [exchange(plain(10, first=100 + n, gap=60)) for n in range(5)])
        shown = " ".join(run("--compare", before, after).stdout.split())
        assert "Verdict: slower. ITL p50 by +40.0 ms (+40.0 ms … +40.0 ms); Gap p50 by +40.0 ms" in shown

    def test_a_dead_server_is_not_faster(self, tmp_path: Path) -> None:
        before = recording(tmp_path / "a.jsonl", [exchange(plain(10, first=100 + n)) for n in range(30)])
        end = End(at=3 * MS, reason="refused")
        refused = Exchange(source="client", clock="monotonic", end=end, recorded_at="2026-11-20T20:00:00Z")
        after = recording(tmp_path / "b.jsonl", [refused] * 30)
        result = run("--compare", before, after)
        assert result.return_value == 1
        shown = " ".join(result.stdout.split())
        assert "Verdict: failing. More requests fail than before" in shown
        assert "Failed before: 0 of 30. Failed after: 30 of 30 (30 connection refused)." in shown
        comparison = orjson.loads(run("--compare", before, "--format", "json", after).stdout)
        assert comparison["success"]["change"] == -1
        assert comparison["success"]["interval_95"][1] < -0.8
        assert comparison["after"]["outcomes"] == {"refused": 30}

    def test_half_of_the_streams_are_truncated(self, tmp_path: Path) -> None:
        whole = [exchange(plain(10, first=100 + n)) for n in range(30)]
        before, after = recording(tmp_path / "a.jsonl", whole), tmp_path / "b.jsonl"
        recording(after, [*whole[:15], *(exchange(plain(10, first=100 + n)[:6]) for n in range(15))])
        result = run("--compare", before, str(after))
        assert result.return_value == 1
        assert "Failed after: 15 of 30 (15 truncated)." in " ".join(result.stdout.split())

    def test_three_streams_are_too_few(self, tmp_path: Path) -> None:
        before = recording(tmp_path / "a.jsonl", [exchange(plain(10, first=100 + n)) for n in range(3)])
        after = recording(tmp_path / "b.jsonl", [exchange(plain(10, first=900 + n)) for n in range(3)])
        result = run("--compare", before, after)
        assert result.return_value == 0
        shown = " ".join(result.stdout.split())
        assert "Verdict: inconclusive. 3 and 3 measured streams are too few: at least 5 per side" in shown

    def test_the_outputs_of_two_runs(self, tmp_path: Path) -> None:
        runs = [
            recording(tmp_path / f"{name}.jsonl", [exchange(plain(10, first=first + n)) for n in range(8)])
            for name, first in (("a", 100), ("b", 200))
        ]
        files = [tmp_path / "a.json", tmp_path / "b.json"]
        for path, file in zip(runs, files, strict=True):
            file.write_bytes(run("--format", "json", path).stdout.encode())
        expected = orjson.loads(run("--compare", runs[0], "--format", "json", runs[1]).stdout)
        for one, other in ((runs[0], files[1]), (files[0], runs[1]), files):
            result = run("--compare", str(one), "--format", "json", str(other))
            assert orjson.loads(result.stdout) == expected
            assert result.return_value == 1

    def test_failed_streams_are_compared_on_request(self, tmp_path: Path) -> None:
        cut = [exchange(plain(10, first=100 + n)[:6]) for n in range(8)]
        path = recording(tmp_path / "a.jsonl", cut)
        assert (
            orjson.loads(run("--compare", path, "--format", "json", path).stdout)["metrics"]["time_to_first_token_ns"]
            is None
        )
        included = run("--compare", path, "--include", "failed", "--format", "json", path)
        assert orjson.loads(included.stdout)["metrics"]["time_to_first_token_ns"]["before"]["n"] == 8

    def test_csv_has_only_numbers(self, runs: list[str]) -> None:
        lines = run("--format", "csv", "--compare", runs[0], *runs).stdout.splitlines()
        row = dict(zip(lines[0].split(","), lines[1].split(","), strict=True))
        assert (row["metric"], row["before.n"], row["after.n"]) == ("time_to_first_token_ns", "2", "6")
        assert (row["before.p50"], row["after.p50"], row["change"]) == ("105000000", "125000000", "20000000")
        assert (row["low"], row["verdict"]) == ("", "inconclusive")


class TestDefinitions:
    def test_table(self, runs: list[str]) -> None:
        shown = run("--definitions", f"{runs[0]}#1").stdout
        assert "AIPerf 0.13" in shown
        assert "vLLM <=0.29" in shown
        assert "- no-tokenizer: the tool counts tokens with a tokenizer" in shown

    def test_json(self, runs: list[str]) -> None:
        report = orjson.loads(run("--definitions", "--format", "json", runs[0]).stdout)
        assert (report["version"], len(report["streams"])) == (1, 2)
        assert {message["tool"] for message in report["streams"][0]["definitions"]} >= {
            "AIPerf",
            "vLLM",
            "SGLang",
            "MLPerf",
        }

    def test_a_tool_without_results_is_named_once(self) -> None:
        recorded = Path(__file__).parents[2] / "recordings" / "gemini" / "plain.jsonl"
        shown = run("--definitions", str(recorded)).stdout
        assert shown.count("SGLang 0.5.23") == 2  # in the table, and under it

    def test_a_narrow_terminal_omits_the_last_column(self, runs: list[str]) -> None:
        pytest.importorskip("splintr", reason="the extra `tokens` is not installed")
        shown = run("--definitions", "--tokenizer", "o200k_base", f"{runs[0]}#1").stdout.split("\n")
        assert max(map(len, shown[1:])) <= 80
        assert shown[2].split()[-1] == "p50"


class TestTokens:
    def test_a_tokenizer_replaces_missing_usage_with_a_note(self, tmp_path: Path) -> None:
        pytest.importorskip("splintr", reason="the extra `tokens` is not installed")
        events = [(20, ROLE), (100, text("tik")), (120, text("token is great!")), (130, "[DONE]")]
        path = recording(tmp_path / "a.jsonl", [exchange(events)])
        (row,) = document("--tokenizer", "o200k_base", path)["streams"]
        assert (row["metrics"]["output_tokens"], row["tokens_source"]) == (6, "tokenizer o200k_base (splintr)")
        assert "6  tokenizer o200k_base (splintr)" in run("--tokenizer", "o200k_base", path).stdout

    def test_usage_that_differs_from_the_tokenizer_is_reported(self, tmp_path: Path) -> None:
        pytest.importorskip("splintr", reason="the extra `tokens` is not installed")
        events = [(100, text("tiktoken is great!")), (130, usage(60)), (130, "[DONE]")]
        path = recording(tmp_path / "a.jsonl", [exchange(events)])
        (row,) = document("--tokenizer", "o200k_base", path)["streams"]
        assert row["tokens_source"] == "usage"
        assert row["notes"] == ["usage says 60 output tokens, tokenizer o200k_base (splintr) counts 6"]

    def test_an_unknown_tokenizer(self, runs: list[str]) -> None:
        assert "unknown vocabulary 'nope'" in str(run("--tokenizer", "nope", *runs).exception)


class TestPictures:
    def test_one_stream_has_a_strip(self, runs: list[str]) -> None:
        shown = run(f"{runs[0]}#1").stdout.split("\n")
        strip = next(line for line in shown if line.startswith(" │") and "t" in line)
        assert strip.index("r") < strip.index("t") < strip.index("E")
        assert any("r role · t text · E finish" in line for line in shown)

    def test_a_plain_terminal_gets_plain_characters(self, runs: list[str]) -> None:
        result = CliRunner(charset="ascii", env={"COLUMNS": "80"}).invoke(
            streamkit, ["stats", "--plot", f"{runs[0]}#1"], standalone_mode=False
        )
        assert result.exception is None
        assert result.stdout_bytes.isascii()
        assert b"|#" in result.stdout_bytes

    @pytest.mark.parametrize(
        "arguments", [("stats", "--explain"), ("stats", "--definitions"), ("stats", "--compare", "0"), ("diff", "0")]
    )
    def test_text_is_plain_too(self, runs: list[str], arguments: tuple[str, ...]) -> None:
        words = [runs[0] if word == "0" else word for word in arguments]
        shown = CliRunner(charset="ascii").invoke(streamkit, [*words, runs[1]], standalone_mode=False)
        assert shown.exception is None
        assert shown.stdout_bytes.isascii()
        assert b"?" not in shown.stdout_bytes

    def test_text_of_a_stream_is_escaped_if_it_cannot_be_shown(self, tmp_path: Path) -> None:
        events = [(at, data.replace("m-1", "m-\u96ea")) for at, data in plain(3)]
        path = recording(tmp_path / "a.jsonl", [exchange(events)])
        shown = CliRunner(charset="ascii").invoke(streamkit, ["stats", path], standalone_mode=False)
        assert b"m-\\u96ea" in shown.stdout_bytes

    def test_a_stall_is_reported_with_its_position(self, tmp_path: Path) -> None:
        events = [(20.0, ROLE), *((100 + at, text("w")) for at in (0, 10, 20, 30, 140, 150))]
        path = recording(tmp_path / "a.jsonl", [exchange(events)])
        assert "  stall of 110 ms before event 6 at 240 ms" in run(path).stdout

    def test_the_bars_count_everything(self, tmp_path: Path) -> None:
        events = [(20.0, ROLE), *((100 + at, text("w")) for at in (0, 1, 2, 4, 8, 16, 32, 64, 128, 256))]
        events.append((356, STOP))
        events.append((356, "[DONE]"))
        shown = run("--plot", recording(tmp_path / "a.jsonl", [exchange(events)])).stdout
        bars = [line.rsplit(" ", 1)[-1] for line in shown.split("\n") if "▕" in line and not line.endswith("▕")]
        assert sum(map(int, bars)) == 9


def test_otel(runs: list[str]) -> None:
    points = [orjson.loads(line) for line in run("--format", "otel", f"{runs[0]}#1").stdout.splitlines()]
    by_name = {point["name"]: point for point in points if point["name"] != "gen_ai.client.token.usage"}
    assert by_name["gen_ai.client.operation.time_to_first_chunk"]["value"] == pytest.approx(0.020)
    assert by_name["gen_ai.client.operation.time_to_first_chunk"]["unit"] == "s"
    tokens = {
        p["attributes"]["gen_ai.token.type"]: p["value"] for p in points if p["name"] == "gen_ai.client.token.usage"
    }
    assert tokens == {"input": 7, "output": 10}
