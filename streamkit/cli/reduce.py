"""Reduce a stream to the smallest one that still breaks a rule, for a bug report."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import pairwise
from typing import TYPE_CHECKING

import click

from streamkit.cli._inputs import Inputs
from streamkit.cli._output import visible
from streamkit.cli.options import Console, output_options, reading_options, talk_options
from streamkit.errors import StreamkitError, UsageError

if TYPE_CHECKING:
    from streamkit.model.exchange import Exchange
    from streamkit.model.stream import Stream
    from streamkit.rules import Rule

NOT_REDUCIBLE = ("LOG", "REC", "TIM")


@click.command("reduce")
@click.argument("path")
@click.option(
    "--rule", "code", metavar="CODE", required=True, help="The rule that the smaller stream must still break."
)
@click.option("--keep-text", is_flag=True, help="Do not mask texts.")
@output_options
@reading_options
@talk_options
def command(
    path: str,
    code: str,
    keep_text: bool,
    output: str | None,
    force: bool,
    form: str | None,
    api: str | None,
    dialect: str | None,
    console: Console,
) -> int:
    """Reduce a stream to the smallest one that still breaks a rule, for a bug report.

    \b
    Example:
      streamkit reduce recording.jsonl --rule SEQ402

    Events and fields that do not matter are removed, texts are masked letter by letter, and the request is left out. The
    result is a raw event stream. Rules about a log, a recording or its times do not depend on the body and cannot be used.
    """
    from streamkit.rules import RULES

    rule = RULES[code.upper()] if code.upper() in RULES else _by_name(code)
    if rule.code.startswith(NOT_REDUCIBLE):
        raise UsageError(f"{rule.code} does not depend on the bytes of a stream, so it cannot be reduced")
    inputs = Inputs([path], console, form=form, api=api, dialect=dialect)
    for stream in inputs.streams(judge=True):
        if _breaks(stream, rule):
            body, masked = _reduced(stream, rule, keep_text)
            _write(body, output, force)
            _report_size(stream, body, masked or keep_text, rule, console)
            return inputs.code
    if inputs.code:
        return inputs.code
    raise StreamkitError(f"{path}: no stream breaks {rule.code}")


def _by_name(word: str) -> Rule:
    from streamkit.rules import RULES, check_known

    check_known(word)
    found = [rule for rule in RULES.values() if rule.name == word]
    if not found:
        raise UsageError(f"{word} matches several rules; expected one")
    return found[0]


def _breaks(stream: Stream, rule: Rule) -> bool:
    return rule.applies(stream) and next(iter(rule.check(stream)), None) is not None


def _reduced(stream: Stream, rule: Rule, keep_text: bool) -> tuple[bytes, bool]:
    """The body that is left, and whether every text in it is masked."""
    from streamkit.reduce import fewest, reduce

    fails = _predicate(stream, rule)
    pieces = _pieces(stream)
    if not fails(pieces):
        raise StreamkitError(f"{stream.file}: the body alone does not break {rule.code}")
    if keep_text:
        kept: list[bytes] = fewest(pieces, fails)
        return b"".join(kept), False
    left = reduce(pieces, fails)
    return b"".join(left.pieces), left.masked


def _predicate(stream: Stream, rule: Rule) -> Callable[[Sequence[bytes]], bool]:
    """A function that tests if a body of these pieces, read as the same API and dialect, still breaks the rule."""
    from streamkit.apis import APIS, interpret
    from streamkit.apis.dialects import DIALECTS
    from streamkit.model.exchange import Frames

    api = stream.api if stream.api in APIS else None
    dialect = stream.dialect if stream.dialect in DIALECTS else None
    bare: Exchange = replace(stream.exchange, request=None, end=None, damage=())

    def fails(pieces: Sequence[bytes]) -> bool:
        count = len(pieces)
        frames = Frames(list(pieces), [None] * count, [None] * count)
        smaller = interpret(replace(bare, frames=frames), api=api, dialect=dialect, judge=True)
        return _breaks(smaller, rule)

    return fails


def _pieces(stream: Stream) -> list[bytes]:
    """The body cut after each event."""
    body = stream.exchange.frames.body
    edges = [0, *stream.events.ends, len(body)]
    return [piece for start, end in pairwise(edges) if (piece := body[start:end])]


def _write(body: bytes, output: str | None, force: bool) -> None:
    from streamkit.files import create

    path = output or "-"
    with create(path, force=force) as file:
        for piece in visible([body], path, json=False):
            file.write(piece)


def _report_size(stream: Stream, body: bytes, masked: bool, rule: Rule, console: Console) -> None:
    whole = len(stream.exchange.frames.body)
    console.say(f"{stream.file}: {whole} bytes reduced to {len(body)} that still break {rule.code}")
    if not masked:
        console.complain("a text could not be masked without fixing the defect: review it before you share it")
