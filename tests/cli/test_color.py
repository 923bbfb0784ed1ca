"""Color: which command has it, where it goes, and what decides: `--color`, NO_COLOR, FORCE_COLOR, the terminal, in this
order."""

from __future__ import annotations

import contextlib
import io
import json
import os
import re
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import NamedTuple

import click
import pytest

from streamkit.cli.main import COMMANDS, streamkit
from streamkit.cli.options import COLOR_VARIABLES, colored
from tests.processes import started

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]
PLAIN = "recordings/openai_chat/plain.jsonl"
CUT = "recordings/openai_chat/cut-off.jsonl"
SSE = b'data: {"id":"1","object":"chat.completion.chunk","choices":[{"index":0,"delta":{"content":"hi"}}]}\n\n'
SECRET = b"data: sk-proj-" + b"abcdEFGH1234" * 4 + b"\n\n"
PAINT = re.compile(rb"\x1b\[[0-9]+m")

OUT, ERR = "stdout", "stderr"
# The arguments of each command, with SSE or SECRET on stdin, and where its output has color.
TABLE = {
    "record": (["-", "-o", "{tmp}/run.jsonl"], ERR),
    "replay": (["-"], ERR),
    "serve": ([PLAIN, "--port", "0", "--", "true"], ERR),
    "proxy": (["http://127.0.0.1:9", "--dir", "{tmp}", "--port", "0", "--", "true"], ERR),
    "lint": ([CUT], OUT),
    "rule": (["SEQ410"], OUT),
    "reassemble": ([PLAIN], OUT),
    "stats": ([PLAIN, CUT], OUT),
    "inspect": ([PLAIN], OUT),
    "convert": ([PLAIN, "--to", "sse"], ERR),
    "diff": ([PLAIN, CUT], OUT),
    "reduce": ([CUT, "--rule", "missing-done"], ERR),
    "redact": (["--check", "{tmp}/../secret.sse"], OUT),
    "schema": ([], OUT),
    "demo": ([], OUT),
    "doctor": ([], OUT),
    "probe": (["--explain", "models"], OUT),
}
NO_COLOR_AT_ALL = {"completion"}  # a script for a shell
# Other output of commands for people.
MORE = [
    (["lint", PLAIN], OUT),
    (["lint", "--statistics", CUT], OUT),
    (["rule"], OUT),
    (["rule", "--format", "json"], OUT),
    (["schema", "openai_chat"], OUT),
    (["stats", PLAIN], OUT),
    (["stats", "--explain", PLAIN], OUT),
    (["stats", "--definitions", PLAIN], OUT),
    (["stats", "--compare", PLAIN, PLAIN], OUT),
    (["stats", "--fail-if", "ttft > 1ms", PLAIN], ERR),
    (["reassemble", "--format", "markdown", PLAIN], OUT),
    (["reassemble", "--text", CUT], ERR),
    (["inspect", CUT], ERR),
]
DATA = [
    ["reassemble", PLAIN],
    ["reassemble", "--format", "markdown", PLAIN],
    ["schema", "openai_chat"],
    ["rule", "--format", "json"],
    ["lint", "--format", "json", CUT],
    ["stats", "--format", "json", PLAIN],
    ["inspect", "--format", "jsonl", PLAIN],
    ["replay", "--no-delay", PLAIN],
]


