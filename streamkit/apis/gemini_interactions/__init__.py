"""Gemini Interactions: `interaction.created`, then steps, each started, extended and stopped, then
`interaction.completed`.

Source: ai.google.dev, "Interactions API", "Streaming".
"""

from __future__ import annotations

import json
from typing import Any

from streamkit.apis import Api, Chunk, Ending, Judge, Sample
from streamkit.apis._kit.merge import Fragments, joined, merge_fields, to_plain
from streamkit.apis._kit.reading import (
    as_index,
    as_object,
    as_string,
    error_message,
    first_count,
    nonempty_string,
    objects_in,
    to_json,
    usage_delta,
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

_EVENTS = frozenset(
    {
        "interaction.created",
        "interaction.status_update",
        "interaction.completed",
        "step.start",
        "step.delta",
        "step.stop",
    }
)
_THOUGHTS = ("thought", "thought_summary", "thought_signature")


def recognises(sample: Sample) -> str | None:
    """Recognise an event with a known `event_type`."""
    for chunk in sample.chunks:
        kind = chunk.get("event_type")
        if type(kind) is str and kind in _EVENTS:
            return f"event_type is {kind!r}"
    return "the request's path" if sample.path.endswith("/interactions") else None


def _text(delta: dict[str, Any]) -> str:
    return as_string(delta.get("text")) or as_string(as_object(delta.get("content")).get("text"))


def flags(chunk: Chunk) -> int:
    """Return what an event carries, as flags."""
    kind = chunk.get("event_type")
    if kind == "step.delta":
        delta = as_object(chunk.get("delta"))
        if _text(delta):
            return REASONING if delta.get("type") in _THOUGHTS else TEXT
        if delta.get("type") == "arguments_delta":
            return TOOL if delta.get("arguments") else 0
        return 0 if delta.get("type") in _THOUGHTS else OTHER_CONTENT
    if kind == "step.start":
        return TOOL if as_object(chunk.get("step")).get("name") else 0
    if kind == "interaction.created":
        return ROLE
    if kind == "interaction.completed":
        return FINISH | (USAGE if as_object(as_object(chunk.get("interaction")).get("usage")) else 0)
    return ERROR if kind == "error" or chunk.get("error") else 0


def deltas(chunk: Chunk) -> tuple[Delta, ...]:
    """Return what an event adds; `part` is the index of its step."""
    kind = chunk.get("event_type")
    part = as_index(chunk.get("index"), 0)
    if kind == "step.delta":
        delta = as_object(chunk.get("delta"))
        text, delta_type = _text(delta), as_string(delta.get("type"))
        if text:
            return (Delta("reasoning" if delta_type in _THOUGHTS else "text", text, part=part),)
        if delta_type == "arguments_delta":
            return (Delta("tool", as_string(delta.get("arguments")), part=part),)
        return (Delta("other", "annotations" if "annotations" in delta else delta_type, part=part),)
    if kind == "step.start":
        step = as_object(chunk.get("step"))
        name = nonempty_string(step.get("name"))
        return (Delta("tool", "", choice=0, part=part, id=nonempty_string(step.get("id")), name=name),) if name else ()
    if kind == "interaction.created":
        return (Delta("role", "model"),)
    if kind == "interaction.completed":
        finish = Delta("finish", as_string(as_object(chunk.get("interaction")).get("status")))
        counts = usage(chunk)
        return (finish,) if counts is None else (finish, usage_delta(counts))
    return (Delta("error", error_message(chunk.get("error") or chunk)),) if flags(chunk) & ERROR else ()


def usage(chunk: Chunk) -> Usage | None:
    """Return the token counts of `interaction.completed`, or None."""
    raw = as_object(as_object(chunk.get("interaction")).get("usage"))
    return parse_usage(raw)


def parse_usage(raw: dict[str, Any]) -> Usage | None:
    """Convert the counts to the common terms. Thoughts and tool-use prompts are counted separately, so they are added."""
    if not raw:
        return None
    prompt, output = first_count(raw, "total_input_tokens"), first_count(raw, "total_output_tokens")
    thoughts = first_count(raw, "total_thought_tokens")
    return Usage(
        input=None if prompt is None else prompt + (first_count(raw, "total_tool_use_tokens") or 0),
        output=None if output is None else output + (thoughts or 0),
        total=first_count(raw, "total_tokens"),
        reasoning=thoughts,
        cached=first_count(raw, "total_cached_tokens"),
        raw=raw,
    )


def ended(ending: Ending) -> bool:
    """The stream ends with `interaction.completed`."""
    return any(chunk.get("event_type") == "interaction.completed" for chunk in reversed(ending.chunks))


class InteractionAssembler:
    """Assembles events into the interaction with its `steps`, as it is returned without streaming."""

    def __init__(self) -> None:
        self._interaction: dict[str, Any] = {}
        self._steps: dict[int, _Step] = {}
        self._error: Any = None

    def feed(self, chunk: Chunk) -> None:
        """Take the next event. Never raises on content."""
        kind = chunk.get("event_type")
        index = as_index(chunk.get("index"), max(self._steps, default=0) if len(self._steps) < 100 else 0)
        if kind == "step.start":
            self._steps[index] = _Step(as_object(chunk.get("step")))
        elif kind == "step.delta":
            self._steps.setdefault(index, _Step({})).feed(as_object(chunk.get("delta")))
        elif kind == "interaction.status_update":
            self._interaction["status"] = chunk.get("status")
        elif type(chunk.get("interaction")) is dict:
            self._interaction.update((k, v) for k, v in chunk["interaction"].items() if v is not None)
        elif kind == "error" or chunk.get("error"):
            self._error = chunk.get("error") or chunk

    @property
    def object(self) -> dict[str, Any]:
        """The interaction assembled so far."""
        answer = {**self._interaction}
        if self._steps or not answer.get("steps"):
            answer["steps"] = [step.object for _, step in sorted(self._steps.items())]
        return answer if self._error is None else {**answer, "error": self._error}

    @property
    def message(self) -> Reply:
        """The same in the terms common to all APIs."""
        answer = self.object
        parts = tuple(part for _, step in sorted(self._steps.items()) for part in step.parts)
        messages = (Message(0, "model", parts, nonempty_string(answer.get("status"))),) if self._steps else ()
        counts = parse_usage(as_object(answer.get("usage")))
        return Reply(messages, nonempty_string(answer.get("id")), nonempty_string(answer.get("model")), counts)


class _Step:
    """A step under construction."""

    __slots__ = ("arguments", "content", "fields", "summary")

    def __init__(self, step: dict[str, Any]) -> None:
        self.fields = dict(step)
        self.arguments = Fragments()
        self.content: list[dict[str, Any]] = []
        self.summary: list[dict[str, Any]] = []

    def feed(self, delta: dict[str, Any]) -> None:
        kind = delta.get("type")
        rest = {key: value for key, value in delta.items() if key not in ("type", "text", "arguments")}
        if kind == "arguments_delta":
            self.arguments.append(as_string(delta.get("arguments")))
        elif kind == "thought_summary" and type(delta.get("content")) is dict:
            added = delta["content"]
            if not self.summary or added.get("type") != "text" or self.summary[-1].get("type") != "text":
                self.summary.append({"type": added.get("type")})
            merge_fields(self.summary[-1], {key: value for key, value in added.items() if key != "type"})
        elif type(delta.get("text")) is str or "annotations" in delta:
            if not self.content or self.content[-1].get("type") != "text":
                self.content.append({"type": "text", "text": ""})
            merge_fields(self.content[-1], {"text": as_string(delta.get("text")), **rest})
        else:
            merge_fields(self.fields, rest if "arguments" not in delta else {**rest, "arguments": delta["arguments"]})

    @property
    def object(self) -> dict[str, Any]:
        step = {key: to_plain(value) for key, value in self.fields.items()}
        if self.arguments:
            raw = joined(self.arguments)
            try:
                step["arguments"] = json.loads(raw)
            except (ValueError, RecursionError):
                step["partial_arguments"] = raw
        if self.content:
            step["content"] = [{key: to_plain(value) for key, value in part.items()} for part in self.content]
        if self.summary:
            step["summary"] = [{key: to_plain(value) for key, value in part.items()} for part in self.summary]
        return step

    @property
    def parts(self) -> list[Part]:
        step = self.object
        if step.get("type") == "function_call":
            arguments = joined(self.arguments) if self.arguments else to_json(step.get("arguments", {}))
            return [
                Part("tool_call", arguments, nonempty_string(step.get("id")), nonempty_string(step.get("name")), step)
            ]
        kind: Any = "reasoning" if step.get("type") == "thought" else "text"
        content = objects_in(step.get("summary" if kind == "reasoning" else "content"))
        texts = [Part(kind, as_string(part.get("text"))) for part in content]
        return texts or [Part("data", name=nonempty_string(step.get("type")), data=step)]


def judge() -> Judge:
    """Return the tables of shape and order. Their modules are imported when a stream is first checked."""
    from streamkit.apis._kit.parts import MESSAGE, PART
    from streamkit.apis.gemini_interactions import grammar, shape

    return Judge.of(shape, grammar, MESSAGE, PART)


API = Api(
    name="gemini_interactions",
    title="Gemini Interactions",
    recognises=recognises,
    flags=flags,
    deltas=deltas,
    usage=usage,
    model=lambda chunk: nonempty_string(as_object(chunk.get("interaction")).get("model")),
    ended=ended,
    assembler=InteractionAssembler,
    order=20,
    judge=judge,
)
