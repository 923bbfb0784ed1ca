"""Mutation testing: make small wrong changes to streamkit, and check whether the tests detect them.

    python -m benchmarks.mutants [--sample 300] [--seed 1] [--room cli …] [--jobs 2]

The tests are collected once, in a copy of the project, and run once to determine which functions each of them calls. Each
mutation of a function then takes one fork: the function's code is replaced in the child, which runs the tests that call it,
those of its own package first, until one fails. A mutation at module level, or of a function that was called while the tests
were collected, is written to a copy and tested by a separate pytest. All processes that a child starts end with it.

The result is docs/mutants.md. Reasons given there for undetected mutations are kept.

Why not a library: mutmut (3.8) leaves out functions with decorators (rules, metrics, commands, properties: one in eight here)
and everything at module level (tables, a quarter of the changes below), and cannot draw a sample; cosmic-ray (8.7) runs
one test command for every mutation, and the tests of one package take 3 to 24 s of CPU.
"""

from __future__ import annotations

import argparse
import ast
import contextlib
import functools
import gc
import importlib
import json
import os
import pkgutil
import shutil
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import FunctionType
from typing import Any

import pytest

from benchmarks import _mutants_page as page
from benchmarks._mutants_children import adopt, calls, codes, copied, end, forked, orphans, where
from benchmarks.mutations import Mutation, Outcome, mutated, room, sample

ROOT = Path(__file__).parents[1]
# Folders of tests that use a package from above, in addition to its own; all others are tested by their own and by those of the commands.
ABOVE = {
    "apis": ("apis", "rules", "formats"),
    "cli": ("cli",),
    "definitions": ("definitions", "metrics"),
    "files": ("cli", "service"),
    "model": ("model", "apis", "metrics", "formats", "wire"),
    "providers": ("providers", "redact", "apis"),
    "pytest_plugin": ("plugin",),
    "results": ("results", "reporters"),
    "rules": ("rules", "apis"),
    "top": (),
    "transport": ("transport", "service"),
    "wire": ("wire", "apis", "formats"),
}
OWN = {"pytest_plugin": "plugin"}  # the tests of a package if their folder has another name
IGNORED = (
    "clients",
    "test_torture.py",
    "test_transcripts.py",
    "test_set_up.py",
    "test_startup.py",
    "test_mutations.py",
    "test_workflows.py",
)
# These check how the source is written, not what it does.
FORM = ("test_layers.py", "test_steady.py", "test_text.py", "test_words.py")
DOORS = "tests/test_doors.py"  # the exports of packages
VALUES = "tests/test_values.py"  # how the classes of all packages are made
PAGES = "test_pages.py"  # of several packages: runs the commands in tests/specs
STARTING = ("subprocess", "tests.processes", "tests.plugin.nested")
NESTED = {"pytest_plugin"}  # packages whose tests all run in processes of their own
MOST = 300  # maximum number of tests for one mutation: the shortest of each folder
FILES = 8  # maximum number of test files for a mutation at module level
COLD_S = 120
KILLED, SURVIVED, TIMEOUT = "killed", "survived", "timeout"

Called = dict[str, set[str]]  # by function (path:line), the tests that call it


@dataclass(slots=True)
class Child:
    """A forked test run, or a separate pytest."""

    mutation: Mutation
    process: int
    ends_at: float
    folder: Path
    slot: int


