"""Mistral conversations and agents: `conversation.response.started`, entries with deltas, then
`conversation.response.done`.

Source: docs.mistral.ai, "Agents and conversations", "Streaming output"; mistralai's Python client, `models/*event.py`
and `models/*entry.py`. The object is the `conversation.response` of a request without streaming. No event gives a
finish reason.
"""

from __future__ import annotations

from typing import Any

from streamkit.apis import Api, Chunk, Ending, Judge, Sample
from streamkit.apis._kit.merge import Fragments, joined, merge, to_plain
from streamkit.apis._kit.reading import (
    as_index,
    as_object,
    as_string,
    error_message,
    nonempty_string,
    objects_in,
    to_json,
    usage_delta,
)
from streamkit.apis._openai.usage import parse_usage
from streamkit.model.message import (
    ERROR,
    OTHER_CONTENT,
    REASONING,
    ROLE,
    TEXT,
    TOOL,
    USAGE,
    Delta,
    DeltaKind,
    Message,
    Part,
    Reply,
    Usage,
)

# Types of entries. The type of an event is that of its entry with one more word at the end.
_ENTRIES = frozenset({"message.output", "function.call", "tool.execution", "agent.handoff"})
_LIFECYCLE = ("conversation.response.started", "conversation.response.done", "conversation.response.error")
_FLAGS = {"text": TEXT, "reasoning": REASONING}


def _entry_type(chunk: Chunk) -> str:
    """Return the type of the entry that an event extends, or ""."""
    kind = as_string(chunk.get("type")).rpartition(".")[0]
    return kind if kind in _ENTRIES else ""


def recognises(sample: Sample) -> str | None:
    """Recognise one of these event types, or the request's path."""
    for chunk in sample.chunks:
        kind = as_string(chunk.get("type"))
        if kind in _LIFECYCLE or (_entry_type(chunk) and kind != _entry_type(chunk)):
            return f"type is {kind!r}"
        if chunk.get("object") == "conversation.response":
            return "object is 'conversation.response'"
    return "the request's path" if sample.path.startswith("/v1/conversations") else None


def _piece(content: Any) -> tuple[DeltaKind, str]:
    """Return the kind and the text of a piece of content: a string, or a part (text, thinking, reference, image, file)."""
    if type(content) is str:
        return "text", content
    part = as_object(content)
    kind = as_string(part.get("type"))
    if kind == "thinking":
        thoughts = part.get("thinking")
        whole = as_string(thoughts) or "".join(as_string(thought.get("text")) for thought in objects_in(thoughts))
        return "reasoning", whole
    if kind == "tool_reference":
        return "citation", as_string(part.get("url")) or as_string(part.get("title"))
    return ("text", as_string(part.get("text"))) if type(part.get("text")) is str else ("other", kind)


def flags(chunk: Chunk) -> int:
    """Return what an event carries, as flags."""
    kind = _entry_type(chunk)
    if kind == "message.output":
        what, text = _piece(chunk.get("content"))
        return _FLAGS[what] * bool(text) if what in _FLAGS else OTHER_CONTENT * bool(chunk.get("content"))
    if kind == "function.call":
        return TOOL if chunk.get("name") or chunk.get("arguments") else 0
    if kind:
        return 0
    if chunk.get("type") == _LIFECYCLE[0]:
        return ROLE
    found = USAGE if type(chunk.get("usage")) is dict else 0
    return found | (ERROR if chunk.get("type") == _LIFECYCLE[2] or chunk.get("error") else 0)


