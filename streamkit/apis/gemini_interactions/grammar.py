"""The allowed order of an interaction: `interaction.created`, steps one after another, `interaction.completed`.

Source: ai.google.dev, "Interactions API", "Streaming", and recorded streams: steps count up from 0 and never overlap, a
status update follows the creation immediately, and the usage counts the tokens of the prompt, the answer, thoughts and
tools.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from streamkit.apis._kit.parts import KINDS as PART_KINDS
from streamkit.apis._kit.parts import PartsWalk
from streamkit.apis._kit.reading import as_object, as_string, objects_in
from streamkit.apis._kit.values import Calls, PartTexts, Repeated, check_not_decreasing, check_total
from streamkit.model.grammar import Misstep
from streamkit.model.stream import Stream
from streamkit.model.wording import describe, with_field

KINDS = PART_KINDS | {
    "cumulative-content",
    "repeated-delta",
    "empty-id",
    "finish-tool-mismatch",
    "id-changed",
    "incomplete-end",
    "model-changed",
    "shared-tool-id",
    "state-order",
    "tool-args-invalid-json",
    "unknown-event",
    "usage-decreasing",
    "usage-total-mismatch",
    "value-changed",
    "whole-differs",
}
"""Every misstep that these checks can report; each is the name of a rule."""

_STEP_EVENTS = {"step.start": "open", "step.delta": "delta", "step.stop": "close"}
# The type of the step to which a delta belongs, if it differs from the delta's type.
_STEP_TYPES = {
    "text": "model_output",
    "text_annotation_delta": "model_output",
    "image": "model_output",
    "audio": "model_output",
    "video": "model_output",
    "document": "model_output",
    "thought_summary": "thought",
    "thought_signature": "thought",
    "arguments_delta": "function_call",
}
_COUNTS = ("total_input_tokens", "total_output_tokens", "total_thought_tokens", "total_tool_use_tokens")
_RUNNING = ("in_progress", "queued")


def missteps(stream: Stream) -> Iterator[Misstep]:
    """Yield every misstep of an interaction in the order of its events, then those at its end."""
    return _InteractionWalk(stream).missteps()


class _InteractionWalk:
    """A walk through one interaction."""

    def __init__(self, stream: Stream) -> None:
        self._stream = stream
        self._walk = PartsWalk("interaction.created", "interaction.completed")
        self._same = Repeated()
        self._texts = PartTexts()
        self._calls = Calls()
        self._counts: dict[str, int] = {}
        self._functions = 0
        self._updated = ""
        self._signed: set[int] = set()
        self._completed: tuple[int, str] | None = None

    def missteps(self) -> Iterator[Misstep]:
        for chunk, event in enumerate(self._stream.chunks):
            kind = as_string(event.get("event_type"))
            if kind in _STEP_EVENTS:
                yield from self._step(chunk, event, _STEP_EVENTS[kind])
            elif kind == "interaction.status_update":
                yield from self._walk.message(chunk, "part")
                yield from self._check_id(chunk, "$.interaction_id", event.get("interaction_id"))
                status = as_string(event.get("status"))
                if status and status == self._updated:
                    yield Misstep("state-order", chunk, f"the status {status} is repeated", "$.status")
                self._updated = status
            elif kind in ("interaction.created", "interaction.completed"):
                yield from self._lifecycle(chunk, kind, as_object(event.get("interaction")))
            elif kind and kind != "error":
                message = with_field("unknown event", event, "event_type")
                yield Misstep("unknown-event", chunk, message, "$.event_type")
            running = as_object(as_object(event.get("metadata")).get("usage"))
            counts = {name: running.get(name) for name in ("total_tokens", "total_output_tokens")}
            yield from check_not_decreasing(chunk, "$.metadata.usage", counts, self._counts)
        if self._stream.verdict != "error":
            if self._stream.terminal:
                yield from self._walk.unclosed()
            yield from self._end()

    def _check_id(self, chunk: int, path: str, id: Any) -> Iterator[Misstep]:
        """Check the interaction's id, which events give in two different fields."""
        return self._same.check(chunk, path, id, name="id", kind="id-changed")

    def _lifecycle(self, chunk: int, kind: str, interaction: dict[str, Any]) -> Iterator[Misstep]:
        yield from self._walk.message(chunk, "start" if kind == "interaction.created" else "end")
        yield from self._check_id(chunk, "$.interaction.id", interaction.get("id"))
        if interaction.get("id") == "":
            yield Misstep("empty-id", chunk, "the id of the interaction is empty", "$.interaction.id")
        yield from self._same.check(chunk, "$.interaction.model", interaction.get("model"), kind="model-changed")
        yield from self._same.check(chunk, "$.interaction.agent", interaction.get("agent"))
        yield from self._same.check(chunk, "$.interaction.object", interaction.get("object"))
        status = as_string(interaction.get("status"))
        if status and (status in _RUNNING) != (kind == "interaction.created"):
            yield Misstep("state-order", chunk, f"the status is {status} in {kind}", "$.interaction.status")
        if kind == "interaction.created":
            return
        self._completed = (chunk, status)
        usage = interaction.get("usage")
        if type(usage) is not dict:
            yield Misstep("incomplete-end", chunk, "interaction.completed has no usage", "$.interaction.usage")
        yield from check_total(chunk, "$.interaction.usage", usage, "total_tokens", _COUNTS)
        for index, step in enumerate(objects_in(interaction.get("steps"))):
            texts = [as_string(part.get("text")) for part in objects_in(step.get("content"))]
            if step.get("type") == "model_output" and self._texts.text(index):
                path = f"$.interaction.steps[{index}].content"
                yield from self._texts.check_whole(chunk, path, "".join(texts), key=index)

    def _step(self, chunk: int, event: dict[str, Any], symbol: str) -> Iterator[Misstep]:
        index = event.get("index")
        if type(index) is not int:
            return  # reported by the shape check
        step, delta = as_object(event.get("step")), as_object(event.get("delta"))
        kind = as_string(step.get("type"))
        if symbol == "delta":
            delta_type = as_string(delta.get("type"))
            kind = _STEP_TYPES.get(delta_type, delta_type if delta_type.endswith(("_call", "_result")) else "")
            if delta_type and not kind:
                message = f"unknown delta type {describe(delta_type)}"
                yield Misstep("unknown-event", chunk, message, "$.delta.type")
            if kind == "function_call" and self._walk.kinds.get(("step", index)) == "mcp_server_tool_call":
                kind = "mcp_server_tool_call"
        yield from self._walk.part(chunk, symbol, ("step", index), kind, "$.index")
        if symbol == "open" and "id" in step:
            self._functions += kind == "function_call"
            yield from self._calls.open(chunk, "$.step.id", index, step["id"])
        if symbol == "delta":
            content = as_object(delta.get("content"))
            text = delta.get("text") if "text" in delta else content.get("text")
            yield from self._texts.add(chunk, "$.delta.text", text, key=index)
            if delta.get("type") == "arguments_delta":
                self._calls.arguments(index, delta.get("arguments"))
        yield from self._signature(chunk, symbol, index, step, delta)

    def _signature(
        self, chunk: int, symbol: str, index: int, step: dict[str, Any], delta: dict[str, Any]
    ) -> Iterator[Misstep]:
        """Check that a thought has a signature when it ends: without it, it cannot be sent back in the next turn."""
        if step.get("signature") or delta.get("type") == "thought_signature":
            self._signed.add(index)
        if symbol == "close" and self._walk.kinds.get(("step", index)) == "thought" and index not in self._signed:
            yield Misstep("incomplete-end", chunk, f"step {index} is a thought without a signature", "$.index")

    def _end(self) -> Iterator[Misstep]:
        if self._completed is not None:
            chunk, status = self._completed
            path = "$.interaction.status"
            if status == "requires_action" and not self._functions:
                yield Misstep(
                    "finish-tool-mismatch", chunk, "the status is requires_action, but no function was called", path
                )
            elif status == "completed" and self._functions:
                yield Misstep("finish-tool-mismatch", chunk, "the status is completed, but a function was called", path)
        yield from self._calls.invalid_arguments(cut=self._completed is not None and self._completed[1] == "incomplete")
