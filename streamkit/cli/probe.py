"""Check whether an endpoint is what it claims to be: send a battery of cases, record every response, judge the recordings."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from streamkit.cli._format_option import ReporterName, reporter_named, write_output
from streamkit.cli._groups import GroupedCommand
from streamkit.cli._output import CommandOutput
from streamkit.cli.options import Console, Duration, talk_options
from streamkit.errors import UsageError

if TYPE_CHECKING:
    from streamkit.model.probing import ProbeRun
    from streamkit.probes import Probe

AUTO = "auto"


@click.command(
    "probe",
    cls=GroupedCommand,
    groups={
        "Cases": "model api select ignore explain",
        "Requests": "repeat concurrency budget dry_run yes header key_env rename_field remove_field set_field"
        " insecure cacert max_time idle_timeout",
        "Recordings": "folders compare baseline write_baseline",
        "Output": "html",
    },
)
@click.argument("url", required=False)
@click.option("--model", metavar="NAME", help="Use this model.")
@click.option(
    "--api", default=AUTO, metavar="NAME", help="Check this API; auto (the default) checks all that are offered."
)
@click.option(
    "--select", metavar="CASES", multiple=True, help="Run only these cases: names, groups (stream,tools), APIs."
)
@click.option("--ignore", metavar="CASES", multiple=True, help="Leave these cases out.")
@click.option(
    "--repeat",
    type=click.IntRange(1),
    default=1,
    metavar="N",
    help="Send everything N times; a case whose verdicts differ is flaky.",
)
@click.option(
    "--concurrency", "-c", type=click.IntRange(1), default=2, metavar="N", help="Run up to N cases at once. Default: 2."
)
@click.option("--budget", type=click.IntRange(1), metavar="REQUESTS", help="Send no more requests than this.")
@click.option("--dry-run", is_flag=True, help="List the requests and what they cost, and send nothing.")
@click.option("-y", "--yes", is_flag=True, help="Do not ask before requests to another machine.")
@click.option("-H", "--header", multiple=True, metavar="'NAME: VALUE'", help="Send this header.")
@click.option("--key-env", metavar="VARIABLE", help="Send the API key in this environment variable.")
@click.option("--rename-field", multiple=True, metavar="OLD=NEW", help="Rename this field of all requests.")
@click.option("--remove-field", multiple=True, metavar="FIELD", help="Remove this field from all requests.")
@click.option(
    "--set-field", multiple=True, metavar="FIELD=VALUE", help="Set this field of all requests: JSON, or a text."
)
@click.option("-k", "--insecure", is_flag=True, help="Do not verify certificates.")
@click.option("--cacert", metavar="FILE", help="Trust these certificates instead of the system's.")
@click.option(
    "-m",
    "--max-time",
    type=Duration(),
    default="5m",
    metavar="TIME",
    help="Stop a request after this time. Default: 5m.",
)
@click.option(
    "--idle-timeout",
    type=Duration(),
    default="60s",
    metavar="TIME",
    help="Stop after this time without data. Default: 60s.",
)
@click.option("-o", "--output", metavar="DIR", help="Record to this folder. Default: a new one below recordings/.")
@click.option("--force", is_flag=True, help="Overwrite files in the folder, and of other options.")
@click.option(
    "--from", "folders", multiple=True, metavar="DIR", help="Judge these recordings, and send nothing. Repeatable."
)
@click.option("--compare", nargs=2, metavar="A B", help="Show what changed between two folders of recordings.")
@click.option("--baseline", metavar="FILE", help="Do not fail for the cases that FILE lists.")
@click.option("--write-baseline", metavar="FILE", help="Write the failing cases to FILE, for --baseline.")
@click.option("--html", metavar="FILE", help="Write a page with a column for each endpoint.")
@click.option("--explain", metavar="CASE", help="Show the manual of a case.")
@click.option(
    "--format",
    "format_name",
    type=ReporterName("probes", "rows"),
    default="text",
    help="Write this format. Default: text.",
)
@talk_options
def command(
    url: str | None,
    select: tuple[str, ...],
    ignore: tuple[str, ...],
    api: str,
    folders: tuple[str, ...],
    compare: tuple[str, str] | None,
    explain: str | None,
    dry_run: bool,
    format_name: str,
    console: Console,
    **rest: Any,
) -> int:
    """Check whether an endpoint is what it claims to be.

    A battery of cases is sent, every exchange is recorded, and the recordings are judged; with --from, judged again later.
    Nothing is sent to any other host. API keys for known hosts are read from the environment, and never stored.

    \b
    Examples:
      streamkit probe http://localhost:8000/v1 --model M --api openai_chat
      streamkit probe http://localhost:8000/v1 --model M --select stream,tools --format junit > probe.xml
      streamkit probe --from recordings/probe-a --from recordings/probe-b --html matrix.html

    Exit codes: 0 no case fails, 1 a case fails, 2 usage error, or an endpoint that cannot be reached.
    """
    if sum(map(bool, (url, folders, compare, explain))) > 1:
        raise UsageError("URL, --from, --compare and --explain cannot be combined")
    probes = _selected(select, ignore, api)
    if explain is not None:
        return _explain(explain, console)
    if compare is not None:
        from streamkit.cli._probe_compare import compare_folders

        return compare_folders(compare, probes, format_name, console)
    reporter_named(format_name, "probes", "verdicts")
    if dry_run:
        from streamkit.cli._probe_sending import show_plan

        return show_plan(probes, rest, auto=api == AUTO)
    code = 0
    if not folders:
        from streamkit.cli._probe_sending import probe_endpoint

        if url is None:
            raise UsageError("expected a URL, or --from DIR")
        found = probe_endpoint(url, probes, rest, auto=api == AUTO, console=console)
        if isinstance(found, int):
            return found
        folders, code = (found.folder,), found.code
    return max(code, _report(folders, probes, format_name, console, **rest))


def _selected(select: tuple[str, ...], ignore: tuple[str, ...], api: str) -> list[Probe]:
    from streamkit.probes import PROBES, selected

    chosen = selected(_words(select), _words(ignore))
    if api == AUTO:
        return chosen
    apis = sorted({probe.api for probe in PROBES.values()})
    if api not in apis:
        raise UsageError(f"unknown API {api!r}; expected one of: {', '.join((*apis, AUTO))}")
    chosen = [probe for probe in chosen if probe.api == api]
    if not chosen:
        raise UsageError(f"no selected case is one of {api}")
    return chosen


def _words(options: tuple[str, ...]) -> list[str]:
    return [word.strip() for option in options for word in option.split(",") if word.strip()]


def _explain(name: str, console: Console) -> int:
    """Write the manuals of the cases of this name."""
    from streamkit.probes import selected

    manuals = [f"{console.paint('head', probe.key)}\n\n{probe.docstring}\n" for probe in selected([name])]
    click.echo("\n".join(manuals), color=True)
    return 0


def _report(
    folders: tuple[str, ...],
    probes: list[Probe],
    format_name: str,
    console: Console,
    *,
    baseline: str | None,
    write_baseline: str | None,
    html: str | None,
    force: bool,
    **_: Any,
) -> int:
    """Judge these folders, write the report, and return the exit code."""
    from streamkit.cli._probe_output import known_failures, report_of, write_known
    from streamkit.service.judging import judge_folder

    runs = [judge_folder(folder, probes) for folder in folders]
    if write_baseline is not None:
        write_known(write_baseline, runs, force, console)
        return 0
    known = known_failures(baseline, runs, console) if baseline is not None else frozenset()
    unreached = max(_reached(run, console) for run in runs)
    if unreached and format_name == "text" and len(runs) == 1 and len({case.why for case in runs[0].cases}) == 1:
        return unreached  # the message was shown already
    with CommandOutput(None, prose=format_name == "text", console=console) as sink:
        reporter = reporter_named(format_name, "probes")
        assert reporter.probes is not None
        report = report_of(runs, probes, known, sink)
        write_output(sink, reporter, reporter.probes(report))
    if html is not None:
        with CommandOutput(html, force=force) as page:
            page.piece(reporter_named("html", "probes").probes(report))  # type: ignore[misc]
    failed = any(report.fails(case) for run in runs for case in run.cases)
    return max(int(failed), unreached)


def _reached(run: ProbeRun, console: Console) -> int:
    """Return 2, with a message, if an endpoint gave no answer that could be judged."""
    verdicts = {case.verdict for case in run.cases}
    if verdicts == {"error"}:
        console.complain(f"{run.endpoint}: no case could be judged: {run.cases[0].why}")
    elif verdicts == {"unsupported"}:
        console.complain(f"{run.endpoint}: none of these APIs or cases is supported: {run.cases[0].why}")
    else:
        return 0
    return 2