def deltas(chunk: Chunk) -> tuple[Delta, ...]:
    """Return what an event adds; `part` is the index of its entry."""
    kind = _entry_type(chunk)
    part = as_index(chunk.get("output_index"), 0)
    if kind == "message.output":
        what, text = _piece(chunk.get("content"))
        return (Delta(what, text, part=part),) if flags(chunk) else ()
    if kind == "function.call":
        name, id = nonempty_string(chunk.get("name")), nonempty_string(chunk.get("tool_call_id"))
        return (Delta("tool", _arguments(chunk), choice=0, part=part, id=id, name=name),) if flags(chunk) else ()
    if kind:
        about = (chunk.get(key) for key in ("name", "next_agent_name", "previous_agent_name"))
        return (Delta("other", " ".join([as_string(chunk["type"]), *filter(None, map(as_string, about))]), part=part),)
    if flags(chunk) & ERROR:
        return (Delta("error", error_message(chunk.get("error") or {**chunk, "type": None})),)
    counts = usage(chunk)
    return (usage_delta(counts),) if counts else (Delta("role", "assistant"),) if flags(chunk) & ROLE else ()


def _arguments(chunk: Chunk) -> str:
    given = chunk.get("arguments")
    return given if type(given) is str else "" if given is None else to_json(given)


def usage(chunk: Chunk) -> Usage | None:
    """Return the token counts of `conversation.response.done`. Tokens used by tools are included in `total` only."""
    return parse_usage(chunk.get("usage"))


def ended(ending: Ending) -> bool:
    """The stream ends with `conversation.response.done`."""
    return any(chunk.get("type") == _LIFECYCLE[1] for chunk in reversed(ending.chunks))


class ConversationAssembler:
    """Assembles events into a `conversation.response`, with an entry for each message, call, tool and handoff."""

    def __init__(self) -> None:
        self._head: dict[str, Any] = {}
        self._entries: list[_Entry] = []
        self._error: Any = None
        self._whole: Chunk | None = None

    def feed(self, chunk: Chunk) -> None:
        """Take the next event. Never raises on content."""
        kind = _entry_type(chunk)
        if kind:
            self._entry_for(kind, chunk).feed(chunk)
        elif flags(chunk) & ERROR:
            self._error = chunk.get("error") or {key: value for key, value in chunk.items() if key != "type"}
        elif chunk.get("object") == "conversation.response":
            self._whole = chunk
        else:
            self._head.update((key, value) for key, value in chunk.items() if value is not None and key != "type")

    def _entry_for(self, kind: str, chunk: Chunk) -> _Entry:
        """Return the last entry that an event can continue, or a new one. See `_Entry.continues`."""
        for entry in reversed(self._entries):
            if entry.continues(kind, chunk):
                return entry
        entry = _Entry(kind, as_index(chunk.get("output_index"), len(self._entries)))
        self._entries.append(entry)
        return entry

    def _sorted(self) -> list[_Entry]:
        return sorted(self._entries, key=lambda entry: entry.index)

    @property
    def object(self) -> dict[str, Any]:
        """The `conversation.response` assembled so far; a non-streaming response is returned unchanged."""
        if self._whole is not None:
            return self._whole
        answer: dict[str, Any] = {
            "object": "conversation.response",
            "conversation_id": None,
            "outputs": [entry.object for entry in self._sorted()],
            **self._head,
        }
        return answer if self._error is None else {**answer, "error": self._error}

    @property
    def message(self) -> Reply:
        """The same in the terms common to all APIs: the entries are the parts of one message."""
        whole = self.object
        entries = objects_in(whole.get("outputs"))
        parts = tuple(part for entry in entries for part in _entry_parts(entry))
        messages = (Message(0, "assistant", parts),) if parts else ()
        model = next(filter(None, (nonempty_string(entry.get("model")) for entry in entries)), None)
        return Reply(messages, nonempty_string(whole.get("conversation_id")), model, parse_usage(whole.get("usage")))


