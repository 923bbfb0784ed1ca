"""The executors that work is spread over: processes of this machine, a Dask cluster, or whatever the user names."""

from __future__ import annotations

import importlib
import logging
import multiprocessing
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from collections.abc import Set as AbstractSet
from concurrent.futures import Executor, Future, ProcessPoolExecutor
from contextlib import contextmanager
from functools import partial
from typing import Any, ParamSpec, TypeVar

from streamkit import collector
from streamkit.errors import UsageError

MOST_PROCESSES = 61  # Windows cannot wait for more
_SCHEMES = ("tcp://", "tls://", "ws://", "wss://", "ucx://")
_P = ParamSpec("_P")
_T = TypeVar("_T")
_RETRIES = 3  # of a task whose worker went away
_EXPECTED = "expected dask, the address of a Dask scheduler (tcp://host:8786), or module:factory"


@contextmanager
def processes(count: int) -> Iterator[Executor]:
    """An executor of `count` processes, which import the package themselves; on Linux they are forked and need not.

    If the context is left by an exception, as of Ctrl-C, they are ended at once.
    """
    context = multiprocessing.get_context(_start_method())
    pool = _Processes(min(count, MOST_PROCESSES), mp_context=context, initializer=_begin)
    with _shut_down(pool), _children_killed():
        yield pool


def _start_method() -> str:
    """Return `fork` where it is safe: on Linux, in a process of one thread; another thread may hold a lock that the child waits for."""
    return "fork" if sys.platform == "linux" and threading.active_count() == 1 else "spawn"


class _Processes(ProcessPoolExecutor):
    """Starts its processes, which `submit` does, such that Ctrl-C does not reach them before `_begin` runs."""

    def submit(self, fn: Callable[_P, _T], /, *args: _P.args, **kwargs: _P.kwargs) -> Future[_T]:
        with _interrupts_blocked():
            return super().submit(fn, *args, **kwargs)


@contextmanager
def _interrupts_blocked() -> Iterator[None]:
    """Block SIGINT, which threads and processes that are started meanwhile inherit; one that comes is delivered at the end.

    Python itself would print a traceback if it were interrupted while it starts.
    """
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    from multiprocessing import resource_tracker

    resource_tracker.ensure_running()  # it would unblock the signal after its own start
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


@contextmanager
def named_executor(name: str, count: int) -> Iterator[tuple[Executor, int]]:
    """The executor that a user names, and the number of its workers: `dask` is a Dask cluster of `count` processes on this machine,
    `tcp://host:8786` one that runs already, `module:factory` what the factory returns. Raises UsageError."""
    if name == "dask" or name.startswith(_SCHEMES):
        with _dask(None if name == "dask" else name, count) as found:
            yield found
        return
    executor = _factory(name)()
    if not isinstance(executor, Executor):
        raise UsageError(f"--executor {name}: it returned {type(executor).__name__}, not a concurrent.futures.Executor")
    with _shut_down(executor):
        yield executor, count


def _factory(name: str) -> Callable[[], Any]:
    module, colon, attribute = name.partition(":")
    if not (module and colon and attribute):
        raise UsageError(f"invalid --executor {name!r}: {_EXPECTED}")
    try:
        found = importlib.import_module(module)
        for part in attribute.split("."):
            found = getattr(found, part)
    except (ImportError, AttributeError) as error:
        raise UsageError(f"--executor {name}: {error}") from None
    if not callable(found):
        raise UsageError(f"--executor {name}: {attribute} cannot be called")
    return found


@contextmanager
def _dask(address: str | None, count: int) -> Iterator[tuple[Executor, int]]:
    try:
        from distributed import Client, LocalCluster
    except ImportError:
        raise UsageError("--executor needs Dask: pip install 'llm-streamkit[dask]'") from None
    # Its log messages about workers that come and go are of no use to readers of a report; failed tasks raise.
    logging.getLogger("distributed").setLevel(logging.CRITICAL)
    before = set(multiprocessing.active_children())
    try:
        with _interrupts_blocked():
            cluster = None if address else LocalCluster(n_workers=count, threads_per_worker=1, dashboard_address=None)
        client = Client(address or cluster, timeout="10s")
    except (OSError, ValueError) as error:
        raise UsageError(f"--executor {address}: {error}") from None
    try:
        workers = len(client.scheduler_info(n_workers=-1)["workers"])
        if not workers:
            raise UsageError(f"--executor {address}: the scheduler has no workers")
        yield _DaskExecutor(client), workers
    except BaseException:
        _kill_children(before)  # asked to end, they would first end their tasks
        raise
    finally:
        client.close()
        if cluster is not None:
            cluster.close()


class _DaskExecutor(Executor):
    """Runs calls on a Dask cluster.

    Dask's own (`Client.get_executor`, distributed 2026.8) decides by the status of a task, after it has fetched its result, what the
    result is, and raises TypeError if the worker was lost in between. Here `Future.result` decides, which knows.
    """

    def __init__(self, client: Any) -> None:
        self._client = client

    def submit(self, fn: Callable[_P, _T], /, *args: _P.args, **kwargs: _P.kwargs) -> Future[_T]:
        future: Future[_T] = Future()
        task = self._client.submit(fn, *args, retries=_RETRIES, pure=False, **kwargs)
        task.add_done_callback(partial(_copy_result, future))
        return future


def _copy_result(future: Future[_T], task: Any) -> None:
    """Give `future` the result or the exception of a task of Dask. Runs in Dask's thread for callbacks."""
    try:
        result = task.result()
    except Exception as error:
        future.set_exception(error)
    else:
        future.set_result(result)


@contextmanager
def _shut_down(executor: Executor) -> Iterator[None]:
    try:
        yield
    finally:
        executor.shutdown(wait=True, cancel_futures=True)


@contextmanager
def _children_killed() -> Iterator[None]:
    """Kill the processes that were started meanwhile if the context is left by an exception, so that nothing waits for them."""
    before = set(multiprocessing.active_children())
    try:
        yield
    except BaseException:
        _kill_children(before)
        raise


def _kill_children(before: AbstractSet[multiprocessing.process.BaseProcess]) -> None:
    """Kill the child processes that were not there `before`."""
    for process in set(multiprocessing.active_children()) - before:
        process.kill()


def _begin() -> None:
    """Prepare a worker process: Ctrl-C is the parent's to handle, and the worker ends with its parent, however that ends."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    for name in ("SIGTERM", "SIGHUP"):  # a forked process has the parent's
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), signal.SIG_DFL)
    collector.relax()
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)
