"""Show what changed between two streams: frames, shape of chunks, text, timing."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import zip_longest
from typing import Any

import click

from streamkit.cli._format_option import ReporterName, reporter_named, write_output
from streamkit.cli._groups import GroupedCommand
from streamkit.cli._output import CommandOutput, to_json_text
from streamkit.cli._remarks import name_of
from streamkit.cli.inputs import Inputs
from streamkit.cli.options import Console, output_options, reading_options, talk_options
from streamkit.compare.streams import Change, changes, timing
from streamkit.model.stream import Stream
from streamkit.palette import Palette
from streamkit.text import one_line

OWN_FORMATS = ("text", "json")
FORMAT = ReporterName("rows", own=OWN_FORMATS)
# The colors of what is removed, added and changed.
_SIGNS = {"-": "error", "+": "good", "~": "warning"}
_TIMES = ("time_to_first_byte", "time_to_first_token", "time_to_last_token", "operation_duration", "inter_chunk_gap")


@click.command(
    "diff",
    cls=GroupedCommand,
    groups={
        "Comparison": "ids with_times tolerance",
    },
)
@click.argument("before", metavar="A")
@click.argument("after", metavar="B")
@click.option("--format", "format_name", type=FORMAT, default="text", help="Write this format. Default: text.")
@click.option("--ids", is_flag=True, help="Also compare ids and other values that differ in every run.")
@click.option("--timing", "with_times", is_flag=True, help="Also compare times.")
@click.option(
    "--tolerance", metavar="PERCENT", default="10%", help="Ignore smaller differences in times. Default: 10%."
)
@output_options
@reading_options
@talk_options
def command(
    before: str,
    after: str,
    format_name: str,
    ids: bool,
    with_times: bool,
    tolerance: str,
    output: str | None,
    force: bool,
    input_format: str | None,
    api: str | None,
    dialect: str | None,
    console: Console,
) -> int:
    """Show what changed between two streams: frames, shape of chunks, text, timing.

    The streams of A and B are compared pairwise, in order. Ids and times are ignored by default. The exit code is 1 if
    anything differs.

    \b
    Examples:
      streamkit diff yesterday.jsonl today.jsonl
      streamkit diff --timing run.jsonl#1 run.jsonl#2
    """
    limit = _fraction(tolerance)
    sides = [Inputs([path], console, input_format=input_format, api=api, dialect=dialect) for path in (before, after)]
    differs = False
    objects: list[dict[str, Any]] = []
    with CommandOutput(output, force=force, prose=format_name == "text", console=console) as sink:
        for first, second in zip_longest(*(side.streams() for side in sides)):
            differences = list(changes(first, second, ids=ids)) if first and second else []
            if with_times and first and second:
                differences += timing(_times(first), _times(second), limit)
            differs = differs or bool(differences) or first is None or second is None
            if format_name == "text":
                sink.painted("".join(f"{line}\n" for line in _lines(first, second, differences, sink.paint)))
            else:  # one document of all pairs, for which no stream needs to be kept
                objects += (
                    [_pair(first, second, differences)] if format_name == "json" else _rows(first, second, differences)
                )
        if format_name == "json":
            sink.json({"version": 1, "pairs": objects}, indent=True)
        elif format_name not in OWN_FORMATS:
            reporter = reporter_named(format_name, "rows", "differences")
            assert reporter.rows is not None
            write_output(sink, reporter, reporter.rows(objects))
    return max(1 if differs else 0, *(side.code for side in sides))


def _times(stream: Stream) -> dict[str, float]:
    """Return the times of one stream; for gaps, the median."""
    from statistics import median

    from streamkit.metrics import METRICS, measure

    samples = measure(stream, [METRICS[name] for name in _TIMES]).samples
    return {METRICS[name].head: median(sample.values) for name, sample in samples.items() if sample.values}


def _lines(first: Stream | None, second: Stream | None, changes_: list[Change], paint: Palette) -> Iterator[str]:
    if first is None or second is None:
        only = first or second
        assert only is not None
        side = f"only in {'A' if first else 'B'}"
        yield f"{paint('head', one_line(name_of(only)))}: {paint('warning', side)}"
        return
    count = f"{len(changes_)} difference{'' if len(changes_) == 1 else 's'}" if changes_ else "no difference"
    names = f"{one_line(name_of(first))} → {one_line(name_of(second))}"
    yield f"{paint('head', names)}: {paint('warning' if changes_ else 'good', count)}"
    kind = ""
    for change in changes_:
        label = f"{change.kind if change.kind != kind else '':<7}"
        yield f"  {paint('accent', label)} {_line(change, paint)}"
        kind = change.kind


def _line(change: Change, paint: Palette) -> str:
    where, message = one_line(change.where), f" ({one_line(change.message)})" if change.message else ""
    if change.kind == "shape":
        sign = "+" if change.before is None else "-" if change.after is None else "~"
        types = " → ".join(str(value) for value in (change.before, change.after) if value is not None)
        return f"{paint(_SIGNS[sign], f'{sign} {where}')}: {types}{message}"
    before, after = _value(change.before, change.kind), _value(change.after, change.kind)
    return f"{where}: {paint('error', before)} → {paint('good', after)}{message}"


def _value(value: Any, kind: str) -> str:
    from streamkit.reporters import MISSING, readable

    if value is None or value == "":
        return MISSING
    if kind == "timing":
        return readable(value, "ns")
    return f"“{one_line(value)}”" if kind in ("text", "value") and isinstance(value, str) else one_line(str(value))


def _pair(first: Stream | None, second: Stream | None, changes_: list[Change]) -> dict[str, Any]:
    return {
        "before": None if first is None else {"file": first.file, "exchange": first.number},
        "after": None if second is None else {"file": second.file, "exchange": second.number},
        "changes": [
            {"kind": c.kind, "where": c.where, "before": c.before, "after": c.after, "said": c.message or None}
            for c in changes_
        ],
    }


def _rows(first: Stream | None, second: Stream | None, changes_: list[Change]) -> Iterator[dict[str, Any]]:
    """Yield a row per change, with the fields of the JSON; a stream without a counterpart is a row of kind `only`."""
    names = {"a": first and name_of(first), "b": second and name_of(second)}
    if first is None or second is None:
        yield {**names, "kind": "only", "where": None, "before": None, "after": None, "said": None}
    for c in changes_:
        values = {name: _cell(value) for name, value in (("before", c.before), ("after", c.after))}
        yield {**names, "kind": c.kind, "where": c.where, **values, "said": c.message or None}


def _cell(value: Any) -> Any:
    return value if value is None or isinstance(value, str | int | float) else to_json_text(value)


def _fraction(text: str) -> float:
    from streamkit.errors import UsageError

    try:
        number = float(text.strip().removesuffix("%")) / 100
    except ValueError:
        number = -1
    if not 0 <= number < 100:
        raise UsageError(f"invalid --tolerance {text!r}: expected a percentage, such as 10%")
    return number
