"""docs/extending.md is true: each of its examples is added, inside and from another package, and does what is shown.

Inside, the example and its page are put into a copy of the package and its tests. From outside, the example is a module
of an installed package that names it in an entry point. The commands of its `shell-session` block are then run; those
that run pytest concern the pages, and are run once, for the pages of all examples.
"""

from __future__ import annotations

import os
import re
import shlex
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.test_transcripts import environment, pattern, steps

ROOT = Path(__file__).parents[1]
pytestmark = pytest.mark.slow

PAGE = ROOT / "docs" / "extending.md"
_FILE = re.compile(r"^`([\w./-]+)`\n\n(`{3,})\w+\n(.*?)^\2$", re.MULTILINE | re.DOTALL)
_ONLY_INSIDE = ("A command",)
_OWN_TESTS = "python -m pytest"
_SAFETY_S = 400


@dataclass(frozen=True)
class Section:
    """One kind of extension: the files that add it, by path, and the text with its commands."""

    title: str
    text: str

    @property
    def files(self) -> dict[str, str]:
        return {path: source for path, _, source in _FILE.findall(self.text)}


FOUND = re.findall(r"^## (An? \w+)$(.*?)(?=^## An? |\Z)", PAGE.read_text(encoding="utf-8"), re.M | re.S)
SECTIONS = [pytest.param(Section(title, text), id=title) for title, text in FOUND]


def put(folder: Path, files: dict[str, str]) -> None:
    for path, source in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(source, encoding="utf-8")


def copy(folder: Path, files: dict[str, str]) -> None:
    """Make a copy of the project with these files. What they do not touch are links to the project's own."""
    folders = {Path(name) for name in (".", "streamkit", "tests")}
    folders |= {parent for path in files for parent in Path(path).parents if (ROOT / parent).is_dir()}
    # Python writes there: it must not be the project's own, but what is already compiled is used.
    folders |= {parent / "__pycache__" for parent in folders if (ROOT / parent / "__pycache__").is_dir()}
    for parent in sorted(folders):
        (folder / parent).mkdir(exist_ok=True)
        names = ["docs", "recordings"] if parent == Path() else [entry.name for entry in (ROOT / parent).iterdir()]
        for name in names:
            if parent / name not in folders and str(parent / name) not in files:
                (folder / parent / name).symlink_to(ROOT / parent / name)
    put(folder, files)


def run(section: Section, folder: Path, python_path: list[Path]) -> None:
    """Run the commands of a section in `folder`, and compare what they print with the page."""
    env = environment() | {"PYTHONPATH": os.pathsep.join(map(str, python_path))}
    env.pop("STREAMKIT_NO_PLUGINS")
    for step in steps(PAGE, section.text, "shell-session"):
        if step.command.startswith(_OWN_TESTS):
            continue
        done = subprocess.run(
            ["bash", "-c", step.command],
            cwd=folder,
            env=env,
            capture_output=True,
            text=True,
            timeout=_SAFETY_S,
            check=False,
        )
        shown = re.sub(r"[ ]+\n", "\n", done.stdout + done.stderr)
        assert pattern(step.expected).fullmatch(shown), (
            f"$ {step.command}\n--- the page shows\n{step.expected}\n--- the command prints\n{shown}"
        )


@pytest.mark.parametrize("section", SECTIONS)
def test_inside(section: Section, tmp_path: Path) -> None:
    files = section.files
    if section.title == "A command":
        main = "streamkit/cli/main.py"
        files[main] = (ROOT / main).read_text().replace('("demo", ', '("count", "demo", ')
    copy(tmp_path, files)
    run(section, tmp_path, [tmp_path])


def test_their_own_tests_pass(tmp_path: Path) -> None:
    """Those that the page runs, in one run: collecting takes longer than all of them."""
    wanted: list[tuple[list[str], str]] = []
    added: dict[str, str] = {}
    for section in (Section(title, text) for title, text in FOUND):
        for step in steps(PAGE, section.text, "shell-session"):
            if step.command.startswith(_OWN_TESTS):
                quiet, *files, option, word = shlex.split(step.command.removeprefix(_OWN_TESTS))
                assert (quiet, option) == ("-q", "-k")
                wanted.append((files, word))
                added |= section.files
    copy(tmp_path, added)
    options = ["-v", "-n", "0", "--import-mode=importlib", "-p", "no:cacheprovider"]
    words = [*options, *(file for files, _ in wanted for file in files)]
    done = subprocess.run(
        [*_OWN_TESTS.split(), *words, "-k", " or ".join(word for _, word in wanted)],
        cwd=tmp_path, env=environment() | {"PYTHONPATH": str(tmp_path)},
        capture_output=True, text=True, timeout=_SAFETY_S, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout
    for files, word in wanted:
        for file in files:
            assert re.search(rf"^{re.escape(file)}::.*{word}.* PASSED", done.stdout, re.M | re.I), (
                f"{word}: {done.stdout}"
            )


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
    run(section, folder, [ROOT, site])


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
