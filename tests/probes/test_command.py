"""`probe` from outside: its output in every format, its exit codes, its budget, and what it never does without consent."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from streamkit.cli.main import streamkit
from streamkit.model.exchange import Request
from streamkit.model.step import Step
from streamkit.probes import PROBES
from tests.clicking import CliRunner, Result
from tests.probes import good_server

MODEL = ["--model", good_server.MODEL]
PLAIN = ["--select", "openai_chat/plain-answer,openai_chat/models"]


def run(*words: str) -> Result:
    return CliRunner().invoke(streamkit, ["probe", *words], standalone_mode=False)


def code(result: Result) -> Any:
    return result.return_value if result.exception is None else getattr(result.exception, "exit_code", result.exception)


def refuses_models(request: Request) -> Sequence[Step]:
    """A server with one defect: its list of models fails."""
    return good_server.refusal(500, "<b>boom</b>\x1b[2J") if request.path == "/v1/models" else good_server.good(request)


@pytest.fixture(scope="module")
def broken_folder(tmp_path_factory: pytest.TempPathFactory) -> str:
    folder = str(tmp_path_factory.mktemp("broken"))
    with good_server.serving(refuses_models) as url:
        result = run(f"{url}/v1", *MODEL, *PLAIN, "--api", "openai_chat", "-o", folder, "--force")
    assert code(result) == 1
    return folder


def test_a_good_endpoint_exits_0_and_an_offline_judgement_is_the_same(tmp_path: Path) -> None:
    with good_server.serving() as url:
        live = run(f"{url}/v1", *MODEL, *PLAIN, "--api", "openai_chat", "-o", str(tmp_path / "a"))
    again = run("--from", str(tmp_path / "a"))
    assert (code(live), code(again)) == (0, 0)
    assert live.stdout == again.stdout
    assert "✓ plain-answer" in live.stdout
    assert f"recorded: {tmp_path / 'a'}" in live.stderr


def test_a_failing_case_exits_1_with_its_reason_and_evidence(broken_folder: str) -> None:
    result = run("--from", broken_folder)
    assert code(result) == 1
    assert "✗ models" in result.stdout
    assert "status 500: <b>boom</b>\\x1b[2J instead of an answer or a refusal" in result.stdout
    assert f"{broken_folder}/openai_chat.models.jsonl#1" in result.stdout


@pytest.mark.parametrize(
    ("key", "limit"),
    [("lone-surrogate", 8), ("bad-json", 0), ("max-tokens", 6), ("eight-at-once", 512), ("models", 0)],
)
def test_the_output_that_a_case_may_cost(key: str, limit: int) -> None:
    probe = PROBES[f"openai_chat/{key}"]
    assert sum(ask.output_limit or 0 for ask in probe.chain) == limit


def test_json_has_the_documented_keys(broken_folder: str) -> None:
    document = json.loads(run("--from", broken_folder, "--format", "json").stdout)
    assert list(document) == ["version", "endpoint", "model", "cases"]
    assert document["version"] == 1
    [models] = [case for case in document["cases"] if case["name"] == "models"]
    assert list(models) == ["name", "group", "api", "verdict", "why", "breaks", "evidence"]
    assert (models["api"], models["group"], models["verdict"]) == ("openai_chat", "http", "fail")


def test_several_endpoints_are_a_matrix(broken_folder: str, good_folder: Path, tmp_path: Path) -> None:
    page = tmp_path / "page.html"
    folders = ["--from", str(good_folder), "--from", broken_folder]
    result = run(*folders, *PLAIN, "--html", str(page))
    assert "openai_chat/models        ✓  ✗" in result.stdout
    text = page.read_text()
    assert '<span class="bad">✗ 1 fail</span>' in text
    [place] = re.findall('<a href="#([^"]*)">✗ fail</a></td>', text)
    assert f'<details id="{place}"><summary><span class="bad">✗ fail</span> <b>openai_chat/models</b>: ' in text
    assert "<b>boom" not in text
    runs = json.loads(run(*folders, *PLAIN, "--format", "json").stdout)["runs"]
    assert [len(one["cases"]) for one in runs] == [2, 2]


def test_junit_counts_failures_and_skips(broken_folder: str) -> None:
    suites = ElementTree.fromstring(run("--from", broken_folder, "--format", "junit").stdout)
    assert suites.attrib == {"tests": "2", "failures": "1", "errors": "0"}
    [failure] = suites.iter("failure")
    assert failure.attrib["type"] == "fail"


def test_github_cannot_be_given_commands(broken_folder: str) -> None:
    [line] = run("--from", broken_folder, "--format", "github").stdout.splitlines()
    assert line.startswith("::error file=")
    assert "\x1b" not in line


def test_markdown_escapes_what_the_endpoint_says(broken_folder: str) -> None:
    output = run("--from", broken_folder, "--format", "markdown").stdout
    assert "✗ fail" in output
    assert "\\<b\\>boom" in output


def test_sarif_names_the_case_and_its_recording(broken_folder: str) -> None:
    [found] = json.loads(run("--from", broken_folder, "--format", "sarif").stdout)["runs"]
    [result] = found["results"]
    assert result["ruleId"] == "openai_chat/models"
    assert result["level"] == "error"
    assert result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"].endswith("openai_chat.models.jsonl")
    [rule] = found["tool"]["driver"]["rules"]
    assert rule["help"]["text"] == PROBES["openai_chat/models"].docstring


def test_a_baseline_takes_known_failures_out(broken_folder: str, good_folder: Path, tmp_path: Path) -> None:
    known = str(tmp_path / "known.json")
    assert code(run("--from", broken_folder, "--write-baseline", known)) == 0
    result = run("--from", broken_folder, "--baseline", known)
    assert code(result) == 0
    assert "(in the baseline)" in result.stdout
    stale = run("--from", str(good_folder), *PLAIN, "--baseline", known)
    assert "stale: openai_chat/models: expected fail, found pass" in stale.stderr


def test_a_baseline_that_is_not_there_is_named_once(broken_folder: str) -> None:
    result = run("--from", broken_folder, "--baseline", "nothing.json")
    assert code(result) == 2
    assert str(result.exception) == "nothing.json: cannot be read: No such file or directory"


def test_markdown_tables_of_words_are_left_aligned(broken_folder: str, good_folder: Path) -> None:
    one = run("--from", broken_folder, "--format", "markdown").stdout
    several = run("--from", broken_folder, "--from", str(good_folder), *PLAIN, "--format", "markdown").stdout
    changed = run("--compare", str(good_folder), broken_folder, *PLAIN, "--format", "markdown").stdout
    assert [text.count("---:") for text in (one, several, changed)] == [0, 0, 0]


def test_compare_shows_both_reasons_of_a_case_that_fails_in_another_way(broken_folder: str, tmp_path: Path) -> None:
    def fails_otherwise(request: Request) -> Sequence[Step]:
        return good_server.refusal(500, "bang") if request.path == "/v1/models" else good_server.good(request)

    with good_server.serving(fails_otherwise) as url:
        run(f"{url}/v1", *MODEL, *PLAIN, "--api", "openai_chat", "-o", str(tmp_path / "b"))
    result = run("--compare", broken_folder, str(tmp_path / "b"), *PLAIN)
    assert "status 500: bang instead" in result.stdout
    assert "before: status 500: <b>boom</b>" in result.stdout
    assert "1 of 2 cases changed, 0 now fail" in result.stderr


def test_compare_shows_what_changed_and_exits_1_for_a_new_failure(broken_folder: str, good_folder: Path) -> None:
    worse = run("--compare", str(good_folder), broken_folder, *PLAIN, "--format", "json")
    assert code(worse) == 1
    [row] = json.loads(worse.stdout)
    assert (row["case"], row["before"], row["after"]) == ("openai_chat/models", "pass", "fail")
    assert code(run("--compare", broken_folder, str(good_folder), *PLAIN)) == 0


def test_a_dry_run_sends_nothing_and_shows_every_case_with_its_cost() -> None:
    result = run("http://127.0.0.1:9", "--dry-run")
    assert code(result) == 0
    for key in PROBES:
        assert key in result.stdout
    assert "tokens of input, at most" in result.stdout


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["http://127.0.0.1:9"], "--model is required"),
        ([], "expected a URL, or --from DIR"),
        (["http://127.0.0.1:9", "--from", "x"], "cannot be combined"),
        (
            ["http://127.0.0.1:9", *MODEL, "--select", "modles"],
            "unknown case or group 'modles'; did you mean 'models'?",
        ),
        (["http://127.0.0.1:9", *MODEL, "--api", "openai"], "unknown API 'openai'; expected one of: "),
        (["http://127.0.0.1:9", *MODEL, "--budget", "1", *PLAIN], "2 requests are more than --budget 1"),
        (["http://me:secret@127.0.0.1:9", *MODEL], "without user or query"),
        (["http://127.0.0.1:9", *MODEL, "--key-env", "NO_SUCH_KEY"], "--key-env NO_SUCH_KEY: the variable is not set"),
        (["http://127.0.0.1:9", *MODEL, "-H", "oops"], "invalid header 'oops': expected 'Name: value'"),
        (["ftp://127.0.0.1", *MODEL], "not an http or https URL"),
        (
            ["http://127.0.0.1:9", *MODEL, "--budget", "12", "--select", "plain-answer", "--repeat", "2"],
            "18 requests are more than --budget 12",  # twice each, and once to find out which APIs there are
        ),
        (["https://llm.example/v1", *MODEL, "--repeat", "9"], "are more than 200; allow them with --budget"),
        (["--from", "no-such-folder"], "no-such-folder"),
    ],
)
def test_usage_errors_exit_2_before_anything_is_sent(words: list[str], message: str) -> None:
    result = run(*words)
    assert code(result) == 2
    assert message in str(result.exception)


def test_an_endpoint_that_cannot_be_reached_exits_2(tmp_path: Path) -> None:
    result = run("http://127.0.0.1:9", *MODEL, "--api", "openai_chat", *PLAIN, "-o", str(tmp_path))
    assert code(result) == 2
    assert "no case could be judged: no response: refused" in result.stderr
    assert result.stdout == ""
    assert [file.name for file in tmp_path.iterdir()] == ["openai_chat.plain.jsonl"]  # the rest is not sent


def test_auto_leaves_out_apis_that_are_not_offered(tmp_path: Path) -> None:
    def only_chat(request: Request) -> Sequence[Step]:
        if request.path in ("/v1/chat/completions", "/v1/models"):
            return good_server.good(request)
        return good_server.refusal(404, "unknown path")

    with good_server.serving(only_chat) as url:
        result = run(url, *MODEL, "--ignore", "long-prompt", "-o", str(tmp_path), "--format", "json")
    assert code(result) == 0
    cases = json.loads(result.stdout)["cases"]
    assert {case["api"] for case in cases if case["verdict"] == "pass"} == {"openai_chat"}
    for case in cases:
        if case["api"] != "openai_chat":
            assert (case["verdict"], case["why"]) == ("unsupported", "the API is not offered: status 404: unknown path")


@pytest.mark.parametrize("answer", ["n\n", "\n", ""])
def test_another_machine_is_asked_only_with_consent(answer: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("streamkit.cli._probe_sending._on_terminal", lambda: True)
    words = ["probe", "https://llm.example/v1", *MODEL, *PLAIN]
    result = CliRunner().invoke(streamkit, words, standalone_mode=False, input=answer)
    assert code(result) == 2
    assert "https://llm.example/v1: 2 requests, about 37 tokens of input, at most 64 of output" in result.stderr
    assert "Send them? [y/N]" in result.stderr
    assert "nothing was sent" in result.stderr


def test_explain_shows_the_manual() -> None:
    result = run("--explain", "openai_chat/two-choices")
    assert result.stdout.startswith("openai_chat/two-choices\n\n`n: 2` gives two choices.")
    for section in ("Sends:", "Expects:", "Why:", "Reference:", "Clients:"):
        assert section in result.stdout


def test_requests_that_cases_share_are_planned_once() -> None:
    shown = run("http://127.0.0.1:1/v1", *MODEL, "--api", "openai_chat", "--dry-run").stdout
    cases = [line.split() for line in shown.splitlines() if line.startswith("openai_chat/")]
    assert len(cases) > 5
    assert "0" in [requests for _, requests, *_ in cases]
    requests = sum(int(requests) for _, requests, *_ in cases)
    assert shown.splitlines()[-1].startswith(f"{len(cases)} cases: {requests} requests")


def test_one_case_is_singular() -> None:
    shown = run("--dry-run", "--select", "models", "--api", "openai_chat").stdout
    assert shown.splitlines()[-1].startswith("1 case: 1 request, about 0 tokens")
