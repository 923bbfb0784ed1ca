"""The allowed order of a Realtime session: a response is created, items are added to it and parts to those, and it is done.

Source: platform.openai.com, "Realtime conversations"; openai-python 3.54, `types/realtime/`. A session has any number of
responses, and several may be open at once if they belong to no conversation. Events about the session, the conversation and
the user's audio may come anywhere.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import orjson

from streamkit.apis import Chunk
from streamkit.apis._kit.reading import as_object, as_string, objects_in
from streamkit.apis._kit.values import Calls, PartTexts, Repeated, check_total
from streamkit.apis.openai_realtime.chunks import APPENDS
from streamkit.apis.openai_realtime.shape import EVENTS
from streamkit.model.grammar import Grammar, Misstep, Walk
from streamkit.model.stream import Stream
from streamkit.model.wording import describe, with_field

RESPONSE = Grammar(
    name="a response of a session",
    start="new",
    steps={("new", "created"): "open", ("open", "done"): "done", ("new", "done"): "done"},
    missteps={
        ("open", "created"): "repeated-start",
        ("done", "created"): "repeated-start",
        ("new", "event"): "missing-start",
        ("new", "done"): "missing-start",
        ("done", "event"): "after-end",
        ("done", "done"): "after-end",
    },
    ends=frozenset({"new", "open", "done"}),
)
"""A response that is not done is not a misstep: the stream's verdict is then "truncated"."""
ITEM = Grammar(
    name="an item of a response",
    start="new",
    steps={("new", "added"): "open", ("open", "done"): "closed"},
    missteps={
        ("open", "added"): "part-order",
        ("closed", "added"): "part-order",
        ("new", "event"): "unopened-part",
        ("new", "done"): "unopened-part",
        ("closed", "event"): "unopened-part",
        ("closed", "done"): "unopened-part",
    },
    ends=frozenset({"new", "closed"}),
    unfinished={"open": "unclosed-part"},
)
PART = Grammar(
    name="a content part of an item",
    start="new",
    steps={("new", "added"): "open", ("open", "done"): "closed"},
    missteps=ITEM.missteps,
    ends=ITEM.ends,
    unfinished=ITEM.unfinished,
)

KINDS = (
    RESPONSE.kinds
    | ITEM.kinds
    | PART.kinds
    | {
        "cumulative-content",
        "empty-id",
        "repeated-delta",
        "shared-tool-id",
        "tool-args-invalid-json",
        "unknown-event",
        "usage-total-mismatch",
        "value-changed",
        "whole-differs",
    }
)
"""Every misstep that these checks can report; each is the name of a rule."""

_WRONG_RESPONSE = {
    "repeated-start": "is created a second time",
    "missing-start": "was never created",
    "after-end": "is done",
}
_COMPLETE = ("completed", None)


def missteps(stream: Stream) -> Iterator[Misstep]:
    """Yield every misstep of a session in the order of its events."""
    return _SessionWalk(stream).missteps()


