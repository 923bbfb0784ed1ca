"""Spread the reading of many inputs over an executor: tasks of whole files, or of parts of a large recording.

A job defines what is computed from an exchange. Workers do the job, and the values come back in the order of the inputs, whatever the number
of workers and the size of the tasks.

with processes(2) as executor:
    spread = Spread(executor, job, paths)
    for found in spread.inputs(paths[0]):
        for size, value in spread.values(found): ...
"""

from __future__ import annotations

import itertools
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import BrokenExecutor, Executor, Future
from dataclasses import field, replace
from functools import partial
from pathlib import Path
from typing import Any, BinaryIO, Protocol, runtime_checkable

from streamkit.errors import RemoteDefect, StreamkitError, UnreadableInput, UsageError, WorkFailed, defect_text
from streamkit.formats import (
    FileRange,
    FoundInput,
    LineCount,
    SmallFiles,
    find,
    is_url,
    lines_before,
    parts,
    parts_sought,
    read,
    read_at,
    read_part,
    size_of,
)
from streamkit.frozen import dataclass
from streamkit.model.exchange import Exchange
from streamkit.tool import VERSION

_LEAST = 4 << 20  # bytes of a task: what takes much longer than sending it to a worker
_SHARES = 4  # a task is at most this part of what one worker has left to read
_SMALLEST = 4096  # bytes that a file counts for at least: opening it costs as much
_AHEAD = 2  # tasks per worker that are running or waiting for one
_WAKE_S = 0.2  # Windows delivers Ctrl-C only between waits, and progress is shown then


@dataclass(frozen=True, slots=True)
class TaskSize:
    """How many bytes a task has: `most`, and less at the beginning of the inputs, so that there is something to show soon, and toward
    their end, so that all workers end at about the same time.

    `total` is the bytes of all inputs, or 0 if all tasks are alike.
    """

    most: int
    total: int = 0
    workers: int = 1

    def after(self, position: int) -> int:
        """Return the bytes of a task with `position` bytes of the inputs before it."""
        if not self.total:
            return self.most
        left = (self.total - position) // (self.workers * _SHARES)
        return min(max(min(left, position), _LEAST), self.most)


class Worker(Protocol):
    """Does a job on the exchanges of one task."""

    def take(self, item: Any) -> Any:
        """Return the value of this exchange (or whatever the job reads), which can be pickled."""

    def end(self) -> Any:
        """Return the value of the whole task, once all its exchanges have been taken."""


class Job(Protocol):
    """What is done with every exchange: options alone, which can be pickled.

    `input_format` names the format of the inputs instead of finding it, and `on_demand` lets frames be decoded whenever they are
    looked at.
    """

    @property
    def on_demand(self) -> bool:
        """Whether few frames are looked at."""

    @property
    def input_format(self) -> str | None:
        """The format of all inputs, or None to detect it."""

    def items(self, unit: WorkUnit) -> Iterator[Any]:
        """Yield what a unit contains, which is usually `exchanges_of` it. Raises UnreadableInput."""

    def begin(self) -> Worker:
        """Return a worker for one task."""


