"""Measure streams: times, gaps, tokens and rates, for each stream and overall; with gates."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import click

from streamkit.cli._format_option import ReporterName, reporter_named, write_output
from streamkit.cli._groups import GroupedCommand
from streamkit.cli._jobs import JobPlan, Jobs, jobs_options
from streamkit.cli._keeping import check_keeping, keep_streams
from streamkit.cli._output import CommandOutput, ascii_only
from streamkit.cli._stats_options import (
    fill_from_config,
    ranks,
    reject_conflicting_options,
    reject_what_is_not_drawn,
    split_words,
)
from streamkit.cli.inputs import Inputs
from streamkit.cli.options import Console, output_options, paths_argument, reading_options, talk_options
from streamkit.errors import UnreadableInput
from streamkit.palette import Palette

if TYPE_CHECKING:
    from streamkit.reporters import Reporter

SPEED = 110_000_000
"""About the bytes of recordings that one process measures per second."""
# Metrics that also let a gate on times pass if streams failed.
_BESIDE = ", and a gate on success_share, failed or truncated decides about them"


@click.command(
    "stats",
    cls=GroupedCommand,
    groups={
        "Metrics": "metrics percentiles definitions tokenizer vocab prices include",
        "Rows": "per_stream by sort reverse",
        "Gates": "fail_if slo allow_missing",
        "Comparison": "compare",
        "Input": "follow",
        "Output": "append html_file plot explain otlp_endpoint",
    },
)
@paths_argument
@click.option(
    "--format",
    "format_name",
    type=ReporterName("stats", "rows", own=("sqlite", "parquet")),
    help="Write this format. Default: table.",
)
@click.option("--append", is_flag=True, help="Add the streams that the database of --format sqlite lacks.")
@click.option(
    "--metrics",
    multiple=True,
    metavar="NAME,…",
    help="Measure only these metrics, by name or alias (ttft, gap, tokens).",
)
@click.option("--percentiles", metavar="N,…", help="Show these percentiles instead of 50, 90, 95 and 99.")
@click.option("--per-stream", is_flag=True, help="List every stream, even if there are many.")
@click.option("--sort", metavar="METRIC[.STAT]", help="Sort streams by a metric (ttft, gap.p99).")
@click.option("--reverse", is_flag=True, help="Sort the largest first.")
@click.option("--by", metavar="WHAT", help="Group by model, provider, file, label or label:NAME.")
@click.option("--definitions", is_flag=True, help="Show what each benchmark tool would report, side by side.")
@click.option("--tokenizer", metavar="NAME", help="Count tokens where usage is missing: o200k_base, …, or auto.")
@click.option("--vocab", metavar="FILE", help="Count with the vocabulary of FILE (.tiktoken or tokenizer.json).")
@click.option("--fail-if", "fail_if", multiple=True, metavar="EXPR", help='Exit 1 if this is true: "ttft.p95 > 800ms".')
@click.option(
    "--slo", multiple=True, metavar="EXPR", help='Count streams within this limit as goodput: "ttft <= 500ms".'
)
@click.option("--allow-missing", is_flag=True, help="Pass a gate if its metric is missing.")
@click.option("--include", type=click.Choice(["failed"]), help="Measure failed and partial streams, too.")
@click.option("--prices", metavar="FILE", help="Show what the streams cost, by the prices in FILE (TOML or JSON).")
@click.option("--compare", metavar="FILE", help="Compare with the earlier streams in FILE.")
@click.option("--follow", is_flag=True, help="Measure the streams of a folder as they end, until interrupted.")
@click.option("--html", "html_file", metavar="FILE", help="Write an HTML page to FILE.")
@click.option("--plot", is_flag=True, help="Draw histograms.")
@click.option("--explain", is_flag=True, help="Show the formula of each metric, and why a value is missing.")
@click.option("--otlp-endpoint", metavar="URL", help="Send metrics and traces to an OpenTelemetry collector at URL.")
@click.option("--no-config", is_flag=True, help="Do not read pyproject.toml.")
@jobs_options
@output_options
@reading_options
@talk_options
def command(
    paths: tuple[str, ...],
    format_name: str | None,
    output: str | None,
    force: bool,
    input_format: str | None,
    api: str | None,
    dialect: str | None,
    jobs: Jobs,
    console: Console,
    **options: Any,
) -> int:
    """Measure streams: times, gaps, tokens and rates, for each stream and overall; with gates.

    \b
    Examples:
      streamkit stats recordings/openai_chat
      streamkit stats --definitions recordings/openai_chat
      streamkit stats --fail-if "ttft.p95 > 800ms" --fail-if "tokens_per_second.p50 < 30" run.jsonl
      streamkit stats --format json run.jsonl > run.json
      streamkit stats --html report.html run.jsonl
      streamkit stats --follow recordings
    """
    options["metrics"] = ",".join(options["metrics"]) or None
    reject_conflicting_options(format_name, output, options)
    if not options["no_config"]:
        fill_from_config(options)
    if options["follow"]:
        with CommandOutput(output, force=force, prose=format_name != "jsonl", console=console) as sink:
            _follow(paths, format_name, (api, dialect), options, console, sink)
    if check_keeping(format_name, output, options):
        assert output is not None
        inputs = Inputs(paths, console, input_format=input_format, api=api, dialect=dialect, late=True)
        return keep_streams(format_name, inputs, output, jobs, options, force, console)
    reporter = _reporter(format_name, options)
    # All other formats are written while streams are measured.
    late = (reporter.brief or reporter.sections is not None) and not options["definitions"]
    inputs = Inputs(paths, console, input_format=input_format, api=api, dialect=dialect, late=late)
    output, prose = options["html_file"] or output, reporter.content == "prose"
    with CommandOutput(output, force=force, prose=prose, console=console) as sink:
        if options["definitions"]:
            from streamkit.cli._defining import show_definitions

            show_definitions(inputs.streams(), reporter, _counters(options), sink)
            return inputs.code
        if options["compare"]:
            before = Inputs([options["compare"]], console, input_format=input_format, api=api, dialect=dialect)
            return _compare(before, inputs, reporter, options, sink)
        failed = _measure(inputs, reporter, options, jobs, console, sink)
    return max(inputs.code, 1 if failed else 0)


def _reporter(format_name: str | None, options: dict[str, Any]) -> Reporter:
    """Return the reporter of this format. Raises UsageError if it cannot show what the options ask for."""
    format_name = format_name or ("html" if options["html_file"] else "otlp" if options["otlp_endpoint"] else "table")
    kind = "rows" if options["definitions"] or options["compare"] else "stats"
    what = "definitions" if options["definitions"] else "a comparison" if options["compare"] else ""
    reporter = reporter_named(format_name, kind, what)
    reject_what_is_not_drawn(reporter, options)
    return reporter


def _compare(before: Inputs, after: Inputs, reporter: Reporter, options: dict[str, Any], sink: CommandOutput) -> int:
    """Compare with earlier streams. The exit code is 1 if these are slower, buffered or failing."""
    from streamkit.cli._comparing import show_comparison
    from streamkit.service.comparing import DEFAULT, compare_runs

    comparison = compare_runs(
        _run_of(before),
        _run_of(after),
        split_words(options["metrics"]) or DEFAULT,
        include_failed=options["include"] == "failed",
    )
    show_comparison(comparison, reporter, sink)
    return max(1 if comparison.worse else 0, before.code, after.code)


def _follow(
    paths: tuple[str, ...],
    format_name: str | None,
    names: tuple[str | None, str | None],
    options: dict[str, Any],
    console: Console,
    sink: CommandOutput,
) -> None:
    """Measure recordings while they are written, until interrupted. Raises UsageError, UnreadableInput."""
    from streamkit.cli._stats_following import follow_stats
    from streamkit.errors import UsageError
    from streamkit.service.measuring import Run

    if len(paths) != 1 or format_name not in (None, "table", "jsonl"):
        raise UsageError("--follow takes one folder or recording, and writes a table or jsonl")
    table = reporter_named("table", "stats")
    run = Run(_what_to_measure(table, options), _counters(options))
    draw = table.stats
    assert draw is not None

    def summary(rows: Iterator[Any]) -> Iterator[str]:
        return draw(_report(run, rows, None, options, sink.paint, listed=False))

    follow_stats(paths[0], run, summary, sink, console, names, rows=format_name == "jsonl")


def _run_of(inputs: Inputs) -> Iterator[Any]:
    """Yield the rows of earlier runs (files of `stats --format json` and databases), and the streams of the others."""
    from streamkit.service.merging import is_database, rows_of, run_files

    inputs.taken = frozenset(run_files(inputs.paths))
    for path in sorted(inputs.taken):
        try:
            if is_database(path):
                from streamkit.service.stored import stored_rows

                yield from stored_rows(path)
            else:
                yield from rows_of(path)
        except UnreadableInput as error:
            inputs.trouble(error)
    yield from inputs.streams(on_demand=True)


def _measure(
    inputs: Inputs, reporter: Reporter, options: dict[str, Any], jobs: Jobs, console: Console, sink: CommandOutput
) -> bool:
    """Measure everything and report it. Return whether a gate failed."""
    from streamkit.service.measuring import Run, sorted_rows

    assert reporter.stats is not None
    run = Run(_what_to_measure(reporter, options), _counters(options))
    page = None
    if reporter.sections is not None:
        from streamkit.cli._page import PageWriter

        page = PageWriter(reporter.sections(), run.counter)
        run.keep = page.keep
    rows = _rows(run, inputs, jobs, options, reporter)
    if options["sort"]:
        rows = iter(sorted_rows(rows, options["sort"], reverse=options["reverse"]))
    texts = reporter.stats(_report(run, rows, page, options, sink.paint))
    if options["otlp_endpoint"]:
        from streamkit.transport.otlp import send_otlp

        count = send_otlp(options["otlp_endpoint"], texts)
        console.say(f"sent {count} request{'' if count == 1 else 's'} to {options['otlp_endpoint']}")
    else:
        for text in texts:
            write_output(sink, reporter, text)
    return _gates(run, options["allow_missing"], console)


def _rows(run: Any, inputs: Inputs, jobs: Jobs, options: dict[str, Any], reporter: Reporter) -> Iterator[Any]:
    """Yield the rows of earlier runs (files of `stats --format json` and databases), then those of the streams."""
    from streamkit.service.merging import is_database, run_files

    judge = reporter.sections is not None  # streams are prepared for lint
    listed = None if options["per_stream"] or options["sort"] else reporter.listed
    inputs.taken = frozenset(run_files(inputs.paths))
    for path in sorted(inputs.taken):
        try:
            if is_database(path):
                from streamkit.service.stored import merge_store

                yield from merge_store(run, path, listed=listed)
            else:
                yield from run.merge(path)
        except UnreadableInput as error:
            inputs.trouble(error)
    plan = None if judge else jobs.plan(inputs.paths, SPEED)
    if plan is None:
        yield from run.rows(inputs.streams(judge=judge, on_demand=not judge))
    else:
        yield from _rows_of_processes(run, inputs, plan, options)


def _rows_of_processes(run: Any, inputs: Inputs, plan: JobPlan, options: dict[str, Any]) -> Iterator[Any]:
    """Yield the same rows, measured by several processes."""
    from streamkit.service.spread_measuring import MeasureJob

    job = MeasureJob(
        wanted=run.wanted, tokenizer=options["tokenizer"], vocabulary=options["vocab"], **inputs.reading_options
    )
    for row, defects in inputs.results(job, plan, lambda part: part.add_to(run)):
        for defect in defects:
            inputs.trouble(UnreadableInput(row["file"], f"exchange {row['exchange']}: {defect}; please report it"))
        yield row


def _what_to_measure(reporter: Reporter, options: dict[str, Any]) -> Any:
    """Return what to measure: a table needs less than a program that reads the output."""
    from streamkit.service.measuring import Wanted
    from streamkit.service.pricing import read_prices

    in_table = reporter.brief and not options["explain"]
    return Wanted(
        metrics=split_words(options["metrics"]),
        in_table=in_table,
        histograms=options["plot"] or not in_table,
        by=options["by"],
        gates=options["fail_if"],
        limits=options["slo"],
        percentiles=ranks(options["percentiles"]),
        include_failed=options["include"] == "failed",
        prices=read_prices(options["prices"]) if options["prices"] else None,
    )


def _report(
    run: Any,
    rows: Iterator[Any],
    page: Any,
    options: dict[str, Any],
    paint: Palette,
    *,
    listed: bool = True,
) -> Any:
    """Return the input of a reporter."""
    from streamkit.metrics import REASONS, outcome_sentence
    from streamkit.reporters import PageContent, PageOrigin, StatsReport

    if page is not None:
        from streamkit.cli._page import origin

    chosen = ranks(options["percentiles"])
    statistics = {"statistics": ("n", "min", "mean", *(f"p{rank:g}" for rank in chosen), "max")} if chosen else {}
    return StatsReport(
        columns=run.columns(),
        run_columns=run.columns(of_run=True),
        streams=rows,
        groups=run.summaries,
        reasons=REASONS,
        outcome=outcome_sentence,
        columns_chosen=bool(options["metrics"]),
        listed=listed,
        per_stream=options["per_stream"] or bool(options["sort"]),
        explain=options["explain"],
        plot=options["plot"],
        width=shutil.get_terminal_size((80, 24)).columns,
        ascii_only=ascii_only(),
        paint=paint,
        marks=lambda: run.marks,
        page=PageContent() if page is None else page.content,
        origin=PageOrigin() if page is None else origin(),
        **statistics,
    )


def _gates(run: Any, allow_missing: bool, console: Console) -> bool:
    """Report on stderr which gates failed, by how much and in which streams. Return whether any did."""
    from streamkit.metrics import reason_text
    from streamkit.reporters import readable

    failed = False
    judged = any(gate.expression.about_failures for gate in run.gates)
    for gate in run.gates:
        failure = gate.failure(run.whole, allow_missing=allow_missing, failures_judged=judged)
        if failure is None:
            continue
        failed = True
        unit = gate.expression.metric.unit if gate.expression.stat != "n" else "1"
        if failure.absent:
            why = f"{failure.why}: {reason_text(failure.why)}" if failure.why else "no stream"
            message = (
                f"missing in {failure.absent} of {run.whole.count} streams ({why}); use --allow-missing to ignore them"
                f"{_BESIDE if failure.why == 'not-complete' else ''}"
            )
        else:
            message = f"it is {readable(failure.value, unit)}" if failure.value is not None else ""
            streams = ", ".join(f"{stream} ({readable(value, unit)})" for value, stream in failure.worst)
            more = f" and {failure.broke - len(failure.worst)} more" if failure.broke > len(failure.worst) else ""
            message = "; ".join(part for part in (message, f"broken by {streams}{more}" if streams else "") if part)
        console.complain(f"gate failed: {gate.expression.text}: {message}")
    return failed


def _counters(options: dict[str, Any]) -> Any:
    """Return a function from model to token counter: no counter, the named one, that of a file, or the model's own."""
    from streamkit.service.measuring import counters

    return counters(options["tokenizer"], options["vocab"])
