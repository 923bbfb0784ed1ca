"""Cut secrets out of files that were recorded without, or by something else."""

from __future__ import annotations

import io
import sys
from collections.abc import Iterator
from pathlib import Path, PurePath

import click

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


@click.command("redact")
@paths_argument
@click.option("--check", is_flag=True, help="Only tell where secrets are; exit 1 where there is one.")
@click.option("--in-place", is_flag=True, help="Put each file's redacted form in its place.")
@click.option("--redact", multiple=True, metavar="PATTERN", help="Cut this regular expression too.")
@click.option("--format", "form_out", type=click.Choice(["text", "jsonl"]), default="text", help="Of --check.")
@output_options
@talk_options
def command(
    paths: tuple[str, ...],
    check: bool,
    in_place: bool,
    redact: tuple[str, ...],
    form_out: str,
    output: str | None,
    force: bool,
    console: Console,
) -> int:
    """Cut secrets out of files: known key shapes anywhere, header values, cookies, keys in URLs and bodies.

    A recording is written as a recording; any other file keeps its form, and shapes are cut out of its bytes. What is
    found is told by its place and its rule, never by its value. Without -o or --in-place the result goes to stdout.

    \b
    Examples:
      streamkit redact --check recordings
      streamkit redact old.jsonl -o clean.jsonl
    """
    if check + in_place + (output is not None) > 1:
        raise UsageError("--check, --in-place and -o contradict each other")
    policy = Policy.of(redact)
    files = list(find(paths or (default_path(),)))
    if len(files) > 1 and not (check or in_place):
        raise UsageError("several files: use --in-place or --check, or one file and -o")
    code = found = 0
    for file in files:
        try:
            cleaned = Cleaned(file.path, policy)
            if check:
                for _ in cleaned:
                    pass
            elif in_place:
                rewrite(file.path, cleaned)
            else:
                _write(cleaned, output or "-", force)
        except StreamkitError as error:
            console.complain(str(error))
            code = 2
            continue
        found += len(cleaned.found)
        _tell(cleaned, check, form_out, console)
    if check and not code:
        console.say(
            f"{found or 'no'} secret{'' if found == 1 else 's'} in {len(files)} file{'s' if len(files) != 1 else ''}"
        )
    return code or int(check and found > 0)


def _write(cleaned: Cleaned, path: str, force: bool) -> None:
    json = PurePath(cleaned.path).suffix in (".json", ".jsonl", ".har")
    with create(path, force=force) as target:
        for line in visible(cleaned, path, json=json):
            target.write(line)


class Cleaned:
    """A file's lines with its secrets cut; `found` fills as they are read: the line (from 1), the place, the rule."""

    def __init__(self, path: str, policy: Policy) -> None:
        self.path = path
        self.found: list[tuple[int | None, str, str]] = []
        self._policy = policy

    def __iter__(self) -> Iterator[bytes]:
        if is_pattern(self.path) and not Path(self.path).exists():
            raise UnreadableInput(self.path, "no file matches this pattern")
        if Path(self.path).is_dir():
            raise UnreadableInput(self.path, "the folder holds no files")
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
        """Line by line, as if each were a frame: what is found knows its line."""
        redactor = body_redactor(self._policy, None, data[:_HEAD])
        for line in io.BytesIO(data):
            yield from (ready for ready, _ in redactor.feed(line, None))
        yield from (ready for ready, _ in redactor.close())
        self.found += [(known.first, "bytes", known.rule) for known in redactor.redacted]


def _tell(cleaned: Cleaned, check: bool, form_out: str, console: Console) -> None:
    sink = Sink(console=console)
    paint = sink.paint
    for line, at, rule in cleaned.found:
        if check and form_out == "jsonl":
            sink.json({"file": cleaned.path, "line": line, "at": at, "rule": rule})
        elif check:
            place = paint("head", f"{one_line(cleaned.path)}:{line or 1}")
            sink.line(f"{place}: {paint('error', rule)} in {one_line(at)}")
        else:
            console.detail(f"{cleaned.path}:{line or 1}: cut {rule} in {at}")
