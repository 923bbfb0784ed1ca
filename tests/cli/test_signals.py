"""Signals that end a process: every recording is closed with the reason, and the exit code is that of the signal.

A container is stopped with SIGTERM, and with SIGKILL ten seconds later; a terminal that closes sends SIGHUP, Ctrl-\\ SIGQUIT.
"""

from __future__ import annotations

import asyncio
import os
import re
import signal
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPResponse
from pathlib import Path
from typing import Any

import pytest

from streamkit.model.exchange import Exchange
from streamkit.model.recording import read
from tests.processes import started
from tests.transport.scripted import served
from tests.waiting import until

pytestmark = [pytest.mark.slow, pytest.mark.skipif(os.name != "posix", reason="signals are POSIX")]

STREAMKIT = [sys.executable, "-m", "streamkit"]
FRAME = b'data: {"choices":[{"index":0,"delta":{"content":"hi"}}]}\n\n'
SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP", "SIGQUIT"]


async def silent(connection: Any) -> None:
    """One event, then nothing more, and no end."""
    await connection.head_of_stream("Transfer-Encoding: chunked")
    await connection.chunk(FRAME)
    await asyncio.Event().wait()


def exchanges(folder: Path) -> list[Exchange]:
    """What the files of a folder hold; a part file is one too many."""
    found = []
    for path in sorted(folder.rglob("*.jsonl*")):
        assert path.suffix == ".jsonl", path
        with path.open("rb") as file:
            found += list(read(file, path=str(path)))
    return found


def ended(exchange: Exchange, name: str) -> None:
    """Whether an exchange was closed by this signal, with all that came before."""
    assert exchange.end is not None
    assert (exchange.end.reason, exchange.end.error) == ("interrupted", name)
    assert (exchange.frames.body, exchange.damage) == (FRAME, ())


