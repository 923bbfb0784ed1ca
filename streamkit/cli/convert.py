"""Convert streams between formats, and list what the new format cannot hold."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain
from pathlib import Path, PurePath

import click

from streamkit.cli._convert_job import SPEED, TASK_BYTES, Converted, ConvertJob, redacted
from streamkit.cli._groups import GroupedCommand
from streamkit.cli._jobs import Jobs, jobs_options
from streamkit.cli._output import visible
from streamkit.cli.inputs import Inputs
from streamkit.cli.options import Console, input_format_option, output_options, paths_argument, talk_options
from streamkit.errors import UsageError
from streamkit.files import create
from streamkit.formats import Format, Joined
from streamkit.service.converting import Lost, suffix_of, writable, written


@click.command(
    "convert",
    cls=GroupedCommand,
    groups={
        "Conversion": "target no_redact",
    },
)
@paths_argument
@click.option(
    "--to", "target", metavar="FORMAT", help="Write recording, sse, chunks, har or vcr. Default: by the suffix of -o."
)
@input_format_option
@click.option("--no-redact", is_flag=True, help="Keep the secrets that are in the input.")
@jobs_options
@output_options
@talk_options
def command(
    paths: tuple[str, ...],
    target: str | None,
    input_format: str | None,
    no_redact: bool,
    output: str | None,
    force: bool,
    jobs: Jobs,
    console: Console,
) -> int:
    """Convert streams between formats.

    What the target format cannot hold (arrival times in a cassette, comments in bare chunks) is listed on stderr. An event
    stream and bare chunks hold one exchange per file: select one of several (file#3), or give -o a folder.

    \b
    Examples:
      streamkit convert recordings/openai_chat -o cassette.yaml --to vcr
      streamkit convert recordings/openai_chat -o streams/ --to sse
    """
    chosen = writable(target, output)
    destination = output or "-"
    _reject_own_input(paths, destination)
    inputs = Inputs(paths, console, input_format=input_format)
    lost: Lost = Counter()
    secrets: Counter[str] = Counter()
    folder = _is_folder(destination)
    if folder or not chosen.many or isinstance(chosen.write, Joined):
        alone = folder or not chosen.many
        job = ConvertJob(target=chosen.name, redact=not no_redact, alone=alone, input_format=input_format)
        plan = jobs.plan(inputs.paths, SPEED, TASK_BYTES) if chosen.many or folder else None
        entries = _counted(inputs.results(job, plan), lost, secrets)
        if folder:
            _write_folder(entries, chosen, destination, force)
        else:
            _write_file(entries, chosen, destination, force)
    else:
        exchanges = inputs.exchanges()
        cut = exchanges if no_redact else (redacted(exchange, secrets) for exchange in exchanges)
        if (first := next(cut, None)) is not None:
            _write(written(chain((first,), cut), chosen, lost), chosen, destination, force)
    for message, count in lost.items():
        console.say(f"not kept: {message}" + (f" ({count} exchanges)" if count > 1 else ""))
    if secrets:
        found = ", ".join(f"{rule} ({count})" if count > 1 else rule for rule, count in sorted(secrets.items()))
        console.say(f"redacted: {found}; --no-redact keeps them")
    return inputs.code


def _counted(entries: Iterator[Converted], lost: Lost, secrets: Counter[str]) -> Iterator[Converted]:
    """Yield these exchanges, and count what they lost."""
    for entry in entries:
        lost.update(entry.lost)
        secrets.update(entry.secrets)
        yield entry


def _is_folder(destination: str) -> bool:
    return destination.endswith("/") or (destination != "-" and Path(destination).is_dir())


def _reject_own_input(paths: Sequence[str], destination: str) -> None:
    """Raise UsageError if the output is also an input, which would be overwritten while it is read."""
    output = Path(destination)
    if destination == "-" or not output.is_file():
        return
    for path in paths:
        source = Path(path)
        same = source.is_file() and source.samefile(output)
        if same or (source.is_dir() and source.resolve() in output.resolve().parents):
            raise UsageError(f"{destination} is also an input; write to another file")


def _write_file(entries: Iterator[Converted], target: Format, path: str, force: bool) -> None:
    first = next(entries, None)
    if first is None:
        return
    if not target.many:
        second = next(entries, None)
        if second is not None:
            word = target.short or target.name
            where = f"select one ({second.path}#{second.number}), or give a folder to -o"
            raise UsageError(f"format {word} holds one exchange per file, and there are more: {where}")
    data = (entry.data for entry in chain((first,), entries))
    _write(target.write.join(data) if isinstance(target.write, Joined) else data, target, path, force)


def _write_folder(entries: Iterator[Converted], target: Format, folder: str, force: bool) -> None:
    suffix = suffix_of(target)
    taken: set[str] = set()
    for entry in entries:
        name = next(name for name in _names(entry) if name not in taken)
        taken.add(name)
        _write((entry.data,), target, str(Path(folder) / f"{name}{suffix}"), force)


def _names(entry: Converted) -> Iterator[str]:
    """Candidate file names for one exchange, best first: that of its file, with its folder in front, numbered."""
    file = PurePath(entry.path if entry.path != "-" else "stdin")
    name = (file.name.partition(".")[0] or file.name) + ("" if entry.number == 1 else f"-{entry.number}")
    yield name
    if file.parent.name:
        name = f"{file.parent.name}-{name}"
        yield name
    yield from (f"{name}-{count}" for count in itertools.count(2))


def _write(pieces: Iterable[bytes], target: Format, path: str, force: bool) -> None:
    with create(path, force=force) as output:
        for piece in visible(pieces, path, json=target.short != "sse"):
            output.write(piece)
