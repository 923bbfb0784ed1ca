"""Assemble a response from the events of the Responses API.

The terminal event contains the whole response, which is the result. If it never arrives, or has no output (some
backends leave it empty), the output consists of the finished items and of the unfinished ones as far as their deltas
arrived.
"""

from __future__ import annotations

from typing import Any

from streamkit.apis._kit.merge import Fragments, joined_base64, to_plain
from streamkit.apis._kit.reading import as_index, as_object, as_string, nonempty_string, objects_in
from streamkit.apis._openai.usage import parse_usage
from streamkit.apis.openai_responses.items import OutputItem, item_parts
from streamkit.model.message import Message, Reply

_LAST = frozenset({"response.completed", "response.failed", "response.incomplete"})


class ResponseAssembler:
    """Assembles the events of a response into a `response`; of several responses over a WebSocket, the last one."""

    def __init__(self) -> None:
        self._begin()

    def _begin(self) -> None:
        self._response: dict[str, Any] = {}
        self._last = False
        self._items: dict[int, OutputItem] = {}
        self._indices: dict[str, int] = {}
        self._newest = -1
        self._error: Any = None
        self._audio: dict[str, Fragments] = {}

    def feed(self, chunk: dict[str, Any]) -> None:
        """Take the next event. Never raises on content."""
        kind = as_string(chunk.get("type"))
        response = chunk.get("response") if kind else chunk
        if kind.startswith("response.output_item."):
            self._feed_item(kind, chunk)
        elif type(response) is dict and (kind or chunk.get("object") == "response"):
            # Events after the terminal event do not replace its response.
            if self._last and kind == "response.created" and response.get("id") != self._response.get("id"):
                self._begin()  # over a WebSocket, each request is answered with a response
            if not self._last or kind in _LAST:
                self._response = response
                self._last = kind in _LAST or not kind
        elif kind == "error" or (not kind and chunk.get("error")):
            error = chunk.get("error")
            self._error = error or {
                key: value for key, value in chunk.items() if key not in ("type", "sequence_number")
            }
        elif kind.startswith("response.audio."):
            if type(chunk.get("delta")) is str:
                field = "transcript" if "transcript" in kind else "data"
                self._audio.setdefault(field, Fragments()).append(chunk["delta"])
        elif kind:
            self._feed_event(kind, chunk)

    def _feed_item(self, kind: str, chunk: dict[str, Any]) -> None:
        item = chunk.get("item")
        if type(item) is not dict:
            return
        index = self._index(chunk)
        if kind.endswith(".done"):
            self._items[index] = OutputItem(item)
            self._items[index].done = True
        elif index not in self._items or self._items[index].done:
            self._items[index] = OutputItem(item)
        if nonempty_string(item.get("id")):
            self._indices[item["id"]] = index

    def _feed_event(self, kind: str, chunk: dict[str, Any]) -> None:
        index = self._index(chunk)
        item = self._items.get(index)
        if item is None:
            if "output_index" not in chunk and "item_id" not in chunk:
                return
            item = self._items[index] = OutputItem(_orphan(kind, chunk))
        if not item.done:
            item.feed(kind, chunk)

    def _index(self, chunk: dict[str, Any]) -> int:
        """Return the index of the item of an event: given by its index or its id, else that of the last item."""
        id = as_string(chunk.get("item_id"))
        is_new = as_string(chunk.get("type")).endswith("output_item.added") or self._newest < 0
        index = as_index(chunk.get("output_index"), self._indices.get(id, self._newest + is_new))
        self._newest = max(self._newest, index)
        return index

    @property
    def object(self) -> dict[str, Any]:
        """The `response` assembled so far; a non-streaming response is returned unchanged."""
        response = dict(self._response)
        if not response:
            response = {"id": None, "object": "response", "status": None}
        if self._items and not (self._last and response.get("output")):
            response["output"] = [item.object for _, item in sorted(self._items.items())]
        response.setdefault("output", [])
        if self._error is not None and not response.get("error"):
            response["error"] = self._error
        if self._audio:
            response["audio"] = {
                key: joined_base64(value) if key == "data" else to_plain(value) for key, value in self._audio.items()
            }
        return response

    @property
    def message(self) -> Reply:
        """The same in the terms common to all APIs."""
        response = self.object
        items = objects_in(response.get("output"))
        role = next((nonempty_string(item.get("role")) for item in items if item.get("type") == "message"), None)
        reason = nonempty_string(as_object(response.get("incomplete_details")).get("reason"))
        finish = (reason or nonempty_string(response.get("status"))) if self._last else None
        parts = tuple(part for item in items for part in item_parts(item))
        messages = (Message(0, role, parts, finish),) if self._response or parts else ()
        return Reply(
            messages,
            nonempty_string(response.get("id")),
            nonempty_string(response.get("model")),
            parse_usage(response.get("usage")),
        )


def _orphan(kind: str, chunk: dict[str, Any]) -> dict[str, Any]:
    """Return an item that was never added, with the type that its first event implies."""
    item: dict[str, Any] = {"id": nonempty_string(chunk.get("item_id"))}
    if kind.startswith("response.reasoning_"):
        item["type"] = "reasoning"
    elif kind.startswith(("response.output_text", "response.refusal", "response.content_part")):
        item |= {"type": "message", "role": "assistant"}
    else:
        name = kind.removeprefix("response.").partition("_call")[0]
        item["type"] = f"{name}_call" if "_call" in kind else None
    return item
