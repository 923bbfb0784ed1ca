"""What a command may not import: fast start-up is a promise, and one needless import breaks it for everybody."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]

CHUNK = b'data: {"id":"c","object":"chat.completion.chunk","choices":[{"index":0,"delta":{"content":"a"}}]}\n\n'

# Each of these takes milliseconds, and none is needed to read an event stream and report what is wrong with it.
HEAVY = {
    "aiohttp", "asyncio", "concurrent.futures", "difflib", "email", "hashlib", "html", "http", "importlib.metadata",
    "multiprocessing", "pathlib", "socket", "sqlite3", "ssl", "subprocess", "tabulate", "tempfile", "tomllib", "unittest",
    "urllib.request", "wcwidth", "xml", "yaml", "zipfile",
}  # fmt: skip
OURS = {
    "streamkit.service", "streamkit.transport", "streamkit.redact", "streamkit.playback", "streamkit.reduce", "streamkit.faults", "streamkit.compare",
    "streamkit.definitions", "streamkit.tokenizers", "streamkit.engines", "streamkit.providers",
}  # fmt: skip

PROBE = """
import sys
from streamkit.__main__ import main
try:
    main()
finally:
    print(*sys.modules, file=sys.stderr)
"""


def imported(folder: Path, *arguments: str) -> set[str]:
    """Return the modules that a command has imported when it ends, run in a folder without configuration."""
    env = {**os.environ, "PYTHONPATH": str(ROOT), "STREAMKIT_NO_PLUGINS": ""}
    command = [sys.executable, "-c", PROBE, *arguments]
    text = (folder / "stream.sse").read_text(encoding="utf-8")
    run = subprocess.run(command, cwd=folder, env=env, input=text, capture_output=True, text=True, check=False)
    return set(run.stderr.splitlines()[-1].split())


@pytest.fixture
def stream(tmp_path: Path) -> Path:
    path = tmp_path / "stream.sse"
    path.write_bytes(CHUNK * 3 + b"data: [DONE]\n\n")
    return path


COMMANDS = {
    "--help": (
        ["--help"],
        HEAVY | OURS | {"json", "orjson", "streamkit.registry", "streamkit.model", "streamkit.wire"},
    ),
    "lint": (["lint", "stream.sse"], HEAVY | OURS | {"streamkit.metrics", "streamkit.formats.gist_log.reader"}),
    "inspect": (["inspect", "stream.sse"], HEAVY | OURS | {"streamkit.metrics", "streamkit.rules"}),
    "reassemble": (["reassemble", "stream.sse"], HEAVY | OURS | {"streamkit.metrics", "streamkit.rules"}),
    "stats": (
        ["stats", "stream.sse"],
        (HEAVY - {"pathlib"})
        | (OURS - {"streamkit.service"})
        | {"streamkit.rules", "streamkit.formats.gist_log.reader"},
    ),
    "record": (
        ["record", "-", "-o", "recording.jsonl"],
        (HEAVY - {"difflib", "hashlib", "pathlib", "socket"})
        | {"streamkit.rules", "streamkit.playback", "streamkit.reduce", "streamkit.faults"},
    ),
}


@pytest.mark.parametrize("name", COMMANDS)
def test_a_command_imports_nothing_that_it_does_not_need(name: str, stream: Path) -> None:
    arguments, forbidden = COMMANDS[name]
    found = imported(stream.parent, *arguments)
    assert "click" in found
    assert not found & forbidden


def test_lint_imports_one_reporter_and_no_reader_that_it_does_not_use(stream: Path) -> None:
    found = imported(stream.parent, "lint", "stream.sse")
    entries = {name for name in found if name.startswith("streamkit.reporters.") and "._" not in name}
    assert entries == {"streamkit.reporters.text"}
    assert not {name for name in found if name.startswith(("streamkit.formats.gist_log.", "streamkit.formats.har."))}


def test_lint_imports_the_rules_that_check_by_themselves_and_no_dialect(stream: Path) -> None:
    found = imported(stream.parent, "lint", "stream.sse")
    rules = {
        name for name in found if name.startswith("streamkit.rules.") and name.count(".") == 3 and "._" not in name
    }
    assert "streamkit.rules.sequence.missing_finish" in rules  # there is one in the stream
    assert "streamkit.rules.sequence.repeated_role" not in rules
    assert len(rules) < 40
    assert not {name for name in found if name.startswith("streamkit.apis.dialects.") and "._" not in name}


def test_lint_imports_no_assembler_and_nothing_of_probe(stream: Path) -> None:
    found = imported(stream.parent, "lint", "stream.sse")
    assert not {name for name in found if name.endswith((".assembler", ".probing", "._probe_text"))}