@pytest.mark.parametrize(
    ("choice", "variables", "terminal", "expected"),
    [
        ("auto", {}, True, True),
        ("auto", {}, False, False),
        ("auto", {"TERM": "dumb"}, True, False),
        ("never", {}, True, False),
        ("always", {}, False, True),
        ("always", {"NO_COLOR": "1"}, False, True),
        ("never", {"FORCE_COLOR": "1"}, True, False),
        ("auto", {"NO_COLOR": "1"}, True, False),
        ("auto", {"NO_COLOR": "0"}, True, False),  # its value is ignored
        ("auto", {"NO_COLOR": ""}, True, True),
        ("auto", {"FORCE_COLOR": "1"}, False, True),
        ("auto", {"FORCE_COLOR": "3"}, False, True),
        ("auto", {"FORCE_COLOR": ""}, False, False),
        ("auto", {"FORCE_COLOR": "0"}, False, False),
        ("auto", {"FORCE_COLOR": "1", "TERM": "dumb"}, False, True),
        ("auto", {"CLICOLOR_FORCE": "1"}, False, True),
        ("auto", {"CLICOLOR_FORCE": "0"}, False, False),
        ("auto", {"NO_COLOR": "1", "FORCE_COLOR": "1"}, True, False),
    ],
)
def test_precedence(
    choice: str, variables: Mapping[str, str], terminal: bool, expected: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in (*COLOR_VARIABLES, "TERM"):
        monkeypatch.delenv(name, raising=False)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    stream = io.StringIO()
    stream.isatty = lambda: terminal  # type: ignore[method-assign]
    assert colored(choice, stream) is expected


class Shown(NamedTuple):
    """The output of a run."""

    stdout: bytes
    stderr: bytes


Run = Callable[..., Shown]
# They write to descriptors or start processes, so each runs in its own process here. The others run in this one, for speed.
APART = {"record", "replay", "serve", "proxy", "demo"}


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capfdbinary: pytest.CaptureFixture[bytes]) -> Run:
    """Run with pipes, and with no environment variables about color but the given ones."""
    monkeypatch.chdir(ROOT)

    def ran(words: list[str], **variables: str) -> Shown:
        if words[0] in APART:
            return apart(words, **variables)
        with monkeypatch.context() as patch:
            for name in COLOR_VARIABLES:
                patch.delenv(name, raising=False)
            for name, value in variables.items():
                patch.setenv(name, value)
            with contextlib.suppress(click.exceptions.Exit):
                streamkit.main(words, standalone_mode=False, obj={})
        return Shown(*capfdbinary.readouterr())

    return ran


def apart(words: list[str], stdin: bytes = SSE, **variables: str) -> Shown:
    """Run the same in a process of its own."""
    environment = {name: value for name, value in os.environ.items() if name not in COLOR_VARIABLES}
    done = subprocess.run(
        [sys.executable, "-m", "streamkit", *words],
        input=stdin,
        capture_output=True,
        cwd=ROOT,
        env={**environment, **variables},
    )
    return Shown(done.stdout, done.stderr)


def where(ran: Shown) -> set[str]:
    return {name for name in (OUT, ERR) if PAINT.search(getattr(ran, name))}


def test_the_table_has_every_command() -> None:
    assert set(TABLE) | NO_COLOR_AT_ALL == set(COMMANDS)


@pytest.mark.parametrize("name", TABLE)
def test_every_command_has_color_and_each_option_works(name: str, tmp_path: Path, run: Run) -> None:
    given, place = TABLE[name]
    (tmp_path / "secret.sse").write_bytes(SECRET)

    def shown(number: int, *more: str, **variables: str) -> set[str]:
        folder = tmp_path / str(number)
        folder.mkdir()
        return where(run([name, *more, *(word.format(tmp=folder) for word in given)], **variables))

    assert place in shown(0, "--color", "always", NO_COLOR="1")
    assert shown(1) == set(), "into a pipe"
    if name == "demo":  # the demo takes seconds
        return
    assert shown(2, "--color", "never", FORCE_COLOR="1") == set()
    assert shown(3, FORCE_COLOR="1", NO_COLOR="1") == set()
    if name != "reassemble":  # JSON, see below
        assert place in shown(4, FORCE_COLOR="1")


@pytest.mark.parametrize(("words", "place"), MORE, ids=lambda it: " ".join(it) if isinstance(it, list) else it)
def test_everything_for_people_has_color(words: list[str], place: str, run: Run) -> None:
    assert place in where(run([words[0], "--color", "always", *words[1:]]))
    assert where(run(words)) == set()


