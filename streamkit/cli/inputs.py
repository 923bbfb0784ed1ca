"""The inputs of a command: every exchange of every path, whatever its format. Errors are reported and counted."""

from __future__ import annotations

import os
import stat
import sys
from collections.abc import Callable, Generator, Iterator, Sequence
from typing import TYPE_CHECKING, Any, TypeVar

import click

from streamkit.cli.options import Console
from streamkit.cli.progress import progress_of
from streamkit.errors import RemoteDefect, StreamkitError, UnreadableInput, WorkFailed, defect_text
from streamkit.model.exchange import Exchange
from streamkit.model.stream import Stream

if TYPE_CHECKING:
    from streamkit.cli._jobs import JobPlan
    from streamkit.formats import FoundInput, SmallFiles
    from streamkit.service.spreading import Job

T = TypeVar("T")

DEFAULT_FOLDER = "recordings"


class Inputs:
    """The inputs of one command, read one exchange at a time.

    A path that cannot be read is reported, `code` becomes 2, and the others are read. A named path without any stream is also
    an error, so that CI does not pass without input. `late` means that the command writes nothing before everything is read,
    so a progress bar can be shown.
    """

    def __init__(
        self,
        paths: Sequence[str],
        console: Console,
        *,
        input_format: str | None = None,
        api: str | None = None,
        dialect: str | None = None,
        late: bool = False,
    ) -> None:
        from streamkit.formats import is_url, listed_once

        self.paths = list(paths) or [default_input()]
        context = click.get_current_context(silent=True)
        if context is not None and any(map(is_url, self.paths)):
            context.with_resource(listed_once())
        self.code = 0
        # Inputs that the command reads by itself and that contain no exchanges.
        self.taken: frozenset[str] = frozenset()
        # Inputs that could not be read to their end.
        self.failed: set[str] = set()
        self._skipped = 0
        self._console = console
        self._progress = progress_of(self.paths, quiet=console.quiet, late=late)
        self._format, self._api, self._dialect = input_format, api, dialect

    def exchanges(self, *, on_demand: bool = False) -> Iterator[Exchange]:
        """Yield every exchange, in the order of the paths. `on_demand` lets frames be decoded whenever they are looked at."""
        from streamkit.formats import find, read

        small = self._small_files()

        def sized(found: FoundInput) -> Iterator[tuple[int, Exchange]]:
            source = (small.open(found.path) if small else None) or found.path
            for exchange in read(source, format=self._format, on_demand=on_demand):
                yield exchange.frames.size, exchange

        yield from self._each([find([path]) for path in self.paths], sized)

    def _small_files(self) -> SmallFiles | None:
        """Return the small files of object stores; None if all inputs are local."""
        from streamkit.formats import SmallFiles, find, is_url

        if not any(map(is_url, self.paths)):
            return None
        return SmallFiles((found.path, found.size) for found in find(self.paths) if found.path not in self.taken)

    def results(self, job: Job, plan: JobPlan | None, part: Callable[[Any], None] = lambda _: None) -> Iterator[Any]:
        """Yield what a job makes of every exchange, in the same order, in this process or spread by a plan.

        `part` is called with what the job makes of each task as a whole, in order too.
        """
        return closed_with_command(self._results(job, plan, part))

    def _results(self, job: Job, plan: JobPlan | None, part: Callable[[Any], None]) -> Generator[Any, None, None]:
        if plan is None:
            worker = job.begin()
            yield from map(worker.take, self.exchanges(on_demand=job.on_demand))
            part(worker.end())
            return
        with plan.spread(job, self.paths, self.taken, part, self._waiting) as spread:
            inputs = [spread.inputs(index) for index in range(len(self.paths))]
            try:
                yield from self._each(inputs, spread.values)
            except WorkFailed as failure:
                raise failure.__cause__ or failure from None
            spread.finish()

    @property
    def reading_options(self) -> dict[str, Any]:
        """The options that replace the detection of the format, the API and the dialect, as a job takes them."""
        return {"input_format": self._format, "api": self._api, "dialect": self._dialect}

    def _each(
        self, inputs: Sequence[Iterator[FoundInput]], values: Callable[[FoundInput], Iterator[tuple[int, T]]]
    ) -> Iterator[T]:
        """Yield the values of all inputs, which are those at each path; each has the size of a body for the progress bar."""
        try:
            yield from self._reported(inputs, values)
        finally:
            self._clear()

    def _reported(
        self, inputs: Sequence[Iterator[FoundInput]], values: Callable[[FoundInput], Iterator[tuple[int, T]]]
    ) -> Iterator[T]:
        self._skipped = 0
        for path, at_path in zip(self.paths, inputs, strict=True):
            count = 0
            try:
                for found in at_path:
                    count += 1 if found.path in self.taken else (yield from self._of_file(found, values))
                if not count:
                    raise UnreadableInput(path, "contains no stream")
            except StreamkitError as error:
                self.trouble(error)
        self._clear()
        if count := self._skipped:
            self._console.say(f"skipped {count} file{'s' if count > 1 else ''} without a stream (-v lists them)")

    def _of_file(
        self, found: FoundInput, values: Callable[[FoundInput], Iterator[tuple[int, T]]]
    ) -> Generator[T, None, int]:
        """Yield the values of one file and return how many there are; a file with a defect of ours counts as one."""
        count = 0
        try:
            for size, value in values(found):
                count += 1
                if self._progress:
                    self._progress.stream(size)
                yield value
        except UnreadableInput as error:
            self.failed.add(found.path)
            if found.named:
                raise
            self._skipped += 1
            self._clear()
            self._console.detail(f"skipped: {error}")
        except (StreamkitError, MemoryError, OSError, WorkFailed):
            raise
        except Exception as defect:  # a defect of streamkit; the other files are still read
            self.failed.add(found.path)
            count += 1
            cause = str(defect) if isinstance(defect, RemoteDefect) else defect_text(defect)
            self.trouble(UnreadableInput(found.path, f"cannot be read: {cause}; please report it"))
        if self._progress:
            self._progress.file(found.path, found.size)
        return count

    def trouble(self, error: StreamkitError) -> None:
        """Report an input that cannot be used, and continue."""
        self.code = error.exit_code
        self._clear()
        self._console.complain(str(error))

    def _clear(self) -> None:
        if self._progress:
            self._progress.clear()

    def _waiting(self) -> None:
        if self._progress:
            self._progress.refresh()

    def streams(
        self, *, judge: bool = False, strict: bool = False, on_demand: bool = False, every: bool = False
    ) -> Iterator[Stream]:
        """Yield every exchange, decoded and interpreted. `on_demand` decodes each chunk whenever it is looked at, and each
        frame too, unless `every` chunk is looked at."""
        from streamkit.apis import interpret

        for exchange in self.exchanges(on_demand=on_demand and not every):
            stream = interpret(
                exchange, api=self._api, dialect=self._dialect, strict=strict, judge=judge, on_demand=on_demand
            )
            if not judge:  # lint reports them as findings
                for defect in stream.defects:
                    self.trouble(UnreadableInput(stream.file, f"exchange {stream.number}: {defect}; please report it"))
            yield stream


def closed_with_command(values: Generator[T, None, None]) -> Iterator[T]:
    """Return the same values. When the command ends, also by Ctrl-C, the generator is closed, which ends its processes at once."""
    context = click.get_current_context(silent=True)
    if context is not None:
        context.call_on_close(values.close)
    return values


def default_input() -> str:
    """Return the input when no PATH is given: stdin if something is piped in, else ./recordings. Raises UnreadableInput."""
    if _piped():
        return "-"
    if os.path.isdir(DEFAULT_FOLDER):  # noqa: PTH112
        return DEFAULT_FOLDER
    raise UnreadableInput("-", "nothing to read", remedy="give a PATH, pipe a stream in, or run where ./recordings is")


def _piped() -> bool:
    """Return whether stdin is a pipe, a file or a socket, rather than a terminal or /dev/null."""
    try:
        mode = os.fstat(sys.stdin.fileno()).st_mode
    except (AttributeError, OSError, ValueError):
        return False
    return stat.S_ISFIFO(mode) or stat.S_ISREG(mode) or stat.S_ISSOCK(mode)
