"""The JSON Schema of one chunk of an API."""

from __future__ import annotations

import json

import click

from streamkit.cli._output import Sink, painted_json
from streamkit.cli.options import Console, output_options, talk_options
from streamkit.errors import UsageError


@click.command("schema")
@click.argument("api", required=False)
@output_options
@talk_options
def command(api: str | None, output: str | None, force: bool, console: Console) -> int:
    """The JSON Schema of one chunk of an API, or the names of the APIs that have one.

    \b
    Example:
      streamkit schema openai_chat

    It is made from the table that lint judges by. A stream that lint finds nothing wrong with in shape has only chunks
    that are valid against it.
    """
    from streamkit.apis import APIS

    if api is None:
        sink = Sink(console=console)
        for entry in APIS.values():
            if entry.judge is not None:
                sink.line(f"{sink.paint('head', f'{entry.name:<20}')}  {entry.title}")
        return 0
    chosen = APIS[api]
    if chosen.judge is None:
        known = ", ".join(entry.name for entry in APIS.values() if entry.judge is not None)
        raise UsageError(f"{api} has no table of its shape; there are: {known}")
    text = json.dumps(chosen.judge().schema(), indent=2)
    with Sink(output, force=force, console=console) as sink:
        sink.line(painted_json(text, sink.paint_data))
    return 0
