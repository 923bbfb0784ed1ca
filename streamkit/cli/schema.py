"""Show the JSON Schema of the chunks of an API."""

from __future__ import annotations

import json

import click

from streamkit.cli._groups import GroupedCommand
from streamkit.cli._output import CommandOutput, painted_json
from streamkit.cli.options import Console, output_options, talk_options
from streamkit.errors import UsageError


@click.command("schema", cls=GroupedCommand)
@click.argument("api", required=False)
@output_options
@talk_options
def command(api: str | None, output: str | None, force: bool, console: Console) -> int:
    """Show the JSON Schema of the chunks of an API, or list the APIs that have one.

    \b
    Examples:
      streamkit schema openai_chat
      streamkit schema anthropic_messages -o chunk.schema.json

    The schema is generated from the table that lint uses: if lint finds nothing wrong with the shape of a stream, all its
    chunks are valid.
    """
    from streamkit.apis import APIS

    if api is None:
        sink = CommandOutput(console=console)
        judged = [entry for entry in APIS.values() if entry.judge is not None]
        width = max(len(entry.name) for entry in judged)
        for entry in judged:
            sink.line(f"{sink.paint('head', f'{entry.name:<{width}}')}  {entry.title}")
        return 0
    entry = APIS[api]
    if entry.judge is None:
        known = ", ".join(entry.name for entry in APIS.values() if entry.judge is not None)
        raise UsageError(f"no schema for {api}; expected one of: {known}")
    text = json.dumps(entry.judge().schema(), indent=2)
    with CommandOutput(output, force=force, console=console) as sink:
        sink.line(painted_json(text, sink.paint_data), data=True)
    return 0
