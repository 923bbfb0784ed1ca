"""What Cohere's events add, in both versions of its chat API; Bedrock hands the events of version 1 on."""

from __future__ import annotations

from typing import Any

from streamkit.apis._api import Chunk, Ending
from streamkit.apis._kit.merge import Pieces, joined, merge_fields, plain
from streamkit.apis._kit.reading import (
    count_of,
    name_of,
    object_of,
    objects_in,
    place_of,
    said_by,
    text_of,
    usage_delta,
    written,
)
from streamkit.model.message import (
    ERROR,
    FINISH,
    OTHER_CONTENT,
    REASONING,
    ROLE,
    TEXT,
    TOOL,
    USAGE,
    Delta,
    Message,
    Part,
    Reply,
    Usage,
)

VERSION_2 = frozenset(
    {
        "message-start",
        "content-start",
        "content-delta",
        "content-end",
        "tool-plan-delta",
        "tool-call-start",
        "tool-call-delta",
        "tool-call-end",
        "citation-start",
        "citation-end",
        "message-end",
    }
)
VERSION_1 = frozenset(
    {
        "stream-start",
        "text-generation",
        "stream-end",
        "citation-generation",
        "search-queries-generation",
        "search-results",
        "tool-calls-generation",
        "tool-calls-chunk",
    }
)


def is_event(chunk: Chunk) -> str | None:
    """The type of an event of either version, or None."""
    kind = chunk.get("type")
    if type(kind) is str and kind in VERSION_2:
        return kind
    kind = chunk.get("event_type")
    return kind if type(kind) is str and kind in VERSION_1 else None


def is_answer(chunk: Chunk) -> bool:
    """Whether the chunk is a plain answer of version 2."""
    content = object_of(chunk.get("message")).get("content")
    return "type" not in chunk and "finish_reason" in chunk and type(content) is list


def _message(chunk: Chunk) -> dict[str, Any]:
    return object_of(object_of(chunk.get("delta")).get("message"))


def _content(chunk: Chunk) -> dict[str, Any]:
    return object_of(_message(chunk).get("content"))


def _function(chunk: Chunk) -> dict[str, Any]:
    return object_of(object_of(_message(chunk).get("tool_calls")).get("function"))


def flags(chunk: Chunk) -> int:
    """What an event carries."""
    kind = text_of(chunk.get("type")) or text_of(chunk.get("event_type"))
    if kind in ("content-delta", "content-start"):
        content = _content(chunk)
        return TEXT if content.get("text") else REASONING if content.get("thinking") else 0
    if kind == "text-generation":
        return TEXT if chunk.get("text") else 0
    if kind == "tool-plan-delta":
        return REASONING if _message(chunk).get("tool_plan") else 0
    if kind in ("tool-call-start", "tool-call-delta"):
        function = _function(chunk)
        return TOOL if function.get("name") or function.get("arguments") else 0
    if kind in ("tool-calls-chunk", "tool-calls-generation"):
        return TOOL
    if kind in ("citation-start", "citation-generation", "search-results"):
        return OTHER_CONTENT
    if kind in ("message-start", "stream-start"):
        return ROLE
    found = 0
    if kind in ("message-end", "stream-end"):
        found = FINISH | (USAGE if _counts(chunk) else 0)
        failed = _finish(chunk) in ("ERROR", "ERROR_TOXIC", "ERROR_LIMIT") or object_of(chunk.get("delta")).get("error")
        return found | (ERROR if failed else 0)
    if is_answer(chunk):
        for part in objects_in(chunk["message"]["content"]):
            found |= TEXT if part.get("text") else REASONING if part.get("thinking") else 0
        return found | (TOOL if chunk["message"].get("tool_calls") else 0)
    return ERROR if _error(chunk) else 0


