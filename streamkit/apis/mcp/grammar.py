"""The allowed order of an MCP stream that answers a request: notifications and requests to the client, then the response.

Source: specification 2025-11-25, "Transports", "Progress" and "Resumability and Redelivery": progress increases with every
notification, event IDs are unique, and the stream ends with the response to its request.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from streamkit.apis import Chunk
from streamkit.apis._kit.reading import as_object
from streamkit.apis._kit.values import Repeated
from streamkit.apis.mcp.chunks import is_response
from streamkit.apis.mcp.shape import METHODS
from streamkit.model.grammar import Grammar, Misstep, Walk
from streamkit.model.stream import Stream
from streamkit.model.wording import describe, with_field

GRAMMAR = Grammar(
    name="the answer to a request",
    start="open",
    steps={("open", "message"): "open", ("open", "response"): "ended"},
    missteps={("ended", "message"): "after-end", ("ended", "response"): "after-end"},
    ends=frozenset({"open", "ended"}),
)
"""A missing response is not a misstep here: the stream's verdict is then "truncated", as for every API."""

KINDS = GRAMMAR.kinds | {"counter-order", "id-changed", "unknown-event", "value-changed"}
"""Every misstep that these checks can report; each is the name of a rule."""


def missteps(stream: Stream) -> Iterator[Misstep]:
    """Yield every misstep of a stream in the order of its messages."""
    return _AnswerWalk(stream).missteps()


class _AnswerWalk:
    """A walk through the answer to one request."""

    def __init__(self, stream: Stream) -> None:
        self._stream = stream
        self._walk = Walk(GRAMMAR)
        self._same = Repeated()
        self._progress: dict[object, float] = {}
        self._event_ids: set[str] = set()
        self._last_id = ""
        request = stream.exchange.request
        body = request.body.value if request is not None and request.body is not None else None
        self._request = as_object(body)

    def missteps(self) -> Iterator[Misstep]:
        for chunk, message in enumerate(self._stream.chunks):
            response = is_response(message)
            if self._walk.step(0, "response" if response else "message"):
                what = "a second response" if response else with_field("a message", message, "method")
                yield Misstep("after-end", chunk, f"{what} comes after the response", "$", "warning")
            yield from self._event(chunk)
            if response:
                yield from self._response(chunk, message)
            else:
                yield from self._message(chunk, message)

    def _event(self, chunk: int) -> Iterator[Misstep]:
        event = self._stream.chunk_events[chunk]
        ids, name = self._stream.events.ids, self._stream.events.name(event)
        if name != "message":
            text = f"the event is named {describe(name)}: clients read only those named message"
            yield Misstep("unknown-event", chunk, text, "$", "error")
        id = ids[event] if ids is not None else ""
        if id != self._last_id and id in self._event_ids:  # an event without an ID has that of the event before
            yield Misstep("counter-order", chunk, f"the event has the id {describe(id)} of an earlier event", "$")
        self._event_ids.add(id)
        self._last_id = id

    def _response(self, chunk: int, message: Chunk) -> Iterator[Misstep]:
        expected, given = self._request.get("id"), message.get("id")
        if "method" in self._request and expected is not None and given is not None and given != expected:
            text = f"id is {describe(given)}, but that of the request is {describe(expected)}"
            yield Misstep("id-changed", chunk, text, "$.id", "error")

    def _message(self, chunk: int, message: Chunk) -> Iterator[Misstep]:
        method, params = message.get("method"), as_object(message.get("params"))
        if type(method) is not str:
            return  # reported by the shape check
        if method not in METHODS:
            yield Misstep("unknown-event", chunk, f"unknown method {describe(method)}", "$.method")
        if method == "notifications/progress":
            yield from self._progressed(chunk, params)

    def _progressed(self, chunk: int, params: dict[str, Any]) -> Iterator[Misstep]:
        token, progress = params.get("progressToken"), params.get("progress")
        if type(token) not in (str, int) or type(progress) not in (int, float):
            return
        wanted = as_object(as_object(self._request.get("params")).get("_meta")).get("progressToken")
        if wanted is not None and token != wanted:
            message = f"progressToken is {describe(token)}, but that of the request is {describe(wanted)}"
            yield Misstep("value-changed", chunk, message, "$.params.progressToken")
        yield from self._same.check(chunk, "$.params.progressToken", token, name="progressToken")
        yield from self._same.check(chunk, "$.params.total", params.get("total"), key=token)
        last = self._progress.get(token)
        assert isinstance(progress, (int, float))
        if last is not None and progress <= last:
            message = f"progress is {describe(progress)} after {describe(last)}"
            yield Misstep("counter-order", chunk, message, "$.params.progress")
        self._progress[token] = progress
