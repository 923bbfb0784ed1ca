"""Event streams whose data is the text itself, not JSON: what small servers and demos send."""

from __future__ import annotations

from typing import Any

import orjson

from streamkit.apis import Api, Chunk, Ending, Sample
from streamkit.apis._kit.merge import Pieces, joined
from streamkit.apis._kit.reading import as_string
from streamkit.model.message import ERROR, TEXT, Delta, Message, Part, Reply

_MARKERS = frozenset({"done", "end", "close", "complete", "finish", "stop"})


def recognises(sample: Sample) -> str | None:
    """Events that all hold data, none of which begins as a JSON object or array does."""
    if sample.framing != "sse" or sample.chunks or not sample.events:
        return None
    texts = [data for _, data in sample.events if data.strip() and data != b"[DONE]"]
    if not texts or any(data.lstrip().startswith((b"{", b"[", b"<", b'"')) for data in texts) or all(map(_json, texts)):
        return None
    return "the data of its events is text, not JSON"


def _json(data: bytes) -> bool:
    """Whether this is JSON after all: a bare number, true, false or null."""
    try:
        orjson.loads(data)
    except orjson.JSONDecodeError:
        return False
    return True


def reads(data: bytes, name: str) -> Chunk | None:
    """The text of an event, with the event's name."""
    if data == b"[DONE]":
        return {"event": "done", "data": ""}
    return {"event": name, "data": data.decode("utf-8", "replace")}


def flags(chunk: Chunk) -> int:
    """TEXT, or ERROR for an event of that name."""
    if chunk.get("event") == "error":
        return ERROR
    return TEXT if _text(chunk) else 0


def _text(chunk: Chunk) -> str:
    return (
        ""
        if as_string(chunk.get("event")) in _MARKERS or chunk.get("event") == "error"
        else as_string(chunk.get("data"))
    )


def deltas(chunk: Chunk) -> tuple[Delta, ...]:
    """The text of an event."""
    if chunk.get("event") == "error":
        return (Delta("error", as_string(chunk.get("data"))),)
    text = _text(chunk)
    return (Delta("text", text),) if text else ()


class TextAssembler:
    """Joins the texts as they came: nothing is put between them."""

    def __init__(self) -> None:
        self._text = Pieces()
        self._error: str | None = None

    def feed(self, chunk: Chunk) -> None:
        """Take the next event. Never raises on content."""
        if chunk.get("event") == "error":
            self._error = as_string(chunk.get("data"))
        elif _text(chunk):
            self._text.append(_text(chunk))

    @property
    def object(self) -> dict[str, Any]:
        """The text, and the error where there was one."""
        found: dict[str, Any] = {"text": joined(self._text)}
        return found if self._error is None else {**found, "error": self._error}

    @property
    def message(self) -> Reply:
        """The text alone."""
        return Reply((Message(0, None, (Part("text", joined(self._text)),)),)) if self._text else Reply()


def ended(ending: Ending) -> bool:
    """`[DONE]`, or an event whose name says that it is the last."""
    return bool(ending.chunks) and as_string(ending.chunks[-1].get("event")) in _MARKERS


API = Api(
    name="plain_text",
    title="an event stream of plain text",
    recognises=recognises,
    flags=flags,
    deltas=deltas,
    usage=lambda _: None,
    model=lambda _: None,
    ended=ended,
    assembler=TextAssembler,
    reads=reads,
    order=900,
)