class Judge:
    """A pytest plugin that, instead of running the collected tests, runs mutations against them."""

    def __init__(self, mutations: list[Mutation], jobs: int, copies: list[Path]) -> None:
        self.mutations, self.jobs, self.copies = mutations, jobs, copies
        self.early: set[str] = set()  # functions that were called while the tests were collected
        self.called: Called = defaultdict(set)
        self.seconds: dict[str, float] = {}
        self.items: dict[str, pytest.Item] = {}
        self.outcomes: list[Outcome] = []
        self.running: list[Child] = []
        self.failed: str = ""
        self.loud = os.fdopen(os.dup(2), "w")  # the stderr of children is discarded
        self.functions: dict[str, list[FunctionType]] = defaultdict(list)
        self._collecting: contextlib.AbstractContextManager[None] | None = None

    def pytest_collection(self) -> None:
        """Record which functions are called until the end of the collection."""
        self._collecting = calls(self.early)
        self._collecting.__enter__()

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        """Leave out the tests in Chromium, which needs more address space than a child may use."""
        items[:] = [item for item in items if not any("Chromium" in str(mark.kwargs) for mark in item.iter_markers())]

    def pytest_collection_finish(self) -> None:
        """Load every module, so that its functions can be replaced."""
        import streamkit

        assert self._collecting is not None
        self._collecting.__exit__(None, None, None)
        for found in pkgutil.walk_packages(streamkit.__path__, "streamkit."):
            if not found.name.endswith("__main__"):
                with contextlib.suppress(ImportError):
                    importlib.import_module(found.name)
        for each in gc.get_objects():
            if type(each) is FunctionType:
                self.functions[where(each.__code__)].append(each)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Remember a failure, and how long a test took."""
        self.seconds[report.nodeid] = self.seconds.get(report.nodeid, 0.0) + report.duration
        if report.failed:
            self.failed = report.nodeid

    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        """Determine which tests call which functions, then test every mutation."""
        if session.testsfailed:
            raise session.Failed(f"{session.testsfailed} errors during collection")
        self.items = {item.nodeid: item for item in session.items}
        gc.collect()
        gc.freeze()
        self._learn(list(session.items))
        try:
            self._judge()
        finally:  # also after an interrupt
            for child in self.running:
                end(child.process)
        return True

    def _run(self, items: list[pytest.Item]) -> Iterator[pytest.Item]:
        for item, following in zip(items, [*items[1:], None], strict=True):
            item.config.hook.pytest_runtest_protocol(item=item, nextitem=following)
            yield item

    def _learn(self, items: list[pytest.Item]) -> None:
        """Run all tests, in up to `jobs` children, and record the functions that each calls."""
        modules = list(dict.fromkeys(item.nodeid.partition("::")[0] for item in items))
        children = []
        for number in range(self.jobs):
            chosen = set(modules[number :: self.jobs])
            part = [item for item in items if item.nodeid.partition("::")[0] in chosen]
            folder = Path(tempfile.mkdtemp())
            children.append((forked(lambda part=part, folder=folder: self._note(part, folder), folder), folder))  # type: ignore[misc]
        for process, folder in children:
            os.waitpid(process, 0)
            end(process)
            for test, functions, seconds in json.loads((folder / "called.json").read_text()):
                self.seconds[test] = seconds
                for each in functions:
                    self.called[each].add(test)
            shutil.rmtree(folder, ignore_errors=True)
        orphans(set())
        print(f"{len(self.seconds)} of {len(items)} tests pass unchanged", file=sys.stderr)

    def _note(self, items: list[pytest.Item], folder: Path) -> int:
        noted = []
        for item in items:
            self.failed, called = "", set[str]()
            with calls(called):
                next(self._run([item]))
            if self.failed:
                print(f"fails unchanged: {self.failed}", file=self.loud, flush=True)
            else:
                noted.append((item.nodeid, sorted(called), self.seconds.get(item.nodeid, 0.0)))
        (folder / "called.json").write_text(json.dumps(noted))
        return 0

    def _tests(self, mutation: Mutation) -> list[str]:
        """Return the tests that call the function of a mutation: those of its package first, and in each folder the shortest first."""
        own = _own(mutation)
        tests = self.called.get(f"{Path.cwd() / mutation.path}:{mutation.function_line}", set())
        return sorted(tests, key=lambda test: (not test.startswith(own), self.seconds[test]))[:MOST]

    def _files(self, mutation: Mutation) -> list[str]:
        """Return the test files for a mutation at module level: those that call most of the module, or contain its name."""
        counts: dict[str, int] = defaultdict(int)
        prefix, own = f"{Path.cwd() / mutation.path}:", _own(mutation)
        for function, tests in self.called.items():
            if function.startswith(prefix):
                for test in tests:
                    counts[test.partition("::")[0]] += 1
        stem, data_alone = Path(mutation.path).stem.strip("_"), not counts
        for file in {test.partition("::")[0] for test in self.seconds}:
            if (stem != "init" and stem in Path(file).stem) or (data_alone and file.startswith(own)):
                counts[file] += 1
        if stem == "init" and any(test.startswith(DOORS) for test in self.seconds):
            counts[DOORS] += 1
        named = {file for file in counts if stem in Path(file).stem}  # its programs are not among the calls
        files = sorted(counts, key=lambda file: (not file.startswith(own), file not in named, -counts[file]))[:FILES]
        return [*files, VALUES] if any(test.startswith(VALUES) for test in self.seconds) else files

    def _programs(self, mutation: Mutation) -> list[str]:
        """Return the test files of its package that start programs, in which the function is not replaced."""
        stem = Path(mutation.path).stem.strip("_")
        return [
            str(file)
            for file in sorted(Path(_own(mutation)).glob("test_*.py"))
            if any(word in file.read_text("utf-8") for word in STARTING)
            and (file.name == PAGES or stem in file.stem or room(mutation.path) in NESTED)
        ]

    def _hot(self, mutation: Mutation, tests: list[str], copy: Path) -> int:
        """Test a function in this process and, if that detects nothing, in programs. (This runs in a child.)"""
        files = self._programs(mutation)
        return self._swap(mutation, tests) or (self._cold(mutation, files, copy) if files else 0)

    def _swap(self, mutation: Mutation, tests: list[str]) -> int:
        """Replace the code of the function, clear caches, and run tests until one fails."""
        place = Path.cwd() / mutation.path
        for new in codes(compile(mutated(Path.cwd(), mutation), str(place), "exec")):
            if new.co_firstlineno == mutation.function_line and new.co_qualname == mutation.function:
                for function in self.functions[where(new)]:
                    if function.__code__.co_qualname == new.co_qualname:
                        function.__code__ = new
        for each in gc.get_objects():
            if isinstance(each, functools._lru_cache_wrapper) and str(each.__module__).startswith("streamkit"):
                each.cache_clear()
        self.failed = ""
        return next((1 for _ in self._run([self.items[test] for test in tests]) if self.failed), 0)

    def _cold(self, mutation: Mutation, files: list[str], copy: Path) -> int:
        """Write the mutation to a copy, and run its tests there. (This runs in a child.)"""
        place, kept = copy / mutation.path, (copy / mutation.path).read_bytes()
        compiled = place.parent / "__pycache__"
        try:
            place.write_text(ast.unparse(mutated(copy, mutation)), "utf-8")
            for old in compiled.glob(f"{place.stem}.*.pyc"):
                old.unlink()
            command = [sys.executable, "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider", "-p", "no:xdist", *files]
            skipped = [
                f"--deselect={test}"
                for test in self.items
                if test not in self.seconds and test.partition("::")[0] in files
            ]
            done = subprocess.run(
                [*command, *skipped], cwd=copy, env={**os.environ, "PYTHONPATH": str(copy)}, timeout=COLD_S
            )
            return int(done.returncode != 0)
        except subprocess.TimeoutExpired:
            return 2
        finally:
            place.write_bytes(kept)
            for old in compiled.glob(f"{place.stem}.*.pyc"):
                old.unlink()

    def _start(self, mutation: Mutation, slot: int) -> Child | None:
        """Start testing one mutation; return None if no test reaches it."""
        place = f"{Path.cwd() / mutation.path}:{mutation.function_line}"
        folder = Path(tempfile.mkdtemp())
        if mutation.function is not None and place not in self.early and (tests := self._tests(mutation)):
            limit = COLD_S + 6 * sum(self.seconds[test] for test in tests)
            process = forked(lambda: self._hot(mutation, tests, self.copies[slot]), folder)
        elif files := self._files(mutation):
            limit = COLD_S + 30
            process = forked(lambda: self._cold(mutation, files, self.copies[slot]), folder)
        else:
            folder.rmdir()
            return None
        return Child(mutation=mutation, process=process, ends_at=time.monotonic() + limit, folder=folder, slot=slot)

    def _judge(self) -> None:
        waiting, running, free = list(self.mutations), self.running, list(range(self.jobs))
        while waiting or running:
            while waiting and free:
                child = self._start(mutation := waiting.pop(0), free[-1])
                if child is None:
                    self._say(Outcome(mutation, SURVIVED, "no test calls it"))
                else:
                    free.pop()
                    running.append(child)
            time.sleep(0.02)
            for child in list(running):
                ended, status = os.waitpid(child.process, os.WNOHANG)
                if not ended and time.monotonic() < child.ends_at:
                    continue
                end(child.process)
                if not ended:
                    os.waitpid(child.process, 0)
                running.remove(child)
                free.append(child.slot)
                orphans({other.process for other in running})
                shutil.rmtree(child.folder, ignore_errors=True)
                code = os.waitstatus_to_exitcode(status) if ended else 2
                self._say(Outcome(child.mutation, {0: SURVIVED, 2: TIMEOUT}.get(code, KILLED)))

    def _say(self, outcome: Outcome) -> None:
        self.outcomes.append(outcome)
        mutation = outcome.mutation
        print(
            f"{outcome.result:8} {mutation.path}:{mutation.line} {mutation.text} {outcome.by}",
            file=sys.stderr,
            flush=True,
        )


def _own(mutation: Mutation) -> str:
    """Return the folder of the tests of a mutation's package."""
    name = room(mutation.path)
    return f"tests/{OWN.get(name, name)}/"


