"""Compare two streams event by event: where the order differs, and which fields an event has that its counterpart lacks.

Two runs of one request split their text differently, so consecutive events with the same fields count as one step, and texts,
numbers and ids are ignored. What remains is the order of the protocol: names, types, roles, indexes, and which fields are
present. The two orders are aligned with difflib (the method of Ratcliff and Obershelp).
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher
from itertools import groupby
from typing import Any, NamedTuple

from streamkit.model.stream import Stream

# Fields whose value is a keyword of the protocol or a position, which is the same in every run of one request.
_WORDS = frozenset(
    [
        "type", "object", "role", "status", "index", "output_index", "content_index", "summary_index", "finish_reason",
        "finishReason", "stop_reason", "done_reason", "done", "contentBlockIndex",
    ]
)  # fmt: skip
_COUNTERS = frozenset(["sequence_number"])
# Fields whose value is new in every run: only whether it equals that of the previous event is compared.
_OWN = frozenset(
    [
        "id", "created", "model", "system_fingerprint", "response_id", "responseId", "item_id", "message_id", "call_id",
        "tool_call_id", "model_id", "model_version", "agent_id", "agentId", "thread_id", "sessionId", "log_id",
    ]
)  # fmt: skip
_MOST_STEPS = 2000
"""The maximum number of steps to align, because alignment takes quadratic time. Only the beginning of longer orders is used."""
_MOST_FIELDS = 2
_MOST_SHOWN = 1

Carried = frozenset[str]
_DONE: Carried = frozenset(["[DONE]"])


class EventRun(NamedTuple):
    """Consecutive events with the same fields: the number of the first event (from 1), their count, and the fields."""

    event: int
    times: int
    carried: Carried


class Moved(NamedTuple):
    """One place where the orders differ: the event number in each stream, or None, and a description of its fields."""

    before_event: int | None
    after_event: int | None
    before: str | None
    after: str | None


def moved(before: Stream, after: Stream) -> Iterator[Moved]:
    """Yield every place where the order of events differs."""
    first, second = _steps(before)[:_MOST_STEPS], _steps(after)[:_MOST_STEPS]
    chunks = [step.carried for step in (*first, *second) if step.carried != _DONE]
    usual = frozenset.intersection(*chunks) if chunks else frozenset()
    matcher = SequenceMatcher(None, [step.carried for step in first], [step.carried for step in second], autojunk=False)
    for kind, start, end, other_start, other_end in matcher.get_opcodes():
        if kind != "equal":
            old, new = first[start:end], second[other_start:other_end]
            yield Moved(_event(old), _event(new), _shown(old, new, usual), _shown(new, old, usual))


def _steps(stream: Stream) -> list[EventRun]:
    """Return the order of a stream's events."""
    carried: dict[int, Carried] = {}
    last: dict[str, Any] = {}
    for index, chunk in zip(stream.chunk_events, stream.chunks, strict=True):
        carried[index] = frozenset([*_fields(chunk, "", last), *_named(stream, index)])
    events = [carried.get(index) or frozenset(_named(stream, index)) for index in range(len(stream.events))]
    for index in stream.done:
        events[index] = _DONE
    steps = []
    number = 1
    for fields, run in groupby(events):
        count = sum(1 for _ in run)
        steps.append(EventRun(number, count, fields))
        number += count
    return steps


def _named(stream: Stream, index: int) -> list[str]:
    name = stream.events.name(index)
    return [] if name == "message" else [f"event: {name}"]


def _fields(value: Any, path: str, last: dict[str, Any]) -> Iterator[str]:
    """Yield each field of a chunk with its keyword or, if it has none, whether it is null, empty or new.

    `last` holds the previous value of each counter and of each field whose value is new in every run.
    """
    pending = [(path, "", value)]
    while pending:
        path, key, value = pending.pop()
        if value is None or value in ("", {}, []):
            yield f"{path}: {json.dumps(value)}"
        elif isinstance(value, dict):
            pending += [(f"{path}.{name}" if path else name, name, member) for name, member in value.items()]
        elif isinstance(value, list):
            pending += [(f"{path}[]", key, member) for member in value]
        elif key in _COUNTERS and isinstance(value, int):
            step = value - last.get(path, value - 1)
            last[path] = value
            yield path if step == 1 else f"{path} {step:+d}"
        elif key in _OWN:
            yield f"{path}: another" if last.get(path, value) != value else path
            last[path] = value
        elif isinstance(value, bool) or value == 0:
            yield f"{path}: {json.dumps(value)}"
        elif isinstance(value, float):
            yield f"{path}: fraction"
        else:
            yield f"{path}: {json.dumps(value)}" if key in _WORDS and isinstance(value, (str, int)) else path


def _event(steps: Sequence[EventRun]) -> int | None:
    return steps[0].event if steps else None


def _shown(steps: Sequence[EventRun], others: Sequence[EventRun], usual: Carried) -> str | None:
    """Return the fields of these steps that their counterpart lacks, or else those that are not in every event."""
    if not steps:
        return None
    shown = []
    for index, step in enumerate(steps):
        counterpart = others[index].carried if index < len(others) else usual
        fields = sorted(step.carried - counterpart) or sorted(step.carried - usual) or ["the usual fields"]
        more = [f"{len(fields) - _MOST_FIELDS} more"] if len(fields) > _MOST_FIELDS else []
        listed = ", ".join([*fields[:_MOST_FIELDS], *more])
        shown.append(f"{listed} (\u00d7{step.times})" if step.times > 1 else listed)
    return "; ".join(shown[:_MOST_SHOWN]) + (f"; {len(shown) - _MOST_SHOWN} more" if len(shown) > _MOST_SHOWN else "")
