"""What a Responses stream says several times must be the same each time: of the response, and of each item.

Source: openai-python 3.54, `lib/streaming/responses/_responses.py`: `_output_identity` holds type and `call_id` of an item
that is done against those of the item that was added, and its events' handlers assert the type of the item.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from streamkit.apis._kit.misfits import describe, member
from streamkit.apis._openai.usage_parts import KINDS as PART_KINDS
from streamkit.apis._openai.usage_parts import check_parts
from streamkit.model.finding import Severity
from streamkit.model.grammar import Misstep

KINDS = PART_KINDS | {
    "event-item-mismatch",
    "item-changed",
    "response-changed",
    "status-mismatch",
    "usage-total-mismatch",
}
"""Every misstep that these checks can give, each the name of its rule."""

_STATUS = {
    "response.created": ("in_progress", "queued"),
    "response.queued": ("queued",),
    "response.in_progress": ("in_progress", "queued"),
    "response.completed": ("completed",),
    "response.failed": ("failed", "cancelled"),
    "response.incomplete": ("incomplete",),
}

_STATUSES = frozenset(status for wanted in _STATUS.values() for status in wanted)

# The beginning of an event's type, the types of the items that have such events, and how the SDK takes another.
_BELONGS: dict[str, tuple[tuple[str, ...], Severity | None]] = {
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
)
_FINISHING = ("message",)
# What a response comes to while it is made, and what its shape holds to one word; all else it repeats from its first event on.
_MADE = frozenset(
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
_MISSING = object()


class ResponseConsistency:
    """What the lifecycle events of one stream tell of the response."""

    def __init__(self) -> None:
        self._first: dict[str, Any] | None = None

    def event(self, chunk: int, kind: str, response: dict[str, Any]) -> Iterator[Misstep]:
        """Take one lifecycle event."""
        wanted = _STATUS.get(kind)
        status = response.get("status")
        if wanted is not None and status not in wanted and (status is None or status in _STATUSES):
            message = f"{kind} with {'no status' if status is None else f'status {describe(status)}'}"
            yield Misstep("status-mismatch", chunk, message, "$.response.status")
        if self._first is None:
            self._first = response
        for key in self._first.keys() - _MADE if response != self._first else ():
            value = response.get(key, _MISSING)
            if value != self._first[key]:
                now = "missing" if value is _MISSING else describe(value)
                message = f"{key} is {now}, and was {describe(self._first[key])} in the first event"
                if type(value) is type(self._first[key]) and isinstance(value, dict | list):
                    message = f"{key} is not what it was in the first event"
                yield Misstep("response-changed", chunk, message, member("$.response", key))
        yield from _usage(chunk, response)


def _usage(chunk: int, response: dict[str, Any]) -> Iterator[Misstep]:
    usage = response.get("usage")
    if isinstance(usage, dict):
        yield from _sums(usage, chunk, "$.response.usage")
    tools = response.get("tool_usage")
    images = tools.get("image_gen") if isinstance(tools, dict) else None
    if isinstance(images, dict):
        yield from _sums(images, chunk, "$.response.tool_usage.image_gen")


def _sums(usage: dict[str, Any], chunk: int, path: str) -> Iterator[Misstep]:
    asked, answered, total = (usage.get(name) for name in ("input_tokens", "output_tokens", "total_tokens"))
    if type(asked) is int and type(answered) is int and type(total) is int and asked + answered != total:
        message = f"{asked} + {answered} is {asked + answered}, and total_tokens is {total}"
        yield Misstep("usage-total-mismatch", chunk, message, f"{path}.total_tokens")
    for whole in ("input_tokens", "output_tokens"):
        yield from check_parts(usage, whole, f"{whole}_details", chunk, path)


def belongs(chunk: int, index: int, kind: str, item: str) -> Iterator[Misstep]:
    """Whether an item of this type has events of this kind; an item of an unknown type may have any."""
    stem = kind.rpartition(".")[0]
    if stem == "response.output_text.annotation":
        stem = "response.output_text"
    wanted = _BELONGS.get(stem)
    if wanted is not None and item not in wanted[0]:
        message = f"{kind} for item {index}, which is of type {describe(item)}"
        yield Misstep("event-item-mismatch", chunk, message, "$.type", wanted[1])


def same_item(
    chunk: int,
    index: int,
    added: dict[str, Any],
    item: dict[str, Any],
    path: str,
    kind: str = "item-changed",
    done: dict[str, Any] | None = None,
) -> Iterator[Misstep]:
    """Whether an item that is told again is the one that was added; or the one that was `done`, which has been compared."""
    for key, severity in _IDENTITY:
        before, now = added.get(key), item.get(key)
        if before == now or (key == "name" and not before) or (done is not None and done.get(key) == now):
            continue
        if now is None and severity is not None:
            continue  # the shape's check tells of it
        message = f"{key} of item {index} is {_said(now)}, and was {_said(before)} when it was added"
        yield Misstep(kind, chunk, message, f"{path}.{key}", severity)


def done_item(chunk: int, index: int, item: dict[str, Any]) -> Iterator[Misstep]:
    """Whether an item that is done says that it is at work. A call may be: its program still runs."""
    if item.get("type") in _FINISHING and item.get("status") in ("in_progress", "queued"):
        message = f"item {index} is done with status {describe(item['status'])}"
        yield Misstep("status-mismatch", chunk, message, "$.item.status")


def _said(value: object) -> str:
    return "missing" if value is None else describe(value)