@runtime_checkable
class MovableJob(Protocol):
    """A job in whose values the numbers of exchanges, and of lines if it `counts_lines`, can be put right afterwards.

    The command need not read large files itself then, to count what is before each part.
    """

    @property
    def counts_lines(self) -> bool:
        """Whether the values contain the numbers of lines."""

    def moved(self, done: Done, exchanges: int, lines: int) -> Done:
        """Return the same for exchanges that have this number of others, and of lines (0 if these are not counted), before them in
        their file."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkUnit:
    """A file that a task reads, or a part of one. `path` is its name in messages, `location` where it is, from any folder.

    `last` is whether no further part of the file follows; `size` is about its bytes. `file` is the open file if the worker has
    fetched it from its store already, `count` counts the lines of a part while a worker reads it.
    """

    path: str
    location: str
    part: FileRange | None = None
    last: bool = True
    size: int = 0
    file: BinaryIO | None = None
    count: LineCount | None = None


@dataclass(slots=True)
class Read:
    """The result of a worker for a unit: the values of its exchanges, the number of its lines if the job needs it, and the error
    that ended the reading."""

    values: list[Any] = field(default_factory=list)
    lines: int = 0
    error: Exception | None = None


@dataclass(frozen=True, slots=True)
class Done:
    """The result of a task: its units, and the value of the whole task; or the exception that ended it, which is a value because
    executors differ in what they do with exceptions."""

    units: list[Read] = field(default_factory=list)
    whole: Any = None
    error: BaseException | None = None


def work(job: Job, units: Sequence[WorkUnit], version: str) -> Done:
    """Do a task. Runs in a worker, perhaps on another machine, whose streamkit must be of this version."""
    if version != VERSION:
        return Done(
            error=UsageError(f"a worker has streamkit {VERSION}, and this is {version}; install the same on both")
        )
    try:
        worker = job.begin()
        small = SmallFiles((unit.location, unit.size) for unit in units)
        counted = isinstance(job, MovableJob) and job.counts_lines
        return Done([_read(worker, job, _prepared(unit, small, counted)) for unit in units], worker.end())
    except Exception as error:
        return Done(error=error)


def _prepared(unit: WorkUnit, small: SmallFiles, counted: bool) -> WorkUnit:
    """Return the unit with what reading it needs in this process."""
    file = small.open(unit.location)
    if file is not None:
        return replace(unit, file=file)
    return replace(unit, count=LineCount()) if counted and unit.part is not None else unit


def _read(worker: Worker, job: Job, unit: WorkUnit) -> Read:
    """Return the values of one unit. Errors of reading are a part of the result; those of the worker are raised."""
    done = Read()
    items = job.items(unit)
    while True:
        try:
            item = next(items, None)
        except (MemoryError, OSError):
            raise
        except Exception as error:
            done.error = error if isinstance(error, StreamkitError) else RemoteDefect(defect_text(error))
            return done
        if item is None:
            done.lines = unit.count.lines if unit.count is not None else 0
            return done
        done.values.append(worker.take(item))


def exchanges_of(unit: WorkUnit, input_format: str | None = None, *, on_demand: bool = False) -> Iterator[Exchange]:
    """Yield the exchanges of a unit, with the numbers and lines that they have in the whole file. Raises UnreadableInput."""
    if unit.part is not None:
        try:
            with Path(unit.location).open("rb") as file:
                yield from read_part(file, unit.path, unit.part, on_demand=on_demand, count=unit.count)
        except OSError as error:
            raise UnreadableInput(unit.path, f"cannot be opened ({error.strerror or error})") from None
    elif unit.file is not None:
        yield from read(unit.file, format=input_format, on_demand=on_demand)
    else:
        yield from read_at(unit.location, unit.path, format=input_format, on_demand=on_demand)


class Spread:
    """The values of a job for all inputs at `paths`, in their order. Files in `skipped` are left to the caller.

    Few tasks exist at a time, so memory does not grow with the inputs. Call `inputs` for each path in turn, and `values` for each
    input in turn. `part` is called with the value of each task as a whole when its last value has been consumed, and `waiting` several
    times a second while there is no result.
    """

    def __init__(
        self,
        executor: Executor,
        job: Job,
        paths: Sequence[str],
        *,
        workers: int,
        size: TaskSize,
        skipped: frozenset[str] = frozenset(),
        part: Callable[[Any], None] = lambda _: None,
        waiting: Callable[[], None] = lambda: None,
    ) -> None:
        self._executor, self._job = executor, job
        self._size, self._skipped = size, skipped
        self._inputs = [itertools.tee(find([path])) for path in paths]
        self._tasks = _packed(self._units(), size)
        self._room = workers * _AHEAD
        self._submitted: deque[tuple[list[WorkUnit], Future[Done]]] = deque()
        self._ready: deque[tuple[WorkUnit, Read]] = deque()
        self._whole: Any = None
        self._part, self._waiting = part, waiting
        self._before = self._lines = 0  # exchanges and lines of the parts of a file that came first

    def inputs(self, index: int) -> Iterator[FoundInput]:
        """Return the inputs at the path with this index, in a stable order."""
        return self._inputs[index][1]

    def values(self, found: FoundInput) -> Iterator[tuple[int, Any]]:
        """Yield the value of each exchange of the next input, with its share of the bytes. Raises what reading it raised."""
        while True:
            unit, read_ = self._next()
            assert unit.path == found.path, "inputs are consumed in their order"
            share = unit.size // max(len(read_.values), 1)
            for value in read_.values:
                yield share, value
            if read_.error is not None:
                while not unit.last:  # the file is read no further
                    unit, _ = self._next()
                    self._whole = None
                raise read_.error
            if unit.last:
                return

    def finish(self) -> None:
        """Call `part` for the last task, after the last input."""
        if self._whole is not None:
            self._part(self._whole)
            self._whole = None

    def _next(self) -> tuple[WorkUnit, Read]:
        while not self._ready:
            self.finish()
            self._submit()
            units, future = self._submitted.popleft()
            done = self._numbered(_result(future, units, self._waiting), units[0])
            self._whole = done.whole
            self._ready.extend(zip(units, done.units, strict=True))
        return self._ready.popleft()

    def _numbered(self, done: Done, unit: WorkUnit) -> Done:
        """Return the result of a task with the numbers that exchanges and lines have in the whole file."""
        if unit.part is None or unit.part.counted:
            return done
        if unit.part.start == 0:
            self._before = self._lines = 0
        (read_,) = done.units
        before, self._before = self._before, self._before + len(read_.values)
        lines, self._lines = self._lines, self._lines + read_.lines
        if isinstance(read_.error, UnreadableInput) and read_.error.line is not None:
            read_.error = _moved(read_.error, unit)
        assert isinstance(self._job, MovableJob)
        return self._job.moved(done, before, lines)

    def _submit(self) -> None:
        while len(self._submitted) < self._room:
            units = next(self._tasks, None)
            if units is None:
                return
            try:
                future = self._executor.submit(work, self._job, units, VERSION)
            except BrokenExecutor:  # which the tasks that are running will report
                future = Future()
                future.set_exception(BrokenExecutor())
            self._submitted.append((units, future))

    def _units(self) -> Iterator[WorkUnit]:
        position = 0
        for ahead, _ in self._inputs:
            for found in ahead:
                if found.path not in self._skipped:
                    for unit in units_of(found, self._job, partial(_after, self._size, position)):
                        yield unit
                        position += unit.size


def _after(size: TaskSize, before: int, position: int) -> int:
    return size.after(before + position)


def _moved(error: UnreadableInput, unit: WorkUnit) -> UnreadableInput:
    """Return the error in a part with the number that its line has in the whole file."""
    assert unit.part is not None
    assert error.line is not None
    with Path(unit.location).open("rb") as file:
        line = error.line + lines_before(file, unit.part)
    return UnreadableInput(error.path, error.message, line=line, remedy=error.remedy)


def units_of(found: FoundInput, job: Job, task_bytes: Callable[[int], int]) -> Iterator[WorkUnit]:
    """Yield the units of one input: the parts of a recording that is larger than a task, or the file as it is. `task_bytes` returns
    the size of a task from its first byte in the file.

    A file of an object store is one unit, because finding the places to cut it would mean reading it here.
    """
    path = found.path
    remote = is_url(path)
    location = path if remote else str(Path(path).absolute())
    size = size_of(path) if found.size is None else found.size
    if remote or size <= task_bytes(0) or job.input_format not in (None, "recording"):
        yield WorkUnit(path=path, location=location, size=size)
        return
    divided = parts_sought if isinstance(job, MovableJob) else parts
    try:
        with Path(location).open("rb") as file:
            given = itertools.chain(divided(file, task_bytes), [None])
            for part, following in itertools.pairwise(given):
                assert part is not None
                if part.start == 0 and following is None:
                    break  # a single part is read like any other file
                length = (part.stop or size) - part.start
                yield WorkUnit(path=path, location=location, part=part, last=following is None, size=length)
            else:
                return
    except OSError:
        pass  # reported by the worker, which cannot open it either
    yield WorkUnit(path=path, location=location, size=size)


def _packed(units: Iterator[WorkUnit], size: TaskSize) -> Iterator[list[WorkUnit]]:
    """Yield tasks: small files together, a part alone, because what follows a damaged part is discarded."""
    task: list[WorkUnit] = []
    position = taken = 0
    for unit in units:
        if task and (unit.part is not None or taken + unit.size > size.after(position)):
            yield task
            task, position, taken = [], position + taken, 0
        task.append(unit)
        taken += max(unit.size, _SMALLEST)
        if unit.part is not None:
            yield task
            task, position, taken = [], position + taken, 0
    if task:
        yield task


def _result(future: Future[Done], units: Sequence[WorkUnit], waiting: Callable[[], None]) -> Done:
    """Return the result of a task, and call `waiting` until it is there. Raises WorkFailed if it has none."""
    while True:
        try:
            done = future.result(timeout=_WAKE_S)
        except TimeoutError as error:
            if future.done():  # it was the executor's own
                raise WorkFailed from error
            waiting()
            continue
        except BrokenExecutor:
            more = f" and {len(units) - 1} more files" if len(units) > 1 else ""
            raise WorkFailed from UsageError(
                f"a worker process ended unexpectedly, perhaps out of memory, while {units[0].path}{more} was read; "
                "with --jobs 1 the command reads everything itself"
            )
        except Exception as error:
            raise WorkFailed from error
        if done.error is not None:
            raise WorkFailed from done.error
        return done
