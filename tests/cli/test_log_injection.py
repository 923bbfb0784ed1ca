"""Text of a stream or a file name is one line wherever a person or a CI runner reads it, and never begins a command.

GitHub Actions obeys `::error::…` at the beginning of any line of a log and `##[error]` anywhere in it; a spreadsheet takes a
cell that begins with `=` for a formula.
"""

from __future__ import annotations

import csv
import io
import json
import re
from pathlib import Path

import pytest

from streamkit.cli.main import COMMANDS, streamkit
from tests.clicking import CliRunner

EVIL = "boom\n::error::pwned\r\n##[error]x\u2028::error::y\x1b[31m"
NAMES = ["::error::f.jsonl", "=form.jsonl", "new\n::error::line.jsonl", "##[error]g.jsonl", "+a.jsonl", "@a.jsonl"]


def recording() -> str:
    chunk = {
        "id": EVIL,
        "object": "chat.completion.chunk",
        "created": 1,
        "model": EVIL,
        "choices": [{"index": 0, "delta": {"content": "hi"}, "finish_reason": None}],
    }
    failure = {"error": {"message": EVIL, "type": EVIL, "code": EVIL}}
    request = {
        "method": EVIL,
        "url": f"http://h{EVIL}/v1/chat/completions",
        "headers": [[EVIL, EVIL]],
        "body": {"json": {"model": EVIL}},
    }
    lines = [
        {"type": "start", "streamkit": 1, "recorded_at": EVIL, "source": "client", "clock": "monotonic", "request": request, "labels": {EVIL: EVIL}, "tool": EVIL},
        {"type": "response", "at": 3, "status": 200, "http": "1.1", "headers": [["content-type", "text/event-stream"], [EVIL, EVIL]]},
        *({"type": "frame", "at": 5, "text": f"data: {json.dumps(event)}\n\n"} for event in (chunk, failure)),
        {"type": "end", "at": 9, "reason": "reset", "frames": 2, "bytes": 1, "sha256": "x", "error": EVIL},
    ]  # fmt: skip
    return "".join(json.dumps(line) + "\n" for line in lines)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    for name in NAMES:
        (tmp_path / name).write_text(recording(), encoding="utf-8")
    return tmp_path


READING = [
    ["lint", *NAMES],
    ["lint", "-v", "."],
    ["stats", *NAMES],
    ["stats", "--definitions", *NAMES],
    ["stats", "--by", "model", *NAMES],
    ["inspect", *NAMES],
    ["reassemble", *NAMES],
    ["redact", "--check", *NAMES],
    ["redact", "-v", "--check", "."],
    ["diff", NAMES[0], NAMES[1]],
    ["lint", "nosuch\n::error::x", "::error::nosuch"],
    ["convert", "nosuch\n::error::x", "--to", "sse"],
    ["rule", "::error::x\n::error::y"],
    ["lint", "--select", "X\n::error::y", *NAMES],
]


@pytest.mark.parametrize("words", READING, ids=lambda words: " ".join(words[:3]).encode("unicode_escape").decode())
@pytest.mark.usefixtures("folder")
def test_a_log_contains_no_command(words: list[str]) -> None:
    ran = CliRunner().invoke(streamkit, words, prog_name="streamkit")
    for text in (ran.stdout, ran.stderr):
        assert not [line for line in re.split("[\r\n]", text) if line.lstrip().startswith("::")]
    assert "##[" not in ran.stderr
    assert "##[" not in ran.stdout or words[0] == "reassemble", "which prints the data"
    assert ran.stderr.isprintable() or not set(ran.stderr) & {"\r", "\x1b", "\u2028"}


@pytest.mark.parametrize("command", ["stats", "stats --definitions"])
@pytest.mark.usefixtures("folder")
def test_no_cell_is_a_formula_or_has_lines(command: str) -> None:
    ran = CliRunner().invoke(streamkit, [*command.split(), "--format", "csv", *NAMES], prog_name="streamkit")
    rows = list(csv.reader(io.StringIO(ran.stdout)))
    assert len(rows) % len(NAMES) == 1, "a heading, and as many lines for each"
    cells = [cell for row in rows for cell in row]
    assert not [cell for cell in cells if cell.startswith(("=", "+", "@", "\t", "\r")) or "\n" in cell]
    assert any("form.jsonl" in cell for cell in cells)


def test_every_command_that_reads_is_in_the_table() -> None:
    others = {"record", "replay", "serve", "proxy", "reduce", "schema", "demo", "doctor", "completion", "probe"}
    assert {words[0] for words in READING} | others == set(COMMANDS)
