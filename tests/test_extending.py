"""docs/extending.md is true: each of its examples is added, inside and from another package, and does what is shown.

Inside, the example and its page are put into a copy of the package and its tests. From outside, the example is a module
of an installed package that names it in an entry point. The commands of its `shell-session` block are then run; those
that run pytest concern the page, so only the first walk has them.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.test_transcripts import environment, pattern, steps

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "extending.md"
_FILE = re.compile(r"^`([\w./-]+)`\n\n(`{3,})\w+\n(.*?)^\2$", re.MULTILINE | re.DOTALL)
_ONLY_INSIDE = ("A command",)
_OWN_TESTS = "python -m pytest"


@dataclass(frozen=True)
class Section:
    """One kind of extension: the files that add it, by path, and the text with its commands."""

    title: str
    text: str

    @property
    def files(self) -> dict[str, str]:
        return {path: source for path, _, source in _FILE.findall(self.text)}


SECTIONS = [
    pytest.param(Section(title, text), id=title)
    for title, text in re.findall(r"^## (An? \w+)$(.*?)(?=^## An? |\Z)", PAGE.read_text(encoding="utf-8"), re.M | re.S)
]


def put(folder: Path, files: dict[str, str]) -> None:
    for path, source in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).unlink(missing_ok=True)  # which is a link to the project's own
        (folder / path).write_text(source, encoding="utf-8")


def run(section: Section, folder: Path, python_path: list[Path], skip: str = "\0") -> None:
    """Run the commands of a section in `folder`, and compare what they print with the page."""
    env = environment() | {"PYTHONPATH": os.pathsep.join(map(str, python_path))}
    env.pop("STREAMKIT_NO_PLUGINS")
    for step in steps(PAGE, section.text, "shell-session"):
        if step.command.startswith(skip):
            continue
        command = step.command.replace(_OWN_TESTS, f"{_OWN_TESTS} -n 0 -p no:cacheprovider")
        done = subprocess.run(
            ["bash", "-c", command], cwd=folder, env=env, capture_output=True, text=True, timeout=120, check=False
        )
        assert done.returncode == 0 or _OWN_TESTS not in command, done.stdout
        shown = re.sub(r"[ ]+\n", "\n", done.stdout + done.stderr)
        assert pattern(step.expected).fullmatch(shown), (
            f"$ {step.command}\n--- the page shows\n{step.expected}\n--- the command prints\n{shown}"
        )


@pytest.mark.parametrize("section", SECTIONS)
def test_inside(section: Section, tmp_path: Path) -> None:
    for name in ("streamkit", "tests"):
        shutil.copytree(ROOT / name, tmp_path / name, copy_function=os.symlink)
    for name in ("recordings", "docs"):
        (tmp_path / name).symlink_to(ROOT / name)
    put(tmp_path, section.files)
    if section.title == "A command":
        main = "streamkit/cli/main.py"
        put(tmp_path, {main: (ROOT / main).read_text().replace('("demo", ', '("count", "demo", ')})
    run(section, tmp_path, [tmp_path])


@pytest.mark.parametrize("section", [one for one in SECTIONS if one.id not in _ONLY_INSIDE])
def test_from_another_package(section: Section, tmp_path: Path) -> None:
    site, folder = tmp_path / "site", tmp_path / "work"
    points: list[str] = []
    for path, source in section.files.items():
        if path.startswith("streamkit/"):
            room, _, inside = path.removeprefix("streamkit/").rpartition("/")
            room = room if room == "apis/dialects" else room.partition("/")[0]
            module = inside.removesuffix(".py")
            put(site, {"acme_streams/__init__.py": "", f"acme_streams/{module}.py": source})
            points += [f"[streamkit.{room.replace('/', '.')}]", f"{module} = acme_streams.{module}"]
    put(
        site,
        {
            "acme_streams-1.0.dist-info/METADATA": "Metadata-Version: 2.1\nName: acme-streams\nVersion: 1.0\n",
            "acme_streams-1.0.dist-info/entry_points.txt": "\n".join(points) + "\n",
        },
    )
    folder.mkdir()
    (folder / "recordings").symlink_to(ROOT / "recordings")
    run(section, folder, [ROOT, site], skip=_OWN_TESTS)


def test_the_page_has_every_kind() -> None:
    assert {section.id for section in SECTIONS} >= {
        "An API",
        "A dialect",
        "A provider",
        "A rule",
        "A metric",
        "A definition",
        "A fault",
        "A probe",
        "A reporter",
        "A tokenizer",
        "A format",
        "A command",
    }
