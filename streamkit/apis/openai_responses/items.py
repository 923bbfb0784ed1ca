"""Output items of the Responses API: what they contain, and how each kind of event extends them."""

from __future__ import annotations

from typing import Any

from streamkit.apis._kit.merge import Fragments, join_surrogates, joined, merge_fields, to_plain
from streamkit.apis._kit.reading import as_index, as_object, as_string, nonempty_string, objects_in
from streamkit.model.message import Delta, Part

# Items that call something, and the field with its input.
ITEM_CALLS = {
    "function_call": "arguments",
    "custom_tool_call": "input",
    "mcp_call": "arguments",
    "code_interpreter_call": "code",
}

# Events that extend a text field of an item (`.delta`) or give it in full (`.done`).
_ITEM_FIELDS = {
    "response.function_call_arguments": "arguments",
    "response.custom_tool_call_input": "input",
    "response.mcp_call_arguments": "arguments",
    "response.code_interpreter_call_code": "code",
}
# Events that do the same to an entry of an array in the item: the array, the event's field with the position of the entry,
# the initial value of an entry, and the field of the entry.
_ENTRY_FIELDS: dict[str, tuple[str, str, dict[str, Any], str]] = {
    "response.output_text": ("content", "content_index", {"type": "output_text"}, "text"),
    "response.refusal": ("content", "content_index", {"type": "refusal"}, "refusal"),
    "response.reasoning_text": ("content", "content_index", {"type": "reasoning_text"}, "text"),
    "response.reasoning_summary_text": ("summary", "summary_index", {"type": "summary_text"}, "text"),
}
GROWING = frozenset({*_ITEM_FIELDS, *_ENTRY_FIELDS})
"""Events whose `delta` extends one string of an item."""
_PARTS = {
    "response.content_part": ("content", "content_index"),
    "response.reasoning_summary_part": ("summary", "summary_index"),
}
_MAX_ENTRIES = 10_000  # an index beyond this is invalid


class OutputItem:
    """An output item under construction."""

    __slots__ = ("_fields", "_lists", "done")

    def __init__(self, item: dict[str, Any]) -> None:
        self.done = False
        self._fields: dict[str, Any] = {}
        self._lists: dict[str, list[dict[str, Any]]] = {}
        for key, value in item.items():
            if key in ("content", "summary") and type(value) is list:
                self._lists[key] = [dict(entry) for entry in objects_in(value)]
            else:
                self._fields[key] = value

    def feed(self, kind: str, event: dict[str, Any]) -> None:
        """Apply an event about this item."""
        name, _, what = kind.rpartition(".")
        if name in _ITEM_FIELDS:
            field = _ITEM_FIELDS[name]
            _grow(self._fields, field, event.get("delta") if what == "delta" else event.get(field), what)
        elif name in _ENTRY_FIELDS:
            holder, index_field, begins, field = _ENTRY_FIELDS[name]
            entry = self._entry(holder, event.get(index_field), begins)
            _grow(entry, field, event.get("delta") if what == "delta" else event.get(field), what)
            if what == "delta" and event.get("logprobs"):
                merge_fields(entry, {"logprobs": event["logprobs"]})
        elif name in _PARTS:
            self._feed_part(name, event)
        elif name == "response.output_text.annotation":
            entry = self._entry("content", event.get("content_index"), {"type": "output_text"})
            if not entry.get("annotations"):
                entry["annotations"] = []
            merge_fields(entry, {"annotations": [event.get("annotation")]})
        elif name == "response.shell_call_command":
            self._feed_command(what, event)
        elif name == "response.shell_call_output_content":
            if what == "done":
                self._fields["output"] = event.get("output")
            else:
                output = self._lists.setdefault("output", [])
                merge_fields(_entry_at(output, event.get("command_index"), {}), as_object(event.get("delta")))
        elif name.endswith(("_call", "mcp_list_tools")) and "status" in self._fields:
            self._fields["status"] = what

    def _feed_part(self, name: str, event: dict[str, Any]) -> None:
        holder, index_field = _PARTS[name]
        entry = self._entry(holder, event.get(index_field), {})
        part = as_object(event.get("part"))
        known = dict(entry)
        entry.clear()
        entry.update(part)
        # A part that closes repeats its text. One that opens must not discard earlier text.
        for key, value in known.items():
            if entry.get(key) in (None, "", []) and value not in (None, "", []):
                entry[key] = value

    def _feed_command(self, what: str, event: dict[str, Any]) -> None:
        commands = self._lists.setdefault("commands", [])
        entry = _entry_at(commands, event.get("command_index"), {})
        _grow(entry, "command", event.get("delta") if what == "delta" else event.get("command"), what)

    def _entry(self, holder: str, index: Any, begins: dict[str, Any]) -> dict[str, Any]:
        return _entry_at(self._lists.setdefault(holder, []), index, begins)

    @property
    def object(self) -> dict[str, Any]:
        """The item so far."""
        item = {key: to_plain(value) for key, value in self._fields.items()}
        for holder, entries in self._lists.items():
            plain_entries = [{key: to_plain(value) for key, value in entry.items()} for entry in entries]
            if holder == "commands":
                item["action"] = {
                    **as_object(item.get("action")),
                    "commands": [entry.get("command", "") for entry in plain_entries],
                }
            else:
                item[holder] = plain_entries
        return item


