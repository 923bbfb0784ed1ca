"""Remove secrets from files that were recorded without redaction, or by another program."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import suppress
from functools import partial
from pathlib import PurePath

import click

from streamkit.cli._groups import GroupedCommand
from streamkit.cli._jobs import Jobs, jobs_options
from streamkit.cli._output import CommandOutput, visible
from streamkit.cli._redact_job import (
    SPEED,
    TASK_BYTES,
    FoundSecret,
    RedactJob,
    RedactWorker,
    contents,
    is_recording,
    size_of_item,
)
from streamkit.cli.inputs import closed_with_command, default_input
from streamkit.cli.options import Console, output_options, paths_argument, talk_options
from streamkit.cli.progress import Progress, progress_of
from streamkit.errors import StreamkitError, UsageError, WorkFailed
from streamkit.files import create, rewrite
from streamkit.formats import FoundInput as Input
from streamkit.formats import find, size_of
from streamkit.text import one_line


@click.command(
    "redact",
    cls=GroupedCommand,
    groups={
        "Redaction": "redact check in_place",
    },
)
@paths_argument
@click.option("--check", is_flag=True, help="Only report where secrets are; exit 1 if there are any.")
@click.option("--in-place", is_flag=True, help="Overwrite each file with its redacted version.")
@click.option("--redact", multiple=True, metavar="PATTERN", help="Also redact what this regular expression matches.")
@click.option(
    "--format",
    "format_name",
    type=click.Choice(["text", "jsonl"]),
    default="text",
    help="Write the results of --check in this format.",
)
@jobs_options
@output_options
@talk_options
def command(
    paths: tuple[str, ...],
    check: bool,
    in_place: bool,
    redact: tuple[str, ...],
    format_name: str,
    output: str | None,
    force: bool,
    jobs: Jobs,
    console: Console,
) -> int:
    """Remove secrets from files: API keys of known shapes, header values, cookies, keys in URLs and bodies.

    A recording is written as a recording; any other file keeps its format, and known shapes are removed from its bytes.
    Findings are reported by position and rule, never by value. Without -o or --in-place the result goes to stdout.

    \b
    Examples:
      streamkit redact --check recordings
      streamkit redact old.jsonl -o clean.jsonl
    """
    if check + in_place + (output is not None) > 1:
        raise UsageError("--check, --in-place and -o cannot be used together")
    job = RedactJob(patterns=redact, keep=not check)
    job.begin()  # checks the patterns before anything is read
    files = list(find(paths or (default_input(),)))
    if len(files) > 1 and not (check or in_place):
        raise UsageError("cannot write several files to one output; use --in-place or --check, or pass one file")
    progress = progress_of([file.path for file in files], quiet=console.quiet, late=check)
    redacted_files = closed_with_command(_redacted(files, job, jobs, progress))
    show = partial(_tell, check=check, format_name=format_name, console=console)
    try:
        code, found = _redact_all(
            redacted_files, console, show, in_place=in_place, check=check, output=output, force=force
        )
    except WorkFailed as failure:
        raise failure.__cause__ or failure from None
    if check and not code:
        console.say(
            f"{found or 'no'} secret{'' if found == 1 else 's'} in {len(files)} file{'s' if len(files) != 1 else ''}"
        )
    return code or int(check and found > 0)


def _redact_all(
    files: Iterator[Redacted],
    console: Console,
    show: Callable[[Redacted], None],
    *,
    in_place: bool,
    check: bool,
    output: str | None,
    force: bool,
) -> tuple[int, int]:
    """Write the redacted files. Return 2 if one cannot be read or written, else 0, and the number of secrets."""
    code = found = 0
    for redacted in files:
        try:
            if check:
                for _ in redacted:
                    pass
            elif in_place:
                rewrite(redacted.path, redacted)
            else:
                _write(redacted, output or "-", force)
        except StreamkitError as error:
            console.complain(str(error))
            code = 2
            continue
        found += len(redacted.found)
        show(redacted)
    return code, found


def _write(redacted: Redacted, path: str, force: bool) -> None:
    json = PurePath(redacted.path).suffix in (".json", ".jsonl", ".har")
    with create(path, force=force) as target:
        for line in visible(redacted, path, json=json):
            target.write(line)


class Redacted:
    """Iterates over the bytes of a file with its secrets removed. `found` fills up meanwhile.

    Each value has the number of bytes that were read for it."""

    def __init__(
        self, path: str, values: Iterator[tuple[int, tuple[bytes, list[FoundSecret]]]], progress: Progress | None
    ) -> None:
        self.path = path
        self.found: list[FoundSecret] = []
        self._values, self._progress = values, progress

    def __iter__(self) -> Iterator[bytes]:
        try:
            for size, (data, found) in self._values:
                self.found += found
                if self._progress:
                    self._progress.stream(size)
                yield data
        finally:
            if self._progress:
                self._progress.file(self.path)
                self._progress.clear()


def _redacted(
    files: Sequence[Input], job: RedactJob, jobs: Jobs, progress: Progress | None
) -> Generator[Redacted, None, None]:
    """Yield every file, redacted while it is read. They must be read in this order."""
    paths = [file.path for file in files]
    plan = jobs.plan(paths, SPEED, TASK_BYTES)
    if plan is None:
        worker = job.begin()
        for path in paths:
            yield Redacted(path, _sized(worker, path), progress)
        return
    # A worker returns what it read as a whole. A large file that is not a recording is redacted here, in pieces.
    here = frozenset(path for path in paths if size_of(path) > plan.task_bytes and not is_recording(path))
    worker = job.begin()
    with plan.spread(job, paths, here, waiting=progress.refresh if progress else None) as spread:
        for index, file in enumerate(files):
            found = next(spread.inputs(index))
            if file.path in here:
                yield Redacted(file.path, _sized(worker, file.path), progress)
                continue
            values = spread.values(found)
            yield Redacted(file.path, values, progress)
            with suppress(StreamkitError):
                deque(values, maxlen=0)  # of a file that could not be written


def _sized(worker: RedactWorker, path: str) -> Iterator[tuple[int, tuple[bytes, list[FoundSecret]]]]:
    for item in contents(path):
        yield size_of_item(item), worker.take(item)


def _tell(redacted: Redacted, check: bool, format_name: str, console: Console) -> None:
    sink = CommandOutput(console=console)
    paint = sink.paint
    for line, at, rule in redacted.found:
        if check and format_name == "jsonl":
            sink.json({"file": redacted.path, "line": line, "at": at, "rule": rule})
        elif check:
            where = paint("head", f"{one_line(redacted.path)}:{line or 1}")
            sink.line(f"{where}: {paint('error', rule)} in {one_line(at)}")
        else:
            console.detail(f"{redacted.path}:{line or 1}: redacted {rule} in {at}")
