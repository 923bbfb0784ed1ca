"""Recordings that cannot be written, and files that several recorders write to at once.

The stream continues for its reader, the loss is one line on stderr, the exit code is 2, and what was written stays.
"""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import pytest

from streamkit.errors import CannotWrite, OutputBusy
from streamkit.files import Parts, create, rewrite
from streamkit.model.exchange import Exchange
from streamkit.model.recording import read
from tests.processes import started
from tests.transport.scripted import served

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(os.name != "posix", reason="limits of files, FIFOs and flock are POSIX"),
]

STREAMKIT = [sys.executable, "-m", "streamkit"]
EVENTS = [b'data: {"choices":[{"index":0,"delta":{"content":"%d %s"}}]}\n\n' % (n, b"x" * 400) for n in range(40)]
BODY = b"".join(EVENTS)
# The file of this process and its children may have 8 KiB: writing more fails as on a full disk. Python does not notice that
# of the bytecode that it writes, and later programs would import half a module.
LIMITED = ["/bin/sh", "-c", 'export PYTHONDONTWRITEBYTECODE=1; ulimit -f 16; exec "$@"', "sh"]
if subprocess.run(["/bin/sh", "-c", "ulimit -f 16; ulimit -f"], capture_output=True, check=False).stdout != b"16\n":
    LIMITED = []
ASK = "import os, sys, urllib.request as u; sys.stdout.buffer.write(u.urlopen(u.Request(os.environ['OPENAI_BASE_URL'] + '/x', b'{}')).read())"


async def stream(connection: Any) -> None:
    await connection.head_of_stream("Transfer-Encoding: chunked")
    for event in EVENTS:
        await connection.chunk(event)
    await connection.last_chunk()


async def silent(connection: Any) -> None:
    await connection.head_of_stream("Transfer-Encoding: chunked")
    await connection.chunk(EVENTS[0])
    await asyncio.Event().wait()


def exchanges(path: Path) -> list[Exchange]:
    with path.open("rb") as file:
        return list(read(file, path=str(path)))


def run(folder: Path, *command: str, stdin: bytes = b"") -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(command, cwd=folder, input=stdin, capture_output=True, timeout=120, check=False)


def cut_short(exchange: Exchange) -> None:
    """The recording holds the beginning of the stream, in whole frames."""
    assert 0 < len(exchange.frames) < len(EVENTS)
    assert BODY.startswith(exchange.frames.body)
    assert {damage.kind for damage in exchange.damage} <= {"missing-end", "torn-line", "bad-line"}


# A disk that is full


@pytest.mark.skipif(not LIMITED, reason="this shell has no ulimit -f")
@pytest.mark.parametrize("road", ["http", "pipe"])
def test_the_stream_continues_if_the_disk_is_full(tmp_path: Path, road: str) -> None:
    with served(stream) as (url, _):
        source = url if road == "http" else "-"
        stdin = BODY if road == "pipe" else b""
        done = run(tmp_path, *LIMITED, *STREAMKIT, "record", source, "-o", "r.jsonl", "--show", "raw", stdin=stdin)
    assert done.stdout == BODY
    assert done.returncode == 2
    lines = done.stderr.decode().splitlines()
    assert lines[0] == "streamkit: the exchange continues unrecorded: r.jsonl: cannot write: File too large"
    assert lines[1].endswith("r.jsonl (not all of it)") and len(lines) == 2
    if road == "http":
        [exchange] = exchanges(tmp_path / "r.jsonl")
        cut_short(exchange)


@pytest.mark.skipif(not LIMITED, reason="this shell has no ulimit -f")
@pytest.mark.parametrize("more", [[], ["-o", "all.jsonl"]], ids=["folder", "file"])
def test_the_proxy_reports_what_it_lost(tmp_path: Path, more: list[str]) -> None:
    program = ["--", sys.executable, "-c", ASK]
    with served(stream) as (url, _):
        done = run(tmp_path, *LIMITED, *STREAMKIT, "proxy", url, "--port", "0", *more, *program)
    assert (done.stdout, done.returncode) == (BODY, 2)
    assert done.stderr.count(b"cannot write: File too large") == 1
    assert b"(not all of it)" in done.stderr
    [path] = [path for path in tmp_path.rglob("*") if path.is_file()]
    [exchange] = exchanges(path)
    cut_short(exchange)
    assert str(path.relative_to(tmp_path)) in done.stderr.decode()


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no /dev/full")
def test_a_device_that_is_full(tmp_path: Path) -> None:
    with served(stream) as (url, _):
        done = run(tmp_path, *STREAMKIT, "record", url, "-o", "/dev/full", "--show", "raw")
    assert (done.stdout, done.returncode) == (BODY, 2)
    assert b"No space left on device" in done.stderr and b"not recorded" in done.stderr