def folders(only: list[str]) -> list[str]:
    """Return the folders and files of tests to collect for some packages, or for all."""
    every = sorted(path.name for path in (ROOT / "tests").iterdir() if path.is_dir() or path.name.startswith("test_"))
    wanted = [name for name in every if name not in (*IGNORED, *FORM, "__pycache__", "golden", "specs")]
    if only:
        near = {
            *only,
            Path(DOORS).name,
            Path(VALUES).name,
            *(above for each in only for above in ABOVE.get(each, ("cli",))),
        }
        wanted = [name for name in wanted if name in near or ("top" in only and name.endswith(".py"))]
    return [f"tests/{name}" for name in wanted]


def main() -> int:
    """Test a sample of mutations, and write or print the page."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--sample", type=int, default=300, help="number of mutations")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument(
        "--room", nargs="*", default=[], help="folders of streamkit, or top: rows of other rooms stay in the page"
    )
    parser.add_argument("--share", action="store_true", help="of the sample of all rooms, test the mutations in --room")
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--tests", nargs="*", help="folders or files of tests, instead of those of the room")
    options = parser.parse_args()
    drawn = sample(ROOT, options.sample, options.seed, () if options.share else options.room)
    if options.share:
        drawn = [mutation for mutation in drawn if room(mutation.path) in options.room]
    if not drawn:
        parser.error(f"unknown room {' '.join(options.room)!r}: expected folders of streamkit, or top")
    adopt()
    with tempfile.TemporaryDirectory(prefix="mutants-") as base:
        tempfile.tempdir = base
        copies = [copied(ROOT, Path(base) / f"copy{number}" / "streamkit") for number in range(options.jobs)]
        warm = copied(ROOT, Path(base) / "warm" / "streamkit")
        os.chdir(warm)
        os.environ["PYTHONPATH"] = str(warm)
        judge = Judge(drawn, options.jobs, copies)
        arguments = [
            "-q",
            "--capture=sys",
            "-p",
            "no:cacheprovider",
            "-p",
            "no:xdist",
            *(options.tests or folders(options.room)),
        ]
        code: Any = pytest.main(arguments, plugins=[judge])
        os.chdir(ROOT)
        orphans(set())
        if code not in (pytest.ExitCode.OK, pytest.ExitCode.NO_TESTS_COLLECTED):
            return int(code)
        print(page.table(judge.outcomes), flush=True)
        page.write(ROOT / "docs" / "mutants.md", judge.outcomes)
    return 0


if __name__ == "__main__":
    sys.exit(main())
