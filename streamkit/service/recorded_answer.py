"""The recordings that a mock server plays: their requests and responses."""

from __future__ import annotations

import re
from dataclasses import replace
from functools import cached_property
from pathlib import PurePath
from urllib.parse import unquote

from streamkit.apis import APIS, UNKNOWN, Sample, assemble, interpret
from streamkit.model.exchange import End, Exchange, Request, Response
from streamkit.model.message import TOKEN
from streamkit.model.stream import Stream
from streamkit.playback.matcher import Candidate
from streamkit.wire.framing import choose

CONTENT_TYPES = {
    "sse": "text/event-stream; charset=utf-8",
    "ndjson": "application/x-ndjson",
    "aws_eventstream": "application/vnd.amazon.eventstream",
    "json_document": "application/json",
    "coded_lines": "text/plain; charset=utf-8",
}
# Gemini and Bedrock: `/v1beta/models/MODEL:streamGenerateContent`, `/model/MODEL/converse-stream`.
_MODEL_IN_PATH = re.compile(r"/models?/([^/]+?)(?::\w+|/(?:converse|invoke)[\w-]*)$")
_STREAMS = ("text/event-stream", "application/x-ndjson", "application/vnd.amazon.eventstream")


class RecordedAnswer:
    """One exchange as the server plays it, interpreted when first needed."""

    def __init__(self, exchange: Exchange) -> None:
        self.exchange = playable(exchange)

    @property
    def name(self) -> str:
        """The path of its file, followed by `#` and its number unless it is the first in the file."""
        origin = self.exchange.origin
        return origin.path if origin.number == 1 else f"{origin.path}#{origin.number}"

    @cached_property
    def stream(self) -> Stream:
        """The exchange, decoded and interpreted."""
        return interpret(self.exchange)

    @cached_property
    def streamed(self) -> bool:
        """Whether the answer is a stream, by its content type if that is enough."""
        kind = self.exchange.content_type or ""
        if kind.startswith(_STREAMS):
            return True
        return not self.failed and self.stream.verdict != "not-a-stream"

    @property
    def failed(self) -> bool:
        """Whether the answer is an HTTP error or missing."""
        response = self.exchange.response
        return response is None or response.status >= 400

    @property
    def whole(self) -> object | None:
        """The object that the API would have returned without streaming; None if the stream is incomplete."""
        if self.stream.verdict != "complete":
            return None
        answer: object = assemble(self.stream).object
        return answer

    @cached_property
    def first_token(self) -> int:
        """The index of the write with the first token (from 0); 0 if there is none."""
        stream = self.stream
        for chunk, flags in enumerate(stream.flags):
            if flags & TOKEN:
                frame = self.exchange.frames.holding(stream.events.ends[stream.chunk_events[chunk]] - 1)
                # Frames without bytes are not written.
                return sum(1 for data in self.exchange.frames.data[: frame or 0] if data)
        return 0

    @property
    def model(self) -> str | None:
        """The requested model, or else the one that answered."""
        request = self.exchange.request
        body = request.body.json if request and request.body else None
        requested = body.get("model") if isinstance(body, dict) else None
        if isinstance(requested, str) and requested:
            return requested
        in_path = _MODEL_IN_PATH.search(request.path) if request else None
        return unquote(in_path[1]) if in_path else self.stream.model

    def recorded(self) -> Candidate:
        """Return the exchange in the form that the matcher expects."""
        exchange = self.exchange
        request = exchange.request
        return Candidate(
            request=request,
            streamed=self.streamed,
            wants_stream=self.streamed if request is None else request.asks_for_stream,
            failed=self.failed,
            fits=self._fits,
            model=lambda: self.model,
            recorded_at=exchange.recorded_at,
            path=PurePath(exchange.origin.path).name,
            number=exchange.origin.number,
        )

    def _fits(self, request: Request) -> bool:
        """Return whether a request is for the API of this stream; used if the recording has no request."""
        if request.method != "POST":
            return False
        path = request.path
        apis = {api.name for api in APIS.values() if api.recognises(Sample(path=path, framing="", chunks=(), names=()))}
        return not apis or self.stream.api in (*apis, UNKNOWN)


def playable(exchange: Exchange) -> Exchange:
    """Complete an exchange from a log: add a head that fits its framing, and a normal end, if they are missing.

    Recordings made by this program are played unchanged: if one has no response, there was none.
    """
    if exchange.source in ("client", "proxy"):
        return exchange
    response = exchange.response
    if response is None:
        framing = choose(None, exchange.frames.body[:4096])
        response = Response(None, 200, headers=(("Content-Type", CONTENT_TYPES[framing.name]),))
    return replace(exchange, response=response, end=exchange.end or End(at=None, reason="eof"))
