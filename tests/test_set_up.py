"""What `make` does before it runs anything, and the checks in `scripts/`."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from scripts import links, lowest

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[1]
posix = pytest.mark.skipif(os.name != "posix" or not shutil.which("make"), reason="make and sh are not here")

# A Python of a given version that can do what the script needs: print its version, compare it, make an environment.
STUB = """#!/bin/sh
case "$*" in
*"print("*) echo {version} ;;
*"sys.exit("*) exit {is_old} ;;
*"import ensurepip"*) exit {lacks_venv} ;;
"-m venv --clear "*) rm -rf "$4"; mkdir -p "$4/bin"; cp "$0" "$4/bin/python" ;;
*) exit 64 ;;
esac
"""


class Machine:
    """A folder of programs that is the whole PATH, and a checkout with `scripts/environment.sh`."""

    def __init__(self, root: Path) -> None:
        self.programs = root / "programs"
        self.checkout = root / "a check out"
        for folder in (self.programs, self.checkout):
            folder.mkdir()
        for name in ("sh", "cat", "rm", "mkdir", "cp"):
            (self.programs / name).symlink_to(str(shutil.which(name)))

    def has(self, name: str, version: str, can_make: bool = True) -> None:
        """Install a Python."""
        text = STUB.format(
            version=version, is_old=int(int(version.split(".")[1]) < 11 or version < "3"), lacks_venv=int(not can_make)
        )
        (self.programs / name).write_text(text)
        (self.programs / name).chmod(0o755)

    def makes(self, *wanted: str) -> tuple[int, str, str]:
        """Run the script and return its exit code, its output, and the version in the environment."""
        words = ["sh", str(ROOT / "scripts" / "environment.sh"), ".venv", *wanted]
        env = {"PATH": str(self.programs)}
        ran = subprocess.run(words, cwd=self.checkout, env=env, capture_output=True, text=True, check=False)
        made = self.checkout / ".venv" / "bin" / "python"
        version = subprocess.run([str(made), "-c", "print("], env=env, capture_output=True, text=True, check=False).stdout if made.exists() else ""  # fmt: skip
        assert ran.stdout == ""
        return ran.returncode, ran.stderr, version.strip()


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    return Machine(tmp_path)


@posix
def test_an_environment_is_created_once(machine: Machine) -> None:
    machine.has("python3", "3.11.2")
    assert machine.makes() == (0, "Making an environment in .venv with Python 3.11.2\n", "3.11.2")
    before = (machine.checkout / ".venv" / "created").stat().st_mtime_ns
    assert machine.makes() == (0, "", "3.11.2")
    assert machine.makes("python3") == (0, "", "3.11.2")
    assert (machine.checkout / ".venv" / "created").stat().st_mtime_ns == before


@posix
def test_the_first_suitable_python_is_used(machine: Machine) -> None:
    machine.has("python3", "3.10.13")
    machine.has("python3.12", "3.12.1")
    assert machine.makes()[::2] == (0, "3.12.1")


@posix
@pytest.mark.parametrize(
    ("there", "wanted", "message"),
    [
        ({"python3": "3.10.13"}, "python3", "needs Python 3.11 or newer, and python3 is 3.10.13: name another"),
        ({"python3": "3.10.13"}, "python3.12", "cannot run python3.12: name a Python 3.11 or newer"),
        ({"python3": "3.10.13"}, "", "no Python 3.11 or newer is here (python3 is 3.10.13)"),
        ({}, "", "no Python 3.11 or newer is here (python3 is missing)"),
    ],
)
def test_errors_are_one_line(machine: Machine, there: dict[str, str], wanted: str, message: str) -> None:
    for name, version in there.items():
        machine.has(name, version)
    code, errors, version = machine.makes(*[wanted] * bool(wanted))
    assert (code, version, errors.count("\n")) == (1, "", 1)
    assert errors.startswith("make: ") and message in errors


@posix
def test_a_python_without_venv_has_a_remedy(machine: Machine) -> None:
    machine.has("python3", "3.11.2", can_make=False)
    code, errors, _ = machine.makes()
    assert code == 1
    assert "apt install python3-venv" in errors.splitlines()[-1]


@posix
def test_the_environment_of_an_older_python_is_replaced(machine: Machine) -> None:
    machine.has("old", "3.10.13")
    subprocess.run(
        [str(machine.programs / "old"), "-m", "venv", "--clear", str(machine.checkout / ".venv")], check=True
    )
    (machine.checkout / ".venv" / "created").touch()
    machine.has("python3.12", "3.12.1")
    assert machine.makes("python3.12")[::2] == (0, "3.12.1")


@posix
@pytest.mark.parametrize("harm", ["another is wanted", "its Python has gone", "it was moved", "it was never finished"])
def test_an_unsuitable_environment_is_recreated(machine: Machine, harm: str) -> None:
    machine.has("python3", "3.11.2")
    machine.has("python3.13", "3.13.0")
    machine.makes()
    match harm:
        case "its Python has gone":
            (machine.checkout / ".venv" / "bin" / "python").unlink()
        case "it was moved":
            machine.checkout = machine.checkout.rename(machine.checkout.with_name("elsewhere"))
        case "it was never finished":
            (machine.checkout / ".venv" / "created").unlink()
    wanted, version = (["python3.13"], "3.13.0") if harm == "another is wanted" else ([], "3.11.2")
    assert machine.makes(*wanted) == (0, f"Making an environment in .venv with Python {version}\n", version)
    assert machine.makes(*wanted) == (0, "", version)


# A Python of an environment that uv made: it has no pip until ensurepip ran, if it has that.
WITHOUT_PIP = """#!/bin/sh
echo "$*" >>{called}
case "$*" in
"-m ensurepip") exit {lacks_ensurepip} ;;
"-m pip --version") exit 1 ;;
esac
"""


@posix
@pytest.mark.parametrize(
    ("lacks_ensurepip", "calls", "code", "error"),
    [
        (0, ["-m pip --version", "-m ensurepip", "-m pip install -q --disable-pip-version-check click"], 0, ""),
        (1, ["-m pip --version", "-m ensurepip"], 1, "make: venv has neither pip nor ensurepip, and uv is not on PATH: remove venv, or install uv\n"),
    ],
)  # fmt: skip
def test_an_environment_without_pip_gets_it(
    machine: Machine, lacks_ensurepip: int, calls: list[str], code: int, error: str
) -> None:
    program, called = machine.checkout / "venv" / "bin" / "python", machine.checkout / "called"
    program.parent.mkdir(parents=True)
    program.write_text(WITHOUT_PIP.format(called="called", lacks_ensurepip=lacks_ensurepip))
    program.chmod(0o755)
    words = ["sh", str(ROOT / "scripts" / "install.sh"), "venv", "click"]
    env = {"PATH": str(machine.programs)}
    ran = subprocess.run(words, cwd=machine.checkout, env=env, capture_output=True, text=True, check=False)
    assert (ran.returncode, ran.stderr) == (code, error)
    assert called.read_text().splitlines() == calls


@posix
@pytest.mark.parametrize(
    "target", ["demo", "test", "test-lowest", "test-newest", "lint", "links", "docs", "bench", "bench-peers"]
)
def test_every_target_knows_its_steps(target: str) -> None:
    ran = subprocess.run(["make", "-n", target], cwd=ROOT, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stderr
    assert "scripts/environment.sh .venv" in ran.stdout


def test_the_lowest_versions() -> None:
    project = {
        "project": {
            "dependencies": ["click>=8.1.8", "orjson"],
            "optional-dependencies": {"a": ["backports.zstd>=1.0; python_version < '3.14'"], "b": ["x[y,z]>=0.22,<1"]},
        },
        "dependency-groups": {"dev": ["types-tabulate", "ruff<2,>=0.9", "old; python_version >= '3.9'"]},
    }
    assert lowest.constraints(project) == ["backports.zstd==1.0", "click==8.1.8", "ruff==0.9", "x==0.22"]


def test_the_links_of_the_project() -> None:
    ran = subprocess.run([sys.executable, "scripts/links.py"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stdout
    assert links.check(ROOT)[0] > 100


PAGES = {
    "README.md": (
        "# One `two`\n[a](docs/a.md) [b](docs/a.md#the-end) [c](#one-two) ![d](missing.png)\n```\n[no](link)\n```\n"
        "`[no](link)` <https://x.test> [e](https://x.test/a#b) [f](docs/a.md#no) [g](../out.md) [h](docs/)\n"
        "[i]: docs/gone.md\n[j](docs/a%20b.md \"title\") [k](docs/a.md#the-end-1) [l](<docs/a b.md>)\n"
    ),
    "docs/a.md": "# [The](x://y) end!\n## The end\n[up](../README.md)\n",
    "docs/a b.md": "",
    ".hidden/x.md": "[no](where)",
}  # fmt: skip


def test_broken_links_are_reported(tmp_path: Path) -> None:
    for name, text in PAGES.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text)
    assert links.check(tmp_path)[1] == [
        "README.md:2: missing.png: no such file",
        "README.md:6: docs/a.md#no: no heading #no in a.md",
        "README.md:6: ../out.md: leads out of the project",
        "README.md:7: docs/gone.md: no such file",
    ]


@posix
@pytest.mark.parametrize(
    ("broken", "code"), [("nothing", 0), ("test VENV=.venv-system", 1), ("test VENV=.venv-newer", 1), ("lint", 1)]
)
def test_the_commit_check_fails_if_a_part_fails(tmp_path: Path, broken: str, code: int) -> None:
    """With a `make` that prints forty lines and fails for the given targets, and a newer Python."""
    (tmp_path / ".ci").mkdir()
    shutil.copy(ROOT / ".ci" / "run", tmp_path / ".ci")
    make, newer = tmp_path / "make", tmp_path / "python3.14"
    make.write_text(
        '#!/bin/sh\nn=40; while [ $n -gt 0 ]; do echo "$n of $*"; n=$((n - 1)); done\n'
        f'case "$*" in "{broken}"*) exit 2 ;; esac\n'
    )
    newer.write_text("#!/bin/sh\necho 3.99\n")
    for program in (make, newer):
        program.chmod(0o755)
    env = {**os.environ, "PATH": f"{tmp_path}{os.pathsep}{os.environ['PATH']}", "HOME": str(tmp_path)}
    ran = subprocess.run([str(tmp_path / ".ci" / "run")], env=env, capture_output=True, text=True, check=False)
    assert (ran.returncode, ran.stderr) == (code, "")
    for part in ("test VENV=.venv-system PYTHON=", "test VENV=.venv-newer PYTHON=python3.14", "lint VENV=.venv-system"):
        assert f"\n1 of {part}" in ran.stdout
        # Failing output is shown in full, passing output only its end.
        assert (f"\n40 of {part}" in ran.stdout) == part.startswith(broken)
