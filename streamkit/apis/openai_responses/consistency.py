"""Check that a Responses stream agrees with itself where it repeats something, about the response and about each item.

Source: openai-python 3.54, `lib/streaming/responses/_responses.py`: `_output_identity` compares the type and `call_id`
of a finished item with those of the added one, and the handlers of its events assert the type of the item.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from streamkit.apis._kit.misfits import member
from streamkit.apis._openai.usage_parts import KINDS as PART_KINDS
from streamkit.apis._openai.usage_parts import check_parts
from streamkit.model.finding import Severity
from streamkit.model.grammar import Misstep
from streamkit.model.wording import describe

KINDS = PART_KINDS | {
    "event-item-mismatch",
    "item-changed",
    "response-changed",
    "status-mismatch",
    "usage-total-mismatch",
}
"""Every misstep that these checks can report; each is the name of a rule."""

_STATUS = {
    "response.created": ("in_progress", "queued"),
    "response.queued": ("queued",),
    "response.in_progress": ("in_progress", "queued"),
    "response.completed": ("completed",),
    "response.failed": ("failed", "cancelled"),
    "response.incomplete": ("incomplete",),
}

_STATUSES = frozenset(status for expected in _STATUS.values() for status in expected)

# The prefix of an event type, the item types that have such events, and the severity of any other type in the SDK.
_ITEM_TYPES: dict[str, tuple[tuple[str, ...], Severity | None]] = {
    "response.output_text": (("message",), None),
    "response.refusal": (("message",), "warning"),
    "response.function_call_arguments": (("function_call",), None),
    "response.custom_tool_call_input": (("custom_tool_call",), "warning"),
    "response.mcp_call_arguments": (("mcp_call",), "warning"),
    "response.mcp_call": (("mcp_call",), "warning"),
    "response.mcp_list_tools": (("mcp_list_tools",), "warning"),
    "response.code_interpreter_call_code": (("code_interpreter_call",), "warning"),
    "response.code_interpreter_call": (("code_interpreter_call",), "warning"),
    "response.file_search_call": (("file_search_call",), "warning"),
    "response.web_search_call": (("web_search_call",), "warning"),
    "response.image_generation_call": (("image_generation_call",), "warning"),
    "response.reasoning_text": (("reasoning", "message"), "warning"),
    "response.reasoning_summary_text": (("reasoning",), "warning"),
    "response.reasoning_summary_part": (("reasoning",), "warning"),
}
_IDENTITY: tuple[tuple[str, Severity | None], ...] = (
    ("type", None),
    ("call_id", None),
    ("name", "warning"),
    ("role", "warning"),
    ("server_label", "warning"),
    ("execution", "warning"),
)
_ENDS_WITH_DONE = ("message",)
# Fields that change while a response is generated, or whose value the shape fixes. All others must stay the same.
_CHANGING = frozenset(
    {
        "completed_at",
        "content_filters",
        "error",
        "id",
        "incomplete_details",
        "object",
        "output",
        "service_tier",
        "status",
        "usage",
    }
)
# Those fields that every event contains if the first one does, even if they are null.
_LATER = ("completed_at", "error", "incomplete_details", "service_tier", "usage")
_MISSING = object()


class ResponseConsistency:
    """Checks of the lifecycle events of one stream."""

    def __init__(self) -> None:
        self._first: dict[str, Any] | None = None

    def event(self, chunk: int, kind: str, response: dict[str, Any]) -> Iterator[Misstep]:
        """Check the response in one lifecycle event."""
        expected = _STATUS.get(kind)
        status = response.get("status")
        known = status is None or (type(status) is str and status in _STATUSES)
        if expected is not None and status not in expected and known:
            message = f"{kind} with {'no status' if status is None else f'status {describe(status)}'}"
            yield Misstep("status-mismatch", chunk, message, "$.response.status")
        if self._first is None:
            self._first = response
        for key, before in self._first.items() if response != self._first else ():
            value = response.get(key, _MISSING)
            if key not in _CHANGING and value != before:
                yield Misstep("response-changed", chunk, _changed(key, before, value), member("$.response", key))
        for key in _LATER:
            if key in self._first and key not in response:
                message = f"{key} is missing, but the first event has it"
                yield Misstep("response-changed", chunk, message, f"$.response.{key}")
        yield from _usage(chunk, response)


def _changed(key: str, before: Any, value: Any) -> str:
    if type(value) is type(before) and isinstance(value, dict | list):
        return f"{key} differs from the first event"
    return f"{key} is {_value(value)}, but was {_value(before)} in the first event"


def _value(value: Any) -> str:
    """Describe a value by which two events differ: a boolean as itself, not as "a boolean"."""
    if value is _MISSING:
        return "missing"
    return str(value).lower() if isinstance(value, bool) else describe(value)


def _usage(chunk: int, response: dict[str, Any]) -> Iterator[Misstep]:
    usage = response.get("usage")
    if isinstance(usage, dict):
        yield from _sums(usage, chunk, "$.response.usage")
    tools = response.get("tool_usage")
    images = tools.get("image_gen") if isinstance(tools, dict) else None
    if isinstance(images, dict):
        yield from _sums(images, chunk, "$.response.tool_usage.image_gen")


def _sums(usage: dict[str, Any], chunk: int, path: str) -> Iterator[Misstep]:
    prompt, output, total = (usage.get(name) for name in ("input_tokens", "output_tokens", "total_tokens"))
    if type(prompt) is int and type(output) is int and type(total) is int and prompt + output != total:
        message = f"{prompt} + {output} is {prompt + output}, but total_tokens is {total}"
        yield Misstep("usage-total-mismatch", chunk, message, f"{path}.total_tokens")
    for whole in ("input_tokens", "output_tokens"):
        yield from check_parts(usage, whole, f"{whole}_details", chunk, path)


def check_event_type(chunk: int, index: int, kind: str, item: str) -> Iterator[Misstep]:
    """Yield a misstep if an item of this type cannot have events of this kind. Unknown item types may have any."""
    stem = kind.rpartition(".")[0]
    if stem == "response.output_text.annotation":
        stem = "response.output_text"
    expected = _ITEM_TYPES.get(stem)
    if expected is not None and item not in expected[0]:
        message = f"{kind} for item {index}, which is of type {describe(item)}"
        yield Misstep("event-item-mismatch", chunk, message, "$.type", expected[1])


def check_same_item(
    chunk: int,
    index: int,
    added: dict[str, Any],
    item: dict[str, Any],
    path: str,
    kind: str = "item-changed",
    done: dict[str, Any] | None = None,
) -> Iterator[Misstep]:
    """Yield a misstep if a repeated item differs from the one added. Values equal to those of `done` were already
    compared."""
    for key, severity in _IDENTITY:
        before, now = added.get(key), item.get(key)
        if before == now or (key == "name" and not before) or (done is not None and done.get(key) == now):
            continue
        if now is None and severity is not None:
            continue  # reported by the shape check
        message = f"{key} of item {index} is {_describe(now)}, but was {_describe(before)} when it was added"
        yield Misstep(kind, chunk, message, f"{path}.{key}", severity)


def check_done_item(chunk: int, index: int, added: dict[str, Any], item: dict[str, Any]) -> Iterator[Misstep]:
    """Yield a misstep if a finished item has no status, or a finished message an unfinished one. A call may have one:
    its program still runs."""
    if "status" in added and item.get("status") is None:
        message = f"item {index} is done without a status, but had one when it was added"
        yield Misstep("status-mismatch", chunk, message, "$.item.status", "warning")
    if item.get("type") in _ENDS_WITH_DONE and item.get("status") in ("in_progress", "queued"):
        message = f"item {index} is done with status {describe(item['status'])}"
        yield Misstep("status-mismatch", chunk, message, "$.item.status")


def _describe(value: object) -> str:
    return "missing" if value is None else describe(value)
