"""Show the stream as a timeline: time, gap, event, and what each chunk adds."""

from __future__ import annotations

import click

from streamkit.cli._format_option import ReporterName, reporter_named, write_output
from streamkit.cli._groups import GroupedCommand
from streamkit.cli._output import CommandOutput
from streamkit.cli._timeline_page import Page
from streamkit.cli.inputs import Inputs
from streamkit.cli.options import Console, output_options, paths_argument, reading_options, talk_options
from streamkit.errors import UsageError

OWN_FORMATS = ("text", "jsonl")
FORMAT = ReporterName("timelines", "player", own=OWN_FORMATS)


@click.command(
    "inspect",
    cls=GroupedCommand,
    groups={
        "Input": "follow",
        "Output": "html_file",
    },
)
@paths_argument
@click.option("--format", "format_name", type=FORMAT, help="Write this format. Default: text.")
@click.option("--html", "html_file", metavar="FILE", help="Write an HTML page to FILE.")
@click.option("--follow", is_flag=True, help="Keep showing a recording while it grows, until interrupted.")
@output_options
@reading_options
@talk_options
def command(
    paths: tuple[str, ...],
    format_name: str | None,
    html_file: str | None,
    follow: bool,
    output: str | None,
    force: bool,
    input_format: str | None,
    api: str | None,
    dialect: str | None,
    console: Console,
) -> int:
    """Show the stream as a timeline: time, gap, event, and what each chunk adds.

    Times and gaps are in seconds. Lines are truncated to the terminal's width; --format jsonl has everything. --html writes a
    page that plays the stream as it arrived, or two streams side by side.

    \b
    Examples:
      streamkit inspect recordings/openai_chat
      streamkit inspect --format jsonl recordings | jq -r 'select(.kind == "event") | .data'
      streamkit inspect --html player.html recordings/openai_chat/reasoning.jsonl
      streamkit inspect --follow recordings/live.jsonl
    """
    if html_file and (output or format_name not in (None, "html")):
        raise UsageError(f"--html cannot be used with {'-o' if output else f'--format {format_name}'}")
    output, format_name = html_file or output, format_name or ("html" if html_file else "text")
    inputs = Inputs(paths, console, input_format=input_format, api=api, dialect=dialect)
    with CommandOutput(output, force=force, console=console) as sink:
        if follow:
            if len(paths) != 1 or format_name not in OWN_FORMATS:
                raise UsageError("--follow takes one recording, as text or jsonl")
            from streamkit.cli._following import follow_recording

            return follow_recording(paths[0], Page(sink, console, format_name), api=api, dialect=dialect)
        if format_name not in OWN_FORMATS:
            _report(format_name, sink, inputs)
            return inputs.code
        page = Page(sink, console, format_name)
        for stream in inputs.streams(on_demand=True, every=format_name == "jsonl"):
            page.remark(stream)
            page.begin(stream)
            page.show_all(stream)
            page.end(stream)
    return inputs.code


def _report(name: str, sink: CommandOutput, inputs: Inputs) -> None:
    """Write all streams at once, using the reporter of that name."""
    from streamkit.reporters import REPORTERS

    if REPORTERS[name].timelines is None:
        from streamkit.cli._player_page import show_player

        return show_player(inputs.streams(judge=True), reporter_named(name, "player", "timelines"), sink)
    reporter = reporter_named(name, "timelines")
    assert reporter.timelines is not None
    write_output(sink, reporter, reporter.timelines(list(inputs.streams())))
    return None
