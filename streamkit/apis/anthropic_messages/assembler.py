"""Assemble an Anthropic message from its events.

Blocks are ordered by index, in whatever order they arrived. The input of a tool call is parsed from its joined
fragments. If they are not valid JSON, because the stream was cut, they are kept in `partial_json`: an empty input would
be a call that the model did not make. Counts in `message_delta` are running totals: they replace those of
`message_start`, and counts that they omit are kept.
"""

from __future__ import annotations

import json
from typing import Any

import orjson

from streamkit.apis._kit.merge import Fragments, joined, merge_fields, to_plain
from streamkit.apis._kit.reading import as_index, as_object, as_string, nonempty_string, objects_in, to_json
from streamkit.apis.anthropic_messages.chunks import TOOLS, is_message, parse_usage
from streamkit.model.message import Message, Part, Reply

# The initial content of a block that was never started, by the type of its first delta.
_UNOPENED: dict[str, dict[str, Any]] = {
    "text_delta": {"type": "text", "text": ""},
    "thinking_delta": {"type": "thinking", "thinking": ""},
    "signature_delta": {"type": "thinking", "thinking": ""},
    "input_json_delta": {"type": "tool_use", "id": None, "name": None, "input": {}},
    "citations_delta": {"type": "text", "text": ""},
    "compaction_delta": {"type": "compaction"},
}


class MessageAssembler:
    """Assembles the events of the Messages protocol into a `message`."""

    def __init__(self) -> None:
        self._message: dict[str, Any] = {}
        self._blocks: dict[tuple[int, int], _Block] = {}
        self._starts = 0
        self._stopped: dict[str, Any] = {}
        self._usage: dict[str, Any] = {}
        self._error: Any = None

    def feed(self, chunk: dict[str, Any]) -> None:
        """Take the next event. Never raises on content."""
        kind = chunk.get("type")
        if kind == "content_block_delta":
            self._block(chunk, as_object(chunk.get("delta")).get("type")).feed(as_object(chunk.get("delta")))
        elif kind == "content_block_start":
            self._open(chunk)
        elif kind == "message_start":
            self._start(as_object(chunk.get("message")))
        elif kind == "message_delta":
            self._stopped.update(
                (key, value) for key, value in as_object(chunk.get("delta")).items() if value is not None
            )
            self._add_usage(chunk.get("usage"))
            for key, value in chunk.items():
                if key not in ("type", "delta", "usage") and value is not None:
                    self._stopped[key] = value
        elif kind == "error" or (chunk.get("error") and "index" not in chunk):
            self._error = chunk.get("error")
        elif is_message(chunk):
            self._start(chunk)

    def _start(self, message: dict[str, Any]) -> None:
        # A second start (a file with several responses) continues the first message, as in Anthropic's SDK.
        if not self._message:
            self._message = dict(message)
        for index, block in enumerate(objects_in(message.get("content"))):
            self._blocks[self._starts, index] = _Block(block)
        self._starts += 1
        self._add_usage(message.get("usage"))

    def _open(self, chunk: dict[str, Any]) -> None:
        self._blocks[self._key(chunk)] = _Block(as_object(chunk.get("content_block")))

    def _block(self, chunk: dict[str, Any], kind: Any) -> _Block:
        key = self._key(chunk)
        block = self._blocks.get(key)
        if block is None:
            block = self._blocks[key] = _Block(_UNOPENED.get(as_string(kind), {"type": None}))
        return block

    def _key(self, chunk: dict[str, Any]) -> tuple[int, int]:
        return (max(self._starts - 1, 0), as_index(chunk.get("index"), max(len(self._blocks) - 1, 0)))

    def _add_usage(self, raw: Any) -> None:
        self._usage.update(
            (key, value) for key, value in as_object(raw).items() if value is not None or key not in self._usage
        )

    @property
    def object(self) -> dict[str, Any]:
        """The `message` assembled so far, with an error in `error`; a non-streaming response is returned unchanged."""
        message = {"id": None, "type": "message", "role": "assistant", "model": None, **self._message}
        message["content"] = [block.object for _, block in sorted(self._blocks.items())]
        message.setdefault("stop_reason", None)
        message.setdefault("stop_sequence", None)
        message.update(self._stopped)
        if self._usage:
            message["usage"] = dict(self._usage)
        if self._error is not None:
            message["error"] = self._error
        return message

    @property
    def message(self) -> Reply:
        """The same in the terms common to all APIs."""
        head = self._message
        parts = tuple(part for _, block in sorted(self._blocks.items()) for part in block.parts)
        finish = self._stopped.get("stop_reason", head.get("stop_reason"))
        messages = (
            (Message(0, nonempty_string(head.get("role")), parts, nonempty_string(finish)),) if head or parts else ()
        )
        return Reply(
            messages,
            nonempty_string(head.get("id")),
            nonempty_string(head.get("model")),
            parse_usage(self._usage or None),
        )


class _Block:
    """A content block under construction."""

    __slots__ = ("fields", "input")

    def __init__(self, start: dict[str, Any]) -> None:
        self.fields = dict(start)
        self.input = Fragments()

    def feed(self, delta: dict[str, Any]) -> None:
        for key, value in delta.items():
            if key == "partial_json":
                if type(value) is str and value:
                    self.input.append(value)
            elif key == "citation":
                if value is not None:
                    merge_fields(self.fields, {"citations": [value]})
            elif key == "encrypted_content":
                self.fields[key] = value
            elif key != "type":
                merge_fields(self.fields, {key: value})

    @property
    def object(self) -> dict[str, Any]:
        block = {key: to_plain(value) for key, value in self.fields.items()}
        if self.input:
            raw = joined(self.input)
            found, value = _parse_json(raw)
            if found:
                block["input"] = value
            else:
                block["partial_json"] = raw
        return block

    @property
    def parts(self) -> list[Part]:
        block = self.object
        kind = as_string(block.get("type"))
        if kind == "text":
            cited = [
                Part("citation", as_string(citation.get("url")) or as_string(citation.get("cited_text")), data=citation)
                for citation in objects_in(block.get("citations"))
            ]
            return [Part("text", as_string(block.get("text"))), *cited]
        if kind == "thinking":
            return [Part("reasoning", as_string(block.get("thinking")), data=block)]
        if kind in TOOLS:
            arguments = joined(self.input) if self.input else to_json(block.get("input"))
            return [
                Part(
                    "tool_call", arguments, nonempty_string(block.get("id")), nonempty_string(block.get("name")), block
                )
            ]
        return [Part("data", name=nonempty_string(kind), data=block)]


def _parse_json(raw: str) -> tuple[bool, Any]:
    """Parse text as JSON. Return whether that succeeded, and the value."""
    try:
        return True, orjson.loads(raw)
    except (orjson.JSONDecodeError, UnicodeEncodeError):
        pass
    try:
        return True, json.loads(raw)
    except (ValueError, RecursionError):
        return False, None
