"""`lint` and `rule` as a user runs them: their output and exit codes."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from streamkit.cli.main import streamkit
from streamkit.model.recording import write
from streamkit.rules import measured
from tests.clicking import CliRunner, Result
from tests.exchanges import exchange

CHUNK = (
    '{"id":"c1","object":"chat.completion.chunk","created":1760000000,"model":"m",'
    '"choices":[{"index":0,"delta":%s,"finish_reason":%s}]}'
)
GOOD = "".join(
    f"data: {data}\n\n"
    for data in (
        CHUNK % ('{"role":"assistant","content":""}', "null"),
        CHUNK % ('{"content":"Hi"}', "null"),
        CHUNK % ("{}", '"stop"'),
        "[DONE]",
    )
)
BAD = GOOD.replace("chat.completion.chunk", "chat.completion")
WARNED = GOOD.replace("1760000000", "0")
# What was measured changes with the versions of the clients; that openai-python's helper drops such chunks has been so for long.
[BREAKS] = [list(claim.sentences) for claim in measured("SCH303")]
assert any(sentence.startswith("openai-python") for sentence in BREAKS)


def run(*words: str) -> Result:
    return CliRunner().invoke(streamkit, list(words), standalone_mode=False)


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    for name, text in (("good", GOOD), ("bad", BAD), ("warned", WARNED)):
        (tmp_path / f"{name}.sse").write_text(text)
    return tmp_path


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("good.sse",), 0),
        (("bad.sse",), 1),
        (("warned.sse",), 0),
        (("warned.sse", "--fail-on", "warning"), 1),
        (("bad.sse", "--exit-zero"), 0),
        (("bad.sse", "--ignore", "SCH303"), 0),
        (("bad.sse", "--select", "SSE"), 0),
        (("bad.sse", "--select", "wrong-object"), 1),
        (("good.sse", "bad.sse"), 1),
        (("bad.sse", "absent.sse"), 2),
        (("absent.sse", "--exit-zero"), 2),
    ],
)
def test_exit_codes(words: tuple[str, ...], code: int) -> None:
    assert run("lint", *words).return_value == code


def test_text_shows_position_excerpt_caret_and_broken_clients() -> None:
    lines = run("lint", "bad.sse").output.splitlines()
    assert lines[0] == "bad.sse  [openai_chat, complete]"
    assert lines[2] == 'bad.sse:1: SCH303 error: object is "chat.completion", not "chat.completion.chunk" (×3)'
    assert lines[3] == "    wrong-object · event 1, byte 0, $.object"
    marked = lines[4][lines[5].index("^") : lines[5].rindex("^") + 1]
    assert marked == '"chat.completion"'
    assert lines[6 : 6 + len(BREAKS)] == [f"    breaks: {BREAKS[0]}", *(f"            {more}" for more in BREAKS[1:])]
    assert lines[-1] == "1 error in 1 of 1 stream. `streamkit rule SCH303` explains a rule."


def test_json_is_the_documented_contract() -> None:
    report = json.loads(run("lint", "bad.sse", "--format", "json").output)
    assert report == {
        "version": 1,
        "findings": [
            {
                "file": "bad.sse",
                "exchange": 1,
                "line": 1,
                "event": 1,
                "byte": 0,
                "path": "$.object",
                "code": "SCH303",
                "name": "wrong-object",
                "severity": "error",
                "message": 'object is "chat.completion", not "chat.completion.chunk"',
                "count": 3,
                "dialect": None,
                "breaks": BREAKS,
                "url": "docs/rules/SCH303.md",
            }
        ],
        "streams": [
            {
                "file": "bad.sse",
                "exchange": 1,
                "api": "openai_chat",
                "dialect": None,
                "verdict": "complete",
                "unchecked": [],
            }
        ],
        "passed_over": 0,
    }


def test_jsonl_has_one_finding_per_line() -> None:
    lines = run("lint", "bad.sse", "warned.sse", "--format", "jsonl").output.splitlines()
    assert [json.loads(line)["code"] for line in lines] == ["SCH303", "SCH331"]


def test_statistics_as_json(folder: Path) -> None:
    (folder / "worse.sse").write_text(BAD)
    document = json.loads(run("lint", "bad.sse", "worse.sse", "warned.sse", "--statistics", "--format", "json").stdout)
    assert document == {
        "version": 1,
        "statistics": [
            {"code": "SCH303", "name": "wrong-object", "severity": "error", "count": 6, "streams": 2},
            {"code": "SCH331", "name": "implausible-created", "severity": "warning", "count": 3, "streams": 1},
        ],
    }
    error = run("lint", "bad.sse", "--statistics", "--format", "sarif").exception
    assert str(error) == "--statistics cannot be used with --format sarif; expected one of: text, json"


def test_statistics_count_a_rule_over_all_streams(folder: Path) -> None:
    (folder / "worse.sse").write_text(BAD)
    lines = run("lint", "bad.sse", "worse.sse", "warned.sse", "--statistics").output.splitlines()
    assert [line.split() for line in lines] == [
        ["6", "in", "2", "streams", "SCH303", "error", "wrong-object"],
        ["3", "in", "1", "stream", "SCH331", "warning", "implausible-created"],
    ]


def test_output_goes_to_a_file_but_never_overwrites_one(folder: Path) -> None:
    run("lint", "bad.sse", "--format", "json", "-o", "report.json")
    assert json.loads((folder / "report.json").read_text())["version"] == 1
    refused = run("lint", "bad.sse", "-o", "report.json")
    assert "--force" in str(refused.exception)


def test_an_unknown_code_suggests_the_closest() -> None:
    assert "did you mean 'SCH303'" in str(run("lint", "bad.sse", "--select", "SHC303").exception)


def test_control_characters_of_a_stream_never_reach_the_terminal(folder: Path) -> None:
    (folder / "evil.sse").write_text(GOOD.replace('"chat.completion.chunk"', '"\\u001b]0;owned\\u0007"'))
    shown = run("lint", "evil.sse", "--color", "always").output.replace("\x1b[", "")
    assert "\x1b" not in shown
    assert "\x07" not in shown


def test_a_baseline_covers_known_findings_and_reports_stale_ones(folder: Path) -> None:
    run("lint", "bad.sse", "--write-baseline", "known.json")
    assert run("lint", "bad.sse", "--baseline", "known.json").return_value == 0
    (folder / "bad.sse").write_text(BAD.replace("[DONE]", CHUNK.replace("n.chunk", "n") % ("{}", '"stop"')))
    again = run("lint", "bad.sse", "--baseline", "known.json", "--format", "json")
    assert [(f["code"], f["count"]) for f in json.loads(again.output)["findings"] if f["code"] == "SCH303"] == [
        ("SCH303", 1)
    ]
    (folder / "bad.sse").write_text(GOOD)
    assert "stale: bad.sse SCH303: expected 3, found 0" in run("lint", "bad.sse", "--baseline", "known.json").stderr


def test_an_invalid_baseline_is_rejected(folder: Path) -> None:
    (folder / "known.json").write_text("[]")
    assert "is not a baseline" in str(run("lint", "bad.sse", "--baseline", "known.json").exception)
    missing = run("lint", "bad.sse", "--baseline", "nothing.json").exception
    assert str(missing) == "nothing.json: cannot be read: No such file or directory"


def test_rule_prints_the_manual() -> None:
    shown = run("rule", "SCH303").output
    assert shown.startswith("SCH303 wrong-object: `object` is not `chat.completion.chunk`.")
    assert "Why it matters:" in shown
    assert f"Breaks in openai_chat, $.object: {'; '.join(BREAKS)}.\n" in shown


def test_rule_knows_names_and_lists_all() -> None:
    assert run("rule", "wrong-object").output == run("rule", "SCH303").output
    listed = run("rule").output.splitlines()
    assert [line.split()[0] for line in listed] == sorted(line.split()[0] for line in listed)


def test_rule_as_json_has_every_rule_with_its_manual() -> None:
    document = json.loads(run("rule", "--format", "json").output)
    assert document["version"] == 1
    assert {"code", "name", "severity", "default", "summary", "also", "apis", "breaks", "lawful_in", "manual"} == set(
        document["rules"][0]
    )


def test_repairs_of_a_log_point_at_lines_of_the_input() -> None:
    first, last = CHUNK % ('{"role":"assistant","content":"Hi"}', "null"), CHUNK % ("{}", '"stop"')
    Path("log.txt").write_text("talk\n" * 20 + f"{first}\n# ... lots more here ...\n{last}\n[DONE]\n")
    run("convert", "log.txt", "-o", "made.jsonl", "--to", "recording")
    found = {}
    for name in ("log.txt", "made.jsonl"):
        findings = json.loads(run("lint", "--format", "json", name).stdout)["findings"]
        [found[name]] = [finding for finding in findings if finding["code"] == "LOG001"]
    assert [found[name]["line"] for name in found] == [22, 1]
    message = found["log.txt"]["message"]
    assert found["made.jsonl"]["message"] == f"line 22 of the original log: {message}"


@pytest.mark.parametrize(
    ("requested_path", "found"),
    [
        ("/v1/responses/resp_1?stream=true&starting_after=0", []),
        ("/v1/responses/resp_1?stream=true", ["RSP801"]),
        ("/v1/responses", ["RSP801"]),
        (None, ["RSP801"]),
    ],
)
def test_a_continued_response_need_not_start_again(
    tmp_path: Path, requested_path: str | None, found: list[str]
) -> None:
    stream = (Path(__file__).parents[1] / "specs" / "streams" / "responses.sse").read_bytes()
    after_the_first = stream[stream.index(b"\n\n") + 2 :]
    recorded = exchange(after_the_first, path=requested_path or "")
    path = tmp_path / "resumed.jsonl"
    path.write_bytes(b"".join(write(recorded if requested_path else replace(recorded, request=None))))
    done = CliRunner().invoke(streamkit, ["lint", str(path), "--select", "RSP801", "--format", "jsonl"])
    codes = [line["code"] for line in map(json.loads, done.stdout.splitlines()) if "code" in line]
    assert codes == found


NOTHING_READ = {
    "a missing file": ["nowhere.jsonl"],
    "an unknown format": ["--input-format", "nonsense", "recordings/openai_chat/plain.jsonl"],
}


@pytest.mark.parametrize("words", NOTHING_READ.values(), ids=NOTHING_READ)
def test_no_verdict_if_nothing_could_be_read(words: list[str]) -> None:
    result = CliRunner().invoke(streamkit, ["lint", *words], standalone_mode=False, obj={})
    assert (result.stdout, result.return_value) == ("", 2)
