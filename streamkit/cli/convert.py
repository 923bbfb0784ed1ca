"""Turn streams from any form that is read into one that can be written, and say what that form cannot hold."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import chain
from pathlib import Path, PurePath

import click

from streamkit.cli._inputs import Inputs
from streamkit.cli._output import visible
from streamkit.cli.options import Console, output_options, paths_argument, talk_options
from streamkit.errors import UsageError
from streamkit.files import create
from streamkit.formats import FORMATS, Format
from streamkit.model.exchange import Exchange
from streamkit.redact.redactor import redact_exchange
from streamkit.tool import tool

_SUFFIXES = {".jsonl": "recording", ".sse": "sse", ".har": "har", ".yaml": "vcr", ".yml": "vcr", ".txt": "chunks"}
_SUFFIX = {word: suffix for suffix, word in reversed(_SUFFIXES.items())}


@click.command("convert")
@paths_argument
@click.option(
    "--to", "target", metavar="FORM", help="recording, sse, chunks, har or vcr; otherwise from the suffix of -o."
)
@click.option("--form", metavar="NAME", help="Read inputs as this format instead of detecting it.")
@click.option("--no-redact", is_flag=True, help="Keep secrets that are in the input.")
@output_options
@talk_options
def command(
    paths: tuple[str, ...],
    target: str | None,
    form: str | None,
    no_redact: bool,
    output: str | None,
    force: bool,
    console: Console,
) -> int:
    """Turn streams from any form that is read into one that can be written.

    What the target format cannot hold (arrival times in a cassette, comments in bare chunks) is listed on stderr. An event
    stream and bare chunks hold one exchange per file: select one of several (file#3), or give -o a folder.

    \b
    Examples:
      streamkit convert recordings/openai_chat -o cassette.yaml --to vcr
      streamkit convert recordings/openai_chat -o streams/ --to sse
    """
    format_ = _target(target, output)
    destination = output or "-"
    _reject_own_input(paths, destination)
    inputs = Inputs(paths, console, form=form)
    exchanges = (exchange if no_redact else redact_exchange(exchange) for exchange in inputs.exchanges())
    lost: Counter[str] = Counter()
    if _is_folder(destination):
        _write_folder(exchanges, format_, destination, force, lost)
    else:
        _write_file(exchanges, format_, destination, force, lost)
    for message, count in lost.items():
        console.say(f"not kept: {message}" + (f" ({count} exchanges)" if count > 1 else ""))
    return inputs.code


def _target(target: str | None, output: str | None) -> Format:
    """The format to write: `target`, or else the one that the suffix of the output stands for."""
    writable = {entry.short or entry.name: entry for entry in FORMATS.values() if entry.write is not None}
    writable |= {entry.name: entry for entry in writable.values()}
    name = target or _SUFFIXES.get(PurePath(output or "").suffix.lower())
    if name is None:
        raise UsageError("no target format: add --to, or give -o a known suffix")
    if name in writable:
        return writable[name]
    names = ", ".join(sorted(entry.short or entry.name for entry in set(writable.values())))
    problem = f"cannot write format {name!r}" if name in FORMATS else f"unknown format {name!r}"
    raise UsageError(f"{problem}; expected one of: {names}")


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


def _write_file(exchanges: Iterator[Exchange], target: Format, path: str, force: bool, lost: Counter[str]) -> None:
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


def _write_folder(exchanges: Iterator[Exchange], target: Format, folder: str, force: bool, lost: Counter[str]) -> None:
    suffix = _SUFFIX[target.short or target.name]
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


def _write(exchanges: Iterator[Exchange], target: Format, path: str, force: bool, lost: Counter[str]) -> None:
    assert target.write is not None  # _target returns no other
    pieces = target.write(_counting_losses(exchanges, target, lost))
    with create(path, force=force) as output:
        for piece in visible(pieces, path, json=target.short != "sse"):
            output.write(piece)


def _counting_losses(exchanges: Iterator[Exchange], target: Format, lost: Counter[str]) -> Iterator[Exchange]:
    """Yield the exchanges, counting what each loses, with this program as their tool unless they have one."""
    for exchange in exchanges:
        lost.update(dict.fromkeys(target.loses(exchange), 1))
        yield exchange if exchange.tool else replace(exchange, tool=tool())
