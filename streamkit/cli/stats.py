"""Tell what streams cost: times, gaps, tokens, rates; each stream and all of them."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterator
from typing import Any

import click

from streamkit.cli.inputs import Inputs
from streamkit.cli.options import Console, paths_argument, reading_options, talk_options


@click.command("stats")
@paths_argument
@click.option("--format", "form_of_output", default="table", metavar="NAME", help="table, json, csv or markdown.")
@click.option("--metrics", metavar="NAME,…", help="Only these metrics, by name or alias (ttft, gap, tokens).")
@click.option("--per-stream", is_flag=True, help="List every stream, however many.")
@click.option("--explain", is_flag=True, help="Tell the formula of each metric, and why a missing one is missing.")
@reading_options
@talk_options
def command(
    paths: tuple[str, ...],
    form_of_output: str,
    metrics: str | None,
    per_stream: bool,
    explain: bool,
    form: str | None,
    api: str | None,
    dialect: str | None,
    console: Console,
) -> int:
    """Tell what streams cost: times, gaps, tokens, rates; each stream and all of them.

    \b
    Examples:
      streamkit stats recordings/openai_chat
      streamkit stats --format json run.jsonl
    """
    from streamkit.errors import UsageError
    from streamkit.metrics._collect import Collection, row_of
    from streamkit.metrics._metric import METRICS, find, in_order, measure
    from streamkit.metrics._reasons import REASONS
    from streamkit.reporters._reporter import REPORTERS, Column, Row, StatsReport

    reporter = REPORTERS[form_of_output]
    if reporter.stats is None:
        raise UsageError(f"--format {form_of_output} cannot show statistics")
    chosen = [find(name.strip()) for name in metrics.split(",")] if metrics else in_order(METRICS)
    inputs = Inputs(paths, console, form=form, api=api, dialect=dialect)
    whole = Collection(chosen)

    def rows() -> Iterator[Row]:
        for stream in inputs.streams():
            measurement = measure(stream, whole.metrics)
            whole.add(measurement)
            yield row_of(measurement, whole.metrics)

    def groups() -> list[dict[str, Any]]:
        return [{"by": {}, **whole.to_json()}]

    def columns(entries: Any) -> list[Column]:
        return [Column(m.key, m.head, m.title, m.unit, m.many, m.shown, m.manual) for m in entries]

    report = StatsReport(
        columns(whole.metrics),
        columns(whole.run_metrics),
        rows(),
        groups,
        REASONS,
        asked=bool(metrics),
        per_stream=per_stream,
        explain=explain,
        width=shutil.get_terminal_size((80, 24)).columns,
        ascii_only=not (sys.stdout.encoding or "").lower().startswith("utf"),
    )
    for text in reporter.stats(report):
        click.echo(text, nl=False)
    return inputs.code
