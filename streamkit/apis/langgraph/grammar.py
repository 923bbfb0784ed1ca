"""The allowed order of a LangGraph or LangServe stream: `metadata`, what the run streams, and `end` or `error`.

Source: PyPI `langgraph-api` 0.16 and `langserve` 0.3, and recorded streams. The pieces of a message add up to the one in
the state after its step; each partial message begins with the one before.
"""

from __future__ import annotations

from collections.abc import Iterator

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
        self._partial: dict[str, str] = {}
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
                run = as_object(event.get("data")).get("run_id")
                yield from self._same.check(chunk, "$.data.run_id", run, kind="id-changed")
            elif mode in ("messages", "data"):
                yield from self._piece(chunk, event)
                if mode == "data":
                    yield from self._output(chunk, event)
            elif mode == "updates":
                yield from self._update(chunk, event)
            elif mode == "messages/partial":
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
        for index, message in enumerate(objects_in(event.get("data"))):
            id, text = message.get("id"), text_of(message)
            if type(id) is str and not text.startswith(self._partial.get(id, "")):
                difference = f"the partial message {describe(id)} does not begin with the one before"
                yield Misstep("whole-differs", chunk, difference, f"$.data[{index}].content")
            if type(id) is str:
                self._partial[id] = text

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
