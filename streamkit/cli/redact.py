"""Remove secrets from files that were recorded without redaction, or by another program."""

from __future__ import annotations

import io
import sys
from collections.abc import Iterator
from pathlib import Path, PurePath

import click

from streamkit.cli._groups import GroupedCommand
from streamkit.cli._output import Sink, visible
from streamkit.cli.inputs import default_path
from streamkit.cli.options import Console, output_options, paths_argument, talk_options
from streamkit.errors import StreamkitError, UnreadableInput, UsageError
from streamkit.files import create, rewrite
from streamkit.formats import find, is_pattern
from streamkit.model import recording
from streamkit.model.exchange import Exchange
from streamkit.redact.redactor import Policy, body_redactor, redact_exchange
from streamkit.text import one_line

_HEAD = 64 * 1024


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
    "--format", "format_name", type=click.Choice(["text", "jsonl"]), default="text", help="Output format of --check."
)
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
    policy = Policy.of(redact)
    files = list(find(paths or (default_path(),)))
    if len(files) > 1 and not (check or in_place):
        raise UsageError("cannot write several files to one output; use --in-place or --check, or pass one file")
    code = found = 0
    for file in files:
        try:
            redacted = Redacted(file.path, policy)
            if check:
                for _ in redacted:
                    pass
            elif in_place:
                rewrite(file.path, redacted)
            else:
                _write(redacted, output or "-", force)
        except StreamkitError as error:
            console.complain(str(error))
            code = 2
            continue
        found += len(redacted.found)
        _tell(redacted, check, format_name, console)
    if check and not code:
        console.say(
            f"{found or 'no'} secret{'' if found == 1 else 's'} in {len(files)} file{'s' if len(files) != 1 else ''}"
        )
    return code or int(check and found > 0)


def _write(redacted: Redacted, path: str, force: bool) -> None:
    json = PurePath(redacted.path).suffix in (".json", ".jsonl", ".har")
    with create(path, force=force) as target:
        for line in visible(redacted, path, json=json):
            target.write(line)


class Redacted:
    """Iterates over a file's lines with its secrets removed. `found` fills up meanwhile: line (from 1), position, rule."""

    def __init__(self, path: str, policy: Policy) -> None:
        self.path = path
        self.found: list[tuple[int | None, str, str]] = []
        self._policy = policy

    def __iter__(self) -> Iterator[bytes]:
        if is_pattern(self.path) and not Path(self.path).exists():
            raise UnreadableInput(self.path, "no file matches this pattern")
        if Path(self.path).is_dir():
            raise UnreadableInput(self.path, "the folder contains no files")
        try:
            data = sys.stdin.buffer.read() if self.path == "-" else Path(self.path).read_bytes()
        except OSError as error:
            raise UnreadableInput(self.path, f"cannot be read: {error.strerror or error}") from None
        if data.startswith((b"\x1f\x8b", b"\x28\xb5\x2f\xfd")):
            raise UnreadableInput(self.path, "is compressed", remedy="unpack it first")
        if recording.recognises(data[:_HEAD]):
            for exchange in recording.read(io.BytesIO(data), path=self.path):
                yield from self._recording(exchange)
        else:
            yield from self._bytes(data)

    def _recording(self, exchange: Exchange) -> Iterator[bytes]:
        cut = redact_exchange(exchange, self._policy)
        start = exchange.origin.line
        self.found += [(start, known.at, known.rule) for known in cut.redacted[len(exchange.redacted) :]]
        if cut.response is not None and exchange.response is not None:
            new = cut.response.redacted[len(exchange.response.redacted) :]
            self.found += [(start, known.at, known.rule) for known in new]
        before = len(exchange.end.redacted) if exchange.end else 0
        for known in (cut.end.redacted if cut.end else ())[before:]:
            line = exchange.frames.lines[known.first - 1] if known.first else start
            self.found.append((line, known.at, known.rule))
        yield from recording.write(cut)

    def _bytes(self, data: bytes) -> Iterator[bytes]:
        """Redact line by line, as if each line were a frame, so that every finding has its line."""
        redactor = body_redactor(self._policy, None, data[:_HEAD])
        for line in io.BytesIO(data):
            yield from (ready for ready, _ in redactor.feed(line, None))
        yield from (ready for ready, _ in redactor.close())
        self.found += [(known.first, "bytes", known.rule) for known in redactor.redacted]


def _tell(redacted: Redacted, check: bool, format_name: str, console: Console) -> None:
    sink = Sink(console=console)
    paint = sink.paint
    for line, at, rule in redacted.found:
        if check and format_name == "jsonl":
            sink.json({"file": redacted.path, "line": line, "at": at, "rule": rule})
        elif check:
            where = paint("head", f"{one_line(redacted.path)}:{line or 1}")
            sink.line(f"{where}: {paint('error', rule)} in {one_line(at)}")
        else:
            console.detail(f"{redacted.path}:{line or 1}: redacted {rule} in {at}")
