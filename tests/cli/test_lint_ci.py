"""The pre-commit hook and the GitHub Action, as far as they can be tested without GitHub."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.slow

yaml = pytest.importorskip("yaml")

ROOT = Path(__file__).parents[2]
SCRIPT = ROOT / ".github" / "lint-action.sh"
CHUNK = (
    '{"id":"c1","object":"%s","created":1760000000,"model":"m",'
    '"choices":[{"index":0,"delta":{"role":"assistant","content":"``` ::error::x"},"finish_reason":"stop"}]}'
)
GOOD = f"data: {CHUNK % 'chat.completion.chunk'}\n\ndata: [DONE]\n\n"
BAD = f"data: {CHUNK % 'chat.completion'}\n\ndata: [DONE]\n\n"


def action() -> Any:
    return yaml.safe_load((ROOT / "action.yml").read_text(encoding="utf-8"))


def hook() -> Any:
    return yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text(encoding="utf-8"))[0]


@pytest.mark.parametrize(
    ("path", "linted"),
    [
        ("captures/a.sse", True),
        ("a.ndjson", False),
        ("recordings/ollama/a.ndjson", True),
        ("recordings/openai/a.jsonl", True),
        ("tests/recordings/a.jsonl", True),
        ("data/train.jsonl", False),
        ("a.json", False),
    ],
)
def test_the_hook_receives_only_streams(path: str, linted: bool) -> None:
    assert bool(re.search(hook()["files"], path)) == linted


def test_the_hook_runs_an_existing_command(tmp_path: Path) -> None:
    words = hook()["entry"].split()
    assert words[0] == "streamkit"
    (tmp_path / "a.sse").write_text(BAD)
    done = subprocess.run([sys.executable, "-m", *words, "a.sse"], cwd=tmp_path, env=environment(), check=False)
    assert done.returncode == 1


@pytest.mark.skipif(
    not os.environ.get("STREAMKIT_PRE_COMMIT"), reason="STREAMKIT_PRE_COMMIT does not name a pre-commit"
)
def test_pre_commit_builds_and_runs_the_hook(tmp_path: Path) -> None:
    """With the real pre-commit, which installs this project and its dependencies from a package index."""
    program = os.environ.get("STREAMKIT_PRE_COMMIT", "")
    for name, text in (("good.sse", GOOD), ("bad.sse", BAD), ("notes.jsonl", "{}\n")):
        (tmp_path / name).write_text(text)
    for words in (["init", "-q"], ["add", "good.sse", "bad.sse", "notes.jsonl"]):
        subprocess.run(["git", *words], cwd=tmp_path, check=True)
    command = [program, "try-repo", str(ROOT), "streamkit-lint", "--files"]
    clean = {key: value for key, value in os.environ.items() if key != "PYTHONPATH"}

    def hooked(*files: str) -> Any:
        return subprocess.run([*command, *files], cwd=tmp_path, env=clean, capture_output=True, text=True, check=False)

    assert hooked("good.sse", "notes.jsonl").returncode == 0
    failed = hooked("good.sse", "bad.sse", "notes.jsonl")
    assert failed.returncode == 1
    assert "bad.sse:1: SCH303 error" in failed.stdout
    assert "1 error in 1 of 2 streams" in failed.stdout


def test_no_input_of_the_action_is_interpolated_into_a_script() -> None:
    for step in action()["runs"]["steps"]:
        assert "${{" not in step.get("run", "")


def test_every_input_is_used_and_described() -> None:
    text = (ROOT / "action.yml").read_text(encoding="utf-8")
    for name, given in action()["inputs"].items():
        assert given["description"]
        assert f"inputs.{name}" in text


def environment(**more: str) -> dict[str, str]:
    """Return the environment of this process, with `streamkit` on the path as the action would have installed it."""
    return {**os.environ, "PYTHONPATH": str(ROOT), **more}


@pytest.fixture
def runner(tmp_path: Path) -> dict[str, str]:
    """The variables that GitHub's runner sets, with a `streamkit` on the path."""
    if shutil.which("bash") is None:
        pytest.skip("there is no bash")
    program = tmp_path / "bin" / "streamkit"
    program.parent.mkdir()
    program.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m streamkit "$@"\n')
    program.chmod(0o755)
    (program.parent / "python").symlink_to(sys.executable)
    return environment(
        PATH=f"{program.parent}{os.pathsep}{os.environ['PATH']}",
        RUNNER_TEMP=str(tmp_path),
        GITHUB_OUTPUT=str(tmp_path / "output"),
        GITHUB_STEP_SUMMARY=str(tmp_path / "summary"),
    )


