"""The allowed order of a Responses stream: a response is created, with items in it and parts in those, then one
terminal event.

Items may overlap, as they do at OpenAI, xAI and OpenRouter. An item is identified by its `output_index`, a part by its
item and `content_index`. What a `done` event repeats must match the deltas.

Source: openai-openapi f85dbe2; openai-python 3.52, `lib/streaming/responses/_responses.py`, which raises if it does not
find the item or the part that an event refers to; 38 recorded streams.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from streamkit.apis.openai_responses.consistency import KINDS as CONSISTENCY_KINDS
from streamkit.apis.openai_responses.consistency import ResponseConsistency
from streamkit.apis.openai_responses.item_grammar import KINDS as ITEM_KINDS
from streamkit.apis.openai_responses.item_grammar import ItemChecks
from streamkit.model.grammar import Grammar, Misstep, Walk
from streamkit.model.stream import Stream
from streamkit.model.wording import error_words, with_field

RESPONSE = Grammar(
    name="a response",
    start="start",
    steps={
        ("start", "created"): "open",
        ("start", "other"): "early",
        ("early", "created"): "open",
        ("early", "terminal"): "ended",
        ("early", "error"): "failing",
        ("start", "terminal"): "ended",
        ("start", "error"): "failing",
        ("open", "terminal"): "ended",
        ("open", "error"): "failing",
        ("failing", "terminal"): "ended",
    },
    missteps={
        ("start", "other"): "first-event",
        ("start", "terminal"): "first-event",
        ("open", "created"): "first-event",
        ("failing", "other"): "after-terminal",
        ("failing", "created"): "after-terminal",
        ("ended", "other"): "after-terminal",
        ("ended", "created"): "after-terminal",
        ("ended", "terminal"): "after-terminal",
        ("ended", "error"): "after-terminal",
    },
    ends=frozenset({"ended", "failing"}),
    unfinished={"start": "no-terminal", "early": "no-terminal", "open": "no-terminal"},
)

KINDS = (
    RESPONSE.kinds
    | ITEM_KINDS
    | CONSISTENCY_KINDS
    | {"empty-id", "failed-response", "foreign-event", "response-id-changed", "sequence-gap"}
)
"""Every misstep that these checks can report; each is the name of a rule."""

_TERMINAL = ("response.completed", "response.failed", "response.incomplete")
_TEXT = "response.output_text.delta"


def missteps(stream: Stream) -> Iterator[Misstep]:
    """Yield every misstep of a Responses stream in the order of its events, then those at its end."""
    return _ResponseWalk(stream).missteps() if stream.streamed else iter(())


class _ResponseWalk:
    """A walk through one Responses stream."""

    def __init__(self, stream: Stream) -> None:
        self._stream = stream
        self._response = Walk(RESPONSE)
        self._items = ItemChecks()
        self._consistency = ResponseConsistency()
        self._id: str | None = None
        self._sequence: int | None = None

    def missteps(self) -> Iterator[Misstep]:
        opened = self._response.states
        several = self._stream.framing == "websocket"
        for chunk, event in enumerate(self._stream.chunks):
            number = event.get("sequence_number")
            if several and event.get("type") == "response.created" and self._response.state(0) in RESPONSE.ends:
                yield from self._begin_next()
                opened, self._sequence = self._response.states, None
            if type(number) is int:
                if self._sequence is not None and number != self._sequence + 1:
                    message = f"sequence_number is {number}, but {self._sequence + 1} was expected"
                    yield Misstep("sequence-gap", chunk, message, "$.sequence_number")
                self._sequence = number
            # The usual case: more text for the part of the previous event.
            if event.get("type") == _TEXT and opened.get(0) == "open" and self._items.continues(event):
                continue
            yield from self._event(chunk, event)
        yield from self._end()

    def _begin_next(self) -> Iterator[Misstep]:
        """Begin another response: over a WebSocket, each request is answered with one."""
        yield from self._end()
        self._response, self._items = Walk(RESPONSE), ItemChecks()
        self._consistency = ResponseConsistency()
        self._id = None

    def _event(self, chunk: int, event: dict[str, Any]) -> Iterator[Misstep]:
        kind = event["type"] if isinstance(event.get("type"), str) else ""
        yield from self._lifecycle(chunk, kind, event)
        response = event.get("response")
        if isinstance(response, dict):
            yield from self._same_response(chunk, response)
            yield from self._consistency.event(chunk, kind, response)
            if kind in _TERMINAL:
                yield from self._items.final(chunk, response, complete=kind == "response.completed")
        elif kind.startswith("response."):
            yield from self._items.event(chunk, kind, event)
        elif kind not in ("error", "keepalive") and event.get("error") is None:
            message = f"{with_field('an event', event, 'type')} does not belong to this API"
            yield Misstep("foreign-event", chunk, message, "$.type")

    def _lifecycle(self, chunk: int, kind: str, event: dict[str, Any]) -> Iterator[Misstep]:
        symbol = "created" if kind == "response.created" else "terminal" if kind in _TERMINAL else "other"
        if kind == "error" or (not kind and event.get("error") is not None):
            symbol = "error"
        wrong = self._response.step(0, symbol)
        if wrong == "first-event" and symbol == "created":
            yield Misstep(wrong, chunk, "a second response.created", "$.type")
        elif wrong == "first-event" and not self._is_continuation():
            number = event.get("sequence_number")
            late = kind == "response.queued" or (type(number) is int and number > 0)
            message = f"{_name(kind, event)} comes before response.created"
            yield Misstep(wrong, chunk, message, "$.type", "warning" if late else None)
        elif wrong == "after-terminal":
            yield Misstep(wrong, chunk, f"{_name(kind, event)} comes after the terminal event", "$.type")
        if symbol == "error" or kind in ("response.failed", "response.incomplete"):
            yield Misstep("failed-response", chunk, _failure(kind, event), "$", _severity(kind))

    def _is_continuation(self) -> bool:
        request = self._stream.exchange.request
        return request is not None and "starting_after" in request.query

    def _same_response(self, chunk: int, response: dict[str, Any]) -> Iterator[Misstep]:
        given = response.get("id")
        if given == "":
            yield Misstep("empty-id", chunk, "id is empty", "$.response.id")
        if isinstance(given, str):
            self._id = self._id or given
            if given != self._id:
                message = f'the response is "{given}", but was "{self._id}" before'
                yield Misstep("response-id-changed", chunk, message, "$.response.id")

    def _end(self) -> Iterator[Misstep]:
        state = self._response.state(0)
        if state in RESPONSE.unfinished:
            yield Misstep(RESPONSE.unfinished[state], None, "the stream ends without completed, failed or incomplete")
        elif state == "ended":
            yield from self._items.unfinished()


def _severity(kind: str) -> Any:
    return "warning" if kind == "response.incomplete" else None


def _name(kind: str, event: dict[str, Any]) -> str:
    return kind or with_field("an event", event, "type")


def _failure(kind: str, event: dict[str, Any]) -> str:
    response = event.get("response")
    source = response if isinstance(response, dict) else event
    details = (source.get(key) for key in ("error", "incomplete_details", "message"))
    words = next(filter(None, map(error_words, details)), "")
    return f"the stream ends with {kind or 'an error'}" + (f": {words}" if words else "")
