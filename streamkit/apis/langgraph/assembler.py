"""Assembles the events of LangGraph and LangServe: the last state, the messages, and the output of a chain."""

from __future__ import annotations

from typing import Any, Final

from streamkit.apis import Chunk
from streamkit.apis._kit.merge import merge, to_plain
from streamkit.apis._kit.reading import as_object, as_string, nonempty_string, objects_in, to_json
from streamkit.apis.langgraph.chunks import is_ai, mode_of, model, pieces_of, text_of, usage
from streamkit.model.message import Message, Part, Reply, Usage

_UNSET: Final = object()


class RunAssembler:
    """Assembles a run. Pieces of a message are merged, as LangChain adds them up; whole messages replace them."""

    def __init__(self) -> None:
        self._run: dict[str, Any] = {}
        self._values: Any = _UNSET
        self._messages: dict[str, Any] = {}
        self._output: Any = _UNSET
        self._error: Any = _UNSET
        self._usage: Usage | None = None
        self._model: str | None = None
        self._ended = False

    def feed(self, chunk: Chunk) -> None:
        """Take the next event. Never raises on content."""
        mode, data = mode_of(chunk), chunk.get("data")
        if mode == "metadata":
            self._run.update({"run_id": as_object(data)["run_id"]} if "run_id" in as_object(data) else {})
        elif chunk.get("event") == "values":
            self._values = data
        elif mode in ("messages", "events"):
            for piece in pieces_of(chunk):
                self._add(piece)
        elif mode in ("messages/partial", "messages/complete"):
            for message in objects_in(data):
                self._messages[as_string(message.get("id"))] = message
        elif mode == "data":
            self._output = data if self._output is _UNSET else merge(self._output, data)
        elif mode == "error":
            self._error = data if "data" in chunk else chunk.get("text")
        elif mode == "end":
            self._ended = True
        self._usage, self._model = usage(chunk) or self._usage, model(chunk) or self._model

    def _add(self, piece: dict[str, Any]) -> None:
        id = as_string(piece.get("id"))
        known = self._messages.get(id)
        self._messages[id] = piece if known is None else merge(known, piece)

    @property
    def object(self) -> dict[str, Any]:
        """The run so far: its ID, the last state, the messages that were streamed, and the output of a chain."""
        made = dict(self._run)
        if self._values is not _UNSET:
            made["values"] = self._values
        if self._messages:
            made["messages"] = [to_plain(message) for message in self._messages.values()]
        if self._output is not _UNSET:
            made["output"] = to_plain(self._output)
        return made if self._error is _UNSET else {**made, "error": self._error}

    @property
    def message(self) -> Reply:
        """The answer in the terms common to all APIs: the model's messages that were streamed, or the output."""
        made = self.object
        parts = tuple(part for message in made.get("messages", ()) if is_ai(message) for part in _parts(message))
        output = made.get("output")
        if type(output) is str:
            parts = (Part("text", output),)
        elif type(output) is dict:
            parts = tuple(_parts(output)) if "content" in output else (Part("data", name="output", data=output),)
        if not parts and "values" in made:
            parts = (Part("data", name="values", data=made["values"]),)
        finish = "end" if self._ended else None
        id = nonempty_string(self._run.get("run_id"))
        return Reply(
            (Message(0, "assistant", parts, finish),) if parts or self._run else (), id, self._model, self._usage
        )


def _parts(message: dict[str, Any]) -> list[Part]:
    text = text_of(message)
    parts = [Part("text", text)] if text else []
    for call in objects_in(message.get("tool_call_chunks")) or objects_in(message.get("tool_calls")):
        arguments = call.get("args")
        raw = arguments if type(arguments) is str else to_json(arguments)
        parts.append(Part("tool_call", raw, nonempty_string(call.get("id")), nonempty_string(call.get("name")), call))
    return parts
