"""Event streams whose data is plain text instead of JSON, as small servers and demos send.

No specification defines them. Lint checks the framing, as everywhere, and the part of the order that is known without one:
text after the event that ends the stream, and text that repeats the previous event. It does not check event names or
the text itself.
"""

from __future__ import annotations

from typing import Any

import orjson

from streamkit.apis import Api, Chunk, Ending, Judge, Sample
from streamkit.apis._kit.merge import Fragments, joined
from streamkit.apis._kit.reading import as_string
from streamkit.apis.plain_text.markers import MARKERS
from streamkit.model.message import ERROR, TEXT, Delta, Message, Part, Reply


def recognises(sample: Sample) -> str | None:
    """Recognise events whose data is neither JSON nor markup."""
    if sample.framing != "sse" or sample.chunks or not sample.events:
        return None
    texts = [data for _, data in sample.events if data.strip() and data != b"[DONE]"]
    if not texts or any(data.lstrip().startswith((b"{", b"[", b"<", b'"')) for data in texts) or all(map(_json, texts)):
        return None
    return "the data of its events is text, not JSON"


def _json(data: bytes) -> bool:
    """Return whether the data is a JSON value: a bare number, true, false or null."""
    try:
        orjson.loads(data)
    except orjson.JSONDecodeError:
        return False
    return True


def parse_event(data: bytes, name: str) -> Chunk | None:
    """Return the name and the text of an event as a chunk."""
    if data == b"[DONE]":
        return {"event": "done", "data": ""}
    return {"event": name, "data": data.decode("utf-8", "replace")}


def flags(chunk: Chunk) -> int:
    """Return TEXT, or ERROR for an event called `error`."""
    if chunk.get("event") == "error":
        return ERROR
    return TEXT if _text(chunk) else 0


def _text(chunk: Chunk) -> str:
    return (
        ""
        if as_string(chunk.get("event")) in MARKERS or chunk.get("event") == "error"
        else as_string(chunk.get("data"))
    )


def deltas(chunk: Chunk) -> tuple[Delta, ...]:
    """Return the text or the error of an event."""
    if chunk.get("event") == "error":
        return (Delta("error", as_string(chunk.get("data"))),)
    text = _text(chunk)
    return (Delta("text", text),) if text else ()


class TextAssembler:
    """Concatenates the texts, without a separator."""

    def __init__(self) -> None:
        self._text = Fragments()
        self._error: str | None = None

    def feed(self, chunk: Chunk) -> None:
        """Take the next event. Never raises on content."""
        if chunk.get("event") == "error":
            self._error = as_string(chunk.get("data"))
        elif _text(chunk):
            self._text.append(_text(chunk))

    @property
    def object(self) -> dict[str, Any]:
        """The text, and the error if there was one."""
        found: dict[str, Any] = {"text": joined(self._text)}
        return found if self._error is None else {**found, "error": self._error}

    @property
    def message(self) -> Reply:
        """The text alone."""
        return Reply((Message(0, None, (Part("text", joined(self._text)),)),)) if self._text else Reply()


def ended(ending: Ending) -> bool:
    """The stream ends with `[DONE]`, or with an event whose name marks the end."""
    return bool(ending.chunks) and as_string(ending.chunks[-1].get("event")) in MARKERS


def judge() -> Judge:
    """Return the tables of shape and order. Their modules are imported when a stream is first judged."""
    from streamkit.apis.plain_text import grammar, shape

    return Judge.of(shape, grammar, grammar.GRAMMAR)


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
    parse_event=parse_event,
    order=900,
    judge=judge,
)
