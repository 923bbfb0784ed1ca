"""The items of a Responses stream and their parts: they open, keep their id, close, and agree where they are repeated."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import field
from typing import Any

import orjson

from streamkit.apis._openai.logprobs import KINDS as LOGPROB_KINDS
from streamkit.apis._openai.logprobs import LogprobTokens
from streamkit.apis.openai_responses.consistency import KINDS as ITEM_KINDS
from streamkit.apis.openai_responses.consistency import check_done_item, check_event_type, check_same_item
from streamkit.frozen import dataclass
from streamkit.model.finding import Severity
from streamkit.model.grammar import Grammar, Misstep, Walk
from streamkit.model.wording import describe

ITEM = Grammar(
    name="an output item",
    start="new",
    steps={("new", "added"): "open", ("open", "event"): "open", ("open", "done"): "closed"},
    missteps={
        ("new", "event"): "orphan-event",
        ("new", "done"): "orphan-event",
        ("open", "added"): "duplicate-index",
        ("closed", "added"): "duplicate-index",
        ("closed", "done"): "duplicate-index",
    },
    ends=frozenset({"new", "closed"}),
    unfinished={"open": "item-unfinished"},
)

PART = Grammar(
    name="a content part",
    start="new",
    steps={("new", "added"): "open", ("open", "delta"): "open", ("open", "done"): "closed"},
    missteps={("new", "delta"): "part-missing", ("new", "done"): "part-missing"},
    ends=frozenset({"new", "open", "closed"}),
)

KINDS = (
    ITEM.kinds
    | PART.kinds
    | LOGPROB_KINDS
    | ITEM_KINDS
    | {"arguments-invalid-json", "done-differs", "final-differs", "item-id-changed", "orphan-event"}
)
"""Every misstep that these checks can report; each is the name of a rule."""

# Events with text deltas, and the field of their `done` event that repeats the full text.
_DONE_FIELDS = {
    "response.output_text": "text",
    "response.refusal": "refusal",
    "response.reasoning_text": "text",
    "response.reasoning_summary_text": "text",
    "response.function_call_arguments": "arguments",
    "response.mcp_call_arguments": "arguments",
    "response.custom_tool_call_input": "input",
    "response.code_interpreter_call_code": "code",
}
_ITEM_TEXTS = {
    "response.function_call_arguments": "arguments",
    "response.mcp_call_arguments": "arguments",
    "response.custom_tool_call_input": "input",
    "response.code_interpreter_call_code": "code",
}
_PART_TEXTS = {
    "response.output_text": ("content", "text"),
    "response.refusal": ("content", "refusal"),
    "response.reasoning_text": ("content", "text"),
    "response.reasoning_summary_text": ("summary", "text"),
}
"""Where an item repeats a text: its field, or the list of its parts and their field."""
_PART_EVENTS = ("response.output_text", "response.refusal")


@dataclass(slots=True)
class _Item:
    """An item so far: its id and object when it was added, its object when done, the types of its parts, and its texts
    by event type and part."""

    id: str | None
    added: dict[str, Any]
    chunk: int
    parts: dict[object, object] = field(default_factory=dict)
    done: dict[str, Any] | None = None
    texts: dict[tuple[str, object], list[str]] = field(default_factory=dict)
    tokens: dict[object, LogprobTokens] = field(default_factory=dict)


class ItemChecks:
    """Checks of all items of one stream."""

    def __init__(self) -> None:
        self._items: dict[int, _Item] = {}
        self._walk = Walk(ITEM)
        self._parts = Walk(PART)
        self._current: tuple[object, object, object] | None = None
        self._collecting: list[str] = []

    def continues(self, event: dict[str, Any]) -> bool:
        """Take another text delta for the part of the previous event. Return False, and do nothing, if this is another
        event."""
        target = event.get("output_index"), event.get("content_index"), event.get("item_id")
        text = event.get("delta")
        if target != self._current or type(text) is not str or event.get("logprobs"):
            return False
        self._collecting.append(text)
        return True

    def event(self, chunk: int, kind: str, event: dict[str, Any]) -> Iterator[Misstep]:
        """Check one event about an item."""
        self._current = None
        index = event.get("output_index")
        if type(index) is not int:
            return
        if kind == "response.output_item.added":
            yield from self._added(chunk, index, event.get("item"))
        elif kind == "response.output_item.done":
            yield from self._done(chunk, index, event.get("item"))
        else:
            yield from self._inside(chunk, index, kind, event)

    def _added(self, chunk: int, index: int, item: object) -> Iterator[Misstep]:
        wrong = self._walk.step(index, "added")
        if wrong:
            yield Misstep(wrong, chunk, f"an item was already added at output_index {index}", "$.output_index")
        if isinstance(item, dict):
            given = item.get("id")
            self._items[index] = _Item(given if isinstance(given, str) else None, item, chunk)

    def _done(self, chunk: int, index: int, item: object) -> Iterator[Misstep]:
        wrong = self._walk.step(index, "done")
        if wrong == "orphan-event":
            yield Misstep(wrong, chunk, f"output_item.done for item {index}, which was never added", "$.output_index")
        elif wrong:
            yield Misstep(wrong, chunk, f"item {index} is done a second time", "$.output_index")
        known = self._items.get(index)
        if known is None or not isinstance(item, dict):
            return
        yield from self._same_id(chunk, index, known, item.get("id"), "$.item.id")
        known.done = item
        yield from check_same_item(chunk, index, known.added, item, "$.item")
        yield from check_done_item(chunk, index, known.added, item)
        yield from _differences(chunk, index, known, item, "done-differs", "$.item")
        yield from _arguments(chunk, index, item)

    def _inside(self, chunk: int, index: int, kind: str, event: dict[str, Any]) -> Iterator[Misstep]:
        wrong = self._walk.step(index, "event")
        known = self._items.get(index)
        if wrong or known is None:
            yield Misstep("orphan-event", chunk, f"{kind} for item {index}, which was never added", "$.output_index")
            return
        yield from self._same_id(chunk, index, known, event.get("item_id"), "$.item_id")
        kind_of_item = known.added.get("type")
        if isinstance(kind_of_item, str):
            yield from check_event_type(chunk, index, kind, kind_of_item)
        stem, _, step = kind.rpartition(".")
        part_index = event.get("content_index", event.get("summary_index"))
        if type(part_index) is not int and (
            part_index is not None or stem == "response.content_part" or stem in _PART_EVENTS
        ):
            return  # reported by the shape check
        if stem == "response.content_part":
            yield from self._part(chunk, index, known, step, part_index, event.get("part"))
        elif kind == "response.reasoning_summary_part.done" and isinstance(event.get("part"), dict):
            key = "response.reasoning_summary_text", part_index
            yield from _check_whole(chunk, known, key, event["part"].get("text"), "$.part.text")
        elif stem in _DONE_FIELDS:
            yield from self._text(chunk, index, known, stem, step, part_index, event)

    def _part(
        self, chunk: int, index: int, known: _Item, step: str, part_index: object, part: object
    ) -> Iterator[Misstep]:
        wrong = self._parts.step((index, part_index), step)
        if wrong:
            message = f"content_part.{step} for part {part_index} of item {index}, which was never added"
            yield Misstep(wrong, chunk, message, "$.content_index")
        kind = part.get("type") if isinstance(part, dict) else None
        if step == "added":
            if part_index != len(known.parts) and part_index not in known.parts:
                message = f"part {part_index} of item {index} is added, but {len(known.parts)} was expected"
                yield Misstep("part-missing", chunk, message, "$.content_index")
            known.parts[part_index] = kind
        elif step == "done" and isinstance(part, dict):
            if known.parts.get(part_index, kind) != kind:
                message = f"part {part_index} of item {index} is {describe(kind)}, but was {describe(known.parts[part_index])} before"
                yield Misstep("item-changed", chunk, message, "$.part.type", "warning")
            yield from _check_whole(chunk, known, ("response.output_text", part_index), part.get("text"), "$.part.text")
            yield from _check_whole(
                chunk, known, ("response.refusal", part_index), part.get("refusal"), "$.part.refusal"
            )

    def _text(
        self, chunk: int, index: int, known: _Item, stem: str, step: str, part_index: object, event: dict[str, Any]
    ) -> Iterator[Misstep]:
        if stem in _PART_EVENTS:
            wrong = self._parts.step((index, part_index), "delta")
            if wrong:
                message = f"{stem}.{step} for part {part_index} of item {index}, which was never added"
                yield Misstep(wrong, chunk, message, "$.content_index")
            if not wrong and known.parts.get(part_index) not in (None, stem.removeprefix("response.")):
                message = (
                    f"{stem}.{step} for part {part_index} of item {index}, which is {describe(known.parts[part_index])}"
                )
                severity: Severity | None = None if stem == "response.output_text" else "warning"
                yield Misstep("event-item-mismatch", chunk, message, "$.type", severity)
        if step == "delta" and isinstance(event.get("delta"), str):
            collected = known.texts.setdefault((stem, part_index), [])
            collected.append(event["delta"])
            if stem == "response.output_text":
                tokens = known.tokens.setdefault(part_index, LogprobTokens())
                tokens.take(event["delta"], event.get("logprobs"), chunk, "$.logprobs")
                self._current = event.get("output_index"), event.get("content_index"), event.get("item_id")
                self._collecting = collected
        elif step == "done":
            yield from _check_whole(
                chunk, known, (stem, part_index), event.get(_DONE_FIELDS[stem]), f"$.{_DONE_FIELDS[stem]}"
            )
            if stem == "response.output_text" and part_index in known.tokens:
                yield from known.tokens.pop(part_index).end()

    def _same_id(self, chunk: int, index: int, known: _Item, given: object, path: str) -> Iterator[Misstep]:
        gone = given is None and known.id is not None and path.endswith(".id")  # some kinds of events have no `item_id`
        if gone or (isinstance(given, str) and known.id is None):
            message = f"item {index} has {_describe_id(given)}, but had {_describe_id(known.id)} when it was added"
            yield Misstep("item-id-changed", chunk, message, path, "warning")
        elif isinstance(given, str) and known.id is not None and given != known.id:
            message = f'item {index} is "{given}", but was "{known.id}" when it was added'
            yield Misstep("item-id-changed", chunk, message, path)

    def final(self, chunk: int, response: dict[str, Any], *, complete: bool) -> Iterator[Misstep]:
        """Check the response in the terminal event, whose output repeats the items."""
        self._current = None
        output = response.get("output")
        if not isinstance(output, list) or not complete:
            return
        if len(output) != len(self._items):
            message = f"the final output has {len(output)} items, but the stream had {len(self._items)}"
            # OpenAI itself leaves the output empty if the response is not stored.
            severity: Severity | None = None if output else "warning"
            yield Misstep("final-differs", chunk, message, "$.response.output", severity)
            return
        for position, (index, known) in enumerate(sorted(self._items.items())):
            if isinstance(output[position], dict):
                path = f"$.response.output[{position}]"
                yield from self._same_id(chunk, index, known, output[position].get("id"), f"{path}.id")
                yield from check_same_item(
                    chunk, index, known.added, output[position], path, "final-differs", known.done
                )
                yield from _differences(chunk, index, known, output[position], "final-differs", path)

    def unfinished(self) -> Iterator[Misstep]:
        """Yield a misstep for each item that is never done, at the end of a complete stream."""
        for key, wrong in self._walk.unfinished():
            if isinstance(key, int) and key in self._items:
                message = f"item {key} is never done"
                yield Misstep(wrong, self._items[key].chunk, message, "$.output_index")


def _describe_id(given: object) -> str:
    return "no ID" if given is None else f"the ID {describe(given)}"


def _check_whole(chunk: int, known: _Item, key: tuple[str, object], whole: object, path: str) -> Iterator[Misstep]:
    """Yield a misstep if a `done` event does not repeat the text of the deltas. Without deltas nothing is compared."""
    if key in known.texts and isinstance(whole, str) and whole != "".join(known.texts[key]):
        message = f"the full text has {len(whole)} characters, but the deltas have {sum(map(len, known.texts[key]))}"
        if len(whole) == sum(map(len, known.texts[key])):
            message = "the full text differs from the deltas"
        yield Misstep("done-differs", chunk, message, path)


def _differences(chunk: int, index: int, known: _Item, item: dict[str, Any], kind: str, path: str) -> Iterator[Misstep]:
    """Yield a misstep where the object of an item differs from its deltas."""
    for stem, key in _ITEM_TEXTS.items():
        deltas = known.texts.get((stem, None))
        if deltas and isinstance(item.get(key), str) and item[key] != "".join(deltas):
            yield Misstep(kind, chunk, f"the {key} of item {index} differ from its deltas", f"{path}.{key}")
    content = item.get("content")
    if isinstance(content, list) and known.parts and len(content) != len(known.parts):
        message = f"item {index} has {len(content)} parts, but the stream had {len(known.parts)}"
        yield Misstep(kind, chunk, message, f"{path}.content")
    for position, part in enumerate(content if isinstance(content, list) else ()):
        part_type = part.get("type") if isinstance(part, dict) else None
        if part_type is not None and known.parts.get(position, part_type) != part_type:
            message = (
                f"part {position} of item {index} is {describe(part_type)}, but was {describe(known.parts[position])}"
            )
            yield Misstep(kind, chunk, message, f"{path}.content[{position}].type")
    for stem, (holder, key) in _PART_TEXTS.items():
        entries = item.get(holder)
        for position, part in enumerate(entries if isinstance(entries, list) else ()):
            text = part.get(key) if isinstance(part, dict) else None
            deltas = known.texts.get((stem, position))
            if deltas and isinstance(text, str) and text != "".join(deltas):
                where = f"{path}.{holder}[{position}].{key}"
                yield Misstep(kind, chunk, f"the {key} of item {index} differs from its deltas", where)


def _arguments(chunk: int, index: int, item: dict[str, Any]) -> Iterator[Misstep]:
    text = item.get("arguments")
    if item.get("type") != "function_call" or not isinstance(text, str) or not text:
        return
    try:
        fine = isinstance(orjson.loads(text), dict)
    except orjson.JSONDecodeError:
        fine = False
    if not fine:
        severity: Severity | None = "warning" if item.get("status") == "incomplete" else None
        message = f"the arguments of item {index} are not a JSON object"
        yield Misstep("arguments-invalid-json", chunk, message, "$.item.arguments", severity)
