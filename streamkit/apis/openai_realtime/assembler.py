"""Assembles the events of a Realtime session into the session and its responses.

The end of a response contains its items, but not their audio. Until then, and if the end has no items, they are those that
the events added, as far as their deltas arrived.
"""

from __future__ import annotations

from typing import Any

from streamkit.apis import Chunk
from streamkit.apis._kit.merge import Fragments, joined, joined_base64
from streamkit.apis._kit.reading import as_index, as_object, as_string, nonempty_string, objects_in
from streamkit.apis.openai_realtime.chunks import APPENDS, finish_reason, usage
from streamkit.model.message import Message, Part, Reply, Usage

_MAX_ENTRIES = 1000  # an index beyond this is invalid


class _Response:
    """A response under construction."""

    def __init__(self) -> None:
        self.fields: dict[str, Any] = {}
        self.done = False
        self.items: dict[int, dict[str, Any]] = {}

    def feed(self, name: str, what: str, chunk: Chunk) -> None:
        """Apply an event about one of its items."""
        index = as_index(chunk.get("output_index"), max(self.items, default=0))
        if name == "response.output_item":
            item = dict(as_object(chunk.get("item")))
            kept = self.items.get(index) if what == "done" else None
            self.items[index] = item if kept is None else _with_audio(item, kept)
            return
        item = self.items.setdefault(index, {"id": nonempty_string(chunk.get("item_id")), "type": None})
        if name == "response.content_part":
            _entry(item, chunk).update(
                (key, value) for key, value in as_object(chunk.get("part")).items() if value not in (None, "")
            )
        elif name in APPENDS:
            _, _, field, kind = APPENDS[name]
            holder = _entry(item, chunk) if kind else item
            if kind:
                holder.setdefault("type", f"output_{kind}")
            if what == "delta":
                _grow(holder, field, chunk.get("delta"))
            elif nonempty_string(chunk.get(field)):
                holder[field] = chunk[field]

    @property
    def object(self) -> dict[str, Any]:
        """The response so far."""
        items = [_shown(item) for _, item in sorted(self.items.items())]
        output = objects_in(self.fields.get("output"))
        if output:
            known = {item["id"]: item for item in items if type(item.get("id")) is str}
            output = [_with_audio(item, known.get(as_string(item.get("id")), {})) for item in output]
        return {**self.fields, "output": output or items}


class SessionAssembler:
    """Assembles events into `{"object": "realtime.session", "session": …, "responses": […]}`."""

    def __init__(self) -> None:
        self._session: Any = None
        self._responses: dict[str, _Response] = {}
        self._newest = ""
        self._usage: Usage | None = None
        self._error: Any = None

    def feed(self, chunk: Chunk) -> None:
        """Take the next event. Never raises on content."""
        kind = as_string(chunk.get("type"))
        name, _, what = kind.rpartition(".")
        if kind in ("session.created", "session.updated"):
            self._session = chunk.get("session")
        elif kind in ("response.created", "response.done"):
            response = self._of(as_object(chunk.get("response")).get("id"), new=kind == "response.created")
            response.fields = as_object(chunk.get("response"))
            response.done = kind == "response.done"
            self._usage = usage(chunk) or self._usage
        elif kind == "error":
            self._error = chunk.get("error")
        elif kind.startswith("response."):
            self._of(chunk.get("response_id")).feed(name, what, chunk)

    def _of(self, id: Any, *, new: bool = False) -> _Response:
        """Return the response of an event: that with its ID, else the newest one."""
        key = as_string(id) or ("" if new else self._newest)
        self._newest = key
        return self._responses.setdefault(key, _Response())

    @property
    def object(self) -> dict[str, Any]:
        """The session so far."""
        whole: dict[str, Any] = {"object": "realtime.session", "session": self._session}
        whole["responses"] = [response.object for response in self._responses.values()]
        return whole if self._error is None else {**whole, "error": self._error}

    @property
    def message(self) -> Reply:
        """The same in the terms common to all APIs: a message of all responses, in their order."""
        responses = [response.object for response in self._responses.values()]
        parts = tuple(
            part for response in responses for item in objects_in(response.get("output")) for part in _parts(item)
        )
        last = next(reversed(self._responses.values()), None)
        finish = finish_reason(last.fields) or None if last is not None and last.done else None
        model = nonempty_string(as_object(self._session).get("model"))
        id = nonempty_string(as_object(self._session).get("id"))
        messages = (Message(0, "assistant", parts, finish),) if responses else ()
        return Reply(messages, id, model, self._usage)


def _entry(item: dict[str, Any], chunk: Chunk) -> dict[str, Any]:
    """Return the content part of an event, adding missing ones up to it."""
    if type(item.get("content")) is not list:
        item["content"] = []
    entries: list[Any] = [dict(entry) if type(entry) is dict else {} for entry in item["content"]]
    item["content"] = entries
    index = as_index(chunk.get("content_index"), max(len(entries) - 1, 0))
    index = index if 0 <= index < _MAX_ENTRIES else max(len(entries) - 1, 0)
    while len(entries) <= index:
        entries.append({})
    found: dict[str, Any] = entries[index]
    return found


def _grow(holder: dict[str, Any], field: str, value: Any) -> None:
    if type(value) is not str:
        return
    known = holder.get(field)
    if type(known) is not Fragments:
        known = holder[field] = Fragments((known,) if type(known) is str and known else ())
    known.append(value)


def _shown(value: dict[str, Any]) -> dict[str, Any]:
    """Return an item or a content part with joined texts."""
    shown: dict[str, Any] = {}
    for key, inner in value.items():
        if type(inner) is Fragments:
            shown[key] = joined_base64(inner) if key == "audio" else joined(inner)
        elif key == "content" and type(inner) is list:
            shown[key] = [_shown(entry) if type(entry) is dict else entry for entry in inner]
        else:
            shown[key] = inner
    return shown


def _with_audio(item: dict[str, Any], known: dict[str, Any]) -> dict[str, Any]:
    """Return a complete item with the audio of the deltas, which it does not repeat."""
    entries, before = item.get("content"), known.get("content")
    if type(entries) is not list or type(before) is not list:
        return item
    content = list(entries)
    for index, entry in enumerate(content[: len(before)]):
        audio = as_object(before[index]).get("audio")
        if type(entry) is dict and audio and not entry.get("audio"):
            content[index] = {**entry, "audio": audio}
    return {**item, "content": content}


def _parts(item: dict[str, Any]) -> list[Part]:
    """Convert an item to the terms common to all APIs."""
    kind = as_string(item.get("type"))
    if kind in ("function_call", "mcp_call"):
        id = nonempty_string(item.get("call_id")) or nonempty_string(item.get("id"))
        return [Part("tool_call", as_string(item.get("arguments")), id, nonempty_string(item.get("name")), item)]
    if kind and kind != "message":
        return [Part("data", name=kind, data=item)]
    found = []
    for entry in objects_in(item.get("content")):
        text = as_string(entry.get("text")) or as_string(entry.get("transcript"))
        if text:
            found.append(Part("text", text))
        if entry.get("audio"):
            found.append(Part("audio", data=entry))
    return found
