"""Standard output in every state that a shell, a full disk or a closed window can cause, for every command.

Output that cannot be written is one line on stderr and exit code 2. A closed pipe is silent (141, as with SIGPIPE), and
a recording continues. No test waits for a length of time: each step begins when the other side has shown that it is
ready.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Sequence
from functools import cache
from pathlib import Path

import pytest

from streamkit import stdio
from streamkit.cli.main import COMMANDS
from streamkit.model.recording import read
from tests.processes import started

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(os.name != "posix", reason="closed and non-blocking descriptors are POSIX"),
]

ROOT = Path(__file__).parents[2]
PLAIN = "recordings/openai_chat/plain.jsonl"
CUT = "recordings/openai_chat/cut-off.jsonl"
SSE = b'data: {"id":"1","object":"chat.completion.chunk","choices":[{"index":0,"delta":{"content":"hi"}}]}\n\n'

# The arguments with which each command prints something; {out} is a folder of its own.
WRITING = {
    "replay": ["--no-delay", "--as", "raw", PLAIN],
    "lint": [CUT],
    "rule": [],
    "reassemble": [PLAIN],
    "stats": [PLAIN],
    "inspect": [PLAIN],
    "convert": [PLAIN, "--to", "recording"],
    "diff": [PLAIN, CUT],
    "reduce": [CUT, "--rule", "missing-done"],
    "redact": [PLAIN],
    "schema": ["openai_chat"],
    "demo": [],
    "doctor": [],
    "probe": ["--dry-run"],
    "completion": ["zsh"],
}
# Commands whose stdout is that of the program after `--`; their own output goes to stderr.
SERVERS = {"serve": [PLAIN, "--port", "0", "--", "true"], "proxy": ["http://127.0.0.1:9", "--port", "0", "--", "true"]}
CLOSED = "streamkit: stdout: cannot write: it is closed\n"
FULL = "streamkit: stdout: cannot write: No space left on device\n"
needs_full = pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no /dev/full")


def line(*words: str) -> list[str]:
    return [sys.executable, "-m", "streamkit", *words]


def in_shell(redirection: str, *words: str, stdin: bytes = b"") -> subprocess.CompletedProcess[bytes]:
    """Run with a redirection of the shell."""
    shell = ["/bin/sh", "-c", f'exec "$@" {redirection}', "sh", *line(*words)]
    return subprocess.run(shell, input=stdin, capture_output=True, cwd=ROOT)


@cache
def usual(name: str) -> tuple[int, bytes]:
    """Return the exit code and the output of a command of the table into a pipe."""
    ran = subprocess.run(line(name, *WRITING[name]), capture_output=True, cwd=ROOT)
    return ran.returncode, ran.stdout


def test_the_table_has_every_command() -> None:
    assert {*WRITING, *SERVERS, "record"} == set(COMMANDS)


@pytest.mark.parametrize("name", WRITING)
@pytest.mark.parametrize(
    ("redirection", "message"),
    [(">&-", CLOSED), pytest.param(">/dev/full", FULL, marks=needs_full)],
    ids=["closed", "full"],
)
def test_a_failed_write_is_one_line_and_exit_2(name: str, redirection: str, message: str) -> None:
    ran = in_shell(redirection, name, *WRITING[name])
    assert (ran.returncode, ran.stderr.decode()) == (2, message)


@pytest.mark.parametrize("words", [["--help"], ["--version"], ["lint", "--help"]], ids=" ".join)
@pytest.mark.parametrize("redirection", [">&-", pytest.param(">/dev/full", marks=needs_full)])
def test_a_failed_write_of_the_help_is_reported_in_the_same_way(words: list[str], redirection: str) -> None:
    ran = in_shell(redirection, *words)
    assert (ran.returncode, ran.stderr.count(b"\n")) == (2, 1)


@pytest.mark.parametrize(
    "words", [*([name, *words] for name, words in WRITING.items()), ["--help"]], ids=lambda w: w[0]
)
def test_a_closed_pipe_ends_it_quietly(words: list[str]) -> None:
    ours, theirs = os.pipe()
    os.close(ours)
    try:
        ran = subprocess.run(line(*words), stdout=theirs, stderr=subprocess.PIPE, cwd=ROOT)
    finally:
        os.close(theirs)
    assert (ran.returncode, ran.stderr) == (141, b"")


@pytest.mark.parametrize("name", SERVERS)
@pytest.mark.parametrize("redirection", [">&-", "2>&-", pytest.param(">/dev/full 2>&1", marks=needs_full)])
def test_a_server_does_not_need_them(name: str, redirection: str, tmp_path: Path) -> None:
    more = ["--dir", str(tmp_path)] if name == "proxy" else []
    ran = in_shell(redirection, name, *more, *SERVERS[name])
    assert ran.returncode == 0
    assert b"Traceback" not in ran.stderr


@pytest.mark.parametrize("name", [name for name in WRITING if name != "demo"])
@pytest.mark.parametrize("redirection", ["2>&-", pytest.param("2>/dev/full", marks=needs_full)], ids=["closed", "full"])
def test_the_work_is_done_without_stderr(name: str, redirection: str) -> None:
    ran = in_shell(redirection, name, *WRITING[name])
    assert (ran.returncode, ran.stdout) == usual(name)


def test_an_error_without_stderr_keeps_its_exit_code() -> None:
    assert in_shell("2>&-", "lint", "nowhere.jsonl").returncode == 2
    assert in_shell("2>&-", "lint", "--nosuch").returncode == 2


def test_a_command_that_writes_nothing_does_not_need_stdout(tmp_path: Path) -> None:
    ran = in_shell(">&-", "lint", PLAIN, "-o", str(tmp_path / "report.txt"))
    assert (ran.returncode, ran.stderr) == (0, b"")
    assert (tmp_path / "report.txt").read_text() == "No findings in 1 stream.\n"


@pytest.mark.parametrize("redirection", [">&-", "2>&-", ">&- 2>&-", "<&- >&- 2>&-"])
def test_a_file_never_replaces_a_closed_stream(redirection: str, tmp_path: Path) -> None:
    """The first file that a process opens gets the lowest free descriptor, which would then be that of stdout or
    stderr."""
    file = tmp_path / "report.json"
    in_shell(redirection, "lint", "--format", "json", CUT, "nowhere.jsonl", "-o", str(file))
    usual = subprocess.run(line("lint", "--format", "json", CUT, "nowhere.jsonl"), capture_output=True, cwd=ROOT)
    assert file.read_bytes() == usual.stdout


def test_a_closed_stdin_is_empty() -> None:
    ran = in_shell("<&-", "lint", "-")
    assert (ran.returncode, ran.stderr.count(b"\n")) == (2, 1)


@pytest.mark.parametrize(
    ("redirection", "message"),
    [
        (">&-", "streamkit: stdout was lost: it is closed; the recording continues\n"),
        pytest.param(
            ">/dev/full",
            "streamkit: stdout was lost: No space left on device; the recording continues\n",
            marks=needs_full,
        ),
    ],
    ids=["closed", "full"],
)
def test_a_recording_outlives_stdout(redirection: str, message: str, tmp_path: Path) -> None:
    file = tmp_path / "run.jsonl"
    ran = in_shell(redirection, "record", "-", "-o", str(file), stdin=SSE * 3)
    assert ran.returncode == 2
    assert ran.stderr.decode().startswith(message)
    assert ran.stderr.count(b"\n") == 2, "the loss, and the closing line"
    assert recorded(file) == SSE * 3


def test_a_recording_to_a_closed_stdout_is_an_error() -> None:
    ran = in_shell(">&-", "record", "-", "-o", "-", stdin=SSE)
    assert (ran.returncode, ran.stderr.decode()) == (2, CLOSED)


def test_a_recording_does_not_mention_a_closed_pipe(tmp_path: Path) -> None:
    ours, theirs = os.pipe()
    os.close(ours)
    file = tmp_path / "run.jsonl"
    ran = subprocess.run(line("record", "-", "-o", str(file)), input=SSE, stdout=theirs, stderr=subprocess.PIPE)
    os.close(theirs)
    assert ran.stderr.count(b"\n") == 1
    assert recorded(file) == SSE


def recorded(file: Path) -> bytes:
    """Return the body of the only recording in a file, which must be complete."""
    with file.open("rb") as lines:
        [exchange] = read(lines, path=str(file))
    assert exchange.end is not None and exchange.end.reason == "eof"
    return exchange.frames.body


# The program reports on descriptor {0} when it is about to wait for room, and only then is room made.
WAITS = """
import os, select
real = select.select
def waiting(*given):
    os.write({0}, b"w")
    return real(*given)
