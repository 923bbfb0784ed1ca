"""The allowed order of a Converse stream: `messageStart`, blocks one after another, `messageStop`, with `metadata` at
the end.

Source: docs.aws.amazon.com/bedrock, "ConverseStream" ("Event types and order"), and recorded streams: a text block
needs no `contentBlockStart`, blocks count up from 0 and never overlap. Nova's own stream, which InvokeModel passes on,
has no totals.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from streamkit.apis._bedrock import exception_in
from streamkit.apis._kit.parts import KINDS as PART_KINDS
from streamkit.apis._kit.parts import PartsWalk
from streamkit.apis._kit.reading import as_object
from streamkit.apis._kit.values import Calls, PartTexts, check_total
from streamkit.apis.bedrock_converse.chunks import EVENTS
from streamkit.model.grammar import Misstep
from streamkit.model.stream import Stream
from streamkit.model.wording import describe

KINDS = PART_KINDS | {
    "cumulative-content",
    "repeated-delta",
    "empty-id",
    "finish-tool-mismatch",
    "incomplete-end",
    "shared-tool-id",
    "tool-args-invalid-json",
    "unknown-event",
    "usage-total-mismatch",
}
"""Every misstep that these checks can report; each is the name of a rule."""

_TYPES = {
    "text": "text",
    "citation": "text",
    "toolUse": "toolUse",
    "toolResult": "toolResult",
    "reasoningContent": "reasoningContent",
    "image": "image",
}
_COUNTS = ("inputTokens", "outputTokens")
_WITH_CACHE = (*_COUNTS, "cacheReadInputTokens", "cacheWriteInputTokens")


def missteps(stream: Stream) -> Iterator[Misstep]:
    """Yield every misstep of a Converse stream in the order of its events, then those at its end."""
    return _ConverseWalk(stream).missteps()


class _ConverseWalk:
    """A walk through one Converse stream."""

    def __init__(self, stream: Stream) -> None:
        self._stream = stream
        self._walk = PartsWalk("messageStart", "messageStop")
        self._texts = PartTexts()
        self._calls = Calls()
        self._client_calls = 0
        self._stop: tuple[int, str] | None = None
        self._metadata = 0
        self._counted_at = (
            0  # the chunk of the first metadata; one at the beginning of the stream is reported separately
        )

    def missteps(self) -> Iterator[Misstep]:
        for chunk, event in enumerate(self._stream.chunks):
            known = [name for name in event if name in EVENTS]
            for name in known:
                yield from self._event(chunk, name, as_object(event[name]))
            if not known and exception_in(event) is None:
                name = next(iter(event), "")
                yield Misstep("unknown-event", chunk, f"unknown event {describe(name)}", "$")
        yield from self._end()

    def _event(self, chunk: int, name: str, payload: dict[str, Any]) -> Iterator[Misstep]:
        path = f"$.{name}"
        if self._counted_at and name not in ("metadata", "messageStop"):
            yield Misstep("after-end", chunk, f"{name} comes after metadata", path, "warning")
        if name == "messageStart":
            yield from self._walk.message(chunk, "start", path)
        elif name == "messageStop":
            yield from self._walk.message(chunk, "end", path)
            self._stop = (chunk, str(payload.get("stopReason")))
        elif name == "metadata":
            self._metadata += 1
            self._counted_at = self._counted_at or chunk
            yield from self._counts(chunk, payload)
        elif type(payload.get("contentBlockIndex")) is int:
            yield from self._block(chunk, name, payload["contentBlockIndex"], payload)

    def _block(self, chunk: int, name: str, index: int, payload: dict[str, Any]) -> Iterator[Misstep]:
        key, path = ("block", index), f"$.{name}.contentBlockIndex"
        if name == "contentBlockStop":
            yield from self._walk.part(chunk, "close", key, path=path)
            return
        field = "start" if name == "contentBlockStart" else "delta"
        content = as_object(payload.get(field))
        kind = next((_TYPES[member] for member in content if member in _TYPES), "")
        if field == "start":
            yield from self._walk.part(chunk, "open", key, kind, path)
            tool = content.get("toolUse")
            if type(tool) is dict:
                self._client_calls += "type" not in tool
                yield from self._calls.open(chunk, f"$.{name}.start.toolUse.toolUseId", index, tool.get("toolUseId"))
            return
        if not kind or content.get("reasoningContent") == {}:
            yield Misstep("unknown-event", chunk, "a delta without a known type", "$.contentBlockDelta.delta")
        may_open = kind in ("text", "reasoningContent", "")
        yield from self._walk.part(chunk, "piece" if may_open else "delta", key, kind, path)
        yield from self._texts.add(chunk, "$.contentBlockDelta.delta.text", content.get("text"), key=index)
        thought = as_object(content.get("reasoningContent")).get("text")
        yield from self._texts.add(chunk, "$.contentBlockDelta.delta.reasoningContent.text", thought, key=index)
        self._calls.arguments(index, as_object(content.get("toolUse")).get("input"))

    def _counts(self, chunk: int, metadata: dict[str, Any]) -> Iterator[Misstep]:
        usage = metadata.get("usage")
        if chunk == 0:
            yield Misstep("missing-start", chunk, "the stream begins with metadata", "$.metadata")
        if self._metadata > 1:
            yield Misstep("after-end", chunk, "a second metadata event", "$.metadata")
        missing = []
        if self._stream.api == "bedrock_converse":
            missing += ["usage.totalTokens"] if "totalTokens" not in as_object(usage) else []
            missing += ["metrics.latencyMs"] if "latencyMs" not in as_object(metadata.get("metrics")) else []
        for name in missing:
            yield Misstep("incomplete-end", chunk, f"metadata.{name} is missing", f"$.metadata.{name}")
        yield from check_total(chunk, "$.metadata.usage", usage, "totalTokens", _COUNTS, _WITH_CACHE)

    def _end(self) -> Iterator[Misstep]:
        if self._stream.verdict == "error":
            return
        if self._stream.terminal:
            yield from self._walk.unclosed()
        if self._stop is not None:
            chunk, reason = self._stop
            path = "$.messageStop.stopReason"
            if reason == "tool_use" and not self._calls:
                yield Misstep("finish-tool-mismatch", chunk, "stopReason is tool_use, but no tool was called", path)
            elif reason == "end_turn" and self._client_calls:
                yield Misstep("finish-tool-mismatch", chunk, "stopReason is end_turn, but a tool was called", path)
            if not self._metadata:
                yield Misstep("incomplete-end", None, "no metadata event gives the token counts")
        yield from self._calls.invalid_arguments(cut=self._stop is not None and self._stop[1] == "max_tokens")
