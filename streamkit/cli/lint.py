"""Report what is wrong with streams, and which clients break."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

import click

from streamkit.cli._config import Config, load_table
from streamkit.cli._format_option import ReporterName
from streamkit.cli._groups import GroupedCommand
from streamkit.cli._jobs import Jobs, jobs_options
from streamkit.cli._lint_job import SPEED, Judged, LintJob
from streamkit.cli._lint_output import check_statistics_format, report_of, write_report, write_statistics
from streamkit.cli._lint_selection import SEVERITIES, Selection, read_selection
from streamkit.cli._output import CommandOutput
from streamkit.cli.inputs import Inputs
from streamkit.cli.options import Console, Duration, output_options, paths_argument, reading_options, talk_options
from streamkit.errors import UnreadableInput, UsageError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from streamkit.model.finding import Finding
    from streamkit.service.fixing import FixedFile


@click.command(
    "lint",
    cls=GroupedCommand,
    groups={
        "Rules": "select extend_select ignore strict max_gap schemas",
        "Exit code": "fail_on exit_zero",
        "Baseline": "baseline write_baseline",
        "Fixes": "fix diff",
        "Input": "follow",
        "Output": "statistics",
    },
)
@paths_argument
@click.option(
    "--select",
    metavar="CODES",
    multiple=True,
    help="Enable only these rules: codes (SEQ410), prefixes (SEQ), names, ALL.",
)
@click.option("--extend-select", metavar="CODES", multiple=True, help="Enable these rules too.")
@click.option("--ignore", metavar="CODES", multiple=True, help="Disable these rules.")
@click.option("--strict", is_flag=True, help="Report what a provider's dialect allows, too.")
@click.option(
    "--max-gap",
    type=Duration(above_zero=True),
    metavar="TIME",
    help="Report pauses this long as stalls (TIM602). Default: 30s.",
)
@click.option(
    "--schema",
    "schemas",
    metavar="[API=]FILE",
    multiple=True,
    help="Check chunks against this JSON Schema too: those of every stream, or of one API's. Repeatable.",
)
@click.option(
    "--fail-on", type=click.Choice(SEVERITIES), help="Exit 1 for findings of this severity or worse. Default: error."
)
@click.option("--exit-zero", is_flag=True, help="Exit 0 even if there are findings.")
@click.option("--statistics", is_flag=True, help="Show how often each rule is broken instead of the findings.")
@click.option("--baseline", metavar="FILE", help="Ignore the findings counted in FILE.")
@click.option("--write-baseline", metavar="FILE", help="Write all findings to FILE, for --baseline.")
@click.option("--fix", is_flag=True, help="Fix findings in raw event streams where no event changes.")
@click.option("--diff", is_flag=True, help="Show what --fix would change, and change nothing.")
@click.option(
    "--follow", is_flag=True, help="Report on recordings as they end, one line per finding, until interrupted."
)
@click.option("--no-config", is_flag=True, help="Do not read pyproject.toml.")
@click.option(
    "--format",
    "format_name",
    type=ReporterName("findings"),
    default="text",
    help="Write this format. Default: text.",
)
@jobs_options
@output_options
@reading_options
@talk_options
def command(
    paths: tuple[str, ...],
    format_name: str,
    input_format: str | None,
    api: str | None,
    dialect: str | None,
    no_config: bool,
    follow: bool,
    jobs: Jobs,
    console: Console,
    **options: Any,
) -> int:
    """Report what is wrong with streams, and which clients break.

    \b
    Examples:
      streamkit lint recordings/openai_chat
      streamkit lint --select SEQ,SCH --format github recordings

    Defaults come from the table [tool.streamkit.lint] in pyproject.toml. Exit codes: 0 no findings of the severity of
    --fail-on, 1 findings, 2 usage error, or an input without a stream.
    """
    if options["statistics"]:
        check_statistics_format(format_name)
    config = Config(section="lint") if no_config else load_table("lint")
    selection = read_selection(config, options)
    reading: dict[str, Any] = {"api": api or config.text("api"), "dialect": dialect or config.text("dialect")}
    if follow:
        _follow(paths, selection, format_name, options, console, reading)
    inputs = Inputs(paths, console, input_format=input_format, late=True, **reading)
    job = LintJob(selection=selection, input_format=input_format, **reading)
    if options["diff"]:
        from streamkit.cli._fixing import show_diff

        return show_diff(_fixable(inputs, job), options["output"], options["force"], console)
    if options["fix"]:
        from streamkit.cli._fixing import fix_files

        fix_files(_fixable(inputs, job), console)
    judged = _lint_all(inputs, job, jobs, console)
    if options["write_baseline"]:
        from streamkit.cli._lint_baseline import write_findings

        write_findings(options["write_baseline"], judged.findings, options["force"], console)
        return inputs.code
    failed = _report(judged, selection, format_name, options, console)
    return max(int(failed and not options["exit_zero"]), inputs.code)


def _follow(
    paths: tuple[str, ...],
    selection: Selection,
    format_name: str,
    options: dict[str, Any],
    console: Console,
    reading: dict[str, Any],
) -> None:
    """Report on recordings while they are written, until interrupted. Raises UsageError, UnreadableInput."""
    from streamkit.cli._lint_following import check_followable, follow_findings

    excluded = bool(options["fix"] or options["diff"] or options["write_baseline"] or selection.baseline)
    check_followable(paths, format_name, excluded=excluded)
    sink = CommandOutput(options["output"], force=options["force"], console=console)
    follow_findings(paths[0], selection, format_name, sink, console, **reading)


def _report(judged: Judged, selection: Selection, format_name: str, options: dict[str, Any], console: Console) -> bool:
    """Write the findings that are not in the baseline, or their statistics. Return whether one of them fails the run."""
    findings = _without_known(judged, selection.baseline, console) if selection.baseline else judged.findings
    with CommandOutput(options["output"], force=options["force"], console=console) as sink:
        report = report_of(findings, judged.rows, selection.fail_on, judged.plain_responses, sink)
        if options["statistics"]:
            write_statistics(findings, format_name, sink)
        else:
            write_report(report, format_name, sink)
    return any(map(report.fails, findings))


def _fixable(inputs: Inputs, job: LintJob) -> Iterable[FixedFile]:
    """Return the files of the inputs that can be fixed. Raises UsageError for standard input."""
    from streamkit.service.fixing import fixable

    if "-" in inputs.paths:
        raise UsageError("--fix and --diff take files, not standard input")
    return fixable(
        inputs.paths,
        job.selection.rules,
        input_format=job.input_format,
        api=job.api,
        dialect=job.dialect,
        strict=job.selection.strict,
    )


def _lint_all(inputs: Inputs, job: LintJob, jobs: Jobs, console: Console) -> Judged:
    """Return the findings of every stream by position and a row per stream; report unchecked and skipped streams on stderr."""
    judged = Judged()
    judged.add(inputs.results(job, jobs.plan(inputs.paths, SPEED)), console)
    _report_unchecked(judged, inputs, console)
    return judged


def _report_unchecked(judged: Judged, inputs: Inputs, console: Console) -> None:
    """Report what was not checked, and for how many streams; warn if everything was skipped."""
    unchecked = Counter(
        (" and ".join(row["unchecked"]), row["api"])
        for row in judged.rows
        if row["unchecked"] and row["api"] != "unknown" and row["verdict"] != "not-a-stream"
    )
    for (what, api), count in sorted(unchecked.items()):
        console.say(f"{what} not checked for {api} ({count} stream{'s' if count > 1 else ''})")
    if judged.plain_responses:
        many = judged.plain_responses > 1
        message = f"{judged.plain_responses} exchange{'s' if many else ''} whose request does not ask for a stream"
        if judged.rows:
            console.say(f"skipped {message}")
        else:
            inputs.trouble(UnreadableInput(", ".join(inputs.paths), f"nothing to check: skipped {message}"))


def _without_known(judged: Judged, baseline: str, console: Console) -> list[Finding]:
    """Return the findings that are not in the baseline."""
    from streamkit.cli._lint_baseline import without_known

    return without_known(judged.findings, [row["file"] for row in judged.rows], baseline, console)
