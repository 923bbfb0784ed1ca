"""A rule in another package: public imports only, found by its entry point, and seen by every command."""

from __future__ import annotations

import ast
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

WRITTEN = '''"""The answer is shouted.

What it finds: chunks whose text has no lower-case letter.

Why it matters: it reads badly.

Bad: chat
    set 2 $.choices[0].delta.content "HI!"

Good: chat
"""

from collections.abc import Iterator

from streamkit.model.stream import Stream
from streamkit.rules import Sighting, rule


@rule("ACM001", "warning", apis=("openai_chat",))
def check(stream: Stream) -> Iterator[Sighting]:
    for chunk in range(len(stream.chunks)):
        for delta in stream.deltas(chunk):
            if delta.kind == "text" and delta.text.isupper():
                yield Sighting(f"{delta.text} is shouted", chunk=chunk, path="$.choices[0].delta.content")
'''
DECLARED = '''"""The role comes again, and here that is forbidden.

What it finds: deltas after a choice's first that carry `role` once more.

Why it matters: our own client appends it.

Bad, with SEQ402 beside it: chat
    set 2 $.choices[0].delta {"role":"assistant","content":"Hi"}

Good: chat
"""

from streamkit.rules import Rule, missteps

RULE = Rule.declare(__name__, "ACM002", "error", finds=missteps, breaks="acme 1.0: role `assistantassistant`")
'''
BROKEN = (
    b'data: {"id":"c","object":"chat.completion.chunk","created":1760000000,"model":"m","choices":[{"index":0,'
    b'"delta":{"role":"assistant","content":"HI!"},"finish_reason":null}]}\n\n'
    b'data: {"id":"c","object":"chat.completion.chunk","created":1760000000,"model":"m","choices":[{"index":0,'
    b'"delta":{"role":"assistant","content":"hm"},"finish_reason":"stop"}]}\n\n'
    b"data: [DONE]\n\n"
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with a package of two rules, installed, and a stream that breaks both."""
    package = tmp_path / "acme"
    package.mkdir()
    (package / "__init__.py").write_text("")
    (package / "shouted.py").write_text(WRITTEN)
    (package / "repeated_role.py").write_text(DECLARED)
    installed = tmp_path / "acme-1.0.dist-info"
    installed.mkdir()
    (installed / "METADATA").write_text("Metadata-Version: 2.1\nName: acme\nVersion: 1.0\n")
    (installed / "entry_points.txt").write_text(
        "[streamkit.rules]\nshouted = acme.shouted\nrepeated-role = acme.repeated_role:RULE\n"
    )
    (tmp_path / "broken.sse").write_bytes(BROKEN)
    return tmp_path


def run(folder: Path, *arguments: str, errors: bool = False) -> tuple[int, str]:
    """Exit code and standard output, or errors, of one command in that folder."""
    env = {**os.environ, "PYTHONPATH": f"{ROOT}{os.pathsep}{folder}", "STREAMKIT_NO_PLUGINS": ""}
    done = subprocess.run(
        [sys.executable, "-m", "streamkit", *arguments],
        cwd=folder,
        env=env,
        capture_output=True,
        text=True,
        check=False,
    )
    assert "Traceback" not in done.stderr, done.stderr
    return done.returncode, done.stderr if errors else done.stdout


@pytest.mark.parametrize("text", [WRITTEN, DECLARED], ids=["written", "declared"])
def test_it_imports_only_public_names(text: str) -> None:
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.ImportFrom):
            assert not any(part.startswith("_") for part in (node.module or "").split("."))
            assert not any(alias.name.startswith("_") for alias in node.names)


def test_the_manual_is_printed_with_its_examples_in_full(folder: Path) -> None:
    code, manual = run(folder, "rule", "ACM001")
    assert code == 0
    assert manual.startswith("ACM001 shouted: The answer is shouted.\n\nSeverity: warning, ")
    assert "Bad:\n\n```sse\ndata: {" in manual
    assert '"delta":{"content":"HI!"}' in manual
    assert '"delta":{"content":"Hi"}' in manual


def test_the_list_contains_it(folder: Path) -> None:
    _, listed = run(folder, "rule")
    assert "ACM002  error     repeated-role             The role comes again, and here that is forbidden." in listed


@pytest.mark.parametrize(
    ("example", "trouble"),
    [
        ("Bad: chatter", "unknown base stream 'chatter': expected one of chat, "),
        ("Bad: chat\n    remove 2", "invalid edit 'remove 2': expected one of delete, set, "),
        ("Bad: chat\n    delete 9 $.id", "invalid edit 'delete 9 $.id': no such event or member"),
        ("Bad: chat\n    set 1 $.id c1", "invalid edit 'set 1 $.id c1': Expecting value"),
        ('Bad: chat\n    first "Ho" -> "Hi"', "not in the stream"),
    ],
)
def test_an_invalid_example_is_reported_in_one_line(folder: Path, example: str, trouble: str) -> None:
    (folder / "acme" / "shouted.py").write_text(WRITTEN.replace("Bad: chat", example, 1))
    code, output = run(folder, "rule", "ACM001", errors=True)
    assert code == 2
    assert output.startswith("streamkit: the manual of ACM001: ")
    assert trouble in output
    assert output.count("\n") == 1


@pytest.mark.parametrize("select", ["ACM", "ALL"])
def test_lint_finds_each_kind_of_problem(folder: Path, select: str) -> None:
    code, output = run(folder, "lint", "broken.sse", "--select", select, "--format", "json")
    found = [(finding["code"], finding["count"]) for finding in json.loads(output)["findings"]]
    assert code == 1
    assert ("ACM001", 1) in found
    assert ("ACM002", 1) in found


def test_sarif_carries_its_manual(folder: Path) -> None:
    _, output = run(folder, "lint", "broken.sse", "--select", "ACM001", "--format", "sarif")
    described = json.loads(output)["runs"][0]["tool"]["driver"]["rules"]
    assert [(entry["id"], "```sse" in entry["help"]["text"]) for entry in described] == [("ACM001", True)]


def test_reduce_keeps_what_breaks_it(folder: Path) -> None:
    code, smaller = run(folder, "reduce", "broken.sse", "--rule", "ACM002")
    assert code == 0
    assert '"delta":{"role":"assistant"}' in smaller
    assert len(smaller) < len(BROKEN)
