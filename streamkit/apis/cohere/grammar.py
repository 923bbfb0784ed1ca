"""The allowed order of a Cohere stream.

Version 2: `message-start`, then the plan, the contents and the tool calls, each started, extended and ended, then
`message-end`. Citations arrive while a content is open. Version 1: `stream-start`, text, then `stream-end` with the
whole response. Bedrock, which passes on these events, omits the first one.

Source: docs.cohere.com, "Streaming guide"; the recorded streams, in which contents and calls never overlap.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from streamkit.apis._kit.parts import KINDS as PART_KINDS
from streamkit.apis._kit.parts import PartsWalk
from streamkit.apis._kit.reading import as_object, as_string
from streamkit.apis._kit.values import Calls, PartTexts, Repeated
from streamkit.apis.cohere.chunks import VERSION_1, VERSION_2, content_delta, message_delta
from streamkit.apis.cohere.shape import is_version_1
from streamkit.model.grammar import Misstep
from streamkit.model.stream import Stream
from streamkit.model.wording import with_field

KINDS = PART_KINDS | {
    "cumulative-content",
    "repeated-delta",
    "empty-id",
    "finish-tool-mismatch",
    "id-changed",
    "incomplete-end",
    "shared-tool-id",
    "tool-args-invalid-json",
    "unknown-event",
    "value-changed",
    "whole-differs",
}
"""Every misstep that these checks can report; each is the name of a rule."""

_FAMILIES = {"content": "content", "tool-call": "tool call", "citation": "citation"}
_SYMBOLS = {"start": "open", "delta": "delta", "end": "close"}


def missteps(stream: Stream) -> Iterator[Misstep]:
    """Yield every misstep of a Cohere stream in the order of its events, then those at its end."""
    if not stream.streamed:
        return iter(())
    return _version_1(stream) if is_version_1(stream.chunks) else _Version2Walk(stream).missteps()


def _unknown_event(chunk: int, event: dict[str, Any], field: str) -> Misstep:
    return Misstep("unknown-event", chunk, with_field("unknown event", event, field), f"$.{field}")


class _Version2Walk:
    """A walk through one stream of version 2."""

    def __init__(self, stream: Stream) -> None:
        self._stream = stream
        self._walk = PartsWalk("message-start", "message-end", concurrent=("citation",))
        self._texts = PartTexts()
        self._calls = Calls()
        self._finish: tuple[int, str] | None = None

    def missteps(self) -> Iterator[Misstep]:
        for chunk, event in enumerate(self._stream.chunks):
            kind = as_string(event.get("type"))
            family, _, last = kind.rpartition("-")
            if family in _FAMILIES and kind in VERSION_2:
                yield from self._part(chunk, event, _FAMILIES[family], _SYMBOLS[last])
            elif kind == "message-start":
                yield from self._walk.message(chunk, "start")
                if event.get("id") == "":
                    yield Misstep("empty-id", chunk, "the id of the message is empty", "$.id")
            elif kind == "message-end":
                yield from self._walk.message(chunk, "end")
                yield from self._check_message_end(chunk, as_object(event.get("delta")))
            elif kind == "tool-plan-delta":
                yield from self._walk.message(chunk, "part")
                yield from self._texts.add(
                    chunk, "$.delta.message.tool_plan", message_delta(event).get("tool_plan"), key="plan"
                )
            elif kind and kind != "debug":
                yield _unknown_event(chunk, event, "type")
        if self._stream.verdict != "error":
            if self._stream.terminal:
                yield from self._walk.unclosed()
            yield from self._end()

    def _part(self, chunk: int, event: dict[str, Any], family: str, symbol: str) -> Iterator[Misstep]:
        index = event.get("index")
        if type(index) is not int:
            return  # reported by the shape check
        content = content_delta(event)
        kind = (
            as_string(content.get("type"))
            if symbol == "open"
            else next((n for n in ("text", "thinking") if n in content), "")
        )
        if family == "content" and symbol == "delta" and not kind:
            yield Misstep("unknown-event", chunk, "a delta with neither text nor thinking", "$.delta.message.content")
        yield from self._walk.part(chunk, symbol, (family, index), kind if family == "content" else "", "$.index")
        if family == "content":
            path = f"$.delta.message.content.{kind}"
            yield from self._texts.add(chunk, path, content.get(kind), key=index)
        elif family == "tool call":
            call = as_object(message_delta(event).get("tool_calls"))
            if symbol == "open":
                yield from self._calls.open(chunk, "$.delta.message.tool_calls.id", index, call.get("id"))
            self._calls.arguments(index, as_object(call.get("function")).get("arguments"))

    def _check_message_end(self, chunk: int, delta: dict[str, Any]) -> Iterator[Misstep]:
        self._finish = (chunk, as_string(delta.get("finish_reason")))
        usage = delta.get("usage")
        if (
            type(usage) is dict
            and type(usage.get("tokens")) is not dict
            and type(usage.get("billed_units")) is not dict
        ):
            yield Misstep("incomplete-end", chunk, "message-end has no token counts", "$.delta.usage")

    def _end(self) -> Iterator[Misstep]:
        if self._finish is not None:
            chunk, reason = self._finish
            path = "$.delta.finish_reason"
            if reason == "TOOL_CALL" and not self._calls:
                yield Misstep("finish-tool-mismatch", chunk, "finish_reason is TOOL_CALL, but no tool was called", path)
            elif reason == "COMPLETE" and self._calls:
                yield Misstep("finish-tool-mismatch", chunk, "finish_reason is COMPLETE, but a tool was called", path)
        yield from self._calls.invalid_arguments(cut=self._finish is not None and self._finish[1] == "MAX_TOKENS")


def _version_1(stream: Stream) -> Iterator[Misstep]:
    walk = PartsWalk("stream-start", "stream-end", resumed=stream.api != "cohere")
    texts, same = PartTexts(), Repeated()
    for chunk, event in enumerate(stream.chunks):
        kind = as_string(event.get("event_type"))
        if kind == "stream-start":
            yield from walk.message(chunk, "start")
        elif kind == "stream-end":
            yield from walk.message(chunk, "end")
            yield from _check_stream_end(chunk, event, texts, same)
        elif kind in VERSION_1:
            yield from walk.message(chunk, "part")
            if kind == "text-generation":
                yield from texts.add(chunk, "$.text", event.get("text"))
        elif kind and kind != "debug":
            yield _unknown_event(chunk, event, "event_type")
        yield from same.check(chunk, "$.generation_id", event.get("generation_id"), kind="id-changed")
        finished = event.get("is_finished")
        if type(finished) is bool and finished != (kind == "stream-end"):
            message = f"is_finished is {str(finished).lower()} in {kind or 'an event without a type'}"
            yield Misstep("value-changed", chunk, message, "$.is_finished")


def _check_stream_end(chunk: int, event: dict[str, Any], texts: PartTexts, same: Repeated) -> Iterator[Misstep]:
    """Check the whole response in `stream-end` against the preceding events."""
    response = as_object(event.get("response"))
    if texts.text():
        yield from texts.check_whole(chunk, "$.response.text", response.get("text"))
    yield from same.check(chunk, "$.response.generation_id", response.get("generation_id"), kind="id-changed")
    yield from same.check(chunk, "$.finish_reason", event.get("finish_reason"))
    yield from same.check(chunk, "$.response.finish_reason", response.get("finish_reason"))
    if type(response.get("meta")) is not dict:
        yield Misstep("incomplete-end", chunk, "stream-end has no token counts", "$.response.meta")
