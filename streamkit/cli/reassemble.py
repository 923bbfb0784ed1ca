"""Put the message back together, as the API would have returned it without streaming."""

from __future__ import annotations

import re
from typing import Any

import click

from streamkit.apis import APIS, Assembler, assemble
from streamkit.cli._groups import GroupedCommand
from streamkit.cli._output import Sink
from streamkit.cli._remarks import detected, name_of, remarks
from streamkit.cli.inputs import Inputs
from streamkit.cli.options import Console, output_options, paths_argument, reading_options, talk_options
from streamkit.errors import UsageError
from streamkit.model.message import Message, Part, Reply
from streamkit.model.stream import Stream
from streamkit.text import safe_text

FORMATS = ("json", "jsonl", "text", "markdown")
_HEADING = re.compile(r"^#+ .*", re.MULTILINE)


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
@click.option("--choice", type=click.IntRange(min=0), metavar="N", help="Only the choice with this index (from 0).")
@click.option("--all", "every", is_flag=True, help="All choices (the default).")
@click.option(
    "--format", "format_name", type=click.Choice(FORMATS), help="Default: json, indented; jsonl is one object per line."
)
@click.option("--with-meta", is_flag=True, help="Wrap the object in one with its file, API and verdict.")
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
    code = 0
    with Sink(output, force=force, console=console) as sink:
        writer = _Writer(sink, parts, format_name or "json", choice, with_meta)
        for stream in inputs.streams():
            console.detail(detected(stream))
            for remark in remarks(stream):
                console.say(remark)
            if stream.verdict != "complete" or stream.excerpt:
                code = max(code, 1)
            if not writer.write(stream, assemble(stream)):
                console.complain(f"{name_of(stream)}: has no choice {choice}")
                code = max(code, 1)
    return max(code, inputs.code)


class _Writer:
    """Writes one stream after another in the requested format."""

    def __init__(self, sink: Sink, parts: list[str], format_name: str, choice: int | None, with_meta: bool) -> None:
        self._sink, self._parts, self._format, self._choice, self._with_meta = (
            sink,
            parts,
            format_name,
            choice,
            with_meta,
        )
        self._written = False

    def write(self, stream: Stream, assembler: Assembler | None) -> bool:
        """Write one stream's answer. Return False if it lacks the requested choice."""
        reply = assembler.message if assembler else Reply()
        messages = [message for message in reply.messages if self._choice in (None, message.choice)]
        if self._choice is not None and not messages:
            return False
        if self._parts:
            self._write_text("\n\n".join(filter(None, (_shown(message, self._parts) for message in messages))))
        elif self._format == "markdown":
            self._write_text(_markdown(stream, reply, messages), heads=True)
        else:
            value = self._with_choice_only(stream, assembler.object) if assembler else None
            if self._with_meta:
                value = {**_meta(stream), "message": value}
            self._sink.json(value, indent=self._format == "json")
        return True

    def _write_text(self, text: str, *, heads: bool = False) -> None:
        """Write a text, with a blank line between texts; `heads` if it is a document with headings."""
        if text:
            separate = self._written and self._parts != ["tool_call"]
            text = f"\n{text}" if separate else text
            if heads and self._sink.paint_data.on:
                shown = _HEADING.sub(lambda match: self._sink.paint_data("head", match[0]), safe_text(text))
                self._sink.line(shown.removesuffix("\n"), data=True)
            else:
                self._sink.text(text)
            self._written = True

    def _with_choice_only(self, stream: Stream, value: Any) -> Any:
        """Return the object with only the requested choice."""
        field = APIS[stream.api].choices
        if (
            self._choice is None
            or field is None
            or not isinstance(value, dict)
            or not isinstance(value.get(field), list)
        ):
            return value
        return {**value, field: [item for item in value[field] if item.get("index", 0) == self._choice]}


def _meta(stream: Stream) -> dict[str, Any]:
    return {
        "file": stream.file,
        "exchange": stream.number,
        "api": stream.api,
        "dialect": stream.dialect or None,
        "verdict": stream.verdict,
    }


def _shown(message: Message, parts: list[str]) -> str:
    """Return the requested parts of one message: reasoning, then text, then tool calls."""
    from streamkit.cli._output import json_text

    shown = []
    if "reasoning" in parts and message.reasoning:
        shown.append(message.reasoning)
    if "text" in parts and message.text:
        shown.append(message.text)
    if "tool_call" in parts and message.tool_calls:
        calls = [
            {"choice": message.choice, "id": c.id, "name": c.name, "arguments": c.text} for c in message.tool_calls
        ]
        shown.append("\n".join(map(json_text, calls)))
    return "\n\n".join(shown)


def _markdown(stream: Stream, reply: Reply, messages: list[Message]) -> str:
    """Return the answer as a document: a heading per message, reasoning quoted, tool calls and other data fenced."""
    blocks = []
    for message in messages:
        number = f", choice {message.choice}" if len(reply.messages) > 1 else ""
        blocks.append(f"## {message.role or 'assistant'}{f' ({reply.model}{number})' if reply.model else number}")
        blocks += [_markdown_part(part) for part in message.parts]
        closing = [f"finish: {message.finish}" if message.finish else f"no finish reason ({stream.verdict})"]
        if reply.usage:
            counts = ((reply.usage.input, "in"), (reply.usage.output, "out"))
            closing += [
                f"{count} token{'' if count == 1 else 's'} {what}" for count, what in counts if count is not None
            ]
        blocks.append(f"*{' · '.join(closing)}*")
    return "\n\n".join(block for block in blocks if block)


def _markdown_part(part: Part) -> str:
    from streamkit.cli._output import json_text

    if part.kind == "reasoning":
        return "\n".join(f"> {line}".rstrip() for line in part.text.rstrip("\n").split("\n"))
    if part.kind == "tool_call":
        title = f"**{part.name or 'tool call'}**" + (f" `{part.id}`" if part.id else "")
        # Server-side tools may have code or other text as input instead of JSON.
        return f"{title}\n\n{_fenced(part.text, 'json' if part.text.lstrip()[:1] in ('{', '[') else '')}"
    if part.kind == "citation":
        return f"- {part.text}" if part.text else ""
    if part.kind in ("data", "audio"):
        return (f"{part.text}\n\n" if part.text else "") + _fenced(json_text(part.data, indent=True)[:2000], "json")
    return part.text


def _fenced(text: str, language: str) -> str:
    """Return a fenced block whose fence is longer than any in the text."""
    fence = "```"
    while fence in text:
        fence += "`"
    return f"{fence}{language}\n{text}\n{fence}"
