"""`--executor`: the same output from a Dask cluster on loopback, also if one of its workers is killed in the middle."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import BrokenExecutor, ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from streamkit.cli.main import streamkit
from streamkit.errors import UsageError
from streamkit.service.executors import named_executor
from streamkit.service.spreading import work
from tests.clicking import CliRunner
from tests.processes import started
from tests.waiting import SAFETY_S, until

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]
RECORDINGS = sorted((ROOT / "recordings").rglob("*.jsonl"))

# Loaded into every Dask worker: the first one to begin its third task is killed.
PRELOAD = """
import os, signal
from streamkit.service import spreading

real, tasks = spreading.work, []
def work(*given, real=real):
    tasks.append(1)
    if len(tasks) == 3:
        try:
            os.close(os.open({mark!r}, os.O_CREAT | os.O_EXCL))
        except FileExistsError:
            pass
        else:
            os.kill(os.getpid(), signal.SIGKILL)
    return real(*given)
if real.__module__ == "streamkit.service.spreading":  # Dask loads this twice
    spreading.work = work
"""


@pytest.fixture
def inputs(tmp_path: Path) -> Path:
    """A folder with one larger recording and many small ones."""
    folder = tmp_path / "inputs"
    folder.mkdir()
    (folder / "many.jsonl").write_bytes(b"".join(path.read_bytes() for path in RECORDINGS) * 3)
    for number, path in enumerate(RECORDINGS):
        (folder / f"one-{number}.jsonl").write_bytes(path.read_bytes())
    return folder


def run(*arguments: str) -> tuple[int, str, str]:
    result = CliRunner().invoke(streamkit, list(arguments), standalone_mode=False)
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result.return_value or 0, result.stdout, result.stderr


def threads() -> ThreadPoolExecutor:
    """What `--executor module:factory` names."""
    return ThreadPoolExecutor(2)


not_an_executor = dict


def test_a_custom_executor_gives_the_same(inputs: Path) -> None:
    alone = run("stats", "--format", "json", "--jobs", "1", str(inputs))
    name = f"{__name__}:threads"
    assert run("stats", "--format", "json", "--task-size", "3000", "--executor", name, str(inputs)) == alone


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("nonsense", "invalid --executor 'nonsense': expected dask, the address of a Dask scheduler (tcp://host:8786)"),
        ("no_such_module:f", "--executor no_such_module:f: No module named 'no_such_module'"),
        (f"{__name__}:no_such", "has no attribute 'no_such'"),
        (f"{__name__}:ROOT", "ROOT cannot be called"),
        (f"{__name__}:not_an_executor", "it returned dict, not a concurrent.futures.Executor"),
    ],
)
def test_what_is_no_executor_is_refused(name: str, message: str, inputs: Path) -> None:
    with pytest.raises(UsageError) as caught:
        run("stats", "--executor", name, str(inputs))
    assert message in str(caught.value)


def test_a_worker_of_another_version_is_refused() -> None:
    done = work(None, [], "99.0")  # type: ignore[arg-type]
    assert isinstance(done.error, UsageError)
    assert "this is 99.0; install the same on both" in str(done.error)


@pytest.fixture
def cluster(tmp_path: Path) -> Iterator[str]:
    """The address of a scheduler on loopback with two worker processes, one of which will be killed."""
    pytest.importorskip("distributed", reason="needs Dask: pip install 'llm-streamkit[dask]'")
    preload, address = tmp_path / "preload.py", tmp_path / "scheduler.json"
    preload.write_text(PRELOAD.format(mark=str(tmp_path / "killed")), encoding="utf-8")
    env = {**os.environ, "PYTHONPATH": str(ROOT)}
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, "env": env, "cwd": tmp_path}
    dask = [sys.executable, "-m", "distributed.cli"]
    with ExitStack() as stack:
        scheduler = ["dask_scheduler", "--host", "tcp://127.0.0.1", "--port", "0", "--no-dashboard"]
        worker = [
            "dask_worker",
            "--no-nanny",
            "--nthreads",
            "1",
            "--no-dashboard",
            "--local-directory",
            str(tmp_path),
            "--preload",
            str(preload),
        ]
        for command in (scheduler, worker, worker):
            program = [*dask[:2], f"{dask[2]}.{command[0]}", *command[1:], "--scheduler-file", str(address)]
            stack.enter_context(started(program, **quiet))
            until(address.exists)
        yield _address(address)


def _address(file: Path) -> str:
    """Return the address of a scheduler that has its two workers."""
    import json

    from distributed import Client

    address = str(json.loads(file.read_text(encoding="utf-8"))["address"])
    with Client(address) as client:
        client.wait_for_workers(2, timeout=SAFETY_S)
    return address


def test_a_cluster_gives_the_same_when_a_worker_is_killed(cluster: str, inputs: Path, tmp_path: Path) -> None:
    for command in (["stats", "--format", "json", "--by", "model"], ["lint", "--format", "json"], ["stats"]):
        alone = run(*command, "--jobs", "1", str(inputs))
        for size in ("20000", "64MB"):
            assert run(*command, "--executor", cluster, "--task-size", size, str(inputs)) == alone
    assert (tmp_path / "killed").exists()


def test_a_worker_that_is_lost_after_its_result_was_fetched_changes_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    distributed = pytest.importorskip("distributed", reason="needs Dask: pip install 'llm-streamkit[dask]'")
    fetch = distributed.Client._gather

    async def fetch_and_lose(client: Any, futures: Any, *given: Any, **more: Any) -> Any:
        results = await fetch(client, futures, *given, **more)
        for future in futures:  # what the message of the scheduler that the worker is gone does
            future._state.lose()
        return results

    monkeypatch.setattr(distributed.Client, "_gather", fetch_and_lose)
    one = {"n_workers": 1, "processes": False, "protocol": "tcp", "host": "127.0.0.1", "dashboard_address": None}
    cluster = distributed.LocalCluster(**one, local_directory=str(tmp_path))
    with cluster, named_executor(cluster.scheduler_address, 1) as (executor, _):
        assert executor.submit(len, "four").result(timeout=SAFETY_S) == 4
        assert isinstance(executor.submit(len, 4).exception(timeout=SAFETY_S), TypeError)  # type: ignore[arg-type]


class Broken(ThreadPoolExecutor):
    """An executor whose workers die after the first task."""

    used = False

    def submit(self, function: Any, /, *given: Any, **more: Any) -> Any:
        if self.used:
            raise BrokenExecutor
        self.used = True
        return super().submit(function, *given, **more)


def test_an_executor_that_breaks_between_tasks_ends_the_command(inputs: Path) -> None:
    with pytest.raises(UsageError, match="a worker process ended unexpectedly"):
        run("lint", "--task-size", "3000", "--executor", f"{__name__}:Broken", str(inputs))
