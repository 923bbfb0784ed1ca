"""An API and a dialect of another package: two modules and two entry points that use public names only."""

from __future__ import annotations

import ast
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

ENTRY_POINTS = """\
[streamkit.apis]
semaphore = semaphore_api

[streamkit.apis.dialects]
harbour = harbour_dialect
"""

API = '''\
"""Semaphore: one flag per chunk, lowered at the end."""

from collections.abc import Iterator

from streamkit.apis import Api, Chunk, Ending, Judge, Sample
from streamkit.model.message import FINISH, TEXT, Delta, Message, Part, Reply
from streamkit.model.stream import Misfit


def recognises(sample: Sample) -> str | None:
    return "chunks hold a flag" if any("flag" in chunk for chunk in sample.chunks) else None


def flags(chunk: Chunk) -> int:
    return FINISH if "lowered" in chunk else TEXT if chunk.get("flag") else 0


def deltas(chunk: Chunk) -> tuple[Delta, ...]:
    if "lowered" in chunk:
        return (Delta("finish", "lowered"),)
    return (Delta("text", str(chunk["flag"])),) if chunk.get("flag") else ()


def ended(ending: Ending) -> bool:
    """`lowered`."""
    return any("lowered" in chunk for chunk in ending.chunks)


class Signals:
    def __init__(self) -> None:
        self.text = ""

    def feed(self, chunk: Chunk) -> None:
        self.text += str(chunk.get("flag", ""))

    @property
    def object(self) -> dict[str, str]:
        return {"flags": self.text}

    @property
    def message(self) -> Reply:
        return Reply((Message(0, None, (Part("text", self.text),)),))


def misfits(chunks: list[Chunk]) -> Iterator[Misfit]:
    for index, chunk in enumerate(chunks):
        if not isinstance(chunk.get("flag", ""), str):
            yield Misfit(index, "$.flag", "wrong-type", "flag is not a string")


def judge() -> Judge:
    return Judge(
        misfits=misfits,
        missteps=lambda stream: (),
        unknown=lambda chunks, known: (),
        schema=lambda: {"title": "A flag"},
        misfit_kinds=lambda: frozenset({"wrong-type"}),
        misstep_kinds=frozenset(),
    )


API = Api(
    name="semaphore",
    title="Semaphore",
    recognises=recognises,
    flags=flags,
    deltas=deltas,
    usage=lambda chunk: None,
    model=lambda chunk: None,
    ended=ended,
    assembler=Signals,
    judge=judge,
    order=5,
)
'''

DIALECT = '''\
"""Harbour: semaphore at sea."""

from streamkit.apis.dialects import Dialect

DIALECT = Dialect(name="harbour", title="Harbour", apis=("semaphore",), chunk_keys=("mast",), lawful=("SCH302",))
'''

STREAM = 'data: {"flag":"A","mast":1}\n\ndata: {"flag":"B"}\n\ndata: {"lowered":true}\n\n'


@pytest.fixture
def site(tmp_path: Path) -> Path:
    """A folder with the installed package and a stream."""
    info = tmp_path / "semaphore-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: semaphore\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text(ENTRY_POINTS)
    (tmp_path / "semaphore_api.py").write_text(API)
    (tmp_path / "harbour_dialect.py").write_text(DIALECT)
    (tmp_path / "stream.sse").write_text(STREAM)
    return tmp_path


def run(site: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    env = {**os.environ, "PYTHONPATH": os.pathsep.join((str(ROOT), str(site))), "STREAMKIT_NO_PLUGINS": ""}
    command = [sys.executable, "-m", "streamkit", *arguments]
    return subprocess.run(command, cwd=site, env=env, capture_output=True, text=True, check=False)


@pytest.mark.parametrize("source", [API, DIALECT], ids=["API", "dialect"])
def test_it_imports_only_public_names(source: str) -> None:
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.ImportFrom):
            names = [*(node.module or "").split("."), *(alias.name for alias in node.names)]
            assert not [name for name in names if name.startswith("_")]


def test_its_streams_are_recognised(site: Path) -> None:
    ran = run(site, "inspect", "-v", "stream.sse")
    assert ran.returncode == 0, ran.stderr
    assert "semaphore" in ran.stdout
    assert "harbour" in ran.stdout


def test_its_messages_are_reassembled(site: Path) -> None:
    ran = run(site, "reassemble", "stream.sse")
    assert (ran.returncode, ran.stderr) == (0, "")
    assert '"flags": "AB"' in ran.stdout


def test_its_tables_are_used_by_lint(site: Path) -> None:
    assert run(site, "lint", "stream.sse").returncode == 0
    (site / "broken.sse").write_text(STREAM.replace('"A"', "1"))
    ran = run(site, "lint", "--strict", "broken.sse")
    assert ran.returncode == 1, ran.stdout + ran.stderr
    assert "flag is not a string" in ran.stdout
    assert "flag is not a string" not in run(site, "lint", "broken.sse").stdout, "lawful in the dialect"


def test_an_unknown_code_in_a_dialect_is_an_error(site: Path) -> None:
    (site / "harbour_dialect.py").write_text(DIALECT.replace("SCH302", "SCH3020"))
    ran = run(site, "lint", "stream.sse")
    assert (ran.returncode, ran.stdout) == (2, "")
    assert ran.stderr == "streamkit: dialect 'harbour', lawful: unknown rule 'SCH3020'; did you mean 'SCH302'?\n"


def test_its_schema_is_printed(site: Path) -> None:
    assert "semaphore" in run(site, "schema").stdout
    assert '"title": "A flag"' in run(site, "schema", "semaphore").stdout


def test_it_can_be_chosen_by_name(site: Path) -> None:
    (site / "other.sse").write_text('data: {"x":1}\n\n')
    ran = run(site, "inspect", "-v", "--api", "semaphore", "--dialect", "harbour", "other.sse")
    assert ran.returncode == 0, ran.stderr
    assert "semaphore" in ran.stdout