def _entry_at(entries: list[dict[str, Any]], given: Any, begins: dict[str, Any]) -> dict[str, Any]:
    """Return the entry at an index, adding missing entries up to it."""
    index = as_index(given, max(len(entries) - 1, 0))
    if not 0 <= index < _MAX_ENTRIES:
        index = max(len(entries) - 1, 0)
    while len(entries) <= index:
        entries.append(dict(begins))
    return entries[index]


def _grow(holder: dict[str, Any], field: str, value: Any, what: str) -> None:
    """Append a delta, or replace what was appended with the full text."""
    if type(value) is not str:
        return
    if what == "delta":
        known = holder.get(field)
        if type(known) is Fragments:
            known.append(value)
        else:
            holder[field] = Fragments((known, value) if type(known) is str and known else (value,))
    elif value or not holder.get(field):
        holder[field] = value


def item_deltas(item: dict[str, Any], part: int) -> tuple[Delta, ...]:
    """Return what an item adds when it is added, or in a non-streaming response."""
    kind = as_string(item.get("type"))
    if kind in ITEM_CALLS:
        given = as_string(item.get(ITEM_CALLS[kind]))
        named = nonempty_string(item.get("name")) or (None if kind.startswith(("function", "custom")) else kind)
        return (
            Delta(
                "tool",
                given,
                choice=0,
                part=part,
                id=nonempty_string(item.get("call_id")) or nonempty_string(item.get("id")),
                name=named,
            ),
        )
    found = [
        Delta(
            "refusal" if one.kind == "refusal" else "reasoning" if one.kind == "reasoning" else "text",
            one.text,
            part=part,
        )
        for one in item_parts(item)
        if one.text and one.kind in ("text", "refusal", "reasoning")
    ]
    return tuple(found) or ((Delta("other", kind, part=part),) if kind not in ("message", "reasoning", "") else ())


def item_parts(item: dict[str, Any]) -> list[Part]:
    """Convert an item to the terms common to all APIs."""
    kind = as_string(item.get("type"))
    if kind in ITEM_CALLS:
        given = item.get(ITEM_CALLS[kind])
        text = joined(given) if type(given) is Fragments else join_surrogates(as_string(given))
        named = nonempty_string(item.get("name")) or kind
        return [
            Part(
                "tool_call", text, nonempty_string(item.get("call_id")) or nonempty_string(item.get("id")), named, item
            )
        ]
    if kind == "reasoning":
        plain_entries = [*objects_in(item.get("summary")), *objects_in(item.get("content"))]
        texts = [
            Part("reasoning", as_string(entry.get("text")), nonempty_string(item.get("id"))) for entry in plain_entries
        ]
        return texts or [Part("data", name=kind, data=item)]
    if kind == "message":
        return [part for entry in objects_in(item.get("content")) for part in _content_parts(entry)]
    return [Part("data", name=kind or None, data=item)]


def _content_parts(entry: dict[str, Any]) -> list[Part]:
    if entry.get("type") == "refusal":
        return [Part("refusal", as_string(entry.get("refusal")))]
    if entry.get("type") != "output_text":
        return [Part("data", name=nonempty_string(entry.get("type")), data=entry)]
    cited = [
        Part("citation", as_string(one.get("url")) or as_string(one.get("filename")), data=one)
        for one in objects_in(entry.get("annotations"))
    ]
    return [Part("text", as_string(entry.get("text"))), *cited]
