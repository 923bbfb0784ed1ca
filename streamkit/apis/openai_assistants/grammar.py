"""The allowed order of a run: the run, its steps and their messages, each created, in progress, extended and completed.

Each object is sent in full whenever its status changes, in an event whose name ends in that status. The deltas of a
message or a tool call must add up to what the last of these contains. A run that resumes after its tool calls were
answered begins in the middle.

Source: openai-openapi, `AssistantStreamEvent`; openai-python 3.54.0, `lib/streaming/_assistants.py`.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from streamkit.apis._kit.reading import as_index, as_object, as_string, objects_in
from streamkit.apis._kit.values import Calls, PartTexts, Repeated, check_total
from streamkit.model.grammar import Grammar, Misstep, Walk
from streamkit.model.stream import Stream
from streamkit.model.wording import describe


def _grammar(name: str, *states: str, grows: bool) -> Grammar:
    """Make a grammar: created, then the given states one after another, then closed, with deltas in the last state."""
    row = ("new", "created", *states)
    steps = {(row[index], symbol): symbol for index, symbol in enumerate(row[1:])}
    steps[(row[-1], "closed")] = "closed"
    # A skipped state is reported once: the walk continues from the state that the stream has reached.
    skipped = {
        (state, symbol): symbol for state in row for symbol in (*row[1:], "closed") if (state, symbol) not in steps
    }
    wrong = {
        (state, symbol): "unopened-part"
        if state == "new"
        else "repeated-start"
        if symbol == "created"
        else "state-order"
        for state, symbol in skipped
    }
    wrong |= {("closed", symbol): "state-order" for symbol in (*row[1:], "closed")}
    if grows:
        wrong |= {(state, "delta"): "state-order" for state in row[1:-1]}
        wrong |= {("new", "delta"): "unopened-part", ("closed", "delta"): "unopened-part"}
    return Grammar(
        name=name,
        start="new",
        steps=steps | skipped,
        missteps=wrong,
        ends=frozenset({"new", "closed"}),
        unfinished=dict.fromkeys(row[1:], "unclosed-part"),
    )


RUN = _grammar("a run", "queued", "in_progress", grows=False)
OBJECT = _grammar("a step or a message of a run", "in_progress", grows=True)

KINDS = (
    RUN.kinds
    | OBJECT.kinds
    | {
        "after-end",
        "cumulative-content",
        "repeated-delta",
        "empty-id",
        "finish-tool-mismatch",
        "incomplete-end",
        "missing-start",
        "model-changed",
        "part-order",
        "shared-tool-id",
        "tool-args-invalid-json",
        "unknown-event",
        "usage-total-mismatch",
        "value-changed",
        "whole-differs",
    }
)
"""Every misstep that these checks can report; each is the name of a rule."""

_CLOSED = ("completed", "failed", "cancelled", "expired", "incomplete", "requires_action")
_KINDS = ("thread.run", "thread.run.step", "thread.message")
_DELTAS = {"thread.run.step.delta": "thread.run.step", "thread.message.delta": "thread.message"}
_OF_THREAD = ("thread_id", "assistant_id")
_KEPT = ("created_at", "role", "run_id", "type")


def missteps(stream: Stream) -> Iterator[Misstep]:
    """Yield every misstep of a run's stream in the order of its events, then those at its end."""
    return _RunWalk(stream).missteps()


