"""No test reads a clock, sleeps, or starts a process that may outlive it: such tests fail on a slower machine."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

TESTS = Path(__file__).parent
READINGS = {"sleep", "monotonic", "monotonic_ns", "perf_counter", "perf_counter_ns", "process_time", "utcnow", "today"}
# Files that may, with the reason.
CLOCKS = {
    "clients/measuring.py": "writes the day on which it measured into its data; no test calls it",
    "transport/test_kernel_clock.py": "the kernel's stamps are of the kernel's clock; asserted is that a reader who comes late is not in them",
    "producers/programs/openai_websocket.py": "plays its sessions in real time: recordings are made from it",
    "emitter.py": "plays its scripts in real time: recordings are made from it",
    "waiting.py": "what all others wait with",
    "transport/test_deadlines.py": "the kernel's timer goes by the kernel's clock; only that nothing is called early is asserted",
}
STARTERS = {"processes.py": "what all others start processes with"}
FILES = sorted(path.relative_to(TESTS).as_posix() for path in TESTS.rglob("*.py"))


def clocks(tree: ast.AST) -> list[str]:
    """Return where a clock is read or time is spent: `12: time.sleep`."""
    found = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found += [f"{node.lineno}: import time" for name in node.names if name.name == "time"]
        elif isinstance(node, ast.ImportFrom) and node.module == "time":
            found.append(f"{node.lineno}: from time import")
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            if node.func.attr not in READINGS | {"now", "time"}:
                continue
            name = ast.unparse(node.func)
            zero = [ast.unparse(argument) for argument in node.args] == ["0"]  # one turn of the event loop
            if (node.func.attr in READINGS and not zero) or name.endswith(("datetime.now", "loop.time", "loop().time")):
                found.append(f"{node.lineno}: {name}")
    return found


def starters(tree: ast.AST) -> list[str]:
    """Return where a process is started that nothing is bound to end."""
    names = ("Popen", "create_subprocess_exec", "create_subprocess_shell")
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call)]
    return [
        f"{node.lineno}: {ast.unparse(node.func)}"
        for node in calls
        if getattr(node.func, "attr", getattr(node.func, "id", None)) in names
    ]


@pytest.mark.parametrize("file", FILES)
def test_no_test_reads_a_clock_or_leaves_a_process(file: str) -> None:
    tree = ast.parse((TESTS / file).read_text(encoding="utf-8"))
    assert bool(clocks(tree)) == (file in CLOCKS), clocks(tree)
    assert bool(starters(tree)) == (file in STARTERS), starters(tree)


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ("import time", ["1: import time"]),
        ("from time import sleep", ["1: from time import"]),
        ("await asyncio.sleep(0.1)", ["1: asyncio.sleep"]),
        ("await asyncio.sleep(0)", []),
        ("at = loop.time()", ["1: loop.time"]),
        ("datetime.now(UTC)", ["1: datetime.now"]),
        ("datetime(2026, 1, 2)", []),
        ("monkeypatch.setattr('time.sleep', sleep)", []),
    ],
)
def test_what_reads_a_clock(source: str, found: list[str]) -> None:
    module = f"async def f():\n {source}" if source.startswith("await") else source
    assert [line.replace("2:", "1:") for line in clocks(ast.parse(module))] == found