@pytest.mark.parametrize("words", [["lint", "nowhere.jsonl"], ["rule", "nosuch"]], ids=" ".join)
def test_errors_have_color(words: list[str]) -> None:
    assert where(apart([words[0], "--color", "always", *words[1:]])) >= {ERR}


@pytest.mark.parametrize("words", DATA, ids=" ".join)
def test_a_variable_does_not_add_color_to_data(words: list[str], run: Run) -> None:
    """A CI job that sets FORCE_COLOR for all its steps would otherwise break every pipe to jq."""
    assert OUT not in where(run(words, FORCE_COLOR="1"))


@pytest.mark.parametrize(
    "words", [["reassemble", PLAIN], ["schema", "openai_chat"], ["rule", "--format", "json"]], ids=" ".join
)
def test_colored_json_is_the_same_json(words: list[str], run: Run) -> None:
    painted = run([words[0], "--color", "always", *words[1:]]).stdout
    assert json.loads(PAINT.sub(b"", painted)) == json.loads(run(words).stdout)


def test_a_file_has_no_color(tmp_path: Path, run: Run) -> None:
    file = tmp_path / "report.txt"
    run(["lint", "--color", "always", CUT, "-o", str(file)])
    assert file.read_bytes() == run(["lint", CUT]).stdout


@pytest.mark.parametrize(
    "words", [["lint", "--nosuch"], ["lint", "--color", "always", "--fail-on", "x"], ["nosuch"]], ids=" ".join
)
def test_a_usage_error_has_color_once_options_are_parsed(words: list[str]) -> None:
    ran = apart(words, FORCE_COLOR="1")
    assert b"\x1b[31mError:\x1b[0m " in ran.stderr
    assert PAINT.sub(b"", ran.stderr) == apart([word for word in words if word not in ("--color", "always")]).stderr


@pytest.mark.parametrize(
    "words", [["lint", CUT], ["stats", CUT], ["inspect", CUT], ["diff", PLAIN, CUT], ["rule"]], ids=" ".join
)
def test_color_changes_nothing_else(words: list[str], run: Run) -> None:
    painted, bare = run(words, FORCE_COLOR="1"), run(words)
    assert PAINT.sub(b"", painted.stdout) == bare.stdout
    assert PAINT.sub(b"", painted.stderr) == bare.stderr


def test_colors_in_a_stream_are_not_shown(tmp_path: Path, run: Run) -> None:
    file = tmp_path / "hostile.sse"
    file.write_bytes(SSE.replace(b"hi", b"\\u001b[31mred"))
    for words in (["lint"], ["stats"], ["inspect"], ["reassemble"], ["reassemble", "--text"]):
        shown = run([words[0], "--color", "always", *words[1:], str(file)])
        assert b"\x1b[31mred" not in shown.stdout, words


@pytest.mark.skipif(os.name != "posix", reason="pseudo terminals are POSIX")
@pytest.mark.parametrize("on", [OUT, ERR])
def test_each_stream_decides_for_itself(on: str) -> None:
    ours, theirs = os.openpty()
    other = OUT if on == ERR else ERR
    environment = {name: value for name, value in os.environ.items() if name not in COLOR_VARIABLES}
    with started(
        [sys.executable, "-m", "streamkit", "reassemble", CUT],
        cwd=ROOT,
        stdin=subprocess.DEVNULL,
        env={**environment, "TERM": "xterm"},
        **{on: theirs, other: subprocess.PIPE},
    ) as process:
        os.close(theirs)
        piped = getattr(process, other).read()
        shown = b""
        while data := _read(ours):
            shown += data
    os.close(ours)
    assert piped and not PAINT.search(piped)
    assert PAINT.search(shown)


def _read(descriptor: int) -> bytes:
    try:
        return os.read(descriptor, 65536)
    except OSError:  # Linux reports this once no process has the terminal open
        return b""
