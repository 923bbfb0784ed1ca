"""The job of `reassemble`: the answer of each stream as text, put together in any process."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from streamkit.apis import APIS, Assembler, assemble, interpret
from streamkit.cli._output import Look, to_json_text
from streamkit.cli._remarks import detected, name_of, remarks
from streamkit.errors import UnreadableInput
from streamkit.frozen import dataclass
from streamkit.model.exchange import Exchange
from streamkit.model.message import Message, Part, Reply
from streamkit.model.stream import Stream
from streamkit.text import safe_text

if TYPE_CHECKING:
    from streamkit.service.spreading import WorkUnit

SPEED = 90_000_000
"""About the bytes of recordings that one process reassembles per second."""
_HEADING = re.compile(r"^#+ .*", re.MULTILINE)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReassembleJob:
    """The options of the command, and how its output shows text."""

    parts: tuple[str, ...]
    format_name: str
    choice: int | None
    with_meta: bool
    look: Look
    input_format: str | None = None
    on_demand: bool = True
    api: str | None = None
    dialect: str | None = None

    def items(self, unit: WorkUnit) -> Iterator[Exchange]:
        """Yield the exchanges of a unit."""
        from streamkit.service.spreading import exchanges_of

        return exchanges_of(unit, self.input_format, on_demand=self.on_demand)

    def begin(self) -> ReassembleWorker:
        """Return a worker for one task."""
        return ReassembleWorker(self)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reassembled:
    """One stream's answer: the text to write (None without the requested choice, empty if there is nothing to write), and what to
    tell about the stream. `document` is whether a blank line separates it from the one before."""

    name: str
    text: str | None
    document: bool
    complete: bool
    detected: str
    remarks: tuple[str, ...]
    defects: tuple[UnreadableInput, ...]


class ReassembleWorker:
    """Puts one answer together after another."""

    def __init__(self, job: ReassembleJob) -> None:
        self._job = job

    def take(self, exchange: Exchange) -> Reassembled:
        """Return the answer of this exchange."""
        stream = interpret(exchange, api=self._job.api, dialect=self._job.dialect, on_demand=True)
        found = [f"exchange {stream.number}: {defect}; please report it" for defect in stream.defects]
        return Reassembled(
            name=name_of(stream),
            text=self._text(stream, assemble(stream)),
            document=bool(self._job.parts or self._job.format_name == "markdown") and self._job.parts != ("tool_call",),
            complete=stream.verdict == "complete" and not stream.excerpt,
            detected=detected(stream),
            remarks=tuple(remarks(stream)),
            defects=tuple(UnreadableInput(stream.file, message) for message in found),
        )

    def end(self) -> None:
        """Return nothing: the answers are all there is."""

    def _text(self, stream: Stream, assembler: Assembler | None) -> str | None:
        """Return what to write of one stream's answer; None if it lacks the requested choice."""
        job = self._job
        reply = assembler.message if assembler else Reply()
        messages = [message for message in reply.messages if job.choice in (None, message.choice)]
        if job.choice is not None and not messages:
            return None
        if job.parts:
            text = "\n\n".join(filter(None, (_shown(message, job.parts) for message in messages)))
            return job.look.text(text) if text else ""
        if job.format_name == "markdown":
            return self._document(_markdown(stream, reply, messages))
        value = self._with_choice_only(stream, assembler.object) if assembler else None
        if job.with_meta:
            value = {**_meta(stream), "message": value}
        return job.look.json(value, indent=job.format_name == "json")

    def _document(self, text: str) -> str:
        """Return a document as it is shown, with its headings in color."""
        paint = self._job.look.paint_data
        if not text or not paint.on:
            return self._job.look.text(text) if text else ""
        shown = _HEADING.sub(lambda match: paint("head", match[0]), safe_text(text))
        return shown.removesuffix("\n") + "\n"

    def _with_choice_only(self, stream: Stream, value: Any) -> Any:
        """Return the object with only the requested choice."""
        field = APIS[stream.api].choices
        if (
            self._job.choice is None
            or field is None
            or not isinstance(value, dict)
            or not isinstance(value.get(field), list)
        ):
            return value
        return {**value, field: [item for item in value[field] if item.get("index", 0) == self._job.choice]}


def _meta(stream: Stream) -> dict[str, Any]:
    return {
        "file": stream.file,
        "exchange": stream.number,
        "api": stream.api,
        "dialect": stream.dialect or None,
        "verdict": stream.verdict,
    }


def _shown(message: Message, parts: tuple[str, ...]) -> str:
    """Return the requested parts of one message: reasoning, then text, then tool calls."""
    shown = []
    if "reasoning" in parts and message.reasoning:
        shown.append(message.reasoning)
    if "text" in parts and message.text:
        shown.append(message.text)
    if "tool_call" in parts and message.tool_calls:
        calls = [
            {"choice": message.choice, "id": c.id, "name": c.name, "arguments": c.text} for c in message.tool_calls
        ]
        shown.append("\n".join(map(to_json_text, calls)))
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
    if part.kind == "reasoning":
        return "\n".join(f"> {line}".rstrip() for line in part.text.rstrip("\n").split("\n"))
    if part.kind == "tool_call":
        title = f"**{part.name or 'tool call'}**" + (f" `{part.id}`" if part.id else "")
        # Server-side tools may have code or other text as input instead of JSON.
        return f"{title}\n\n{_fenced(part.text, 'json' if part.text.lstrip()[:1] in ('{', '[') else '')}"
    if part.kind == "citation":
        return f"- {part.text}" if part.text else ""
    if part.kind in ("data", "audio"):
        return (f"{part.text}\n\n" if part.text else "") + _fenced(to_json_text(part.data, indent=True)[:2000], "json")
    return part.text


def _fenced(text: str, language: str) -> str:
    """Return a fenced block whose fence is longer than any in the text."""
    fence = "```"
    while fence in text:
        fence += "`"
    return f"{fence}{language}\n{text}\n{fence}"
