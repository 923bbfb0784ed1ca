"""Put the message back together, as the API would have returned it without streaming."""

from __future__ import annotations

import click

from streamkit.cli._groups import GroupedCommand
from streamkit.cli._jobs import Jobs, jobs_options
from streamkit.cli._output import CommandOutput
from streamkit.cli._reassemble_job import SPEED, ReassembleJob
from streamkit.cli.inputs import Inputs
from streamkit.cli.options import Console, output_options, paths_argument, reading_options, talk_options
from streamkit.errors import UsageError

FORMATS = ("json", "jsonl", "text", "markdown")


@click.command(
    "reassemble",
    cls=GroupedCommand,
    groups={
        "Content": "text reasoning tool_calls choice every",
        "Output": "with_meta",
    },
)
@paths_argument
@click.option("--text", is_flag=True, help="Print only the text of the answer; messages are separated by a blank line.")
@click.option("--reasoning", is_flag=True, help="Print only the reasoning (with --text: before the text).")
@click.option("--tool-calls", is_flag=True, help="Print only the tool calls, one JSON object per line.")
@click.option(
    "--choice", type=click.IntRange(min=0), metavar="N", help="Print only the choice with this index (from 0)."
)
@click.option("--all", "every", is_flag=True, help="Print all choices (the default).")
@click.option(
    "--format",
    "format_name",
    type=click.Choice(FORMATS),
    help="Write this format. Default: json, indented; jsonl is one object per line.",
)
@click.option("--with-meta", is_flag=True, help="Wrap the object in one with its file, API and verdict.")
@jobs_options
@output_options
@reading_options
@talk_options
def command(
    paths: tuple[str, ...],
    text: bool,
    reasoning: bool,
    tool_calls: bool,
    choice: int | None,
    every: bool,
    format_name: str | None,
    with_meta: bool,
    output: str | None,
    force: bool,
    input_format: str | None,
    api: str | None,
    dialect: str | None,
    jobs: Jobs,
    console: Console,
) -> int:
    """Put the message back together, as the API would have returned it without streaming.

    Prints the API's own object (a chat.completion, a response, a message, …) with every field that the stream has. An
    incomplete stream is printed as far as it goes and reported on stderr; the exit code is then 1.

    \b
    Examples:
      streamkit reassemble recordings/openai_chat
      streamkit reassemble --text recordings/openai_chat
      streamkit reassemble --format jsonl --with-meta recordings > messages.jsonl
    """
    parts = [name for name, wanted in (("reasoning", reasoning), ("text", text), ("tool_call", tool_calls)) if wanted]
    if every and choice is not None:
        raise UsageError("--all cannot be used with --choice")
    if with_meta and (parts or format_name in ("text", "markdown")):
        raise UsageError("--with-meta requires --format json or jsonl")
    if parts and format_name not in (None, "text"):
        raise UsageError(f"--{parts[0].replace('_call', '-calls')} cannot be used with --format {format_name}")
    if format_name == "text" and not parts:
        parts = ["text"]
    inputs = Inputs(paths, console, input_format=input_format, api=api, dialect=dialect)
    with CommandOutput(output, force=force, console=console) as sink:
        job = ReassembleJob(
            parts=tuple(parts),
            format_name=format_name or "json",
            choice=choice,
            with_meta=with_meta,
            look=sink.look,
            input_format=input_format,
            api=api,
            dialect=dialect,
        )
        code = _write_answers(inputs, job, jobs, sink, console)
    return max(code, inputs.code)


def _write_answers(inputs: Inputs, job: ReassembleJob, jobs: Jobs, sink: CommandOutput, console: Console) -> int:
    """Write the answers in order. Return 1 if one is incomplete or has no such choice."""
    code = 0
    written = False
    for answer in inputs.results(job, jobs.plan(inputs.paths, SPEED)):
        for defect in answer.defects:
            inputs.trouble(defect)
        console.detail(answer.detected)
        for remark in answer.remarks:
            console.say(remark)
        if not answer.complete:
            code = 1
        if answer.text is None:
            console.complain(f"{answer.name}: has no choice {job.choice}")
            code = 1
        elif answer.text:
            sink.shown("\n" + answer.text if written and answer.document else answer.text)
            written = True
    return code