class _SessionWalk:
    """A walk through one session."""

    def __init__(self, stream: Stream) -> None:
        self._stream = stream
        self._responses, self._items, self._parts = Walk(RESPONSE), Walk(ITEM), Walk(PART)
        self._texts, self._same, self._calls = PartTexts(), Repeated(), Calls()
        self._ids: dict[str, int] = {}
        self._open = ""  # the response created last

    def missteps(self) -> Iterator[Misstep]:
        for chunk, event in enumerate(self._stream.chunks):
            kind = as_string(event.get("type"))
            yield from self._event_id(chunk, event)
            if kind in ("response.created", "response.done"):
                yield from self._response(chunk, kind, event)
            elif kind.startswith("response."):
                yield from self._content(chunk, kind, event)
            elif kind and kind not in EVENTS:
                yield Misstep("unknown-event", chunk, with_field("unknown event", event, "type"), "$.type", "warning")

    def _event_id(self, chunk: int, event: Chunk) -> Iterator[Misstep]:
        id = event.get("event_id")
        if id == "":
            yield Misstep("empty-id", chunk, "event_id is empty", "$.event_id")
        elif type(id) is str and self._ids.setdefault(id, chunk) != chunk:
            message = f"event_id is {describe(id)}, which an earlier event has"
            yield Misstep("value-changed", chunk, message, "$.event_id", "warning")

    def _step(self, chunk: int, id: str, symbol: str, path: str) -> Iterator[Misstep]:
        wrong = self._responses.step(id, symbol)
        if wrong is not None:
            message = f"an event of the response {describe(id)}, which {_WRONG_RESPONSE[wrong]}"
            yield Misstep(wrong, chunk, message, path)

    def _response(self, chunk: int, kind: str, event: Chunk) -> Iterator[Misstep]:
        response = as_object(event.get("response"))
        id = as_string(response.get("id"))
        yield from self._step(chunk, id, kind.partition(".")[2], "$.response.id")
        if kind == "response.created":
            self._open = id
            return
        status = response.get("status")
        if status == "in_progress":
            yield Misstep(
                "value-changed", chunk, "the response is done, but its status is in_progress", "$.response.status"
            )
        yield from check_total(
            chunk, "$.response.usage", response.get("usage"), "total_tokens", ("input_tokens", "output_tokens")
        )
        for place, item in enumerate(objects_in(response.get("output"))):
            yield from self._whole_item(chunk, f"$.response.output[{place}]", (id, place), item)
        if status in _COMPLETE:
            yield from self._unfinished(chunk, id)

    def _unfinished(self, chunk: int, id: str) -> Iterator[Misstep]:
        """Yield a misstep for each item and part of a completed response that was never closed."""
        for walk, what in ((self._items, "item"), (self._parts, "content part")):
            for key, wrong in walk.unfinished():
                assert isinstance(key, tuple)
                if key[0] == id:
                    yield Misstep(wrong, chunk, f"the {what} {'.'.join(map(str, key[1:]))} is never done", "$.type")

    def _content(self, chunk: int, kind: str, event: Chunk) -> Iterator[Misstep]:
        id, index = event.get("response_id"), event.get("output_index")
        if kind.startswith("response.mcp_call."):
            return
        if kind not in EVENTS:
            yield Misstep("unknown-event", chunk, with_field("unknown event", event, "type"), "$.type", "warning")
            return
        if type(id) is not str or type(index) is not int:
            return  # reported by the shape check
        yield from self._step(chunk, id, "event", "$.response_id")
        key = id, index
        name, _, what = kind.rpartition(".")
        if name == "response.output_item":
            item = as_object(event.get("item"))
            yield from self._walk(chunk, self._items, key, what, f"the item {index}")
            yield from self._same.check(chunk, "$.item.id", item.get("id"), key=key, name="item_id")
            if what == "added" and item.get("type") == "function_call":
                yield from self._calls.open(chunk, "$.item.call_id", key, item.get("call_id"))
            elif what == "done":
                yield from self._whole_item(chunk, "$.item", key, item)
            return
        yield from self._walk(chunk, self._items, key, "event", f"the item {index}")
        yield from self._same.check(chunk, "$.item_id", event.get("item_id"), key=key)
        if "content_index" in event:
            yield from self._part(chunk, key, name, what, event)
        elif what == "delta":
            yield from self._texts.add(chunk, "$.delta", event.get("delta"), key=(key, "arguments"))
        else:
            yield from self._arguments(chunk, "$.arguments", key, event.get("arguments"))

    def _walk(self, chunk: int, walk: Walk, key: object, symbol: str, what: str) -> Iterator[Misstep]:
        state = walk.state(key)
        wrong = walk.step(key, symbol)
        if wrong == "part-order":
            yield Misstep(wrong, chunk, f"{what} is added a second time", "$.type")
        elif wrong is not None:
            why = "was never added" if state == "new" else "is done"
            yield Misstep(wrong, chunk, f"an event of {what}, which {why}", "$.type")

    def _part(self, chunk: int, item: tuple[str, int], name: str, what: str, event: Chunk) -> Iterator[Misstep]:
        place = event.get("content_index")
        if type(place) in (list, dict):
            return  # reported by the shape check
        key = *item, place
        named = f"the content part {item[1]}.{place}"
        if name == "response.content_part":
            yield from self._walk(chunk, self._parts, key, what, named)
            if what == "done":
                part = as_object(event.get("part"))
                for field in ("text", "transcript"):
                    if part.get(field) is not None:
                        yield from self._whole(chunk, f"$.part.{field}", (key, field), part[field])
            return
        yield from self._walk(chunk, self._parts, key, "event", named)
        field = APPENDS[name][2]
        if field == "audio":
            return
        if what == "delta":
            yield from self._texts.add(chunk, "$.delta", event.get("delta"), key=(key, field))
        else:
            yield from self._whole(chunk, f"$.{field}", (key, field), event.get(field))

    def _whole(self, chunk: int, path: str, key: object, text: Any) -> Iterator[Misstep]:
        """Compare a full text with its deltas, if there were any."""
        deltas = self._texts.text(key)
        if type(text) is str and deltas and text != deltas:
            message = f"the full text has {len(text)} characters, but the deltas add up to {len(deltas)}"
            if len(text) == len(deltas):
                message = "the full text differs from the text of the deltas"
            yield Misstep("whole-differs", chunk, message, path)

    def _arguments(self, chunk: int, path: str, key: tuple[str, int], arguments: Any) -> Iterator[Misstep]:
        yield from self._whole(chunk, path, (key, "arguments"), arguments)
        if type(arguments) is not str:
            return
        try:
            whole = type(orjson.loads(arguments)) is dict
        except orjson.JSONDecodeError:
            whole = False
        if not whole:
            yield Misstep(
                "tool-args-invalid-json", chunk, f"the arguments of the item {key[1]} are not a JSON object", path
            )

    def _whole_item(self, chunk: int, path: str, key: tuple[str, int], item: Chunk) -> Iterator[Misstep]:
        """Compare a complete item with its deltas."""
        yield from self._same.check(chunk, f"{path}.id", item.get("id"), key=key, name="item_id")
        if item.get("type") == "function_call" and item.get("status") != "incomplete":
            yield from self._arguments(chunk, f"{path}.arguments", key, item.get("arguments"))
        for place, part in enumerate(objects_in(item.get("content"))):
            for field in ("text", "transcript"):
                if part.get(field) is not None:
                    at = f"{path}.content[{place}].{field}"
                    yield from self._whole(chunk, at, ((*key, place), field), part[field])
