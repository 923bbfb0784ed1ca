"""The allowed order of a LangGraph or LangServe stream: `metadata`, what the run streams, and `end` or `error`.

Source: PyPI `langgraph-api` 0.16 and `langserve` 0.3, and recorded streams. The pieces of a message add up to the one in
the state after its step; each partial message begins with the one before, and has its `messages/metadata` before it.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from streamkit.apis import Chunk
from streamkit.apis._kit.reading import as_object, objects_in, to_json
from streamkit.apis._kit.repeats import repeats
from streamkit.apis._kit.values import PartTexts, Repeated
from streamkit.apis.langgraph.chunks import NAMES, is_ai, mode_of, piece_of, text_of
from streamkit.model.grammar import Grammar, Misstep, Walk
from streamkit.model.stream import Stream
from streamkit.model.wording import describe

GRAMMAR = Grammar(
    name="a run of a graph or a chain",
    start="new",
    steps={
        ("new", "metadata"): "open",
        ("new", "event"): "open",
        ("new", "last"): "ended",
        ("open", "event"): "open",
        ("open", "last"): "ended",
    },
    missteps={
        ("new", "event"): "missing-start",
        ("open", "metadata"): "repeated-start",
        ("ended", "metadata"): "repeated-start",
        ("ended", "event"): "after-end",
        ("ended", "last"): "after-end",
    },
    ends=frozenset({"new", "open", "ended"}),
)

KINDS = (
    GRAMMAR.kinds
    | {"cumulative-content", "empty-delta", "empty-id", "id-changed", "repeated-delta"}
    | {
        "part-type-mismatch",
        "unknown-event",
        "unopened-part",
        "value-changed",
        "whole-differs",
    }
)
"""Every misstep that these checks can report; each is the name of a rule."""


def missteps(stream: Stream) -> Iterator[Misstep]:
    """Yield every misstep of a run in the order of its events."""
    return _RunWalk(stream).missteps()


class _RunWalk:
    """A walk through one run."""

    def __init__(self, stream: Stream) -> None:
        self._stream = stream
        self._walk = Walk(GRAMMAR)
        self._same = Repeated()
        self._texts = PartTexts()
        self._started = False
        self._announced: set[str] = set()
        self._partial: dict[str, dict[str, Any]] = {}
        self._state: set[str] = set()
        self._kind = ""
        self._updated: object = None

    def missteps(self) -> Iterator[Misstep]:
        for chunk, event in enumerate(self._stream.chunks):
            mode = mode_of(event)
            if mode not in NAMES:
                yield Misstep("unknown-event", chunk, f"unknown event {describe(mode)}", "$.event")
                continue
            yield from self._order(chunk, mode)
            if mode == "metadata":
                self._started = True
                run = as_object(event.get("data")).get("run_id")
                yield from self._same.check(chunk, "$.data.run_id", run, kind="id-changed")
            elif mode in ("messages", "data"):
                yield from self._piece(chunk, event)
                if mode == "data":
                    yield from self._output(chunk, event)
            elif mode == "updates":
                yield from self._update(chunk, event)
            elif mode == "messages/metadata":
                self._announced.update(as_object(event.get("data")))
            elif mode in ("messages/partial", "messages/complete"):
                yield from self._partials(chunk, event)
            elif event.get("event") == "values":
                yield from self._values(chunk, event)

    def _order(self, chunk: int, mode: str) -> Iterator[Misstep]:
        symbol = "metadata" if mode == "metadata" else "last" if mode in ("end", "error") else "event"
        wrong = self._walk.step(0, symbol)
        if wrong == "missing-start":
            yield Misstep(wrong, chunk, f"the stream begins with {describe(mode)} instead of metadata", "$.event")
        elif wrong == "repeated-start":
            yield Misstep(wrong, chunk, "a second event metadata", "$.event")
        elif wrong is not None:
            yield Misstep(wrong, chunk, f"{describe(mode)} comes after the end of the run", "$.event", "warning")

    def _piece(self, chunk: int, event: Chunk) -> Iterator[Misstep]:
        message, data = piece_of(event), event.get("data")
        if type(data) is str:
            yield from self._texts.add(chunk, "$.data", data)
        elif message is not None and is_ai(message):
            id = message.get("id") if type(message.get("id")) is str else ""
            path = "$.data.content" if mode_of(event) == "data" else "$.data[0].content"
            yield from self._texts.add(chunk, path, text_of(message), key=id)

    def _output(self, chunk: int, event: Chunk) -> Iterator[Misstep]:
        """Check that a piece of a chain's output can be added to those before: all are texts, messages or objects."""
        data, message = event.get("data"), piece_of(event)
        kind = "a message" if message is not None else describe([] if type(data) is list else data)
        kind = "a text" if type(data) is str else kind
        if type(data) in (str, dict):
            self._kind = self._kind or kind
        if self._kind not in ("", kind):
            difference = f"the piece is {kind}, but {self._kind} came before"
            yield Misstep("part-type-mismatch", chunk, difference, "$.data", "warning")
        if message is not None:
            yield from self._same.check(chunk, "$.data.id", message.get("id"), kind="id-changed")

    def _update(self, chunk: int, event: Chunk) -> Iterator[Misstep]:
        """Check that an update names a node, and is not the one before."""
        data = event.get("data")
        if data == {}:
            yield Misstep("empty-delta", chunk, "the update is of no node", "$.data")
        elif data == self._updated and repeats(to_json(data)):
            yield Misstep("repeated-delta", chunk, "the update repeats the one before", "$.data")
        self._updated = data
        for node, update in as_object(data).items():
            yield from self._whole(chunk, as_object(update).get("messages"), f"$.data.{node}.messages", "update")

    def _partials(self, chunk: int, event: Chunk) -> Iterator[Misstep]:
        """Check that a message was announced, and begins with what there was of it before."""
        for index, message in enumerate(objects_in(event.get("data"))):
            id, path = message.get("id"), f"$.data[{index}]"
            if type(id) is not str:
                continue
            if id == "":
                yield Misstep("empty-id", chunk, "the id of a message is empty", f"{path}.id")
            # A client that joins a run has not received what came before.
            elif self._started and id not in self._announced:
                difference = f"the message {describe(id)} has no messages/metadata before it"
                yield Misstep("unopened-part", chunk, difference, f"{path}.id", "warning")
            before = self._partial.get(id, {})
            if (field := _rewritten(before, message)) is not None:
                difference = f"the partial message {describe(id)} does not begin with the one before"
                yield Misstep("whole-differs", chunk, difference, f"{path}.{field}")
            self._partial[id] = message

    def _values(self, chunk: int, event: Chunk) -> Iterator[Misstep]:
        """Compare a state with the one before, and its messages with their pieces. A state keeps the fields that it has."""
        kind = describe(event.get("data")) if type(event.get("data")) in (dict, list) else "a single value"
        yield from self._same.check(chunk, "$.data", kind, name="the state")
        state = set(as_object(event.get("data")))
        if self._state - state:
            missing = describe(min(self._state - state))
            yield Misstep("value-changed", chunk, f"the state has no {missing}, but it had before", "$.data")
        self._state |= state
        yield from self._whole(chunk, as_object(event.get("data")).get("messages"), "$.data.messages", "state")

    def _whole(self, chunk: int, messages: object, path: str, place: str) -> Iterator[Misstep]:
        """Compare the messages of a state or an update with their pieces."""
        for index, message in enumerate(objects_in(messages)):
            id = message.get("id")
            if id == "":
                yield Misstep("empty-id", chunk, "the id of a message is empty", f"{path}[{index}].id")
            if type(id) is str and self._texts.text(id):
                at = f"{path}[{index}].content"
                yield from self._texts.check_whole(chunk, at, text_of(message), key=id, place=place)


def _rewritten(before: dict[str, Any], message: dict[str, Any]) -> str | None:
    """Return the field of a message that is not what was there before and more, None if there is none."""
    if not text_of(message).startswith(text_of(before)):
        return "content"
    # Arguments that cannot be parsed so far are apart.
    parsed = not before.get("invalid_tool_calls") and not message.get("invalid_tool_calls")
    if parsed and not _continues(before.get("tool_calls"), message.get("tool_calls")):
        return "tool_calls"
    return "usage_metadata" if before.get("usage_metadata") and not message.get("usage_metadata") else None


def _continues(before: Any, value: Any) -> bool:
    """Return whether a value that is parsed from incomplete JSON may become this one. A number may have had more digits."""
    if type(before) is str:
        return type(value) is str and value.startswith(before)
    if type(before) is dict and before:
        return type(value) is dict and all(key in value and _continues(before[key], value[key]) for key in before)
    if type(before) is list and before:
        return type(value) is list and len(value) >= len(before) and all(map(_continues, before, value))
    return True
