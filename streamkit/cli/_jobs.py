"""`--jobs` and `--executor`: whether and how the reading of the inputs is spread over processes or a cluster."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING, Any, TypeVar

import click

from streamkit.cli.options import Size
from streamkit.errors import UsageError
from streamkit.frozen import dataclass

if TYPE_CHECKING:
    from streamkit.service.spreading import Job, Spread

CommandT = TypeVar("CommandT", bound=Callable[..., Any])

WORTH_S = 0.5
"""Seconds of work below which processes take longer to start than they save."""
LARGEST = 64 << 20  # bytes of a task: longer ones save nothing
_MUCH = 64 << 30  # bytes of inputs: enough to keep every process busy


@dataclass(frozen=True, slots=True)
class Jobs:
    """The options: the number of processes (None: one per CPU), and the size of a task in bytes (None: what suits the inputs)."""

    count: int | None = 1
    task_bytes: int | None = None
    executor: str | None = None

    def plan(self, paths: Sequence[str], speed: int, largest: int = LARGEST) -> JobPlan | None:
        """Return how to spread the reading of these inputs, or None to read them in this process.

        `speed` is about what one process reads, in bytes per second, and `largest` the most bytes of a task.
        """
        count = self.count or _cpus()
        if "-" in paths or (count == 1 and not self.executor):
            return None
        total = 0
        for size in _sizes(paths):
            total += size
            if total > _MUCH:  # enough to know
                break
        if total < WORTH_S * speed and not self.executor:
            return None
        if self.task_bytes or total > _MUCH:
            return JobPlan(count, self.task_bytes or largest, 0, self.executor)
        return JobPlan(count, largest, total, self.executor)


def _ignore(part: Any) -> None:
    """Do nothing with what a job makes of a task as a whole."""


@dataclass(frozen=True, slots=True)
class JobPlan:
    """How the reading of inputs is spread: over this number of processes, or over an executor, in tasks of at most this size; `total` is
    the bytes of all inputs, or 0 for tasks of just that size."""

    count: int
    task_bytes: int
    total: int = 0
    executor: str | None = None

    @contextmanager
    def spread(
        self,
        job: Job,
        paths: Sequence[str],
        skipped: frozenset[str],
        part: Callable[[Any], None] = _ignore,
        waiting: Callable[[], None] | None = None,
    ) -> Iterator[Spread]:
        """Start the processes and give them the job, until the context exits. `part` and `waiting` are those of `Spread`."""
        from streamkit.service.executors import named_executor, processes
        from streamkit.service.spreading import Spread, TaskSize

        with ExitStack() as stack:
            executor, workers = (
                stack.enter_context(named_executor(self.executor, self.count))
                if self.executor
                else (stack.enter_context(processes(self.count)), self.count)
            )
            size = TaskSize(self.task_bytes, self.total, workers)
            yield Spread(
                executor,
                job,
                paths,
                workers=workers,
                size=size,
                skipped=skipped,
                part=part,
                waiting=waiting or (lambda: None),
            )


def _cpus() -> int:
    """Return the number of CPUs that this process may use."""
    if sys.platform == "linux":
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _sizes(paths: Sequence[str]) -> Iterator[int]:
    """Yield the sizes of all inputs. What cannot be measured is reported when it is read."""
    from streamkit.formats import find, size_of

    yield from (size_of(found.path) if found.size is None else found.size for found in find(paths))


def jobs_options(command: CommandT) -> CommandT:
    """Add `--jobs`, `--task-size` and `--executor` to a command, passed on as one `jobs`."""

    def wrapper(*args: Any, jobs: int | None, task_size: int | None, executor: str | None, **rest: Any) -> Any:
        if task_size == 0:
            raise UsageError("--task-size 0: expected at least 1")
        return command(*args, jobs=Jobs(jobs, task_size, executor), **rest)

    wrapper.__name__, wrapper.__doc__ = command.__name__, command.__doc__
    wrapper.__click_params__ = getattr(command, "__click_params__", [])  # type: ignore[attr-defined]
    task_size = click.option(
        "--task-size",
        type=Size(),
        metavar="SIZE",
        help="Read this much at a time in each process. Default: at most 64MB.",
    )
    jobs_ = click.option(
        "-j", "--jobs", type=click.IntRange(1), metavar="N", help="Read with N processes. Default: one per CPU."
    )
    executor = click.option(
        "--executor", metavar="NAME", help="Read on a cluster: tcp://host:8786 or dask (Dask), or module:factory."
    )
    return jobs_(task_size(executor(wrapper)))  # type: ignore[return-value]
