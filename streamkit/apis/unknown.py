"""An event stream of an unknown API: its events are counted, and its text is extracted where it is unambiguous.

Text is unambiguous in two cases: an event whose `type` ends in `delta` and has a string field `delta`, and an object in
which exactly one of the fields that commonly hold text is a string. Nothing else is interpreted.
"""

from __future__ import annotations

from collections import Counter
from typing import Any

from streamkit.apis import UNKNOWN, Api, Chunk, Ending
from streamkit.apis._kit.merge import Fragments, joined
from streamkit.apis._kit.reading import error_message, nonempty_string
from streamkit.model.message import ERROR, TEXT, Delta, Message, Part, Reply

TEXT_FIELDS = (
    "text",
    "content",
    "delta",
    "response",
    "token",
    "output",
    "completion",
    "answer",
    "generated_text",
    "data",
)
TYPE_FIELDS = ("type", "event_type", "event", "object")
_WHOLE = ("done", "completed", "complete", "end", "stop", "finished", "created", "start", "started", "final", "error")


def text_in(chunk: Chunk) -> str:
    """Return the text that a chunk unambiguously adds, or ""."""
    kind = event_kind(chunk) or ""
    delta = chunk.get("delta")
    if kind.endswith("delta") and type(delta) is str:
        return delta
    if kind.replace("-", ".").replace("_", ".").rpartition(".")[2] in _WHOLE:
        return ""
    found = [chunk[field] for field in TEXT_FIELDS if type(chunk.get(field)) is str]
    return found[0] if len(found) == 1 else ""


def event_kind(chunk: Chunk) -> str | None:
    """Return the event type that a chunk declares, or None."""
    return next((chunk[field] for field in TYPE_FIELDS if nonempty_string(chunk.get(field))), None)


def flags(chunk: Chunk) -> int:
    """Return TEXT if the chunk unambiguously adds text, ERROR if it reports an error."""
    return (TEXT if text_in(chunk) else 0) | (ERROR if _error(chunk) else 0)


def unwrap(chunk: Chunk, name: str) -> Chunk:
    """Return the chunk, with the event name added if that is `error`."""
    return {"event": name, **chunk} if name == "error" else chunk


def _error(chunk: Chunk) -> Any:
    return chunk.get("error") or (chunk if "error" in (chunk.get("type"), chunk.get("event")) else None)


def deltas(chunk: Chunk) -> tuple[Delta, ...]:
    """Return the text and the error of a chunk."""
    text, error = text_in(chunk), _error(chunk)
    found = (Delta("text", text),) if text else ()
    return (*found, Delta("error", error_message(error))) if error else found


class UnknownAssembler:
    """Counts the chunks and joins the unambiguous text. If there is only one object, that is the answer."""

    def __init__(self) -> None:
        self._events: Counter[str] = Counter()
        self._text = Fragments()
        self._only: Chunk | None = None
        self._error: Any = None

    def feed(self, chunk: Chunk) -> None:
        """Take the next chunk. Never raises on content."""
        self._only = chunk if not self._events else None
        self._events[event_kind(chunk) or "object"] += 1
        text = text_in(chunk)
        if text:
            self._text.append(text)
        self._error = self._error or _error(chunk)

    @property
    def object(self) -> dict[str, Any]:
        """The number of chunks, in total and by type, the text or null, and the error if there is one."""
        if self._only is not None:
            return self._only
        found: dict[str, Any] = {
            "object": "event_stream",
            "chunks": self._events.total(),
            "kinds": dict(self._events),
            "text": joined(self._text) if self._text else None,
        }
        return found if self._error is None else {**found, "error": self._error}

    @property
    def message(self) -> Reply:
        """The text alone."""
        return Reply((Message(0, None, (Part("text", joined(self._text)),)),)) if self._text else Reply()


def ended(ending: Ending) -> bool:
    """The stream ends with `[DONE]`, the only terminal marker that many APIs share."""
    return ending.done


API = Api(
    name=UNKNOWN,
    title="an event stream of an unknown API",
    recognises=lambda _: None,
    flags=flags,
    deltas=deltas,
    usage=lambda _: None,
    model=lambda chunk: nonempty_string(chunk.get("model")),
    ended=ended,
    assembler=UnknownAssembler,
    unwrap=unwrap,
    order=1000,
)
