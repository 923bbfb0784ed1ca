"""Put the message back together, as the API would have answered without streaming."""

from __future__ import annotations

import sys

import click
import orjson

from streamkit.cli.inputs import Inputs
from streamkit.cli.options import Console, paths_argument, reading_options, talk_options
from streamkit.text import safe_text


@click.command("reassemble")
@paths_argument
@click.option("--text", is_flag=True, help="Print the text alone; several messages are parted by a blank line.")
@reading_options
@talk_options
def command(
    paths: tuple[str, ...], text: bool, form: str | None, api: str | None, dialect: str | None, console: Console
) -> int:
    """Put the message back together, as the API would have answered without streaming.

    \b
    Example:
      streamkit reassemble --text recordings/openai_chat
    """
    from streamkit.apis._api import assemble

    inputs = Inputs(paths, console, form=form, api=api, dialect=dialect)
    code = 0
    for stream in inputs.streams():
        assembler = assemble(stream)
        if stream.verdict != "complete" or stream.excerpt:
            code = 1
            console.say(f"{stream.file}: {stream.verdict}{', excerpt' if stream.excerpt else ''}")
        if assembler is None:
            console.complain(f"{stream.file}: no API that is known")
            continue
        if text:
            shown = "\n\n".join(message.text for message in assembler.message.messages)
            click.echo(safe_text(shown) if sys.stdout.isatty() else shown)
        else:
            click.echo(orjson.dumps(assembler.object, option=orjson.OPT_INDENT_2).decode())
    return max(code, inputs.code)
