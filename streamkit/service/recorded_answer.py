"""The recordings that a mock server plays: what they were asked, and what can be played of them."""

from __future__ import annotations

from dataclasses import replace
from functools import cached_property
from pathlib import PurePath
from urllib.parse import urlsplit

from streamkit.apis import APIS, UNKNOWN, Sample, assemble, interpret
from streamkit.model.exchange import End, Exchange, Request, Response
from streamkit.model.message import TOKEN
from streamkit.model.stream import Stream
from streamkit.playback.matcher import Recorded, asks_for_stream
from streamkit.wire.framing import choose

CONTENT_TYPES = {
    "sse": "text/event-stream; charset=utf-8",
    "ndjson": "application/x-ndjson",
    "aws_eventstream": "application/vnd.amazon.eventstream",
    "json_document": "application/json",
}
_STREAMS = ("text/event-stream", "application/x-ndjson", "application/vnd.amazon.eventstream")


class Recording:
    """One exchange as the server plays it. What it means is worked out when it is first needed."""

    def __init__(self, exchange: Exchange) -> None:
        self.exchange = playable(exchange)

    @property
    def name(self) -> str:
        """Its file, and its number where the file holds several."""
        origin = self.exchange.origin
        return origin.path if origin.number == 1 else f"{origin.path}#{origin.number}"

    @cached_property
    def stream(self) -> Stream:
        """The exchange decoded and understood."""
        return interpret(self.exchange)

    @cached_property
    def streamed(self) -> bool:
        """Whether the answer is a stream. Told by the content type where that is enough."""
        kind = self.exchange.content_type or ""
        if kind.startswith(_STREAMS):
            return True
        return not self.failed and self.stream.verdict != "not-a-stream"

    @property
    def failed(self) -> bool:
        """Whether the answer is an HTTP error, or none at all."""
        response = self.exchange.response
        return response is None or response.status >= 400

    @property
    def whole(self) -> object | None:
        """The object that the API would have answered without streaming; None where the stream does not tell all of it."""
        if self.stream.verdict != "complete":
            return None
        answer: object = assemble(self.stream).object
        return answer

    @cached_property
    def first_token(self) -> int:
        """Which write (from 0) holds the first token; the first where no token is known."""
        stream = self.stream
        for chunk, flags in enumerate(stream.flags):
            if flags & TOKEN:
                place = self.exchange.frames.holding(stream.events.ends[stream.chunk_events[chunk]] - 1)
                # Frames without bytes are not written.
                return sum(1 for data in self.exchange.frames.data[: place or 0] if data)
        return 0

    @property
    def model(self) -> str | None:
        """The model that was asked for, else the one that answered."""
        request = self.exchange.request
        body = request.body.json if request and request.body else None
        asked = body.get("model") if isinstance(body, dict) else None
        return asked if isinstance(asked, str) and asked else self.stream.model

    def recorded(self) -> Recorded:
        """What a matcher needs to know."""
        exchange = self.exchange
        request = exchange.request
        return Recorded(
            request=request,
            streamed=self.streamed,
            asked_stream=self.streamed if request is None else asks_for_stream(request),
            failed=self.failed,
            fits=self._fits,
            model=lambda: self.model,
            recorded_at=exchange.recorded_at,
            path=PurePath(exchange.origin.path).name,
            number=exchange.origin.number,
        )

    def _fits(self, request: Request) -> bool:
        """Whether a request whose own answer was not kept is of the API that this stream speaks."""
        if request.method != "POST":
            return False
        path = urlsplit(request.url).path
        spoken = {
            api.name for api in APIS.values() if api.recognises(Sample(path=path, framing="", chunks=(), names=()))
        }
        return not spoken or self.stream.api in (*spoken, UNKNOWN)


def playable(exchange: Exchange) -> Exchange:
    """An exchange of a log that kept no head and no end, with the head that its framing wants and a plain end.

    A recording of ours is played as it stands: where it has no response, there was none.
    """
    if exchange.source in ("client", "proxy"):
        return exchange
    response = exchange.response
    if response is None:
        framing = choose(None, exchange.frames.body[:4096])
        response = Response(None, 200, headers=(("Content-Type", CONTENT_TYPES[framing.name]),))
    return replace(exchange, response=response, end=exchange.end or End(at=None, reason="eof"))
