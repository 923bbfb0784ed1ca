"""Reduce a stream to the smallest one that still breaks a rule, for a bug report."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from streamkit.cli._groups import GroupedCommand
from streamkit.cli._output import visible
from streamkit.cli.inputs import Inputs
from streamkit.cli.options import Console, output_options, reading_options, talk_options
from streamkit.errors import StreamkitError, UsageError

if TYPE_CHECKING:
    from streamkit.model.stream import Stream
    from streamkit.rules import Rule
    from streamkit.service.reducing import ReducedStream


@click.command(
    "reduce",
    cls=GroupedCommand,
    groups={
        "Reduction": "code keep_text",
    },
)
@click.argument("path")
@click.option("--rule", "code", metavar="CODE", required=True, help="Reduce to what still breaks this rule.")
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
    input_format: str | None,
    api: str | None,
    dialect: str | None,
    console: Console,
) -> int:
    """Reduce a stream to the smallest one that still breaks a rule, for a bug report.

    \b
    Examples:
      streamkit reduce recording.jsonl --rule SEQ410
      streamkit reduce recording.jsonl --rule SEQ410 --keep-text -o small.sse

    Events and fields that do not matter are removed, and texts are masked letter by letter. `streamkit lint` of the
    result finds the rule, and no default rule that the whole stream satisfies. The result is a raw event stream or, if the
    rule needs the host, the status or the flags of the request, a recording that contains those. Rules about logs,
    recordings or times are not about the body and cannot be reduced.
    """
    from streamkit.rules import RULES
    from streamkit.service.reducing import breaks, check_reducible, reduce_stream

    rule = RULES[code.upper()] if code.upper() in RULES else _by_name(code)
    check_reducible(rule)
    inputs = Inputs([path], console, input_format=input_format, api=api, dialect=dialect)
    for stream in inputs.streams(judge=True):
        if breaks(stream, rule):
            reduced = reduce_stream(stream, rule, keep_text=keep_text)
            _write(reduced, output, force)
            _report(stream, reduced, reduced.masked or keep_text, rule, console)
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


def _write(reduced: ReducedStream, output: str | None, force: bool) -> None:
    from streamkit.files import create

    path = output or "-"
    with create(path, force=force) as file:
        for piece in visible([reduced.data], path, json=not reduced.raw):
            file.write(piece)


def _report(stream: Stream, reduced: ReducedStream, masked: bool, rule: Rule, console: Console) -> None:
    whole = len(stream.exchange.frames.body)
    form = "" if reduced.raw else " of a recording, which the rule needs"
    console.say(f"{stream.file}: {whole} bytes reduced to {len(reduced.data)}{form}; `lint` of them finds {rule.code}")
    if not masked:
        console.complain("a text could not be masked without fixing the defect: review it before you share it")
