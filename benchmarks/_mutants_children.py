"""The children of `benchmarks.mutants`: forked, limited, watched, and ended with all that they started."""

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
)  # and the files at the top


def adopt() -> None:
    """Become the parent of processes whose own parent ends, where the system can (Linux)."""
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def end(process: int) -> None:
    """End a child with its group, and everything that outlived it and was handed to this process."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process, signal.SIGKILL)


def orphans(mine: set[int]) -> None:
    """End children of this process that it did not start itself: those of children that have ended."""
    children = Path(f"/proc/self/task/{os.getpid()}/children")
    if not children.is_file():
        return
    for child in {int(each) for each in children.read_text().split()} - mine:
        with contextlib.suppress(ProcessLookupError, ChildProcessError):
            os.kill(child, signal.SIGKILL)
            os.waitpid(child, 0)


def where(code: CodeType) -> str:
    """Name a function by its file and its first line."""
    return f"{code.co_filename}:{code.co_firstlineno}"


@contextlib.contextmanager
def calls(into: set[str]) -> Iterator[None]:
    """Collect the functions of streamkit that are called meanwhile, in every thread."""
    inside = f"{Path.cwd()}{os.sep}streamkit{os.sep}"

    def called(frame: FrameType, _event: str, _value: object) -> None:
        code = frame.f_code
        if code.co_filename.startswith(inside):
            into.add(where(code))

    threading.settrace(called)
    sys.settrace(called)
    try:
        yield
    finally:
        sys.settrace(None)
        threading.settrace(None)  # type: ignore[arg-type]  # the way back, as documented


def forked(run: Callable[[], int], folder: Path) -> int:
    """Fork, and return the child's id. It has its own group, its own temporary folder and nowhere to print to; it ends
    with what `run` returns."""
    process = os.fork()
    if process:
        return process
    code = 70
    try:
        os.setsid()
        for number in (signal.SIGHUP, signal.SIGTERM, signal.SIGQUIT):
            signal.signal(
                number, signal.SIG_DFL
            )  # nohup has them ignored, which programs that tests start would inherit
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
    """Yield a code object and all that stand in it."""
    yield code
    for each in code.co_consts:
        if isinstance(each, CodeType):
            yield from codes(each)


def copied(root: Path, into: Path) -> Path:
    """Copy what the tests need."""
    into.mkdir(parents=True)
    for name in COPIED:
        if (root / name).is_dir():
            shutil.copytree(root / name, into / name, ignore=shutil.ignore_patterns("__pycache__"))
    for file in root.iterdir():
        if file.is_file() and file.name != ".git":
            shutil.copy2(file, into / file.name)
    return into