class _RunWalk:
    """A walk through one run."""

    def __init__(self, stream: Stream) -> None:
        self._stream = stream
        self._walks = {"thread.run": Walk(RUN), "thread.run.step": Walk(OBJECT), "thread.message": Walk(OBJECT)}
        first = as_object(stream.chunks[0]) if stream.chunks else {}
        created = first.get("object") == "thread" or self._name(0).endswith(".run.created")
        self._resumed = not created and first.get("object") in ("thread.run.step", "thread.message")
        self._begun = False
        self._ended = False
        self._status: tuple[int, str] | None = None
        self._same = Repeated()
        self._texts = PartTexts()
        self._calls = Calls()
        self._code: set[object] = set()
        self._running = False
        self._open_step = ""
        self._open_message = ""

    @property
    def _named(self) -> bool:
        return self._stream.events.names is not None and self._name(0).startswith("thread.")

    def _name(self, chunk: int) -> str:
        return self._stream.events.name(self._stream.chunk_events[chunk]) if self._stream.chunks else ""

    def missteps(self) -> Iterator[Misstep]:
        for chunk, event in enumerate(self._stream.chunks):
            kind = as_string(event.get("object"))
            if kind in _DELTAS:
                yield from self._delta(chunk, _DELTAS[kind], event)
            elif kind in _KINDS:
                yield from self._object(chunk, kind, event)
            elif kind and kind != "thread":
                yield Misstep("unknown-event", chunk, f"unknown object {describe(kind)}", "$.object")
            elif not kind and not event.get("error") and "code" not in event:
                yield Misstep("unknown-event", chunk, "an event that is not an object of a thread", "$")
        if self._stream.verdict != "error":
            yield from self._end()

    def _symbol(self, chunk: int, kind: str, event: dict[str, Any]) -> str:
        """Return the step that an object stands for: the last word of its event's name, or its status if events have no
        names."""
        status, name = as_string(event.get("status")), self._name(chunk)
        word = name.removeprefix(f"{kind}.") if name.startswith(f"{kind}.") else ""
        if not word:
            first = "queued" if kind == "thread.run" else "in_progress"
            unseen = self._walks[kind].state(as_string(event.get("id"))) == "new"
            word = "created" if unseen and status == first and not self._resumed else status
        return "closed" if word in _CLOSED else word

    def _object(self, chunk: int, kind: str, event: dict[str, Any]) -> Iterator[Misstep]:
        id, status = as_string(event.get("id")), as_string(event.get("status"))
        symbol = self._symbol(chunk, kind, event)
        yield from self._check_position(chunk, kind)
        yield from self._step(chunk, kind, id, symbol)
        yield from self._check_overlap(chunk, kind, id, symbol)
        yield from self._check_status(chunk, kind, status)
        yield from self._check_repeated(chunk, kind, event)
        yield from check_total(
            chunk, "$.usage", event.get("usage"), "total_tokens", ("prompt_tokens", "completion_tokens")
        )
        if symbol != "closed":
            return
        if kind == "thread.run":
            self._ended = True
            self._status = (chunk, status)
            if status == "completed" and type(event.get("usage")) is not dict:
                yield Misstep("incomplete-end", chunk, "the completed run has no usage", "$.usage")
        elif kind == "thread.message":
            yield from self._check_message(chunk, id, event)
        else:
            yield from self._check_calls(chunk, id, event)

    def _check_position(self, chunk: int, kind: str) -> Iterator[Misstep]:
        if not self._begun and kind != "thread.run" and not self._resumed:
            yield Misstep("missing-start", chunk, "the stream begins without its run", "$.object")
        elif kind != "thread.run" and not self._resumed and not self._ended and not self._running:
            message = f"a {kind.rpartition('.')[2]} event of a run that is not in progress"
            yield Misstep("state-order", chunk, message, "$.object")
        self._begun = True
        if self._ended:
            yield Misstep("after-end", chunk, "the stream continues after the end of the run", "$.object")

    def _step(self, chunk: int, kind: str, id: Any, symbol: str) -> Iterator[Misstep]:
        walk = self._walks[kind]
        before = walk.state(id)
        wrong = walk.step(id, symbol)
        if wrong == "unopened-part" and self._resumed:
            return  # it was created in an earlier stream
        if wrong == "unopened-part" and kind == "thread.run":
            wrong = "missing-start"
        if wrong is not None:
            what = kind.rpartition(".")[2]
            problem = "was never created" if before == "new" else f"is {before.replace('_', ' ')}"
            yield Misstep(wrong, chunk, f"{symbol.replace('_', ' ')} event for a {what} that {problem}", "$.status")

    def _check_overlap(self, chunk: int, kind: str, id: str, symbol: str) -> Iterator[Misstep]:
        """Check that steps do not overlap, and that a step with a message is not completed before the message."""
        if kind == "thread.run":
            self._running = self._running or symbol == "in_progress"
        elif kind == "thread.run.step" and symbol == "created":
            if self._open_step not in ("", id):
                message = f"a step is created while {describe(self._open_step)} is in progress"
                yield Misstep("part-order", chunk, message, "$.id")
            self._open_step = id
        elif kind == "thread.run.step" and symbol == "closed":
            self._open_step = ""
            if self._open_message:
                message = f"a step is completed before its message {describe(self._open_message)}"
                yield Misstep("part-order", chunk, message, "$.status")
        elif kind == "thread.message":
            self._open_message = id if symbol == "created" else "" if symbol == "closed" else self._open_message

    def _check_status(self, chunk: int, kind: str, status: str) -> Iterator[Misstep]:
        """Check that the name of the event and the status of the object agree."""
        name = self._name(chunk)
        word = name.removeprefix(f"{kind}.") if name.startswith(f"{kind}.") else ""
        if word == "completed" and status == "incomplete":
            return  # the service itself sends this for a run that reached its token limit
        expected = {"created": "queued" if kind == "thread.run" else "in_progress"}.get(word, word)
        if word and status and status != expected:
            yield Misstep("state-order", chunk, f"the status is {describe(status)} in {name}", "$.status")

    def _check_repeated(self, chunk: int, kind: str, event: dict[str, Any]) -> Iterator[Misstep]:
        id = as_string(event.get("id"))
        if event.get("id") == "":
            yield Misstep("empty-id", chunk, "the id is empty", "$.id")
        if kind == "thread.run":
            yield from self._same.check(chunk, "$.id", id, name="run_id")
        yield from self._same.check(chunk, "$.run_id", event.get("run_id"))
        for name in _OF_THREAD:
            yield from self._same.check(chunk, f"$.{name}", event.get(name))
        for name in _KEPT:
            yield from self._same.check(chunk, f"$.{name}", event.get(name), key=id)
        yield from self._same.check(chunk, "$.model", event.get("model"), kind="model-changed")

    def _delta(self, chunk: int, kind: str, event: dict[str, Any]) -> Iterator[Misstep]:
        id, delta = as_string(event.get("id")), as_object(event.get("delta"))
        yield from self._check_position(chunk, kind)
        yield from self._step(chunk, kind, id, "delta")
        for position, part in enumerate(objects_in(delta.get("content"))):
            path = f"$.delta.content[{position}]"
            index = as_index(part.get("index"), -1)
            yield from self._same.check(chunk, f"{path}.type", part.get("type"), key=(id, index))
            text = as_object(part.get("text")).get("value")
            yield from self._texts.add(chunk, f"{path}.text.value", text, key=(id, index))
            if index > 0 and not self._same.known("type", (id, index - 1)):
                yield Misstep(
                    "part-order", chunk, f"content {index} arrives before content {index - 1}", f"{path}.index"
                )
        for position, call in enumerate(objects_in(as_object(delta.get("step_details")).get("tool_calls"))):
            path = f"$.delta.step_details.tool_calls[{position}]"
            key = (id, as_index(call.get("index"), -1))
            if "id" in call:
                yield from self._calls.open(chunk, f"{path}.id", key, call["id"])
                yield from self._same.check(chunk, f"{path}.id", call["id"], key=key)
            self._calls.arguments(key, _tool_input(call))
            self._code |= {key} if call.get("type") == "code_interpreter" else set()

    def _check_message(self, chunk: int, id: Any, event: dict[str, Any]) -> Iterator[Misstep]:
        if self._resumed and not self._texts.text((id, 0)):
            return
        for index, part in enumerate(objects_in(event.get("content"))):
            if part.get("type") == "text":
                path = f"$.content[{index}].text.value"
                yield from self._texts.check_whole(
                    chunk, path, as_object(part.get("text")).get("value"), key=(id, index)
                )

    def _check_calls(self, chunk: int, id: Any, event: dict[str, Any]) -> Iterator[Misstep]:
        for index, call in enumerate(objects_in(as_object(event.get("step_details")).get("tool_calls"))):
            collected, given = self._calls.text((id, index)), _tool_input(call)
            path = f"$.step_details.tool_calls[{index}]"
            yield from self._calls.open(chunk, f"{path}.id", (id, index), call.get("id"))
            yield from self._same.check(chunk, f"{path}.id", call.get("id"), key=(id, index))
            if given != collected and (collected or not self._resumed) and type(given) is str:
                message = "the full arguments differ from those of the deltas"
                yield Misstep("whole-differs", chunk, message, path)

    def _end(self) -> Iterator[Misstep]:
        for kind, walk in self._walks.items():
            if (
                kind == "thread.run"
                or not self._stream.terminal
                or (self._status is not None and self._status[1] == "requires_action")
            ):
                continue  # the end of the stream covers the run; open steps may await the results of tools
            for id, wrong in walk.unfinished():
                yield Misstep(wrong, None, f"{kind} {describe(id)} is never completed")
        if self._stream.terminal and not self._ended:
            yield Misstep("incomplete-end", None, "the stream ends without the final status of the run")
        if self._status is not None and self._status[1] == "requires_action" and not self._calls:
            message = "the run requires an action, but no tool was called"
            yield Misstep("finish-tool-mismatch", self._status[0], message, "$.status")
        cut = self._status is not None and self._status[1] == "incomplete"
        yield from self._calls.invalid_arguments(cut=cut, ignore=self._code)


def _tool_input(call: dict[str, Any]) -> Any:
    """Return the input of a tool call: the arguments of a function, or the code of an interpreter."""
    function = as_object(call.get("function"))
    return function.get("arguments") if function else as_object(call.get("code_interpreter")).get("input")