def deltas(chunk: Chunk) -> tuple[Delta, ...]:
    """What an event adds; `part` is the index of its content or tool call."""
    kind = text_of(chunk.get("type")) or text_of(chunk.get("event_type"))
    part = place_of(chunk.get("index"), 0)
    if kind in ("content-delta", "content-start"):
        content = _content(chunk)
        text, thought = text_of(content.get("text")), text_of(content.get("thinking"))
        return (
            (Delta("text", text, part=part),) if text else (Delta("reasoning", thought, part=part),) if thought else ()
        )
    if kind == "text-generation":
        return (Delta("text", text_of(chunk.get("text"))),) if chunk.get("text") else ()
    if kind == "tool-plan-delta":
        plan = text_of(_message(chunk).get("tool_plan"))
        return (Delta("reasoning", plan),) if plan else ()
    if kind in ("tool-call-start", "tool-call-delta"):
        call, function = object_of(_message(chunk).get("tool_calls")), _function(chunk)
        name, id = name_of(function.get("name")), name_of(call.get("id"))
        return (Delta("tool", text_of(function.get("arguments")), 0, part, id, name),)
    if kind == "tool-calls-chunk":
        piece = object_of(chunk.get("tool_call_delta"))
        given = text_of(piece.get("parameters")) or text_of(chunk.get("text"))
        return (Delta("tool", given, 0, place_of(piece.get("index"), 0), None, name_of(piece.get("name"))),)
    if kind == "citation-start":
        return (Delta("citation", text_of(object_of(_message(chunk).get("citations")).get("text")), part=part),)
    if kind == "citation-generation":
        return tuple(Delta("citation", text_of(one.get("text"))) for one in objects_in(chunk.get("citations")))
    return _of_frame(chunk, kind)


def _of_frame(chunk: Chunk, kind: Any) -> tuple[Delta, ...]:
    if kind in ("message-start", "stream-start"):
        return (Delta("role", text_of(_message(chunk).get("role")) or "assistant"),)
    found: list[Delta] = []
    if kind in ("message-end", "stream-end"):
        found.append(Delta("finish", _finish(chunk) or ""))
        if _counts(chunk):
            found.append(usage_delta(usage(chunk)))
    elif is_answer(chunk):
        for place, part in enumerate(objects_in(chunk["message"]["content"])):
            found.append(Delta("text", text_of(part.get("text")), part=place))
    said = _error(chunk) or object_of(chunk.get("delta")).get("error")
    return (*found, Delta("error", said_by(said))) if said else tuple(found)


def _finish(chunk: Chunk) -> str | None:
    return name_of(object_of(chunk.get("delta")).get("finish_reason")) or name_of(chunk.get("finish_reason"))


def _error(chunk: Chunk) -> Any:
    if is_event(chunk) or is_answer(chunk):
        return None
    return chunk.get("error") or (chunk if "message" in chunk and type(chunk["message"]) is str else None)


def _counts(chunk: Chunk) -> dict[str, Any]:
    version_2 = object_of(object_of(chunk.get("delta")).get("usage")) or object_of(chunk.get("usage"))
    return version_2 or object_of(object_of(chunk.get("response")).get("meta"))


def usage(chunk: Chunk) -> Usage | None:
    """The token counts of the last event."""
    return usage_of(_counts(chunk))


def usage_of(raw: dict[str, Any]) -> Usage | None:
    """Cohere's counts in the common words: `tokens` is what the model saw, `billed_units` what is charged for."""
    if not raw:
        return None
    tokens = object_of(raw.get("tokens")) or object_of(raw.get("billed_units"))
    return Usage(
        input=count_of(tokens, "input_tokens"),
        output=count_of(tokens, "output_tokens"),
        reasoning=count_of(tokens, "reasoning_tokens"),
        cached=count_of(raw, "cached_tokens"),
        raw=raw,
    )


def model(chunk: Chunk) -> str | None:
    """Cohere's streams do not tell the model."""
    return name_of(chunk.get("model"))