select.select = waiting
from streamkit.cli.main import main
main()
"""


@pytest.mark.parametrize("name", [*WRITING, "record"])
def test_a_slow_reader_of_a_non_blocking_pipe_gets_everything(name: str, tmp_path: Path) -> None:
    words = [name, *WRITING.get(name, ["-", "-o", str(tmp_path / "run.jsonl")])]
    ran, shown = with_a_full_pipe(words, SSE)
    assert b"Traceback" not in ran.stderr
    if name == "demo":  # its times differ in each run
        assert (ran.returncode, b"$ streamkit inspect" in shown) == (0, True)
    elif name == "record":
        assert (shown, recorded(tmp_path / "run.jsonl")) == (SSE, SSE)
    else:
        assert (ran.returncode, shown) == usual(name)


def with_a_full_pipe(words: Sequence[str], stdin: bytes) -> tuple[subprocess.CompletedProcess[bytes], bytes]:
    """Run with a non-blocking stdout that has no room until the program waits for it, and return what it wrote."""
    ours, theirs = os.pipe()
    signalled, signal_write = os.pipe()
    os.set_blocking(theirs, False)
    filled = 0
    while True:
        try:
            filled += os.write(theirs, b"x" * 4096)
        except BlockingIOError:
            break
    program = [sys.executable, "-c", WAITS.format(signal_write), *words]
    pipe = subprocess.PIPE
    with started(program, stdin=pipe, stdout=theirs, stderr=pipe, pass_fds=[signal_write], cwd=ROOT) as process:
        os.close(theirs)
        os.close(signal_write)
        assert process.stdin is not None and process.stderr is not None
        process.stdin.write(stdin)
        process.stdin.close()
        assert os.read(signalled, 1) == b"w", "it ended without waiting for room"
        shown = b""
        while data := os.read(ours, 65536):
            shown += data
        errors = process.stderr.read()
        process.wait(60)
    os.close(ours)
    os.close(signalled)
    return subprocess.CompletedProcess(program, process.returncode, shown, errors), shown[filled:]


def test_partial_writes_are_completed(monkeypatch: pytest.MonkeyPatch) -> None:
    ours, theirs = os.pipe()
    os.set_blocking(theirs, False)
    data = bytes(range(256)) * 2000
    read = []
    monkeypatch.setattr("select.select", lambda *given: read.append(os.read(ours, 1 << 20)))
    stdio.write_all(theirs, data)
    os.close(theirs)
    assert len(read) > 1
    while rest := os.read(ours, 1 << 20):
        read.append(rest)
    os.close(ours)
    assert b"".join(read) == data


@pytest.mark.parametrize(
    "words", [["lint"], ["inspect"], ["stats"], ["reassemble"], ["convert", "--to", "sse"]], ids=" ".join
)
def test_a_terminal_that_hangs_up_is_one_line(words: list[str]) -> None:
    ours, theirs = os.openpty()
    pipe = subprocess.PIPE
    with started(line(*words, "-"), stdin=pipe, stdout=theirs, stderr=pipe, cwd=ROOT) as process:
        os.close(theirs)
        os.close(ours)
        # Only now is there something to write.
        _, errors = process.communicate(SSE)
    lines = [one for one in errors.decode().splitlines() if one.startswith("streamkit: ")]
    assert lines == ["streamkit: stdout: cannot write: Input/output error"]
    assert b"Traceback" not in errors
    assert process.returncode == 2


# The session leader takes the terminal as its own, so that its end is signalled as SIGHUP.
LEADS = """
import fcntl, os, sys, termios
fcntl.ioctl(1, termios.TIOCSCTTY, 0)
os.execv(sys.executable, [sys.executable, "-m", "streamkit", *sys.argv[1:]])
"""


def test_a_recording_outlives_its_terminal(tmp_path: Path) -> None:
    file = tmp_path / "run.jsonl"
    ours, theirs = os.openpty()
    program = [sys.executable, "-c", LEADS, "record", "-", "--show", "raw", "-o", str(file)]
    pipe = subprocess.PIPE
    with started(program, stdin=pipe, stdout=theirs, stderr=pipe, cwd=ROOT, start_new_session=True) as process:
        os.close(theirs)
        assert process.stdin is not None
        process.stdin.write(SSE)
        process.stdin.flush()
        assert os.read(ours, 1) == b"d", "it records, and shows what it records"
        os.close(ours)
        _, errors = process.communicate(SSE * 2)
    assert errors.decode().startswith("streamkit: stdout was lost: Input/output error; the recording continues\n")
    assert process.returncode == 2
    assert recorded(file) == SSE * 3