def run(runner: dict[str, str], folder: Path, paths: str, fail_on: str = "error", arguments: str = "") -> Any:
    inputs = {"STREAMKIT_PATHS": paths, "STREAMKIT_FAIL_ON": fail_on, "STREAMKIT_ARGUMENTS": arguments}
    return subprocess.run(
        ["bash", str(SCRIPT)], cwd=folder, env={**runner, **inputs}, capture_output=True, text=True, check=False
    )


@pytest.mark.parametrize(
    ("paths", "fail_on", "arguments", "code"),
    [
        ("good.sse", "error", "", 0),
        ("good.sse\nbad.sse", "error", "", 1),
        ("bad.sse", "never", "", 0),
        ("bad.sse", "error", "--ignore SCH303", 0),
        ("*.sse", "error", "", 1),
        ("absent.sse", "error", "", 2),
        ("$(touch owned) ; touch owned", "error", "", 2),
        ("bad.sse", "error", "--nonsense", 2),
        ("bad.sse", "", "--ignore 'SCH303, SCH304'", 0),
        ("bad.sse", "", "--ignore 'SCH303", 2),
        ("a folder/bad.sse", "", "", 1),
        ("good.sse\r\na folder/good.sse\r\n", "", "", 0),
    ],
)
def test_the_script_exits_with_the_code_of_lint(
    tmp_path: Path, runner: dict[str, str], paths: str, fail_on: str, arguments: str, code: int
) -> None:
    (tmp_path / "a folder").mkdir()
    for folder in (tmp_path, tmp_path / "a folder"):
        (folder / "good.sse").write_text(GOOD)
        (folder / "bad.sse").write_text(BAD)
    assert run(runner, tmp_path, paths, fail_on, arguments).returncode == code
    assert not (tmp_path / "owned").exists()


@pytest.mark.parametrize(("fail_on", "code"), [("", 1), ("error", 0), ("warning", 1), ("never", 0)])
def test_the_configuration_decides_what_fails_unless_the_input_does(
    tmp_path: Path, runner: dict[str, str], fail_on: str, code: int
) -> None:
    (tmp_path / "pyproject.toml").write_text('[tool.streamkit.lint]\nignore = ["SCH303"]\nfail-on = "warning"\n')
    (tmp_path / "bad.sse").write_text(BAD.replace('"created":1760000000', '"created":0'))
    assert run(runner, tmp_path, "bad.sse", fail_on).returncode == code


def test_code_scanning_is_requested() -> None:
    assert action()["inputs"]["sarif"]["default"] == "false"
    assert action()["inputs"]["fail-on"]["default"] == ""


def test_the_action_installs_into_a_separate_environment(tmp_path: Path, runner: dict[str, str]) -> None:
    """`python` is a stub for venv and pip that records its arguments."""
    python = tmp_path / "bin" / "python"
    python.unlink()
    python.write_text(
        '#!/bin/sh\necho "$@" >>"$RUNNER_TEMP/arguments"\n'
        'if [ "$2" = venv ]; then mkdir -p "$3/bin"; cp "$0" "$3/bin/python"; fi\n'
    )
    python.chmod(0o755)
    script = ROOT / ".github" / "install-action.sh"
    done = subprocess.run(["bash", str(script)], env={**runner, "ACTION_PATH": "/the action"}, check=False)
    assert done.returncode == 0
    assert (tmp_path / "arguments").read_text().splitlines() == [
        f"-m venv {tmp_path}/streamkit",
        "-m pip install --quiet --disable-pip-version-check /the action",
    ]


def test_the_script_annotates_writes_sarif_and_a_summary(tmp_path: Path, runner: dict[str, str]) -> None:
    (tmp_path / "bad.sse").write_text(BAD)
    done = run(runner, tmp_path, "bad.sse")
    assert [line for line in done.stdout.splitlines() if line.startswith("::")] == done.stdout.splitlines()
    assert done.stdout.startswith("::error file=bad.sse,line=1,title=streamkit SCH303 wrong-object::")
    named = (tmp_path / "output").read_text().strip().removeprefix("sarif-file=")
    assert json.loads(Path(named).read_text())["runs"][0]["results"][0]["ruleId"] == "SCH303"
    summary = (tmp_path / "summary").read_text()
    assert "SCH303 error" in summary
    assert summary.rstrip().endswith("``````````")