class _Entry:
    """An entry of the outputs under construction."""

    __slots__ = ("contents", "fields", "index", "kind")

    def __init__(self, kind: str, index: int) -> None:
        self.kind, self.index = kind, index
        self.fields: dict[str, Any] = {}
        self.contents: dict[int, list[Any]] = {}

    def continues(self, kind: str, chunk: Chunk) -> bool:
        """Return whether an event continues this entry: its type and index match, and no id contradicts."""
        if kind != self.kind or as_index(chunk.get("output_index"), self.index) != self.index:
            return False
        known = [(self.fields.get(key), chunk.get(key)) for key in ("id", "tool_call_id")]
        return all(not ours or not theirs or ours == theirs for ours, theirs in known)

    def feed(self, chunk: Chunk) -> None:
        for key, value in chunk.items():
            if key == "content" and self.kind == "message.output":
                self._feed_content(as_index(chunk.get("content_index"), 0), value)
            elif key == "arguments":
                # A tool repeats its arguments when it is done; a call sends them in fragments.
                is_fragment = self.kind == "function.call" or as_string(chunk.get("type")).endswith(".delta")
                if is_fragment or not self.fields.get("arguments"):
                    self.fields[key] = merge(self.fields.get(key), _arguments(chunk))
            elif key not in ("type", "output_index", "content_index") and value is not None:
                self.fields[key] = value if value != "" else self.fields.get(key, value)

    def _feed_content(self, index: int, content: Any) -> None:
        """Add a piece. Text is appended to preceding text, and thinking to preceding thinking, at the same index."""
        pieces = self.contents.setdefault(index, [])
        for piece in content if type(content) is list else [content]:
            what, text = _piece(piece)
            last = pieces[-1] if pieces else None
            if type(last) is _Text and what == last.what and text:
                last.pieces.append(text)
            elif what in _FLAGS:
                pieces.append(_Text(what, text))
            elif piece is not None:
                pieces.append(piece)

    @property
    def object(self) -> dict[str, Any]:
        entry = {"object": "entry", "type": self.kind, **{key: to_plain(value) for key, value in self.fields.items()}}
        if self.kind == "message.output":
            pieces = [piece for _, pieces in sorted(self.contents.items()) for piece in pieces]
            if all(type(piece) is _Text and piece.what == "text" for piece in pieces) and len(self.contents) < 2:
                entry["content"] = "".join(joined(piece.pieces) for piece in pieces)
            else:
                entry["content"] = [piece.object if type(piece) is _Text else piece for piece in pieces]
        return entry


class _Text:
    """A part of text or of thinking under construction."""

    __slots__ = ("pieces", "what")

    def __init__(self, what: str, text: str) -> None:
        self.what, self.pieces = what, Fragments((text,))

    @property
    def object(self) -> dict[str, Any]:
        part = {"type": "text", "text": joined(self.pieces)}
        return part if self.what == "text" else {"type": "thinking", "thinking": [part]}


def _entry_parts(entry: dict[str, Any]) -> list[Part]:
    """Convert an entry to the terms common to all APIs."""
    if entry.get("type") == "function.call":
        arguments, id = _arguments(entry), nonempty_string(entry.get("tool_call_id"))
        return [Part("tool_call", arguments, id, nonempty_string(entry.get("name")), entry)]
    if entry.get("type") != "message.output":
        return [Part("data", name=nonempty_string(entry.get("name")) or nonempty_string(entry.get("type")), data=entry)]
    content = entry.get("content")
    parts = []
    for piece in content if type(content) is list else [content]:
        what, text = _piece(piece)
        if what == "text" or what == "reasoning" or what == "citation":
            parts += [Part(what, text, data=piece if what == "citation" else None)] if text else []
        else:
            parts.append(Part("data", name=text or None, data=piece))
    return parts


def judge() -> Judge:
    """Return the tables of shape and order. Their modules are imported when a stream is first checked."""
    from streamkit.apis.mistral_conversations import grammar, shape

    return Judge.of(shape, grammar, grammar.RESPONSE, grammar.ENTRY)


API = Api(
    name="mistral_conversations",
    title="Mistral conversations and agents",
    recognises=recognises,
    flags=flags,
    deltas=deltas,
    usage=usage,
    model=lambda chunk: nonempty_string(chunk.get("model")),
    ended=ended,
    assembler=ConversationAssembler,
    streamed=lambda chunk: chunk.get("object") != "conversation.response",
    order=20,
    judge=judge,
)
