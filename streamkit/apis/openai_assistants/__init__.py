"""OpenAI Assistants runs: events of a thread (`thread.run.created`, `thread.message.delta`, …), terminated by `done`.

Source: openai-openapi, `AssistantStreamEvent`. The object is the run, with the messages and steps that it created.
"""

from __future__ import annotations

from typing import Any

from streamkit.apis import Api, Chunk, Ending, Judge, Sample
from streamkit.apis._kit.merge import merge_fields, to_plain
from streamkit.apis._kit.reading import as_object, as_string, error_message, nonempty_string, objects_in, usage_delta
from streamkit.apis._openai.usage import parse_usage
from streamkit.model.message import ERROR, FINISH, ROLE, TEXT, TOOL, USAGE, Delta, Message, Part, Reply, Usage

_FINISHED = frozenset({"completed", "failed", "cancelled", "expired", "incomplete", "requires_action"})


def _kind(chunk: Chunk) -> str:
    kind = as_string(chunk.get("object"))
    return kind if kind.startswith("thread") else ""


def recognises(sample: Sample) -> str | None:
    """Recognise a chunk whose `object` is a thread or a part of one."""
    for chunk in sample.chunks:
        if _kind(chunk):
            return f"object is {_kind(chunk)!r}"
    return None


def _texts(chunk: Chunk) -> list[str]:
    content = as_object(chunk.get("delta")).get("content")
    return [text for part in objects_in(content) if (text := as_string(as_object(part.get("text")).get("value")))]


def _calls(chunk: Chunk) -> list[dict[str, Any]]:
    return objects_in(as_object(as_object(chunk.get("delta")).get("step_details")).get("tool_calls"))


def flags(chunk: Chunk) -> int:
    """Return what an event carries, as flags."""
    kind = _kind(chunk)
    if kind == "thread.message.delta":
        return TEXT if _texts(chunk) else 0
    if kind == "thread.run.step.delta":
        return TOOL if _calls(chunk) else 0
    if kind == "thread.message":
        return ROLE if chunk.get("status") == "in_progress" else 0
    if kind == "thread.run":
        status = chunk.get("status")
        found = FINISH if as_string(status) in _FINISHED else 0
        found |= USAGE if type(chunk.get("usage")) is dict else 0
        return found | (ERROR if status == "failed" or chunk.get("last_error") else 0)
    return 0 if kind else ERROR if chunk.get("error") or chunk.get("code") else 0


def deltas(chunk: Chunk) -> tuple[Delta, ...]:
    """Return what an event adds."""
    kind = _kind(chunk)
    if kind == "thread.message.delta":
        return tuple(Delta("text", text) for text in _texts(chunk))
    if kind == "thread.run.step.delta":
        found = []
        for index, call in enumerate(_calls(chunk)):
            function = as_object(call.get("function"))
            given = as_string(function.get("arguments"))
            found.append(
                Delta(
                    "tool",
                    given,
                    choice=0,
                    part=index,
                    id=nonempty_string(call.get("id")),
                    name=nonempty_string(function.get("name")),
                )
            )
        return tuple(found)
    if kind == "thread.message" and flags(chunk) & ROLE:
        return (Delta("role", as_string(chunk.get("role"))),)
    if flags(chunk) & ERROR:
        return (Delta("error", error_message(chunk.get("last_error") or chunk.get("error") or chunk)),)
    counts = usage(chunk)
    finish = (Delta("finish", as_string(chunk.get("status"))),) if flags(chunk) & FINISH else ()
    return finish if counts is None else (*finish, usage_delta(counts))


def usage(chunk: Chunk) -> Usage | None:
    """Return the token counts of a run, or None."""
    return parse_usage(chunk.get("usage"))


def ended(ending: Ending) -> bool:
    """The stream ends with `done`, whose data is `[DONE]`."""
    return ending.done


class RunAssembler:
    """Assembles events into the run, with `messages` and `steps` next to its own fields."""

    def __init__(self) -> None:
        self._run: dict[str, Any] = {}
        self._messages: dict[str, dict[str, Any]] = {}
        self._steps: dict[str, dict[str, Any]] = {}
        self._error: Any = None

    def feed(self, chunk: Chunk) -> None:
        """Take the next event. Never raises on content."""
        kind, id = _kind(chunk), as_string(chunk.get("id"))
        if kind == "thread.run":
            self._run = chunk
        elif kind == "thread.message":
            self._take(self._messages, id, chunk, "content")
        elif kind == "thread.run.step":
            self._take(self._steps, id, chunk, "step_details")
        elif kind == "thread.message.delta":
            merge_fields(self._messages.setdefault(id, {"id": id}), as_object(chunk.get("delta")))
        elif kind == "thread.run.step.delta":
            merge_fields(self._steps.setdefault(id, {"id": id}), as_object(chunk.get("delta")))
        elif not kind and (chunk.get("error") or chunk.get("code")):
            self._error = chunk

    def _take(self, known: dict[str, dict[str, Any]], id: str, chunk: Chunk, grown: str) -> None:
        """Store the current state of an object, keeping the content assembled from deltas if the object has none."""
        before = known.get(id, {}).get(grown)
        known[id] = {**chunk, grown: chunk.get(grown) or before}

    @property
    def object(self) -> dict[str, Any]:
        """The run assembled so far."""
        answer = {
            **self._run,
            "messages": [_plain(message) for message in self._messages.values()],
            "steps": [_plain(step) for step in self._steps.values()],
        }
        return answer if self._error is None else {**answer, "error": self._error}

    @property
    def message(self) -> Reply:
        """The same in the terms common to all APIs: the messages of the run are the parts of one message."""
        parts = []
        for message in self._messages.values():
            for entry in objects_in(_plain(message).get("content")):
                parts.append(Part("text", as_string(as_object(entry.get("text")).get("value"))))
        for step in self._steps.values():
            for call in objects_in(as_object(_plain(step).get("step_details")).get("tool_calls")):
                function = as_object(call.get("function"))
                given, name = as_string(function.get("arguments")), nonempty_string(function.get("name"))
                parts.append(Part("tool_call", given, nonempty_string(call.get("id")), name, call))
        status = nonempty_string(self._run.get("status"))
        messages = (Message(0, "assistant", tuple(parts), status if status in _FINISHED else None),) if parts else ()
        run = self._run
        return Reply(
            messages, nonempty_string(run.get("id")), nonempty_string(run.get("model")), parse_usage(run.get("usage"))
        )


def _plain(holder: dict[str, Any]) -> dict[str, Any]:
    """Return an object as the API shows it: array entries without the index by which their fragments were merged."""
    whole: dict[str, Any] = {key: to_plain(value) for key, value in holder.items()}
    if objects_in(whole.get("content")):
        whole["content"] = [_unindexed(entry) for entry in objects_in(whole["content"])]
    return whole


def _unindexed(entry: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in entry.items() if key != "index"}


def judge() -> Judge:
    """Return the tables of shape and order. Their modules are imported when a stream is first checked."""
    from streamkit.apis.openai_assistants import grammar, shape

    return Judge.of(shape, grammar, grammar.RUN, grammar.OBJECT)


API = Api(
    name="openai_assistants",
    title="OpenAI Assistants runs",
    recognises=recognises,
    flags=flags,
    deltas=deltas,
    usage=usage,
    model=lambda chunk: nonempty_string(chunk.get("model")),
    ended=ended,
    assembler=RunAssembler,
    order=15,
    judge=judge,
)
