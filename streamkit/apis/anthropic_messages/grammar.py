"""The allowed order of an Anthropic stream: a message that opens, blocks one after another, a delta, a stop.

Source: Anthropic's documentation of streaming; the SDKs' accumulators (anthropic 2.11, `lib/streaming/_messages.py`);
49 recorded streams, in which blocks never overlap and count up from 0. `ping` may come anywhere.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import orjson

from streamkit.apis._kit.values import Restated
from streamkit.apis.anthropic_messages.blocks import KINDS as BLOCK_KINDS
from streamkit.apis.anthropic_messages.blocks import BlockChecks
from streamkit.apis.anthropic_messages.usage_checks import KINDS as USAGE_KINDS
from streamkit.apis.anthropic_messages.usage_checks import UsageChecks
from streamkit.model.finding import Severity
from streamkit.model.grammar import Grammar, Misstep, Walk
from streamkit.model.stream import Stream
from streamkit.model.wording import describe, with_error, with_field

_BLOCK_EVENTS = ("content_block_start", "content_block_delta", "content_block_stop")

MESSAGE = Grammar(
    name="an Anthropic message",
    start="start",
    steps={
        ("start", "message_start"): "open",
        ("start", "block"): "open",
        ("start", "message_delta"): "closing",
        ("start", "message_stop"): "ended",
        ("open", "block"): "open",
        ("open", "message_delta"): "closing",
        ("open", "message_stop"): "ended",
        ("closing", "message_delta"): "closing",
        ("closing", "message_stop"): "ended",
    },
    missteps={
        ("start", "block"): "start-order",
        ("start", "message_delta"): "start-order",
        ("start", "message_stop"): "start-order",
        ("open", "message_start"): "start-order",
        ("open", "message_stop"): "no-message-delta",
        ("closing", "message_start"): "start-order",
        ("closing", "block"): "after-message-stop",
        ("ended", "message_start"): "start-order",
        ("ended", "block"): "after-message-stop",
        ("ended", "message_delta"): "after-message-stop",
        ("ended", "message_stop"): "after-message-stop",
    },
    ends=frozenset({"ended"}),
    unfinished={"start": "no-message-stop", "open": "no-message-stop", "closing": "no-message-stop"},
)

BLOCK = Grammar(
    name="a content block",
    start="new",
    steps={("new", "start"): "open", ("open", "delta"): "open", ("open", "stop"): "closed"},
    missteps={
        ("new", "delta"): "delta-unopened",
        ("new", "stop"): "delta-unopened",
        ("open", "start"): "block-index",
        ("closed", "start"): "block-index",
        ("closed", "delta"): "delta-unopened",
        ("closed", "stop"): "delta-unopened",
    },
    ends=frozenset({"new", "closed"}),
    unfinished={"open": "block-not-closed"},
)

KINDS = (
    MESSAGE.kinds
    | BLOCK.kinds
    | BLOCK_KINDS
    | USAGE_KINDS
    | {
        "block-index",
        "block-overlap",
        "cumulative-content",
        "delta-type-mismatch",
        "empty-id",
        "error-event",
        "foreign-event",
        "no-stop-reason",
        "repeated-delta",
        "tool-input-invalid",
        "unknown-type",
    }
)
"""Every misstep that these checks can report; each is the name of a rule."""

_BLOCK_TYPES = {
    "text_delta": ("text",),
    "citations_delta": ("text",),
    "input_json_delta": ("tool_use", "server_tool_use", "mcp_tool_use"),
    "thinking_delta": ("thinking",),
    "signature_delta": ("thinking",),
    "compaction_delta": ("compaction",),
}
_KNOWN_BLOCKS = frozenset(kind for kinds in _BLOCK_TYPES.values() for kind in kinds)
_TEXT = "text_delta"


def missteps(stream: Stream) -> Iterator[Misstep]:
    """Yield every misstep of a Messages stream in the order of its events, then those at its end."""
    return _MessageWalk(stream).missteps() if stream.streamed else iter(())


class _MessageWalk:
    """A walk through one Messages stream."""

    def __init__(self, stream: Stream) -> None:
        self._stream = stream
        self._message = Walk(MESSAGE)
        self._blocks = Walk(BLOCK)
        self._kinds: dict[object, str] = {}
        self._json: dict[object, list[str]] = {}
        self._inputs: list[tuple[object, int]] = []
        self._stop_reason: str | None = None
        self._has_message_delta = False
        self._failed = False
        self._checks = BlockChecks()
        self._usage = UsageChecks()
        self._restated = Restated()

    def missteps(self) -> Iterator[Misstep]:
        index: object = None
        kinds, states = self._kinds, self._blocks.states
        for chunk, event in enumerate(self._stream.chunks):
            if event.get("type") == "content_block_delta":
                delta = event.get("delta")
                text = _delta_text(delta)
                if type(text) is str and text and not self._restated.is_new(str(event.get("index")), text):
                    yield from self._restated.add(chunk, "$.delta", text, key=str(event.get("index")))
                # The usual case: more text for the open text block.
                if (
                    event.get("index") == index
                    and type(index) is int
                    and type(delta) is dict
                    and delta.get("type") == _TEXT
                    and states.get(index) == "open"
                    and kinds[index] == "text"
                    and self._message.states.get(0) == "open"
                ):
                    continue
                index = event.get("index")
            yield from self._event(chunk, event)
        yield from self._end()

    def _event(self, chunk: int, event: dict[str, Any]) -> Iterator[Misstep]:
        kind = event.get("type")
        if kind in _BLOCK_EVENTS:
            yield from self._step(chunk, "block", str(kind))
            yield from self._block(chunk, str(kind), event)
        elif kind in ("message_start", "message_delta", "message_stop"):
            yield from self._step(chunk, str(kind), str(kind))
            yield from self._check_usage(chunk, str(kind), event)
            delta = event.get("message" if kind == "message_start" else "delta")
            self._has_message_delta = self._has_message_delta or kind == "message_delta"
            if isinstance(delta, dict) and isinstance(delta.get("stop_reason"), str):
                self._stop_reason = delta["stop_reason"]
        elif kind == "error" or (kind is None and "error" in event):
            self._failed = True
            message = with_error("the stream reports an error", event.get("error"))
            yield Misstep("error-event", chunk, message, "$.error")
        elif isinstance(kind, str) and "." in kind:
            # Anthropic announces new types, but its names have no dots.
            message = f"an event of type {describe(kind)} does not belong to this API"
            yield Misstep("foreign-event", chunk, message, "$.type")
        elif kind != "ping" and isinstance(kind, str):
            yield Misstep("unknown-type", chunk, with_field("unknown event", event, "type"), "$.type")

    def _check_usage(self, chunk: int, kind: str, event: dict[str, Any]) -> Iterator[Misstep]:
        if kind == "message_start":
            message = event.get("message")
            if isinstance(message, dict) and message.get("id") == "":
                yield Misstep("empty-id", chunk, "id is empty", "$.message.id")
            yield from self._checks.started(chunk, message)
            usage, path = (message.get("usage") if isinstance(message, dict) else None), "$.message.usage"
        else:
            usage, path = event.get("usage"), "$.usage"
        has_server_tools = any(kind.startswith("server_") or kind not in _KNOWN_BLOCKS for kind in self._kinds.values())
        yield from self._usage.report(chunk, usage, path, prompt_grows=has_server_tools)

    def _step(self, chunk: int, symbol: str, what: str) -> Iterator[Misstep]:
        state = self._message.state(0)
        wrong = self._message.step(0, symbol)
        if wrong == "start-order" and symbol == "message_start":
            yield Misstep(wrong, chunk, "a second message_start", "$.type")
        elif wrong == "start-order":
            yield Misstep(wrong, chunk, f"{what} comes before any message_start", "$.type")
        elif wrong == "no-message-delta" and self._stop_reason is None:
            yield Misstep(wrong, chunk, "message_stop is not preceded by a message_delta", "$.type")
        elif wrong == "after-message-stop":
            after = "message_stop" if state == "ended" else "message_delta"
            yield Misstep(wrong, chunk, f"{what} comes after {after}", "$.type")

    def _block(self, chunk: int, kind: str, event: dict[str, Any]) -> Iterator[Misstep]:
        key = event.get("index")
        if type(key) is not int:
            return  # reported by the shape check
        symbol = kind.removeprefix("content_block_")
        if symbol == "start":
            yield from self._check_start(chunk, key, event)
        wrong = self._blocks.step(key, symbol)
        if wrong == "delta-unopened":
            message = f"{kind} for block {key}, which " + ("has stopped" if key in self._kinds else "never started")
            yield Misstep(wrong, chunk, message, "$.index")
        elif wrong is not None:
            yield Misstep(wrong, chunk, f"block {key} starts a second time", "$.index")
        if symbol == "delta":
            yield from self._delta(chunk, key, event.get("delta"))

    def _check_start(self, chunk: int, key: int, event: dict[str, Any]) -> Iterator[Misstep]:
        others = [index for index, state in self._blocks.states.items() if state == "open" and index != key]
        if others:
            message = f"block {key} starts while block {others[0]} is open"
            yield Misstep("block-overlap", chunk, message, "$.index")
        yield from self._checks.misplaced(chunk, key)
        expected = len(self._kinds) + self._checks.before
        if key not in self._kinds and key != expected and key >= self._checks.before:
            message = f"block {key} starts, but {expected} was expected"
            yield Misstep("block-index", chunk, message, "$.index")
        block = event.get("content_block")
        if isinstance(block, dict):
            yield from self._checks.opened(chunk, key, block)
        type_of_block = block.get("type") if isinstance(block, dict) else None
        self._kinds[key] = type_of_block if isinstance(type_of_block, str) else ""
        if self._kinds[key] in _BLOCK_TYPES["input_json_delta"]:
            self._json[key] = []
            self._inputs.append((key, chunk))

    def _delta(self, chunk: int, key: int, delta: object) -> Iterator[Misstep]:
        kind = delta.get("type") if isinstance(delta, dict) else None
        if not isinstance(delta, dict) or not isinstance(kind, str) or key not in self._kinds:
            return  # reported by the shape check
        block = self._kinds[key]
        block_types = _BLOCK_TYPES.get(kind)
        if block_types is None and block in _KNOWN_BLOCKS:
            message = f"unknown delta type {describe(kind)} in a block of type {block}"
            yield Misstep("delta-type-mismatch", chunk, message, "$.delta.type", "warning")
        elif block_types is None:
            yield Misstep("unknown-type", chunk, f"unknown delta type {describe(kind)}", "$.delta.type")
        elif block not in block_types and block and (block in _KNOWN_BLOCKS or not block.endswith("_tool_use")):
            message = f"{kind} in a block of type {block}"
            # A new block type may allow such deltas, but the current SDK ignores them.
            severity: Severity | None = None if block in _KNOWN_BLOCKS else "warning"
            yield Misstep("delta-type-mismatch", chunk, message, "$.delta.type", severity)
        elif kind == "signature_delta" and delta.get("signature"):
            self._checks.signed(key)
        elif key in self._json and isinstance(delta.get("partial_json"), str):
            self._json[key].append(delta["partial_json"])

    def _end(self) -> Iterator[Misstep]:
        cut = self._stop_reason == "max_tokens"
        for key, chunk in self._inputs:
            text = "".join(self._json[key])
            if text and not _is_json_object(text):
                message = f"the input of block {key} is not a JSON object"
                yield Misstep("tool-input-invalid", chunk, message, "$.index", "warning" if cut else None)
        if self._failed:
            return
        for key, wrong in self._blocks.unfinished():
            yield Misstep(wrong, None, f"block {key} never stops")
        if self._message.state(0) in MESSAGE.unfinished:
            yield Misstep(MESSAGE.unfinished[self._message.state(0)], None, "the stream ends without message_stop")
        else:
            yield from self._checks.end(self._stop_reason)
        if self._stop_reason is None and self._has_message_delta:
            yield Misstep("no-stop-reason", None, "no message_delta carries a stop_reason")


def _delta_text(delta: object) -> object:
    return (delta.get("text") or delta.get("thinking")) if isinstance(delta, dict) else None


def _is_json_object(text: str) -> bool:
    try:
        return isinstance(orjson.loads(text), dict)
    except orjson.JSONDecodeError:
        return False
