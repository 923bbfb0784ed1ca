"""The workflows, as far as they can be tested without GitHub: each is parsed, and each `run:` step runs in bash.

Programs that would install, build or test are stubs that check their arguments; `make` shows what it would run;
`scripts/` run for real.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.slow

yaml = pytest.importorskip("yaml")

ROOT = Path(__file__).parents[1]
WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
JOBS = [
    pytest.param(job, id=f"{path.stem}-{name}")
    for path in WORKFLOWS
    for name, job in yaml.safe_load(path.read_text(encoding="utf-8"))["jobs"].items()
]
GITHUB = {"github.ref_name": "v1.2.3", "github.token": "token"}
EXPRESSION = re.compile(r"\$\{\{\s*(.*?)\s*\}\}")

STUBS = {
    "python": """
        case "$1 $2" in
        "-m pip") [[ "$3" = install || "$3" = wheel ]] ;;
        "-m pytest") "$REAL" -m pytest "${@:3}" --collect-only tests/clients/test_clients.py ;;
        "-m tests.producers.table") test -f tests/producers/table.py ;;
        "-m build") [[ "$3" = --outdir ]] ;;
        "-m venv") mkdir -p "$3/bin"; cp "$STUBS/python" "$STUBS/streamkit" "$3/bin" ;;
        benchmarks/*|scripts/*) test -f "$1" ;;
        *) exit 64 ;;
        esac""",
    "streamkit": 'exec "$REAL" -m streamkit "$@"',
    "make": 'exec "$REAL_MAKE" --no-print-directory -n "$@"',
    "npm": '[[ "$1" = install ]]',
    "curl": '[[ "$1" = --fail ]]',
    "gh": '[[ "$1 $2" = "release create" ]]',
    "git": '"$REAL_GIT" "$1" -h >/dev/null; test $? = 129',
}


def one_of(matrix: dict[str, Any]) -> list[dict[str, str]]:
    """Return the rows of a matrix, or the first value of each axis: the scripts do not depend on what differs."""
    return matrix.get("include") or [{name: values[0] for name, values in matrix.items()}]


@pytest.fixture
def runner(tmp_path: Path) -> dict[str, str]:
    """Return a checkout in `tmp_path`, and the environment of a runner, with the stubs first on the path."""
    programs = {name: shutil.which(name) for name in ("bash", "make", "git")}
    if os.name != "posix" or not all(programs.values()):
        pytest.skip("bash, make or git is not here")
    stubs = tmp_path / "stubs"
    stubs.mkdir()
    for name, script in STUBS.items():
        (stubs / name).write_text(f"#!/usr/bin/env bash\necho '+' {name} \"$*\" >&2\n{script}\n")
        (stubs / name).chmod(0o755)
    checkout = tmp_path / "checkout"
    (checkout / ".venv" / "bin").mkdir(parents=True)
    shutil.copy(stubs / "python", checkout / ".venv" / "bin")
    for entry in ROOT.iterdir():
        if not entry.name.startswith("."):
            (checkout / entry.name).symlink_to(entry)
    return {
        **os.environ,
        "PATH": f"{stubs}{os.pathsep}{os.environ['PATH']}",
        "STUBS": str(stubs),
        "REAL": sys.executable,
        "REAL_MAKE": str(programs["make"]),
        "REAL_GIT": str(programs["git"]),
        "PYTHONPATH": str(ROOT),
        "RUNNER_TEMP": str(tmp_path),
    }


def run(script: str, env: dict[str, str], tmp_path: Path) -> subprocess.CompletedProcess[str]:
    """Run a step as GitHub does when the shell is bash."""
    words = ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", script]
    return subprocess.run(words, cwd=tmp_path / "checkout", env=env, capture_output=True, text=True, check=False)


@pytest.mark.parametrize("job", JOBS)
def test_every_step_runs(job: dict[str, Any], runner: dict[str, str], tmp_path: Path) -> None:
    for row in one_of(job.get("strategy", {}).get("matrix", {"": [""]})):
        for step in job["steps"]:
            if "run" in step:
                given = {
                    key: EXPRESSION.sub(
                        lambda found, row=row: {**GITHUB, **row}[found[1].removeprefix("matrix.")], value
                    )
                    for key, value in step.get("env", {}).items()
                }
                ran = run(step["run"], {**runner, **given}, tmp_path)
                assert ran.returncode == 0, f"{step['run']}\n{ran.stdout}{ran.stderr}"
                assert ran.stdout or ran.stderr.startswith("+ "), "nothing ran"


@pytest.mark.parametrize(
    "script",
    [
        "python -m nothing",
        "python -m pip no-such-command",
        "python -m pytest --no-such-option",
        "python benchmarks/nothing.py",
        "make no-such-target",
        "git no-such-command",
        "bash scripts/smoke.sh false",
        "python -m nothing | cat",
    ],
)
def test_a_step_that_would_fail_does(script: str, runner: dict[str, str], tmp_path: Path) -> None:
    assert run(script, runner, tmp_path).returncode != 0


@pytest.mark.parametrize("job", JOBS)
def test_a_job_is_well_formed(job: dict[str, Any]) -> None:
    """Every job has an end, every step one action, every action a version, every expression a known meaning."""
    matrix = job.get("strategy", {}).get("matrix", {})
    axes = {axis for row in matrix.get("include", [matrix]) for axis in row}
    assert job["runs-on"] and job["timeout-minutes"] <= 30
    for step in job["steps"]:
        assert ("run" in step) != ("uses" in step), step
        assert re.fullmatch(r"[\w-]+/[\w./-]+@(release/)?v\d+", step.get("uses", "a/b@v1"))
        # The value of an expression must be passed through the environment: in the script itself it would be executed.
        assert "${{" not in step.get("run", "")
    for expression in EXPRESSION.findall(str(job)):
        if expression.startswith("matrix."):
            assert expression.removeprefix("matrix.") in axes


def test_what_is_promised_is_tested() -> None:
    """The Pythons and systems that pyproject.toml names, and the versions that it allows."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    jobs = yaml.safe_load((ROOT / ".github" / "workflows" / "ci.yml").read_text(encoding="utf-8"))["jobs"]
    promised = [name.rpartition(" ")[2] for name in project["classifiers"] if re.search(r":: 3\.\d+$", name)]
    assert jobs["test"]["strategy"]["matrix"]["python"] == promised
    assert {system.partition("-")[0] for system in jobs["test"]["strategy"]["matrix"]["os"]} == {
        "ubuntu",
        "macos",
        "windows",
    }
    assert {row["versions"] for row in jobs["versions"]["strategy"]["matrix"]["include"]} == {"lowest", "newest"}


def test_the_smoke_run_of_the_benchmarks_names_each_of_them() -> None:
    """The options exist."""
    from benchmarks.run import SMOKE

    for program in (ROOT / "benchmarks").glob("bench_*.py"):
        text = program.read_text(encoding="utf-8")
        for option in SMOKE[program.stem]:
            assert f'"{option.partition("=")[0]}"' in text, f"{program.name} has no {option}"


def test_groups_of_benchmarks_name_programs_and_their_options() -> None:
    from benchmarks.run import GROUPS

    for name, *settings in (run for group in GROUPS.values() for run in group):
        text = (ROOT / "benchmarks" / f"{name}.py").read_text(encoding="utf-8")
        options = [word.partition("=")[0] for word in settings if word.startswith("--")]
        assert [option for option in options if f'"{option}"' not in text] == []


# Variables that the tests read and that enable nothing, or nothing that the workflow could run, with the reason.
NOT_SCHEDULED = {
    "STREAMKIT_CHROMIUM": "the path of the browser, if it is not where it usually is",
    "STREAMKIT_CLIENTS_CACHE": "where environments are",
    "STREAMKIT_SERVERS_CACHE": "where environments are",
    "STREAMKIT_CLIENTS_PATIENCE": "a setting of the drivers, which their tests choose",
    "STREAMKIT_CLIENTS_RETRIES": "a setting of the drivers, which their tests choose",
    "STREAMKIT_URL": "set by streamkit for the programs that it starts",
    "STREAMKIT_NO_PLUGINS": "a setting of streamkit",
    "STREAMKIT_REFEREES": "needs an environment with each benchmark tool in the version that its definition names",
}
READ = re.compile(r"""environ(?:\.get\(|\[)["'](STREAMKIT_\w+)""")


def test_the_scheduled_workflow_runs_what_variables_enable() -> None:
    read = {name for file in (ROOT / "tests").rglob("*.py") for name in READ.findall(file.read_text(encoding="utf-8"))}
    workflow = (ROOT / ".github" / "workflows" / "ci.yml").read_text(encoding="utf-8")
    assert NOT_SCHEDULED.keys() <= read
    assert {name for name in read if f"{name}=" not in workflow} == NOT_SCHEDULED.keys()
