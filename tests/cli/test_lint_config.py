"""`[tool.streamkit.lint]` of pyproject.toml: its settings, the options that override them, and what is rejected."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from streamkit.cli.main import streamkit
from tests.clicking import CliRunner, Result

CHUNK = (
    '{"id":"c1","object":"chat.completion","created":0,"model":"m",'
    '"choices":[{"index":0,"delta":{"role":"assistant","content":"Hi"},"finish_reason":"stop"}]}'
)
BAD = f"data: {CHUNK}\n\ndata: [DONE]\n\n"


def run(*words: str) -> Result:
    return CliRunner().invoke(streamkit, ["lint", *words], standalone_mode=False)


def codes(*words: str) -> set[tuple[str, str]]:
    report = json.loads(run("--format", "json", *words).output)
    return {(finding["file"], finding["code"]) for finding in report["findings"]}


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "deep" / "er").mkdir(parents=True)
    monkeypatch.chdir(tmp_path / "deep")
    (tmp_path / "deep" / "bad.sse").write_text(BAD)
    (tmp_path / "deep" / "er" / "bad.sse").write_text(BAD)
    return tmp_path


def configure(folder: Path, table: str) -> None:
    (folder / "pyproject.toml").write_text(f"[tool.streamkit.lint]\n{table}\n")


@pytest.mark.parametrize(
    ("table", "words", "found"),
    [
        ("", (), {"SCH303", "SCH331"}),
        ('select = ["SCH303"]', (), {"SCH303"}),
        ('select = ["SCH303"]', ("--select", "SCH331"), {"SCH331"}),
        ('ignore = ["SCH303"]', (), {"SCH331"}),
        ('ignore = ["SCH303"]', ("--ignore", "SCH331"), set()),
        ('ignore = ["SCH303"]', ("--no-config",), {"SCH303", "SCH331"}),
        ('extend-select = ["SEQ413"]', (), {"SCH303", "SCH331", "SEQ413"}),
        ('ignore = ["SCH"]\nextend-select = ["SCH303"]', (), {"SCH303"}),
        ('select = ["ALL"]\nignore = ["SCH", "USG"]', (), {"SEQ413"}),
        ('ignore = ["wrong-object"]', (), {"SCH331"}),
    ],
)
def test_selected_rules(folder: Path, table: str, words: tuple[str, ...], found: set[str]) -> None:
    configure(folder, table)
    assert {code for _, code in codes("bad.sse", *words)} == found


@pytest.mark.parametrize(
    "text",
    [
        '[project]\nname = "x"\n\n[tool.streamkit.lint]\nselect = ["SCH303"]\n',
        '  [ tool . streamkit . lint ]  # as in other projects\nselect = ["SCH303"]\n',
        '["tool"."streamkit".lint]\nselect = ["SCH303"]\n',
        "[tool.'streamkit']\nlint = { select = ['SCH303'] }\n",
        '[tool]\nstreamkit.lint.select = ["SCH303"]\n',
        'tool.streamkit.lint.select = ["SCH303"]\n',
        '"tool" = { streamkit = { lint = { select = ["SCH303"] } } }\n',
    ],
)
def test_the_table_is_found_however_it_is_written(folder: Path, text: str) -> None:
    (folder / "pyproject.toml").write_text(text)
    assert {code for _, code in codes("bad.sse")} == {"SCH303"}


@pytest.mark.parametrize(
    "text",
    [
        '[project]\ndependencies = ["llm-streamkit"]\n',
        '[project.scripts]\nstreamkit = "streamkit.__main__:main"\n[tool.ruff]\nsrc = ["streamkit"]\n',
    ],
)
def test_a_file_that_only_mentions_the_name_has_no_table(folder: Path, text: str) -> None:
    (folder / "pyproject.toml").write_text(text)
    assert {code for _, code in codes("bad.sse")} == {"SCH303", "SCH331"}


def test_per_file_ignores_are_path_patterns(folder: Path) -> None:
    configure(folder, '[tool.streamkit.lint.per-file-ignores]\n"er/*" = ["SCH303"]')
    assert codes("bad.sse", "er/bad.sse") == {
        ("bad.sse", "SCH303"),
        ("bad.sse", "SCH331"),
        ("er/bad.sse", "SCH331"),
    }


@pytest.mark.parametrize(
    ("pattern", "ignored"),
    [
        ("deep/*", {"deep/bad.sse", "deep/er/bad.sse"}),
        ("deep/bad.sse", {"deep/bad.sse"}),
        ("er/*", {"deep/er/bad.sse"}),
        ("bad.sse", {"deep/bad.sse", "deep/er/bad.sse"}),
        ("../*", set()),
    ],
)
@pytest.mark.parametrize("start", [".", "deep", "deep/er"])
def test_patterns_are_relative_to_the_configuration_file(
    folder: Path, monkeypatch: pytest.MonkeyPatch, pattern: str, ignored: set[str], start: str
) -> None:
    configure(folder, f'[tool.streamkit.lint.per-file-ignores]\n"{pattern}" = ["SCH303"]')
    monkeypatch.chdir(folder / start)
    for file in ("deep/bad.sse", "deep/er/bad.sse"):
        found = {code for _, code in codes(os.path.relpath(folder / file))}
        assert ("SCH303" not in found) == (file in ignored), file


def test_a_value_that_is_not_a_table_is_rejected(folder: Path) -> None:
    (folder / "pyproject.toml").write_text("[tool.streamkit]\nlint = 3\n")
    assert "[tool.streamkit.lint] is not a table" in str(run("bad.sse").exception)


def test_the_schema_for_editors_agrees_with_the_command() -> None:
    """The JSON Schema in docs/pyproject.schema.json accepts exactly what the command accepts."""
    schema = json.loads((Path(__file__).parents[2] / "docs" / "pyproject.schema.json").read_text(encoding="utf-8"))
    validator = pytest.importorskip("jsonschema_rs").validator_for(schema)
    good = {"lint": {"select": ["SCH"], "max-gap": 5, "per-file-ignores": {"*": ["SCH303"]}}, "stats": {"fail-if": []}}
    assert validator.is_valid({"tool": {"streamkit": good, "other": 1}, "project": {}})
    for bad in ({"lnt": {}}, {"lint": 3}, {"lint": {"selct": []}}, {"lint": {"select": 7}}, {"lint": {"max-gap": 0}}):
        assert not validator.is_valid({"tool": {"streamkit": bad}}), bad


@pytest.mark.parametrize(
    ("table", "words", "code"),
    [
        ('ignore = ["SCH303"]', (), 0),
        ('ignore = ["SCH303"]\nfail-on = "warning"', (), 1),
        ('ignore = ["SCH303"]\nfail-on = "warning"', ("--fail-on", "error"), 0),
    ],
)
def test_what_fails_the_run(folder: Path, table: str, words: tuple[str, ...], code: int) -> None:
    configure(folder, table)
    assert run("bad.sse", *words).return_value == code


def test_a_baseline_is_relative_to_the_configuration_file(folder: Path) -> None:
    run("bad.sse", "--write-baseline", str(folder / "known.json"))
    configure(folder, 'baseline = "known.json"')
    assert run("bad.sse").return_value == 0


def test_a_file_given_twice_is_checked_once() -> None:
    report = json.loads(run("--format", "json", "bad.sse", "./bad.sse", ".").output)
    assert [stream["file"] for stream in report["streams"]] == ["bad.sse", "./er/bad.sse"]
    assert len(report["findings"]) == 4


@pytest.mark.parametrize("given", ["bad.sse", "./bad.sse", "../deep/bad.sse", "absolute", "."])
def test_a_baseline_matches_a_file_however_it_is_named(folder: Path, given: str) -> None:
    assert run(".", "--write-baseline", "known.json").return_value == 0
    path = str(folder / "deep" / "bad.sse") if given == "absolute" else given
    assert run(path, "--baseline", "known.json").return_value == 0


def test_a_baseline_means_the_same_files_from_another_folder(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run(".", "--write-baseline", str(folder / "known.json"))
    assert json.loads((folder / "known.json").read_text())["findings"].keys() == {"deep/bad.sse", "deep/er/bad.sse"}
    monkeypatch.chdir(folder / "deep" / "er")
    assert run("bad.sse", "--baseline", "../../known.json").return_value == 0


@pytest.mark.parametrize(
    ("table", "message"),
    [
        ('select = ["SHC303"]', "select: unknown rule 'SHC303'; did you mean 'SCH303'?"),
        ('ignore = ["wrong-objekt"]', "did you mean 'wrong-object'?"),
        ('select = ["SEQ999"]', "unknown rule 'SEQ999'; did you mean 'SEQ401'?"),
        ('select = ["SEQ41x"]', "did you mean 'SEQ410'?"),
        ('ignore = ["repeated_role"]', "did you mean 'repeated-role'?"),
        ('select = ["XYZ"]', "unknown rule 'XYZ'; `streamkit rule` lists all"),
        ('select = ["NOPE"]', "unknown rule 'NOPE'; `streamkit rule` lists all"),
        ("max-gap = true", "max-gap is not a duration: expected 20ms, 1.5s, 2m"),
        ('max-gap = "5x"', "max-gap: invalid duration '5x': expected 20ms, 1.5s, 2m"),
        ("max-gap = 0", "max-gap: invalid duration '0': expected 20ms, 1.5s, 2m, above 0"),
        ("max-gap = nan", "max-gap: invalid duration 'nan': expected 20ms, 1.5s, 2m"),
        ('selct = ["SCH"]', "[tool.streamkit.lint] selct: unknown key; did you mean 'select'?"),
        ('[tool.streamkit.lnt]\nselect = ["SCH"]', "[tool.streamkit] lnt: unknown table; did you mean 'lint'?"),
        (
            "[tool.streamkit.stats]\nfail-fi = []",
            "[tool.streamkit.stats] fail-fi: unknown key; did you mean 'fail-if'?",
        ),
        ("select = 7", "select is not a list of strings"),
        ('select = ["SCH", 7]', "select is not a list of strings"),
        ('fail-on = "never"', "fail-on: unknown severity 'never'; expected one of: error, warning, info"),
        ('strict = "yes"', "strict is not true or false"),
        ('ignore = ["ALL"]', "no rules are enabled"),
        ('[tool.streamkit.lint.per-file-ignores]\n"*" = ["NO"]', "per-file-ignores.*: unknown rule 'NO'"),
        ("select = [", "cannot be read"),
    ],
)
def test_invalid_settings(folder: Path, table: str, message: str) -> None:
    configure(folder, table)
    error = run("bad.sse").exception
    assert message in str(error)
    assert getattr(error, "exit_code", None) == 2


def test_the_table_of_another_command_is_ignored(folder: Path) -> None:
    (folder / "pyproject.toml").write_text('[tool.streamkit.stats]\nmetrics = "ttft"\n')
    assert {code for _, code in codes("bad.sse")} == {"SCH303", "SCH331"}


@pytest.mark.parametrize(
    ("table", "words", "found"),
    [
        ("", (), False),
        ("max-gap = 4", (), True),
        ("max-gap = 5.5", (), False),
        ('max-gap = "4000ms"', (), True),
        ('max-gap = "1m"', (), False),
        ("", ("--max-gap", "4s"), True),
        ("", ("--max-gap", "1m"), False),
        ("max-gap = 4", ("--max-gap", "6"), False),
        ("max-gap = 6", ("--max-gap", "5"), True),
        ("", ("--max-gap", "4.999"), True),
    ],
)
def test_the_pause_that_counts_as_a_stall(folder: Path, table: str, words: tuple[str, ...], found: bool) -> None:
    def frame(at: int, data: str) -> str:
        return json.dumps({"type": "frame", "at": at, "text": f"data: {data}\n\n"})

    recording = [
        '{"type":"start","streamkit":1,"clock":"monotonic"}',
        '{"type":"response","at":0,"status":200,"http":"1.1","headers":[["content-type","text/event-stream"]]}',
        frame(1_000_000_000, CHUNK),
        frame(6_000_000_000, "[DONE]"),
    ]
    (folder / "deep" / "slow.jsonl").write_text("\n".join(recording) + "\n")
    configure(folder, table)
    assert (("slow.jsonl", "TIM602") in codes("slow.jsonl", *words)) is found


@pytest.mark.parametrize("seconds", ["0", "0ms", "-1", "nan", "inf", "1x"])
def test_an_invalid_pause(seconds: str) -> None:
    error = run("bad.sse", "--max-gap", seconds).exception
    assert "expected 20ms, 1.5s, 2m" in str(error)
    assert getattr(error, "exit_code", None) == 2