def ended(ending: Ending) -> bool:
    """`message-end`, or `stream-end` of version 1."""
    return any(chunk.get("type") == "message-end" or chunk.get("event_type") == "stream-end" for chunk in ending.chunks)


class CohereAssembler:
    """Fed with events of either version; `object` is the plain answer of that version."""

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
        self._text = Pieces()

    def feed(self, chunk: Chunk) -> None:
        """Take the next event. Never raises on content."""
        kind = chunk.get("type")
        index = place_of(chunk.get("index"), 0)
        message = _message(chunk)
        if text_of(chunk.get("event_type")) in VERSION_1:
            self._feed_version_1(chunk)
        elif kind == "message-start":
            self._id = name_of(chunk.get("id"))
            lists = ("content", "tool_calls", "citations")
            merge_fields(self._message, {key: value for key, value in message.items() if key not in lists})
        elif kind in ("content-start", "content-delta"):
            merge_fields(self._content.setdefault(index, {}), _content(chunk))
        elif kind in ("tool-call-start", "tool-call-delta"):
            merge_fields(self._calls.setdefault(index, {}), object_of(message.get("tool_calls")))
        elif kind == "citation-start":
            self._citations[index] = message.get("citations")
        elif kind == "message-end":
            self._end = object_of(chunk.get("delta"))
        elif kind == "tool-plan-delta":
            merge_fields(self._message, {"tool_plan": message.get("tool_plan")})
        elif is_answer(chunk):
            self._whole = chunk
        else:
            self._error = _error(chunk) or self._error

    def _feed_version_1(self, chunk: Chunk) -> None:
        kind = chunk.get("event_type")
        if kind == "text-generation":
            self._text.append(text_of(chunk.get("text")))
        elif kind == "stream-end":
            answer = object_of(chunk.get("response"))
            self._version_1.update(answer)
            self._version_1.setdefault("finish_reason", chunk.get("finish_reason"))
        else:
            new = {key: value for key, value in chunk.items() if key not in ("is_finished", "event_type", "text")}
            merge_fields(self._version_1, {key: value for key, value in new.items() if key != "tool_call_delta"})

    @property
    def object(self) -> Any:
        """The answer as far as the events go; a plain answer gives itself."""
        if self._whole is not None:
            return self._whole
        if self._version_1 or self._text:
            answer = {key: plain(value) for key, value in self._version_1.items()}
            return {"text": joined(self._text), **answer}
        message = {"role": "assistant", **{key: plain(value) for key, value in self._message.items()}}
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
        """The same in the words that all APIs share."""
        answer = object_of(self.object)
        message = object_of(answer.get("message"))
        parts = [Part("reasoning", text) for text in [text_of(message.get("tool_plan"))] if text]
        for part in objects_in(message.get("content")):
            thought = part.get("type") == "thinking"
            parts.append(Part("reasoning" if thought else "text", text_of(part.get("thinking" if thought else "text"))))
        if not message and text_of(answer.get("text")):
            parts.append(Part("text", answer["text"]))
        for call in objects_in(message.get("tool_calls") or answer.get("tool_calls")):
            function = object_of(call.get("function"))
            given = text_of(function.get("arguments")) or ("" if function else written(call.get("parameters")))
            name = name_of(function.get("name")) or name_of(call.get("name"))
            parts.append(Part("tool_call", given, name_of(call.get("id")), name, call))
        for citation in objects_in(message.get("citations") or answer.get("citations")):
            parts.append(Part("citation", text_of(citation.get("text")), data=citation))
        role = name_of(message.get("role")) if self._message or self._whole else None
        counts = object_of(answer.get("usage")) or object_of(answer.get("meta"))
        messages = (Message(0, role, tuple(parts), name_of(answer.get("finish_reason"))),) if parts or role else ()
        return Reply(messages, name_of(answer.get("id")) or name_of(answer.get("response_id")), None, usage_of(counts))


def _plain(holder: dict[str, Any]) -> dict[str, Any]:
    return {key: plain(value) for key, value in holder.items()}
