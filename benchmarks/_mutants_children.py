"""The child processes of `benchmarks.mutants`: forked, limited, monitored, and ended with all processes that they started."""

from __future__ import annotations

import contextlib
import ctypes
import os
import resource
import shutil
import signal
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from types import CodeType, FrameType
from typing import Any

MEMORY = 4 << 30  # bytes
PR_SET_CHILD_SUBREAPER = 36
COPIED = (
    "streamkit",
    "tests",
    "docs",
    "recordings",
    "benchmarks",
    "scripts",
    ".github",
    ".ci",
)  # and the top-level files


def adopt() -> None:
    """Adopt processes whose own parent ends, if the system supports it (Linux)."""
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def end(process: int) -> None:
    """End a child with its process group, and all processes that outlived it and were adopted by this one."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process, signal.SIGKILL)


def orphans(mine: set[int]) -> None:
    """End adopted children: those of children that have ended."""
    children = Path(f"/proc/self/task/{os.getpid()}/children")
    if not children.is_file():
        return
    for child in {int(each) for each in children.read_text().split()} - mine:
        with contextlib.suppress(ProcessLookupError, ChildProcessError):
            os.kill(child, signal.SIGKILL)
            os.waitpid(child, 0)


def where(code: CodeType) -> str:
    """Return the identifier of a function: its file and its first line."""
    return f"{code.co_filename}:{code.co_firstlineno}"


@contextlib.contextmanager
def calls(into: set[str]) -> Iterator[None]:
    """Collect the functions of streamkit that are called until the context exits, in all threads."""
    inside = f"{Path.cwd()}{os.sep}streamkit{os.sep}"

    def called(code: CodeType) -> None:
        if code.co_filename.startswith(inside):
            into.add(where(code))

    with _monitored(called) if sys.version_info >= (3, 12) else _traced(called):
        yield


@contextlib.contextmanager
def _monitored(called: Callable[[CodeType], None]) -> Iterator[None]:
    """Report each function at its first call: a later call costs nothing (PEP 669, Python 3.12)."""
    monitoring: Any = sys.monitoring  # type: ignore[attr-defined,unused-ignore]  # absent in Python 3.11

    def start(code: CodeType, _offset: int) -> object:
        called(code)
        return monitoring.DISABLE

    monitoring.use_tool_id(monitoring.COVERAGE_ID, "streamkit mutants")
    monitoring.register_callback(monitoring.COVERAGE_ID, monitoring.events.PY_START, start)
    monitoring.set_events(monitoring.COVERAGE_ID, monitoring.events.PY_START)
    monitoring.restart_events()
    try:
        yield
    finally:
        monitoring.set_events(monitoring.COVERAGE_ID, 0)
        monitoring.free_tool_id(monitoring.COVERAGE_ID)


@contextlib.contextmanager
def _traced(called: Callable[[CodeType], None]) -> Iterator[None]:
    """Report every call, which makes the tests several times slower."""

    def call(frame: FrameType, _event: str, _value: object) -> None:
        called(frame.f_code)

    threading.settrace(call)
    sys.settrace(call)
    try:
        yield
    finally:
        sys.settrace(None)
        threading.settrace(None)  # the way back, as documented


def forked(run: Callable[[], int], folder: Path) -> int:
    """Fork, and return the child's id. It has its own process group and temporary folder, and no output; its exit code is
    the result of `run`."""
    process = os.fork()
    if process:
        return process
    code = 70
    try:
        os.setsid()
        for number in (signal.SIGHUP, signal.SIGTERM, signal.SIGQUIT):
            signal.signal(number, signal.SIG_DFL)  # ignored under nohup, which programs started by tests would inherit
        with Path(os.devnull).open("r+b") as nowhere:
            for descriptor in (0, 1, 2):
                os.dup2(nowhere.fileno(), descriptor)
        for name in ("TMPDIR", "PYTEST_DEBUG_TEMPROOT"):
            os.environ[name] = str(folder)
        tempfile.tempdir = str(folder)
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
        code = run()
    except BaseException:
        code = 1
    finally:
        os._exit(code)


def codes(code: CodeType) -> Iterator[CodeType]:
    """Yield a code object and all code objects within it."""
    yield code
    for each in code.co_consts:
        if isinstance(each, CodeType):
            yield from codes(each)


def copied(root: Path, into: Path) -> Path:
    """Copy the files that the tests need."""
    into.mkdir(parents=True)
    for name in COPIED:
        if (root / name).is_dir():
            shutil.copytree(root / name, into / name, ignore=shutil.ignore_patterns("__pycache__"))
    for file in root.iterdir():
        if file.is_file() and file.name != ".git":
            shutil.copy2(file, into / file.name)
    return into
