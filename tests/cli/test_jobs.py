"""`--jobs`: the same output, messages and exit code, whatever the number of processes, the size and the order of the tasks."""

from __future__ import annotations

import gzip
import os
import pickle
import random
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import Executor, Future
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from streamkit.cli import _jobs, progress
from streamkit.cli.main import streamkit
from streamkit.files import create
from streamkit.formats import read
from streamkit.service import executors, spreading
from tests.clicking import CliRunner, Result
from tests.processes import started

ROOT = Path(__file__).parents[2]
RECORDINGS = sorted((ROOT / "recordings").rglob("*.jsonl"))
TORN = b'{"type":"frame","at":12,"te'


class Late(Executor):
    """Runs tasks in this process, in any order, when a result is wanted; everything passes through pickle."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)
        self._waiting: list[tuple[Future[Any], bytes]] = []

    def submit(self, function: Any, /, *given: Any, **more: Any) -> Future[Any]:
        future: Future[Any] = Wanted(self._run)
        self._waiting.append((future, pickle.dumps((function, given, more))))
        return future

    def _run(self) -> None:
        self._random.shuffle(self._waiting)
        for future, task in self._waiting:
            function, given, more = pickle.loads(task)  # noqa: S301  our own
            try:
                future.set_result(pickle.loads(pickle.dumps(function(*given, **more))))  # noqa: S301
            except Exception as error:
                future.set_exception(pickle.loads(pickle.dumps(error)))  # noqa: S301
        self._waiting.clear()


class Wanted(Future[Any]):
    def __init__(self, run: Any) -> None:
        super().__init__()
        self._run = run

    def result(self, timeout: float | None = None) -> Any:
        if not self.done():
            self._run()
        return super().result(timeout)


@pytest.fixture(autouse=True)
def no_progress(monkeypatch: pytest.MonkeyPatch) -> None:
    """Lines of progress are printed when reading takes long, as on a busy machine."""
    monkeypatch.setattr(progress.ProgressLines, "patience_s", float("inf"))


@pytest.fixture
def inputs(tmp_path: Path) -> Path:
    """A folder with recordings in one file and in many, damaged, compressed and newer ones, and what is no recording."""
    whole = b"".join(path.read_bytes() for path in RECORDINGS)
    lines = whole.splitlines(keepends=True)
    files = {
        "a-many.jsonl": whole * 2,
        "b-torn.jsonl": b"".join(lines[:40]) + TORN + b"".join(lines[40:]) + TORN,
        "c-newer.jsonl": whole.replace(b'"streamkit":1', b'"streamkit":7', 3).replace(b":7", b":1", 2),
        "d-packed.jsonl.gz": gzip.compress(whole, mtime=0),
        "e-stream.sse": (ROOT / "recordings/openai_chat/plain.jsonl").read_bytes()[:50] + b"\n",
        "f-raw.sse": b'data: {"id":"c","object":"chat.completion.chunk","choices":[{"index":0,"delta":{"content":"a"}}]}\n\n',
        "g-empty.jsonl": b"",
        "h-notes.txt": b"nothing to see here\n",
        "j-alternating.jsonl": alternating(lines),
        "i-secret.log": b'data: {"key":"sk-ant-api03-' + b"Ab1" * 30 + b'"}\n\n',
    }
    for name, data in files.items():
        (tmp_path / name).write_bytes(data)
    return tmp_path


def alternating(lines: list[bytes]) -> bytes:
    """Return the lines of two halves of a file in turn, so that exchanges start while others are open."""
    half = len(lines) // 2
    return b"".join(line for pair in zip(lines[:half], lines[half : 2 * half], strict=True) for line in pair)


COMMANDS = {
    "lint": ["lint", "--format", "json"],
    "lint-text": ["lint", "--select", "ALL", "--strict"],
    "stats": ["stats", "--format", "json", "--by", "model", "--slo", "ttft <= 500ms"],
    "stats-table": ["stats", "--per-stream", "--fail-if", "gap.p99 > 1ms", "--fail-if", "ttft > 1ms"],
    "stats-one": ["stats", "--metrics", "ttft,gap", "--percentiles", "75"],
    "reassemble": ["reassemble", "--format", "jsonl", "--with-meta", "-v"],
    "reassemble-text": ["reassemble", "--text", "--reasoning"],
    "reassemble-document": ["reassemble", "--format", "markdown", "--color", "always"],
    "reassemble-choice": ["reassemble", "--choice", "1"],
    "redact": ["redact", "--check", "--format", "jsonl"],
}


def run(*arguments: str) -> tuple[int, str, str]:
    result: Result = CliRunner().invoke(streamkit, list(arguments), standalone_mode=False)
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result.return_value or result.exit_code, result.stdout, result.stderr


@pytest.fixture
def late(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Spread work over a `Late` executor instead of processes, however little it is."""

    @contextmanager
    def processes(count: int) -> Iterator[Executor]:
        yield Late(count)

    monkeypatch.setattr(executors, "processes", processes)
    monkeypatch.setattr(_jobs, "WORTH_S", 0)
    yield


