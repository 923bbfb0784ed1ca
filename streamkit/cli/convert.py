"""Convert streams between formats, and list what the new format cannot hold."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import chain
from pathlib import Path, PurePath

import click

from streamkit.cli._groups import GroupedCommand
from streamkit.cli._output import visible
from streamkit.cli.inputs import Inputs
from streamkit.cli.options import Console, input_format_option, output_options, paths_argument, talk_options
from streamkit.errors import UsageError
from streamkit.files import create
from streamkit.formats import Format
from streamkit.model.exchange import Exchange
from streamkit.redact.redactor import redact_exchange
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
    "--to", "target", metavar="FORMAT", help="recording, sse, chunks, har or vcr; by default from the suffix of -o."
)
@input_format_option
@click.option("--no-redact", is_flag=True, help="Keep the secrets that are in the input.")
@output_options
@talk_options
def command(
    paths: tuple[str, ...],
    target: str | None,
    input_format: str | None,
    no_redact: bool,
    output: str | None,
    force: bool,
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
    secrets: Counter[str] = Counter()
    exchanges = inputs.exchanges() if no_redact else _redacted(inputs.exchanges(), secrets)
    lost: Lost = Counter()
    if _is_folder(destination):
        _write_folder(exchanges, chosen, destination, force, lost)
    else:
        _write_file(exchanges, chosen, destination, force, lost)
    for message, count in lost.items():
        console.say(f"not kept: {message}" + (f" ({count} exchanges)" if count > 1 else ""))
    if secrets:
        found = ", ".join(f"{rule} ({count})" if count > 1 else rule for rule, count in sorted(secrets.items()))
        console.say(f"redacted: {found}; --no-redact keeps them")
    return inputs.code


def _redacted(exchanges: Iterator[Exchange], secrets: Counter[str]) -> Iterator[Exchange]:
    """Yield these exchanges with their secrets cut, which `secrets` counts by rule."""
    for exchange in exchanges:
        redacted = redact_exchange(exchange)
        before = Counter(known.rule for known in exchange.redactions)
        secrets.update(Counter(known.rule for known in redacted.redactions) - before)
        if exchange.end is None and redacted.frames.data != exchange.frames.data:
            secrets["in a body"] += 1  # not on a line of its own, because there is no end
        yield redacted


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


def _write_file(exchanges: Iterator[Exchange], target: Format, path: str, force: bool, lost: Lost) -> None:
    first = next(exchanges, None)
    if first is None:
        return
    if not target.many:
        second = next(exchanges, None)
        if second is not None:
            word = target.short or target.name
            where = f"select one ({second.origin.path}#{second.origin.number}), or give a folder to -o"
            raise UsageError(f"format {word} holds one exchange per file, and there are more: {where}")
    _write(chain((first,), exchanges), target, path, force, lost)


def _write_folder(exchanges: Iterator[Exchange], target: Format, folder: str, force: bool, lost: Lost) -> None:
    suffix = suffix_of(target)
    written: set[str] = set()
    for exchange in exchanges:
        name = next(name for name in _names(exchange) if name not in written)
        written.add(name)
        _write(iter((exchange,)), target, str(Path(folder) / f"{name}{suffix}"), force, lost)


def _names(exchange: Exchange) -> Iterator[str]:
    """Candidate file names for one exchange, best first: that of its file, with its folder in front, numbered."""
    origin = exchange.origin
    file = PurePath(origin.path if origin.path != "-" else "stdin")
    name = (file.name.partition(".")[0] or file.name) + ("" if origin.number == 1 else f"-{origin.number}")
    yield name
    if file.parent.name:
        name = f"{file.parent.name}-{name}"
        yield name
    yield from (f"{name}-{count}" for count in itertools.count(2))


def _write(exchanges: Iterator[Exchange], target: Format, path: str, force: bool, lost: Lost) -> None:
    pieces = written(exchanges, target, lost)
    with create(path, force=force) as output:
        for piece in visible(pieces, path, json=target.short != "sse"):
            output.write(piece)
