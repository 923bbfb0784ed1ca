"""Every terminal transcript in the prose is run: README.md, CONTRIBUTING.md, and all of docs/.

A transcript is a fenced block marked `console`. A line that begins with `$ ` is a command (it goes on where a line ends
in a backslash), what follows up to the next command is what a terminal shows: stdout and stderr together. `…` stands
for any text within a line, a line of `…` alone for any lines. Commands run in a folder that holds `recordings`, one
block after another of the same page, so that a page tells one story; `$ echo $?` shows the exit code of the command
before it. Blocks that need a provider or a key are marked `sh`, and are not run.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[1]
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), *(ROOT / "recordings").glob("*.md")])
BLOCK = re.compile(r"^```console\n(.*?)^```", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True)
class Step:
    line: int
    command: str
    expected: str


def steps(page: Path, text: str = "", mark: str = "console") -> list[Step]:
    """Return the commands of a page, or of a part of it, with what each must print; `mark` is the mark of their blocks."""
    text = text or page.read_text(encoding="utf-8")
    found: list[Step] = []
    for block in re.finditer(rf"^```{mark}\n(.*?)^```", text, re.MULTILINE | re.DOTALL):
        line = text.count("\n", 0, block.start()) + 2
        rows = block.group(1).split("\n")[:-1]
        while rows:
            assert rows[0].startswith("$ "), f"{page.name}:{line}: a transcript begins with a command"
            taken = 1
            while rows[taken - 1].endswith("\\"):
                taken += 1
            command = "\n".join(rows[:taken])[2:]
            shown = taken
            while shown < len(rows) and not rows[shown].startswith("$ "):
                shown += 1
            found.append(Step(line, command, "\n".join(rows[taken:shown])))
            rows, line = rows[shown:], line + shown
    return found


def pattern(expected: str) -> re.Pattern[str]:
    """Return a regular expression for the expected output, in which `…` stands for any text of a line, or alone for any
    lines."""
    rows = [
        r"(?:.*\n)*?" if row.strip() == "…" else ".*?".join(map(re.escape, row.split("…"))) + r"[ ]*\n"
        for row in expected.rstrip("\n").split("\n")
    ]
    return re.compile("".join(rows) if expected.strip() else "")


def environment() -> dict[str, str]:
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    kept = {key: value for key, value in os.environ.items() if not key.endswith("_API_KEY")}
    return {
        **kept,
        "PATH": path,
        "PYTHONPATH": str(ROOT),
        "COLUMNS": "100",
        "NO_COLOR": "1",
        "PYTHONIOENCODING": "utf-8",
        "LC_ALL": "C.UTF-8",
    }


@pytest.mark.parametrize(
    "page", [page for page in PAGES if BLOCK.search(page.read_text(encoding="utf-8"))], ids=lambda p: p.name
)
def test_a_page_shows_what_its_commands_print(page: Path, tmp_path: Path) -> None:
    (tmp_path / "recordings").symlink_to(ROOT / "recordings")
    code = 0
    for step in steps(page):
        run = subprocess.run(
            ["bash", "-c", f"(exit {code}); {step.command}"],
            cwd=tmp_path,
            env=environment(),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=60,
        )
        code = run.returncode
        shown = re.sub(
            r"[ ]+\n", "\n", run.stdout if run.stdout.endswith("\n") or not run.stdout else run.stdout + "\n"
        )
        assert pattern(step.expected).fullmatch(shown), (
            f"{page.name}:{step.line}: $ {step.command}\n--- the page shows\n{step.expected}\n--- the command prints\n{shown}"
        )


def test_the_transcript_pattern_itself() -> None:
    assert pattern("a … c").fullmatch("a b c\n")
    assert pattern("first\n…\nlast").fullmatch("first\n1\n2\nlast\n")
    assert not pattern("a").fullmatch("a\nb\n")
    assert not pattern("").fullmatch("something\n")
