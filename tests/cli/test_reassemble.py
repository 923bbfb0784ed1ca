"""`streamkit reassemble`: its output on stdout and stderr, and the exit code."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from streamkit.cli.reassemble import command
from streamkit.errors import StreamkitError
from streamkit.model.recording import write
from tests.clicking import CliRunner, Result
from tests.exchanges import scripted

TWO_CHOICES = """\
data: {"id":"c1","object":"chat.completion.chunk","model":"m","choices":[{"index":0,"delta":{"role":"assistant","reasoning_content":"Hm","content":"One"}}]}

data: {"id":"c1","object":"chat.completion.chunk","model":"m","choices":[{"index":1,"delta":{"role":"assistant","content":"Two","tool_calls":[{"index":0,"id":"t1","function":{"name":"f","arguments":"{\\"a\\":1}"}}]}}]}

data: {"id":"c1","object":"chat.completion.chunk","model":"m","choices":[{"index":0,"delta":{},"finish_reason":"stop"},{"index":1,"delta":{},"finish_reason":"tool_calls"}],"usage":{"prompt_tokens":3,"completion_tokens":4,"total_tokens":7}}

data: [DONE]

"""
CUT = TWO_CHOICES[: TWO_CHOICES.index("\n\n") + 2]


def run(*arguments: str) -> Result:
    return CliRunner().invoke(command, arguments, standalone_mode=False)


@pytest.fixture
def two(tmp_path: Path) -> str:
    path = tmp_path / "two.sse"
    path.write_text(TWO_CHOICES)
    return str(path)


@pytest.fixture
def cut(tmp_path: Path) -> str:
    path = tmp_path / "cut.sse"
    path.write_text(CUT)
    return str(path)


@pytest.mark.parametrize(
    ("options", "wanted"),
    [
        (["--text"], "One\n\nTwo\n"),
        (["--format", "text"], "One\n\nTwo\n"),
        (["--text", "--all"], "One\n\nTwo\n"),
        (["--text", "--choice", "1"], "Two\n"),
        (["--reasoning"], "Hm\n"),
        (["--reasoning", "--text"], "Hm\n\nOne\n\nTwo\n"),
        (["--tool-calls"], '{"choice":1,"id":"t1","name":"f","arguments":"{\\"a\\":1}"}\n'),
        (
            ["--format", "markdown"],
            "## assistant (m, choice 0)\n\n> Hm\n\nOne\n\n*finish: stop · 3 tokens in · 4 tokens out*\n\n"
            '## assistant (m, choice 1)\n\nTwo\n\n**f** `t1`\n\n```json\n{"a":1}\n```\n\n'
            "*finish: tool_calls · 3 tokens in · 4 tokens out*\n",
        ),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_texts(two: str, options: list[str], wanted: str) -> None:
    result = run(two, *options)
    assert (result.stdout, result.stderr, result.return_value) == (wanted, "", 0)


def test_json_is_indented_and_jsonl_is_one_object_per_line(two: str) -> None:
    pretty, line = run(two).stdout, run(two, two, "--format", "jsonl").stdout.splitlines()
    assert pretty.startswith('{\n  "id": "c1",\n  "object": "chat.completion"')
    assert [json.loads(one) for one in line] == [json.loads(pretty)] * 2


def test_with_meta_has_exactly_these_fields_in_this_order(two: str, cut: str) -> None:
    lines = [json.loads(line) for line in run(two, cut, "--format", "jsonl", "--with-meta").stdout.splitlines()]
    assert [list(line) for line in lines] == [["file", "exchange", "api", "dialect", "verdict", "message"]] * 2
    assert [(line["file"], line["exchange"], line["api"], line["verdict"]) for line in lines] == [
        (two, 1, "openai_chat", "complete"),
        (cut, 1, "openai_chat", "truncated"),
    ]
    assert lines[0]["message"]["object"] == "chat.completion"


def test_one_choice_of_the_object(two: str) -> None:
    choices = json.loads(run(two, "--choice", "1").stdout)["choices"]
    assert [choice["index"] for choice in choices] == [1]


def test_a_missing_choice(two: str) -> None:
    result = run(two, "--choice", "5")
    assert (result.stdout, result.return_value) == ("", 1)
    assert "no choice 5" in result.stderr


def test_a_truncated_stream_is_assembled_reported_and_exits_1(cut: str) -> None:
    result = run(cut, "--text")
    assert (result.stdout, result.return_value) == ("One\n", 1)
    assert result.stderr == f"{cut}: truncated: the stream's terminal event is missing\n"


def test_of_several_inputs_exit_2_takes_precedence_and_the_rest_is_done(cut: str, two: str) -> None:
    result = run(cut, "nowhere.sse", two, "--text")
    assert (result.stdout, result.return_value) == ("One\n\nOne\n\nTwo\n", 2)
    assert "nowhere.sse" in result.stderr


def test_the_output_file_is_not_overwritten_by_default(two: str, tmp_path: Path) -> None:
    target = tmp_path / "out.json"
    assert run(two, "-o", str(target)).stdout == ""
    with pytest.raises(StreamkitError, match="--force"):
        CliRunner().invoke(command, [two, "-o", str(target)], standalone_mode=False, catch_exceptions=False)
    assert run(two, "-o", str(target), "--force", "--text").return_value == 0
    assert target.read_text() == "One\n\nTwo\n"


@pytest.mark.parametrize(
    "options",
    [
        ["--all", "--choice", "0"],
        ["--with-meta", "--text"],
        ["--text", "--format", "json"],
        ["--tool-calls", "--format", "markdown"],
    ],
    ids=" ".join,
)
def test_options_that_contradict_each_other(two: str, options: list[str]) -> None:
    with pytest.raises(StreamkitError):
        CliRunner().invoke(command, [two, *options], standalone_mode=False, catch_exceptions=False)


def test_values_that_json_libraries_reject_are_written(tmp_path: Path) -> None:
    path = tmp_path / "odd.sse"
    path.write_text(
        'data: {"id":"c1","huge":123456789012345678901234567890,"choices":[{"index":0,"delta":{"x":"\\ud83d"}}]}\n\n'
    )
    answer = json.loads(run(str(path)).stdout)
    assert answer["choices"][0]["message"]["x"] == "\N{REPLACEMENT CHARACTER}"


LOG = """\
Some talk
{"id":"c1","object":"chat.completion.chunk","model":"m","choices":[{"index":0,"delta":{"role":"assistant","content":"One"}}]}
# ... lots more here ...
{"id":"c1","object":"chat.completion.chunk","model":"m","choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}
[DONE]
"""


def test_a_recording_made_from_a_log_names_lines_of_the_log(tmp_path: Path) -> None:
    from streamkit.cli.convert import command as convert

    log, made = tmp_path / "log.txt", tmp_path / "made.jsonl"
    log.write_text(LOG)
    assert (
        CliRunner().invoke(convert, [str(log), "-o", str(made), "--to", "recording"], standalone_mode=False).exit_code
        == 0
    )
    assert f"{log}:3: elided: left out here" in run(str(log)).stderr
    assert f"{made}: line 3 of the original log: elided: left out here" in run(str(made)).stderr
    assert f"{made}:3" not in run(str(made)).stderr


def test_tool_calls_of_anthropic(tmp_path: Path) -> None:
    path = tmp_path / "tool.jsonl"
    path.write_bytes(b"".join(write(scripted("anthropic_messages/thinking-and-tool"))))
    [call] = map(json.loads, run(str(path), "--tool-calls").stdout.splitlines())
    assert call == {"choice": 0, "id": "toolu_synthetic", "name": "weather", "arguments": '{"city":"Zürich"}'}
