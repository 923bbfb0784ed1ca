"""The wheel is complete: it has the samples, the types, and a demo that works without the checkout."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tarfile
import zipfile
from importlib.metadata import requires
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from scripts.release import notes_of
from streamkit.tool import VERSION

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    pytest.importorskip("hatchling", reason="hatchling builds the wheel and is not installed")
    folder = tmp_path_factory.mktemp("dist")
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)],
        cwd=ROOT,
        check=True,
        capture_output=True,
    )
    return next(folder.glob("llm_streamkit-*.whl"))


def test_the_wheel_has_the_samples_and_the_types(wheel: Path) -> None:
    names = zipfile.ZipFile(wheel).namelist()
    assert "streamkit/py.typed" in names
    assert "streamkit/_recordings/openai_chat/plain.jsonl" in names
    assert not [name for name in names if name.startswith(("tests/", "benchmarks/", "docs/"))]


def test_the_demo_works_from_the_wheel(wheel: Path, tmp_path: Path) -> None:
    installed = tmp_path / "installed"
    zipfile.ZipFile(wheel).extractall(installed)
    ran = subprocess.run(
        [sys.executable, "-m", "streamkit", "demo"],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(installed)},
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert str(installed) not in ran.stdout
    for command in ("serve", "record", "lint", "reassemble", "stats", "inspect"):
        assert f"$ streamkit {command} " in ran.stdout


def test_the_wheel_of_the_source_distribution_is_the_same(wheel: Path, tmp_path: Path) -> None:
    """An installation from source has no less than the wheel: nothing is left out of the source distribution."""
    build = [sys.executable, "-m", "hatchling", "build", "-d", str(tmp_path)]
    subprocess.run([*build, "-t", "sdist"], cwd=ROOT, check=True, capture_output=True)
    with tarfile.open(next(tmp_path.glob("*.tar.gz"))) as archive:
        # Python 3.11.2 has no filters, and 3.12 warns without one.
        archive.extractall(tmp_path, **({"filter": "data"} if hasattr(tarfile, "data_filter") else {}))  # type: ignore[arg-type]
    [source] = (path for path in tmp_path.iterdir() if path.is_dir())
    subprocess.run([*build, "-t", "wheel"], cwd=source, check=True, capture_output=True)
    [again] = tmp_path.glob("*.whl")
    assert contents(again) == contents(wheel)


def contents(wheel: Path) -> dict[str, int]:
    """The checksum of each file, without the list of checksums."""
    return {entry.filename: entry.CRC for entry in zipfile.ZipFile(wheel).infolist() if not entry.is_dir()}


def release(tmp_path: Path, changelog: str) -> Path:
    """A tree of version 1.2.3 with a changelog."""
    (tmp_path / "streamkit").mkdir()
    (tmp_path / "streamkit" / "tool.py").write_text('VERSION = "1.2.3"\n')
    (tmp_path / "CHANGELOG.md").write_text(changelog)
    return tmp_path


REFUSED = {
    "another version": ("v1.2.4", "## 1.2.3 (2026-01-31)\n", "expected v1.2.3"),
    "a tag without v": ("1.2.3", "## 1.2.3 (2026-01-31)\n", "expected v1.2.3"),
    "no section": ("v1.2.3", "## 1.2.2 (2026-01-31)\n", "has no section"),
    "no date": ("v1.2.3", "## 1.2.3 (unreleased)\n", r"dates 1\.2\.3 as \(unreleased\)"),
}


@pytest.mark.parametrize(("tag", "changelog", "error"), REFUSED.values(), ids=REFUSED)
def test_a_release_that_does_not_agree_with_itself(tag: str, changelog: str, error: str, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=error):
        notes_of(tag, release(tmp_path, changelog))


def test_the_notes_of_a_release(tmp_path: Path) -> None:
    changelog = "# Changelog\n\n## 1.2.3 (2026-01-31)\n\n### Added\n\n- One.\n\n## 1.2.2 (2025-12-01)\n\n- Two.\n"
    assert notes_of("v1.2.3", release(tmp_path, changelog)) == "### Added\n\n- One.\n"


def needed(name: str) -> set[str]:
    """Return a distribution and all that it requires on this Python, without extras."""
    found, open_ = set[str](), [name]
    while open_:
        name = canonicalize_name(open_.pop())
        if name not in found:
            found.add(name)
            requirements = map(Requirement, requires(name) or ())
            open_ += [each.name for each in requirements if each.marker is None or each.marker.evaluate({"extra": ""})]
    return found


def test_the_readme_states_the_number_of_packages() -> None:
    stated = re.search(r"at most (\d+) packages", (ROOT / "README.md").read_text(encoding="utf-8"))
    assert stated is not None
    # Python 3.13 does not need typing_extensions.
    assert int(stated[1]) - len(needed("llm-streamkit")) in (0, 1)


def test_the_citation_names_this_version() -> None:
    assert f"\nversion: {VERSION}\n" in (ROOT / "CITATION.cff").read_text(encoding="utf-8")


def test_links_of_the_readme_are_absolute_on_the_index(tmp_path: Path) -> None:
    where = {"GITHUB_SERVER_URL": "https://example.test", "GITHUB_REPOSITORY": "o/r", "GITHUB_REF_NAME": "v1.2.3"}
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)]
    subprocess.run(build, cwd=ROOT, check=True, capture_output=True, env={**os.environ, **where})
    [built] = tmp_path.glob("*.whl")
    with zipfile.ZipFile(built) as archive:
        [name] = (name for name in archive.namelist() if name.endswith("METADATA"))
        metadata = archive.read(name).decode()
    assert "Project-URL: Repository, https://example.test/o/r\n" in metadata
    assert "(https://example.test/o/r/blob/v1.2.3/docs/record.md)" in metadata
    assert not re.findall(r"\]\((?!https?://|#)[^)]+\)", metadata)
    assert re.findall(r'src(?:set)?="(.*?)/docs/', metadata) == ["https://example.test/o/r/raw/v1.2.3"] * 4


def test_the_readme_has_a_light_and_a_dark_picture_of_each_page_below_200_kb() -> None:
    shown = set(re.findall(r"docs/pictures/([\w-]+\.\w+)", (ROOT / "README.md").read_text(encoding="utf-8")))
    assert shown == {path.name for path in (ROOT / "docs" / "pictures").iterdir()}
    assert {name for name in shown if name.endswith("-dark.webp")} == {"player-dark.webp", "report-dark.webp"}
    assert all((ROOT / "docs" / "pictures" / name).stat().st_size < 200_000 for name in shown)


LINKS = {
    "a page": ("[a](docs/a.md#b)", "[a](R/blob/v1/docs/a.md#b)"),
    "a picture": ("![a](docs/a.svg)", "![a](R/raw/v1/docs/a.svg)"),
    "a picture that is a link": ("[![a](a.svg)](b.md)", "[![a](R/raw/v1/a.svg)](R/blob/v1/b.md)"),
    "a picture in HTML": (
        '<source srcset="a.webp"><img src="b.webp">',
        '<source srcset="R/raw/v1/a.webp"><img src="R/raw/v1/b.webp">',
    ),
    "a URL": ("[a](https://b.test/c)", "[a](https://b.test/c)"),
    "an anchor": ("[a](#b)", "[a](#b)"),
}


@pytest.mark.parametrize(("given", "expected"), LINKS.values(), ids=LINKS)
def test_a_link(given: str, expected: str) -> None:
    metadata = pytest.importorskip("scripts.metadata", reason="hatchling is not installed")
    assert metadata.absolute(given, "https://r.test", "v1") == expected.replace("R/", "https://r.test/")
