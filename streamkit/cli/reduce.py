"""The smallest stream that still breaks a rule: the bug report to paste."""

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

NOT_IN_THE_BODY = ("LOG", "REC", "TIM")


@click.command("reduce")
@click.argument("path")
@click.option(
    "--rule", "code", metavar="CODE", required=True, help="The rule that the smaller stream must still break."
)
@click.option("--keep-text", is_flag=True, help="Do not mask what was written.")
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
    """The smallest stream that still breaks a rule: the bug report to paste.

    \b
    Example:
      streamkit reduce recording.jsonl --rule SEQ402

    Events and fields that do not matter are taken out; texts are masked letter by letter; the request is left out. The
    result is a raw event stream. Rules about a log, a recording or its times are not in the body and cannot be reduced.
    """
    from streamkit.rules import RULES

    rule = RULES[code.upper()] if code.upper() in RULES else _by_name(code)
    if rule.code.startswith(NOT_IN_THE_BODY):
        raise UsageError(f"{rule.code} is not about the bytes of a stream, so no smaller one can show it")
    inputs = Inputs([path], console, form=form, api=api, dialect=dialect)
    for stream in inputs.streams(judge=True):
        if _breaks(stream, rule):
            body, masked = _reduced(stream, rule, keep_text)
            _write(body, output, force)
            _tell(stream, body, masked or keep_text, rule, console)
            return inputs.code
    if inputs.code:
        return inputs.code
    raise StreamkitError(f"{path}: no stream in it breaks {rule.code}")


def _by_name(word: str) -> Rule:
    from streamkit.rules import RULES, check_known

    check_known(word)
    found = [rule for rule in RULES.values() if rule.name == word]
    if not found:
        raise UsageError(f"{word} means several rules; name one")
    return found[0]


def _breaks(stream: Stream, rule: Rule) -> bool:
    return rule.applies(stream) and next(iter(rule.check(stream)), None) is not None


def _reduced(stream: Stream, rule: Rule, keep_text: bool) -> tuple[bytes, bool]:
    """The body that is left, and whether every text in it is masked."""
    from streamkit.reduce import fewest, reduce

    fails = _predicate(stream, rule)
    pieces = _pieces(stream)
    if not fails(pieces):
        raise StreamkitError(f"{stream.file}: {rule.code} is not broken by the body alone")
    if keep_text:
        kept: list[bytes] = fewest(pieces, fails)
        return b"".join(kept), False
    left = reduce(pieces, fails)
    return b"".join(left.pieces), left.masked


def _predicate(stream: Stream, rule: Rule) -> Callable[[Sequence[bytes]], bool]:
    """Whether a body of these pieces, taken for the same API and dialect, still breaks the rule."""
    from streamkit.apis import APIS, interpret
    from streamkit.apis.dialects import DIALECTS
    from streamkit.model.exchange import Frames

    known = stream.api if stream.api in APIS else None
    spoken = stream.dialect if stream.dialect in DIALECTS else None
    bare: Exchange = replace(stream.exchange, request=None, end=None, damage=())

    def fails(pieces: Sequence[bytes]) -> bool:
        count = len(pieces)
        frames = Frames(list(pieces), [None] * count, [None] * count)
        smaller = interpret(replace(bare, frames=frames), api=known, dialect=spoken, judge=True)
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


def _tell(stream: Stream, body: bytes, masked: bool, rule: Rule, console: Console) -> None:
    whole = len(stream.exchange.frames.body)
    console.say(f"{stream.file}: {whole} bytes reduced to {len(body)} that still break {rule.code}")
    if not masked:
        console.complain("a text could not be masked without mending the defect: read it before you paste it")
