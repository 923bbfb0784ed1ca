"""Assemble the response of Cohere's chat API, in both versions."""

from __future__ import annotations

from typing import Any

from streamkit.apis import Chunk
from streamkit.apis._kit.merge import Fragments, joined, merge_fields, to_plain
from streamkit.apis._kit.reading import (
    as_index,
    as_object,
    as_string,
    nonempty_string,
    objects_in,
    to_json,
)
from streamkit.apis.cohere.chunks import (
    VERSION_1,
    content_delta,
    is_response,
    message_delta,
    parse_usage,
    reported_error,
)
from streamkit.model.message import (
    Message,
    Part,
    Reply,
)


class CohereAssembler:
    """Assembles events of either version into the non-streaming response of that version."""

    def __init__(self) -> None:
        self._id: str | None = None
        self._message: dict[str, Any] = {}
        self._content: dict[int, dict[str, Any]] = {}
        self._calls: dict[int, dict[str, Any]] = {}
        self._citations: dict[int, Any] = {}
        self._end: dict[str, Any] = {}
        self._whole: Chunk | None = None
        self._error: Any = None
        self._version_1: dict[str, Any] = {}
        self._text = Fragments()

    def feed(self, chunk: Chunk) -> None:
        """Take the next event. Never raises on content."""
        kind = chunk.get("type")
        index = as_index(chunk.get("index"), 0)
        message = message_delta(chunk)
        if as_string(chunk.get("event_type")) in VERSION_1:
            self._feed_version_1(chunk)
        elif kind == "message-start":
            self._id = nonempty_string(chunk.get("id"))
            lists = ("content", "tool_calls", "citations")
            merge_fields(self._message, {key: value for key, value in message.items() if key not in lists})
        elif kind in ("content-start", "content-delta"):
            merge_fields(self._content.setdefault(index, {}), content_delta(chunk))
        elif kind in ("tool-call-start", "tool-call-delta"):
            merge_fields(self._calls.setdefault(index, {}), as_object(message.get("tool_calls")))
        elif kind == "citation-start":
            self._citations[index] = message.get("citations")
        elif kind == "message-end":
            self._end = as_object(chunk.get("delta"))
        elif kind == "tool-plan-delta":
            merge_fields(self._message, {"tool_plan": message.get("tool_plan")})
        elif is_response(chunk):
            self._whole = chunk
        else:
            self._error = reported_error(chunk) or self._error

    def _feed_version_1(self, chunk: Chunk) -> None:
        kind = chunk.get("event_type")
        if kind == "text-generation":
            self._text.append(as_string(chunk.get("text")))
        elif kind == "stream-end":
            answer = as_object(chunk.get("response"))
            self._version_1.update(answer)
            self._version_1.setdefault("finish_reason", chunk.get("finish_reason"))
        else:
            new = {key: value for key, value in chunk.items() if key not in ("is_finished", "event_type", "text")}
            merge_fields(self._version_1, {key: value for key, value in new.items() if key != "tool_call_delta"})

    @property
    def object(self) -> Any:
        """The response assembled so far; a non-streaming response is returned unchanged."""
        if self._whole is not None:
            return self._whole
        if self._version_1 or self._text:
            answer = {key: to_plain(value) for key, value in self._version_1.items()}
            return {"text": joined(self._text), **answer}
        message = {"role": "assistant", **{key: to_plain(value) for key, value in self._message.items()}}
        plan = message.pop("tool_plan", None)
        message["content"] = [_plain(part) for _, part in sorted(self._content.items())]
        if plan:
            message["tool_plan"] = plan
        if self._calls:
            message["tool_calls"] = [_plain(call) for _, call in sorted(self._calls.items())]
        if self._citations:
            message["citations"] = [citation for _, citation in sorted(self._citations.items())]
        answer = {"id": self._id, "message": message, "finish_reason": None, **self._end}
        return answer if self._error is None else {**answer, "error": self._error}

    @property
    def message(self) -> Reply:
        """The same in the terms common to all APIs."""
        answer = as_object(self.object)
        message = as_object(answer.get("message"))
        parts = [Part("reasoning", text) for text in [as_string(message.get("tool_plan"))] if text]
        for part in objects_in(message.get("content")):
            thought = part.get("type") == "thinking"
            parts.append(
                Part("reasoning" if thought else "text", as_string(part.get("thinking" if thought else "text")))
            )
        if not message and as_string(answer.get("text")):
            parts.append(Part("text", answer["text"]))
        for call in objects_in(message.get("tool_calls") or answer.get("tool_calls")):
            function = as_object(call.get("function"))
            given = as_string(function.get("arguments")) or ("" if function else to_json(call.get("parameters")))
            name = nonempty_string(function.get("name")) or nonempty_string(call.get("name"))
            parts.append(Part("tool_call", given, nonempty_string(call.get("id")), name, call))
        for citation in objects_in(message.get("citations") or answer.get("citations")):
            parts.append(Part("citation", as_string(citation.get("text")), data=citation))
        role = nonempty_string(message.get("role")) if self._message or self._whole else None
        counts = as_object(answer.get("usage")) or as_object(answer.get("meta"))
        messages = (
            (Message(0, role, tuple(parts), nonempty_string(answer.get("finish_reason"))),) if parts or role else ()
        )
        return Reply(
            messages,
            nonempty_string(answer.get("id")) or nonempty_string(answer.get("response_id")),
            None,
            parse_usage(counts),
        )


def _plain(holder: dict[str, Any]) -> dict[str, Any]:
    return {key: to_plain(value) for key, value in holder.items()}