def test_a_reader_of_a_pipe_that_leaves_is_a_loss(tmp_path: Path) -> None:
    fifo = tmp_path / "pipe.jsonl"
    os.mkfifo(fifo)
    reader = f"head -c 1 < {fifo} >/dev/null"
    with started(["/bin/sh", "-c", reader]) as left:
        command = [*STREAMKIT, "record", "-", "-o", str(fifo), "--show", "raw"]
        pipe = subprocess.PIPE
        with started(command, cwd=tmp_path, stdin=pipe, stdout=pipe, stderr=pipe) as process:
            assert left.wait(60) == 0
            out, errors = process.communicate(BODY, timeout=60)
    assert (out, process.returncode) == (BODY, 2)
    assert b"cannot write: Broken pipe" in errors and b"Traceback" not in errors


@pytest.mark.skipif(os.name == "posix" and os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_without_write_permission_is_reported_before_a_request_is_sent(tmp_path: Path) -> None:
    (tmp_path / "closed").mkdir(mode=0o500)
    done = run(tmp_path, *STREAMKIT, "proxy", "http://127.0.0.1:1", "--dir", "closed/more", "--", "true")
    assert (done.returncode, done.stderr.count(b"\n")) == (2, 1)


def test_a_file_instead_of_the_folder_is_reported_before_a_request_is_sent(tmp_path: Path) -> None:
    (tmp_path / "taken").write_bytes(b"")
    done = run(tmp_path, *STREAMKIT, "proxy", "http://127.0.0.1:1", "--dir", "taken", "--", "true")
    assert (done.returncode, done.stderr) == (2, b"streamkit: taken: cannot write: Not a directory\n")


def test_a_part_that_cannot_be_appended_stays_and_leaves_the_file_as_it_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = tmp_path / "all.jsonl"
    target.write_bytes(b"one\n")
    parts = Parts(target, append=True)
    part = parts.part()
    part.write(b"two\n" * 100_000)
    write = os.write

    def full(descriptor: int, data: bytes) -> int:
        if os.fstat(descriptor).st_size > 100_000:
            raise OSError(28, "No space left on device")
        return write(descriptor, bytes(data)[:50_000])

    monkeypatch.setattr("os.write", full)
    with pytest.raises(CannotWrite, match=r"No space left on device; the exchange stays in .*all\.jsonl\.part-1"):
        part.finish()
    monkeypatch.undo()
    assert target.read_bytes() == b"one\n"
    parts.close()
    again = Parts(target, append=True)
    assert again.recovered == [f"{target}.part-1"]
    assert target.read_bytes() == b"one\n" + b"two\n" * 100_000
    assert [path.name for path in tmp_path.iterdir()] == ["all.jsonl"]


# Several recorders, one file


def test_several_append_to_one_file_at_once(tmp_path: Path) -> None:
    with served(stream) as (url, _), ExitStack() as stack:
        command = [*STREAMKIT, "record", url, "--append", "-o", "one.jsonl", "-q", "--show", "none"]
        processes = [stack.enter_context(started(command, cwd=tmp_path)) for _ in range(4)]
        assert [process.wait(120) for process in processes] == [
            1
        ] * 4  # no end of a known API: incomplete, and recorded
    found = exchanges(tmp_path / "one.jsonl")
    assert [exchange.frames.body for exchange in found] == [BODY] * 4
    assert not any(exchange.damage for exchange in found)
    assert [path.name for path in tmp_path.iterdir()] == ["one.jsonl"]


@contextmanager
def recording(folder: Path, url: str, *more: str) -> Iterator[subprocess.Popen[bytes]]:
    """A recorder in the middle of its stream."""
    command = [*STREAMKIT, "record", url, "-o", "one.jsonl", "--show", "raw", *more]
    with started(command, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stdout.read(len(EVENTS[0])) == EVENTS[0]
        yield process


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (["--force"], ["record", "http://127.0.0.1:1", "--force", "-o", "one.jsonl"]),
        (["--force"], ["record", "http://127.0.0.1:1", "--append", "-o", "one.jsonl"]),
        (["--append"], ["record", "http://127.0.0.1:1", "--force", "-o", "one.jsonl"]),
        (["--force"], ["proxy", "http://127.0.0.1:1", "--append", "-o", "one.jsonl", "--", "true"]),
        (["--force"], ["redact", "one.jsonl", "--in-place"]),
        ([], ["rule", "-o", "one.jsonl", "--force"]),
    ],
    ids=lambda words: " ".join(words[:1] + words[2:3]),
)
def test_mixing_with_or_overwriting_another_writer_is_rejected(
    tmp_path: Path, first: list[str], second: list[str]
) -> None:
    if second[0] == "rule":
        second = ["stats", "one.jsonl", "-o", "one.jsonl", "--force", "--format", "json"]
    with served(silent) as (url, _), recording(tmp_path, url, *first) as process:
        before = (tmp_path / "one.jsonl").read_bytes()
        refused = run(tmp_path, *STREAMKIT, *second)
        assert (tmp_path / "one.jsonl").read_bytes() == before
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=60)
    assert refused.returncode == 2
    assert b"one.jsonl: another process is writing to it" in refused.stderr or b"is also an input" in refused.stderr
    [exchange] = exchanges(tmp_path / "one.jsonl")
    assert (exchange.frames.body, exchange.damage) == (EVENTS[0], ())