@pytest.mark.usefixtures("late")
@pytest.mark.parametrize("name", COMMANDS)
def test_the_output_is_the_same_to_the_byte(name: str, inputs: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(inputs)
    paths = ["a-many.jsonl", ".", "*.sse", "b-torn.jsonl#2", "no-such-file"]
    alone = run(*COMMANDS[name], "--jobs", "1", *paths)
    assert alone[1]
    for jobs, size in [(2, "1"), (3, "9000"), (5, "31337"), (2, "64MB")]:
        assert run(*COMMANDS[name], "--jobs", str(jobs), "--task-size", size, *paths) == alone


@pytest.mark.usefixtures("late")
@pytest.mark.parametrize("name", ["lint", "stats-table"])
def test_tasks_that_become_smaller_give_the_same(name: str, inputs: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without `--task-size`, tasks depend on what is left to read."""
    monkeypatch.chdir(inputs)
    alone = run(*COMMANDS[name], "--jobs", "1", ".")
    monkeypatch.setattr(spreading, "_LEAST", 500)
    assert run(*COMMANDS[name], "--jobs", "2", ".") == alone


def test_tasks_are_smaller_at_the_beginning_and_toward_the_end() -> None:
    size = spreading.TaskSize(64 << 20, 1 << 30, workers=2)
    positions = [0, 4, 8, 32, 64, 512, 640, 896, 992, 1020, 1024, 2000]
    assert [size.after(n << 20) >> 20 for n in positions] == [4, 4, 8, 32, 64, 64, 48, 16, 4, 4, 4, 4]
    assert spreading.TaskSize(9000).after(1 << 40) == 9000


@pytest.mark.usefixtures("late")
@pytest.mark.parametrize("target", ["har", "vcr", "recording"])
def test_a_converted_file_is_the_same_to_the_byte(
    target: str, inputs: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    results = []
    for jobs, size in [("1", "1"), ("2", "1"), ("3", "9000"), ("2", "64MB")]:
        output = tmp_path_factory.mktemp("out") / "file"
        result = run("convert", "--to", target, "-j", jobs, "--task-size", size, str(inputs), "-o", str(output))
        results.append((*result, output.read_bytes()))
    assert len(results[0][3]) > 100_000
    assert "redacted: " in results[0][2]
    assert all(result == results[0] for result in results)


@pytest.mark.usefixtures("late")
def test_what_is_written_to_files_is_the_same(inputs: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    many = str(inputs / "a-many.jsonl")
    outputs = []
    for jobs in ("1", "2", "3"):
        folder = tmp_path_factory.mktemp("out")
        run("convert", "--to", "sse", "-j", jobs, "--task-size", "5000", many, "-o", f"{folder}/")
        run("redact", "-j", jobs, "--task-size", "5000", many, "-o", f"{folder}/redacted.jsonl")
        outputs.append({path.name: path.read_bytes() for path in folder.iterdir()})
    assert len(outputs[0]) == 1 + sum(1 for _ in read(many))
    assert outputs[0] == outputs[1] == outputs[2]


@pytest.mark.usefixtures("late")
def test_a_file_that_cannot_be_replaced_does_not_move_the_others(inputs: Path) -> None:
    paths = [str(inputs / name) for name in ("a-many.jsonl", "i-secret.log")]
    with create(paths[0], append=True):
        code, _, errors = run("redact", "-j", "2", "--in-place", "--task-size", "5000", *paths)
    assert code == 2
    assert (
        errors
        == f"streamkit: {paths[0]}: another process is writing to it; wait until it has ended, or write to another file\n"
    )
    assert b"sk-ant" not in (inputs / "i-secret.log").read_bytes()


class Later(Late):
    """An executor that takes three waits for each result."""

    def submit(self, function: Any, /, *given: Any, **more: Any) -> Future[Any]:
        future = super().submit(function, *given, **more)
        result, waits = future.result, [1, 2, 3]

        def late(timeout: float | None = None) -> Any:
            if not future.done() and waits.pop() > 1:
                raise TimeoutError
            return result(timeout)

        future.result = late  # type: ignore[method-assign]
        return future


@pytest.mark.parametrize("command", [["stats"], ["redact", "--check"]])
def test_progress_is_shown_while_a_result_is_awaited(
    command: list[str], inputs: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    @contextmanager
    def processes(count: int) -> Iterator[Executor]:
        yield Later(count)

    monkeypatch.setattr(executors, "processes", processes)
    monkeypatch.setattr(_jobs, "WORTH_S", 0)
    monkeypatch.setattr(progress.ProgressLines, "patience_s", 0)
    monkeypatch.setattr(progress, "_LINE_EVERY_S", 0)
    lines = run(*command, "-j", "2", "--task-size", "30000", str(inputs / "a-many.jsonl"))[2].splitlines()
    shown = [line for line in lines if line.startswith("streamkit: reading: ")]
    assert shown[0].startswith("streamkit: reading: 0%, 0 streams, 0/s")
    assert shown[0].split(",")[:2] == shown[1].split(",")[:2]
    assert shown[-1].startswith(("streamkit: reading: 100%", "streamkit: reading: 99%"))


@pytest.mark.parametrize("name", ["lint", "stats", "reassemble", "redact"])
def test_real_processes_give_the_same(name: str, inputs: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(inputs)
    monkeypatch.setattr(executors, "_start_method", lambda: "spawn")  # the process of a test may have other threads
    alone = run(*COMMANDS[name], "--jobs", "1", ".")
    monkeypatch.setattr(_jobs, "WORTH_S", 0)
    assert run(*COMMANDS[name], "--jobs", "2", "--task-size", "20000", ".") == alone


@pytest.mark.skipif(sys.platform != "linux", reason="forks on Linux only")
def test_what_was_written_before_processes_are_forked_is_written_once(inputs: Path) -> None:
    """Rows of an earlier run come first, and stand in a buffer when the processes start."""
    program = "from streamkit.cli import _jobs; _jobs.WORTH_S = 0; from streamkit.__main__ import main; main()"
    many, earlier = "a-many.jsonl", inputs / "earlier.json"
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}

    def output(*arguments: str) -> bytes:
        command = [sys.executable, "-c", program, "stats", "-q", *arguments]
        return subprocess.run(command, cwd=inputs, env=environment, capture_output=True, check=True).stdout

    earlier.write_bytes(output("--format", "json", "-j", "1", many))
    for form in ("csv", "json", "table"):
        given = ["--format", form, str(earlier), many]
        assert output("-j", "3", "--task-size", "20000", *given) == output("-j", "1", *given)


@pytest.mark.skipif(sys.platform != "linux", reason="forks on Linux only")
def test_a_process_with_threads_is_not_forked() -> None:
    assert threading.active_count() > 1 or executors._start_method() == "fork"
    ended = threading.Event()
    thread = threading.Thread(target=ended.wait)
    thread.start()
    try:
        assert executors._start_method() == "spawn"
    finally:
        ended.set()
        thread.join()


def test_little_work_starts_no_process(inputs: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(executors, "processes")
    code, output, _ = run("stats", "-j", "2", str(inputs / "a-many.jsonl"))
    assert code == 0
    assert output


CRASHING = """
import os, sys
from streamkit.cli import _jobs, _lint_job
from streamkit.service import executors
_jobs.WORTH_S = 0
executors._start_method = lambda: {method!r}
real = _lint_job.LintWorker.take
def take(self, exchange):
    if exchange.request is not None and "/v1beta/" in exchange.request.url: {what}
    return real(self, exchange)
_lint_job.LintWorker.take = take
if __name__ == "__main__":
    from streamkit.__main__ import main
    sys.argv[1:] = ["lint", "-q", "-j", "2", "--task-size", "2000", sys.argv[1]]
    main()
"""


METHODS = ["spawn", *(["fork"] if sys.platform == "linux" else [])]


@pytest.mark.parametrize("method", METHODS)
def test_a_worker_that_crashes_is_one_clear_error(method: str, inputs: Path, tmp_path: Path) -> None:
    program = tmp_path / "program.py"
    program.write_text(CRASHING.format(what="os._exit(9)", method=method), encoding="utf-8")
    ended = subprocess.run(
        [sys.executable, str(program), "a-many.jsonl"], cwd=inputs, env={"PYTHONPATH": str(ROOT)}, capture_output=True, text=True,
        check=False,
    )  # fmt: skip
    assert ended.returncode == 2
    assert ended.stdout == ""
    (line,) = ended.stderr.splitlines()
    assert line.startswith(
        "streamkit: a worker process ended unexpectedly, perhaps out of memory, while a-many.jsonl was read"
    )


WAITING = "import os; os.write(2, b'working'); __import__('signal').pause()"


@pytest.mark.skipif(sys.platform == "win32", reason="sends SIGINT")
@pytest.mark.parametrize(
    ("at_start", "at_work", "method"),
    [
        *(("", WAITING, method) for method in METHODS),
        (f"import sys\nif '--multiprocessing-fork' in sys.orig_argv: {WAITING}", "pass", "spawn"),
    ],
    ids=[*(f"while they work ({method})" for method in METHODS), "while they start"],
)
def test_ctrl_c_ends_all_processes_at_once(
    at_start: str, at_work: str, method: str, inputs: Path, tmp_path: Path
) -> None:
    program = tmp_path / "program.py"
    program.write_text(CRASHING.format(what=at_work, method=method), encoding="utf-8")
    (tmp_path / "sitecustomize.py").write_text(at_start, encoding="utf-8")
    arguments = [sys.executable, str(program), "a-many.jsonl"]
    environment = {"PYTHONPATH": os.pathsep.join([str(ROOT), str(tmp_path)])}
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    with started(arguments, cwd=inputs, env=environment, start_new_session=True, **pipes) as process:
        assert process.stderr is not None
        assert process.stderr.read(7) == b"working"
        os.killpg(process.pid, signal.SIGINT)  # a terminal sends it to the whole group
        output, errors = process.communicate()
    # `communicate` returns when the last worker has closed its end of the pipe.
    assert (process.returncode, output) == (130, b"")
    assert errors.replace(b"working", b"") == b"\n"  # which ends the line of the ^C
