"""Assemble the response of Bedrock's Converse, content block by content block."""

from __future__ import annotations

import json
from typing import Any

from streamkit.apis import Chunk
from streamkit.apis._kit.merge import Fragments, joined, merge_fields, to_plain
from streamkit.apis._kit.reading import (
    as_index,
    as_object,
    as_string,
    nonempty_string,
)
from streamkit.apis.bedrock_converse.chunks import PADDING, parse_usage
from streamkit.model.message import (
    Message,
    Part,
    Reply,
)


class ConverseAssembler:
    """Assembles the events of ConverseStream into the response of Converse."""

    def __init__(self) -> None:
        self._role: str | None = None
        self._blocks: dict[int, _Block] = {}
        self._stop: dict[str, Any] = {}
        self._metadata: dict[str, Any] = {}
        self._rest: dict[str, Any] = {}

    def feed(self, chunk: Chunk) -> None:
        """Take the next event. Never raises on content."""
        for name, payload in chunk.items():
            value = as_object(payload)
            if name in ("contentBlockStart", "contentBlockDelta"):
                index = as_index(value.get("contentBlockIndex"), 0)
                field = "start" if name == "contentBlockStart" else "delta"
                self._blocks.setdefault(index, _Block()).feed(as_object(value.get(field)))
            elif name == "messageStart":
                self._role = nonempty_string(value.get("role"))
            elif name == "messageStop":
                self._stop = {key: field for key, field in value.items() if key != PADDING}
            elif name == "metadata":
                self._metadata = {key: field for key, field in value.items() if key != PADDING}
            elif name not in ("contentBlockStop", PADDING):
                self._rest[name] = payload

    @property
    def object(self) -> dict[str, Any]:
        """The response assembled so far, with any exception under its name."""
        content = [block.object for _, block in sorted(self._blocks.items())]
        message = {"role": self._role or "assistant", "content": content}
        stop = {"stopReason": None, **self._stop}
        return {"output": {"message": message}, **stop, **self._metadata, **self._rest}

    @property
    def message(self) -> Reply:
        """The same in the terms common to all APIs."""
        parts = tuple(block.part for _, block in sorted(self._blocks.items()))
        messages = (
            (Message(0, self._role, parts, nonempty_string(self._stop.get("stopReason"))),)
            if self._role or parts
            else ()
        )
        return Reply(messages, usage=parse_usage(self._metadata.get("usage")))


class _Block:
    """A content block under construction."""

    __slots__ = ("fields", "input", "reasoning")

    def __init__(self) -> None:
        self.fields: dict[str, Any] = {}
        self.reasoning: dict[str, Any] = {}
        self.input = Fragments()

    def feed(self, delta: dict[str, Any]) -> None:
        for key, value in delta.items():
            if key == "reasoningContent" and type(value) is dict:
                merge_fields(self.reasoning, value)
            elif key == "toolUse" and type(value) is dict:
                self.input.extend([as_string(value.get("input"))] if as_string(value.get("input")) else [])
                rest = {name: field for name, field in value.items() if name != "input"}
                self.fields["toolUse"] = {**as_object(self.fields.get("toolUse")), **rest}
            elif key == "citation":
                merge_fields(self.fields, {"citations": [value]})
            else:
                merge_fields(self.fields, {key: value})

    @property
    def object(self) -> dict[str, Any]:
        block = {key: to_plain(value) for key, value in self.fields.items()}
        if self.reasoning:
            reasoning = {key: to_plain(value) for key, value in self.reasoning.items()}
            redacted = reasoning.pop("redactedContent", None)
            inner: dict[str, Any] = {"reasoningText": reasoning} if reasoning else {}
            block["reasoningContent"] = inner if redacted is None else {**inner, "redactedContent": redacted}
        if "toolUse" in block:
            block["toolUse"] = {**as_object(block["toolUse"]), **_tool_input(joined(self.input))}
        return block

    @property
    def part(self) -> Part:
        block = self.object
        if "toolUse" in block:
            tool = block["toolUse"]
            return Part(
                "tool_call",
                joined(self.input),
                nonempty_string(tool.get("toolUseId")),
                nonempty_string(tool.get("name")),
                block,
            )
        if "reasoningContent" in block:
            reasoning = as_object(as_object(block["reasoningContent"]).get("reasoningText"))
            return Part("reasoning", as_string(reasoning.get("text")), data=block)
        if "text" in block or not block:
            return Part("text", as_string(block.get("text")))
        return Part("data", name=next(iter(block)), data=block)


def _tool_input(raw: str) -> dict[str, Any]:
    """Return a tool's input as in the response: the parsed JSON, or the raw text if it is not valid JSON."""
    if not raw:
        return {"input": {}}
    try:
        return {"input": json.loads(raw)}
    except (ValueError, RecursionError):
        return {"input": {}, "partialInput": raw}