def test_a_killed_recorder_holds_no_lock(tmp_path: Path) -> None:
    with served(silent) as (url, _), recording(tmp_path, url) as process:
        process.kill()
        process.wait(60)
    with create(tmp_path / "one.jsonl", append=True) as output:
        output.write(b"")
    rewrite(tmp_path / "one.jsonl", [b"x\n"])
    assert (tmp_path / "one.jsonl").read_bytes() == b"x\n"


def test_a_part_in_use_is_nobody_elses(tmp_path: Path) -> None:
    first = Parts(tmp_path / "all.jsonl", append=True)
    part = first.part()
    part.write(b"one\n")
    second = Parts(tmp_path / "all.jsonl", append=True)
    assert second.recovered == []
    with pytest.raises(OutputBusy):
        Parts(tmp_path / "all.jsonl", force=True)
    with pytest.raises(OutputBusy):
        create(tmp_path / "all.jsonl", append=True)
    second.part().finish()
    part.finish()
    assert (tmp_path / "all.jsonl").read_bytes() == b"one\n"


@pytest.mark.parametrize("command", ["record", "proxy"])
def test_parts_of_a_killed_recorder_are_taken_in_by_the_next(tmp_path: Path, command: str) -> None:
    with served(silent) as (url, _), recording(tmp_path, url, "--append") as process:
        process.kill()
        process.wait(60)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["one.jsonl", "one.jsonl.part-1"]
    words = ["record", "-"] if command == "record" else ["proxy", "http://127.0.0.1:1", "--port", "0"]
    more = [] if command == "record" else ["--", "true"]
    done = run(tmp_path, *STREAMKIT, *words, "--append", "-o", "one.jsonl", *more, stdin=EVENTS[1])
    assert b"recovered: one.jsonl.part-1, left by a recorder that was killed, was appended to one.jsonl" in done.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["one.jsonl"]
    bodies = [exchange.frames.body for exchange in exchanges(tmp_path / "one.jsonl")]
    assert bodies == ([EVENTS[0], EVENTS[1]] if command == "record" else [EVENTS[0]])


def test_nothing_is_left_where_nothing_was_recorded(tmp_path: Path) -> None:
    done = run(tmp_path, *STREAMKIT, "proxy", "http://127.0.0.1:1", "--port", "0", "-o", "one.jsonl", "--", "true")
    assert (done.returncode, list(tmp_path.iterdir())) == (0, [])


def test_a_disk_error_is_reported_once_and_the_exchange_continues(tmp_path: Path) -> None:
    from streamkit.service.recorder import Recorders

    class Broken:
        path = "broken.jsonl"
        writes = 0

        def write(self, data: bytes, /) -> None:
            self.writes += 1
            if self.writes > 2:
                raise OSError(5, "Input/output error")

        def close(self) -> None:
            raise OSError(5, "Input/output error")

    errors: list[str] = []
    outcomes: list[Any] = []
    recorders = Recorders(open=lambda _: Broken(), on_error=errors.append, on_end=outcomes.append)
    recorder = recorders.recorder(None)
    recorder.start(0, 0)
    for number, event in enumerate(EVENTS):
        recorder.frame(event, number)
    recorder.end(99, "eof", None)
    assert errors == ["the exchange continues unrecorded: [Errno 5] Input/output error"]
    [outcome] = outcomes
    assert (outcome.frames, outcome.lost, outcome.path, outcome.complete) == (len(EVENTS), True, "broken.jsonl", False)


def test_the_line_of_an_exchange_names_its_file(tmp_path: Path) -> None:
    with served(stream) as (url, _):
        words = ["proxy", url, "--port", "0", "-o", "all.jsonl", "--", sys.executable, "-c", ASK]
        done = run(tmp_path, *STREAMKIT, *words)
    assert b"frames: all.jsonl\n" in done.stderr and b".part-" not in done.stderr
    assert [exchange.frames.body for exchange in exchanges(tmp_path / "all.jsonl")] == [BODY]