@contextmanager
def listening(folder: Path, *words: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """A proxy or a server as a process, and its URL."""
    command = [*STREAMKIT, *words, "--port", "0"]
    with started(command, cwd=folder, stderr=subprocess.PIPE, text=True, start_new_session=True) as process:
        assert process.stderr is not None
        address = next(found[0] for line in process.stderr if (found := re.search(r"http://127[\w.]+:\d+", line)))
        yield process, address


def streaming(url: str) -> HTTPResponse:
    """An answer whose first event has come."""
    answer: HTTPResponse = urllib.request.urlopen(urllib.request.Request(f"{url}/v1/x", b"{}"), timeout=60)
    assert answer.read1(len(FRAME)) == FRAME
    return answer


@pytest.mark.parametrize("name", SIGNALS)
def test_record_closes_its_file(tmp_path: Path, name: str) -> None:
    number = signal.Signals[name]
    with served(silent) as (url, _):
        command = [*STREAMKIT, "record", url, "-o", "r.jsonl", "--show", "raw"]
        with started(command, cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
            assert process.stdout.read(len(FRAME)) == FRAME
            process.send_signal(number)
            _, errors = process.communicate(timeout=60)
    assert process.returncode == 128 + number
    assert f"interrupted ({name})" in errors.decode() and b"Traceback" not in errors
    [exchange] = exchanges(tmp_path)
    ended(exchange, name)


@pytest.mark.parametrize("name", SIGNALS)
def test_record_of_several_at_once_folds_their_parts_in(tmp_path: Path, name: str) -> None:
    number = signal.Signals[name]
    with served(silent) as (url, _):
        command = [*STREAMKIT, "record", url, "-o", "r.jsonl", "-n", "5", "-c", "3"]
        with started(command, cwd=tmp_path, stderr=subprocess.PIPE) as process:
            until(lambda: sum(b'"frame"' in part.read_bytes() for part in tmp_path.glob("r.jsonl.part-*")) == 3)
            process.send_signal(number)
            process.communicate(timeout=60)
    assert process.returncode == 128 + number
    found = exchanges(tmp_path)
    assert len(found) == 3
    for exchange in found:
        ended(exchange, name)


@pytest.mark.parametrize("name", SIGNALS)
def test_a_recorded_pipe_is_closed(tmp_path: Path, name: str) -> None:
    number = signal.Signals[name]
    command = [*STREAMKIT, "record", "-", "-o", "r.jsonl", "--show", "raw"]
    pipe = subprocess.PIPE
    with started(command, cwd=tmp_path, stdin=pipe, stdout=pipe, stderr=pipe) as process:
        process.stdin.write(FRAME)
        process.stdin.flush()
        assert process.stdout.read(len(FRAME)) == FRAME
        process.send_signal(number)
        errors = process.stderr.read()
        process.wait(60)
    assert process.returncode == 128 + number
    assert f"interrupted ({name})" in errors.decode() and b"Traceback" not in errors
    [exchange] = exchanges(tmp_path)
    ended(exchange, name)


def test_a_signal_that_was_ignored_at_the_start_stays_ignored(tmp_path: Path) -> None:
    shell = 'trap "" HUP INT; exec "$@"'
    command = ["/bin/sh", "-c", shell, "sh", *STREAMKIT, "record", "-", "-o", "r.jsonl", "--show", "raw"]
    pipe = subprocess.PIPE
    with started(command, cwd=tmp_path, stdin=pipe, stdout=pipe, stderr=pipe) as process:
        for sent in (signal.SIGHUP, signal.SIGINT, None):
            process.stdin.write(FRAME)
            process.stdin.flush()
            assert process.stdout.read(len(FRAME)) == FRAME
            if sent:
                process.send_signal(sent)
        process.communicate(timeout=60)
    [exchange] = exchanges(tmp_path)
    assert exchange.end is not None
    assert (exchange.end.reason, exchange.frames.body) == ("eof", FRAME * 3)


CODES = {"SIGINT": 130, "SIGTERM": 0, "SIGHUP": 129, "SIGQUIT": 131}


@pytest.mark.parametrize("name", SIGNALS)
@pytest.mark.parametrize(
    "more", [[], ["-o", "all.jsonl"], ["--workers", "2"], ["--workers", "2", "-o", "all.jsonl"]], ids=" ".join
)
def test_a_proxy_closes_what_it_records(tmp_path: Path, more: list[str], name: str) -> None:
    number = signal.Signals[name]
    with (
        served(silent) as (url, _),
        listening(tmp_path, "proxy", url, *more) as (process, address),
        streaming(address),
        streaming(address),
    ):
        process.send_signal(number)
        _, errors = process.communicate(timeout=60)
    assert process.returncode == CODES[name]
    assert "Traceback" not in errors
    found = exchanges(tmp_path)
    assert len(found) == 2
    for exchange in found:
        ended(exchange, name)
        assert exchange.end is not None and exchange.end.client is None


@pytest.mark.parametrize("more", [[], ["--stop-with-client"]], ids=" ".join)
def test_a_proxy_stopped_while_it_reads_an_upstream_to_the_end_reports_both(tmp_path: Path, more: list[str]) -> None:
    reason = "client_abort" if more else "interrupted"
    with served(silent) as (url, _), listening(tmp_path, "proxy", url, *more) as (process, address):
        streaming(address).close()
        with streaming(address):  # once this request is answered, the proxy has seen that the first client left
            if more:
                until(lambda: any(b'"end"' in path.read_bytes() for path in (tmp_path / "recordings").iterdir()))
            process.send_signal(signal.SIGTERM)
            process.communicate(timeout=60)
    left = [
        exchange for exchange in exchanges(tmp_path) if exchange.end is not None and exchange.end.client is not None
    ]
    assert [exchange.end.reason for exchange in left if exchange.end is not None] == [reason]


CHILD = """
import os, signal, sys, urllib.request as u
answer = u.urlopen(u.Request(os.environ["OPENAI_BASE_URL"] + "/x", b"{}"))
answer.read1(10)
if "patient" in sys.argv:
    for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT, signal.SIGINT):
        signal.signal(number, lambda number, frame: (os.write(1, b"got %d\\n" % number), os._exit(7)))
print(os.getpid(), flush=True)
signal.pause()
"""


@pytest.mark.parametrize("name", SIGNALS)
@pytest.mark.parametrize("kind", ["plain", "patient"])
def test_the_program_of_a_proxy_receives_the_signal_and_is_not_orphaned(tmp_path: Path, kind: str, name: str) -> None:
    number = signal.Signals[name]
    program = [sys.executable, "-c", CHILD, kind]
    command = [*STREAMKIT, "proxy", "--port", "0", "-o", "all.jsonl"]
    pipe = subprocess.PIPE
    with served(silent) as (url, _):
        whole = [*command, url, "--", *program]
        with started(whole, cwd=tmp_path, stdout=pipe, stderr=pipe, start_new_session=True) as process:
            child = int(process.stdout.readline())
            process.send_signal(number)
            out, errors = process.communicate(timeout=60)
    assert process.returncode == (7 if kind == "patient" else 1 if name == "SIGINT" else 128 + number) or (
        kind == "plain" and name == "SIGINT" and process.returncode == 130
    )
    assert out == (b"got %d\n" % number if kind == "patient" else b"")
    assert b"streamkit" not in errors.partition(b"Traceback")[2] or name == "SIGINT"
    with pytest.raises(ProcessLookupError):
        os.kill(child, 0)
    [exchange] = exchanges(tmp_path)
    assert exchange.end is not None
    assert (exchange.end.reason, exchange.end.error, exchange.damage) == ("interrupted", name, ())


def test_the_program_of_a_killed_proxy_continues_and_is_in_its_process_group(tmp_path: Path) -> None:
    """SIGKILL cannot be passed on. The program may be in the middle of its work; one signal to the group ends both."""
    command = [*STREAMKIT, "proxy", "--port", "0", "-o", "all.jsonl"]
    with served(silent) as (url, _):
        whole = [*command, url, "--", sys.executable, "-c", CHILD]
        with started(whole, cwd=tmp_path, stdout=subprocess.PIPE, start_new_session=True) as process:
            child = int(process.stdout.readline())
            process.kill()
            process.wait(60)
            assert os.getpgid(child) == process.pid
            os.killpg(process.pid, signal.SIGKILL)
            assert process.stdout.read() == b"", "the pipe ends with the last process that holds it"
    [part] = tmp_path.glob("all.jsonl.part-*")
    [exchange] = read(part.read_bytes().splitlines(keepends=True))
    assert (exchange.end, exchange.frames.body) == (None, FRAME)


def test_a_server_ends_with_every_signal(tmp_path: Path) -> None:
    sample = str(Path(__file__).parents[2] / "recordings/openai_chat/plain.jsonl")
    for name, code in CODES.items():
        with listening(tmp_path, "serve", sample) as (process, _):
            process.send_signal(signal.Signals[name])
            _, errors = process.communicate(timeout=60)
        assert (process.returncode, "Traceback" in errors) == (code, False), name


def test_nothing_is_left_of_a_recording_that_never_began(tmp_path: Path) -> None:
    """The file is made before the request is sent; a signal in between leaves none."""
    code = (
        "import os, signal, threading\n"
        "import streamkit.service.recording as recording\n"
        "begin = recording.record\n"
        "def early(*given, **more):\n"
        "    os.kill(os.getpid(), signal.SIGTERM)\n"
        "    return begin(*given, **more)\n"
        "recording.record = early\n"
        "import sys; sys.argv = ['streamkit', 'record', 'http://127.0.0.1:1/', '-o', 'r.jsonl']\n"
        "from streamkit.cli.main import main; main()\n"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, timeout=60, check=False)
    assert (done.returncode, list(tmp_path.iterdir())) == (143, []), done.stderr
