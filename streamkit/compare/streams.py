"""Compare two streams: how they ended, their frames and events, the shape of their chunks, their text, their timing.

Ids and times differ in every run of the same request, so they are only compared on request.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

from streamkit.compare.order import moved
from streamkit.frozen import dataclass
from streamkit.model.stream import Stream
from streamkit.wire.values import Comment, Ignored

# Fields whose values differ in every run, in any API: ids, times, padding, signatures.
VOLATILE = frozenset(
    [
        "id",
        "created",
        "created_at",
        "completed_at",
        "system_fingerprint",
        "obfuscation",
        "request_id",
        "response_id",
        "item_id",
        "call_id",
        "tool_call_id",
        "message_id",
        "responseId",
        "createTime",
        "signature",
        "encrypted_content",
        "thoughtSignature",
        "queue_time",
        "prompt_time",
        "completion_time",
        "total_time",
        "load_duration",
        "prompt_eval_duration",
        "eval_duration",
        "total_duration",
        "timings",
        "time_info",
        "p",
    ]
)
# Characters of context around a difference in a text.
_AROUND = 24
# Times that differ by less than this fraction, or this many nanoseconds, count as the same.
TOLERANCE = 0.1
_LEAST_NS = 1_000_000
_TIGHT = re.compile(rb"(?<![^\r\n])data:[^ \r\n]")
_MOST_MOVED = 20

_JSON_TYPES = {dict: "object", list: "array", str: "string", bool: "boolean", int: "number", float: "number"}


@dataclass(frozen=True, slots=True)
class Change:
    """One difference.

    `kind` is `ending`, `frames`, `shape`, `value`, `order`, `text` or `timing`; `where` is a field, a path, an event or a
    part of the message; `before` and `after` are the values, or None.
    """

    kind: str
    where: str
    before: Any
    after: Any
    message: str = ""


@dataclass(slots=True)
class _Field:
    """The values at one path in all chunks: their JSON types, the number of chunks with the path, and the first values."""

    types: set[str]
    chunks: int
    values: set[Any]


def changes(before: Stream, after: Stream, *, ids: bool = False) -> Iterator[Change]:
    """Yield all differences of two streams except timing, the broadest first. With `ids`, volatile fields are compared too."""
    yield from _endings(before, after)
    yield from _frames(before, after)
    shapes = list(_shapes(before, after, ids=ids))
    yield from shapes
    yield from _usage(before, after, {change.where for change in shapes})
    yield from _order(before, after)
    yield from _texts(before, after)


def timing(before: Mapping[str, float], after: Mapping[str, float], tolerance: float = TOLERANCE) -> Iterator[Change]:
    """Yield the times (ns, by name) that differ by more than `tolerance` and a millisecond, or that only one stream has."""
    for name in [*before, *(name for name in after if name not in before)]:
        first, second = before.get(name), after.get(name)
        if first is None or second is None:
            yield Change("timing", name, first, second)
        elif abs(second - first) > max(_LEAST_NS, tolerance * max(first, second)):
            yield Change("timing", name, first, second, f"{(second - first) / first:+.0%}" if first else "")


def _endings(before: Stream, after: Stream) -> Iterator[Change]:
    for where, first, second in (
        ("verdict", before.verdict, after.verdict),
        ("api", before.api, after.api),
        ("dialect", before.dialect, after.dialect),
        ("status", _status(before), _status(after)),
        ("content type", before.exchange.content_type, after.exchange.content_type),
        ("end", _end(before), _end(after)),
    ):
        if first != second:
            yield Change("ending", where, first, second)


def _frames(before: Stream, after: Stream) -> Iterator[Change]:
    for where, first, second in (
        ("framing", before.framing, after.framing),
        ("events", len(before.events), len(after.events)),
        ("comments", _comments(before), _comments(after)),
        ("ignored", _ignored(before), _ignored(after)),
        ("line ends", _line_ends(before), _line_ends(after)),
        ("space after data:", _spaced(before), _spaced(after)),
        ("events of several data lines", _multi_line(before), _multi_line(after)),
        ("end markers", len(before.done), len(after.done)),
        ("broken events", len(before.broken), len(after.broken)),
        ("event names", _names(before), _names(after)),
        ("events a frame", _layout(before), _layout(after)),
    ):
        if first != second:
            yield Change("frames", where, first, second)


def _shapes(before: Stream, after: Stream, *, ids: bool) -> Iterator[Change]:
    """Yield fields that are new, missing or have another type, and constant values that have changed."""
    first, second = _fields(before), _fields(after)
    for path in _roots(second, first):
        below = sum(other.startswith((f"{path}.", f"{path}[]")) for other in second)
        message = f"new, in {second[path].chunks} of {len(after.chunks)} chunks{_below(below)}"
        yield Change("shape", path, None, _types(second[path]), message)
    for path in _roots(first, second):
        below = sum(other.startswith((f"{path}.", f"{path}[]")) for other in first)
        message = f"missing; was in {first[path].chunks} of {len(before.chunks)} chunks{_below(below)}"
        yield Change("shape", path, _types(first[path]), None, message)
    both = sorted(set(first) & set(second))
    for path in both:
        if first[path].types != second[path].types:
            yield Change("shape", path, _types(first[path]), _types(second[path]), "another type")
    for path in both:
        old, new = first[path].values, second[path].values
        if len(old) == len(new) == 1 and old != new and (ids or not _volatile(path)):
            yield Change("value", path, next(iter(old)), next(iter(new)))


def _usage(before: Stream, after: Stream, reported: set[str]) -> Iterator[Change]:
    """Yield the changed token counts, except those already `reported` as values of a path. The last counts of a stream apply."""
    first, second = (_counts(stream) for stream in (before, after))
    for path in first:
        known = any(where == path or where.endswith(f".{path}") for where in reported)
        if path in second and first[path] != second[path] and not known and not _volatile(path):
            yield Change("value", f"usage {path}", first[path], second[path])


def _counts(stream: Stream) -> dict[str, int]:
    raw = stream.usage.raw if stream.usage else {}
    return {path: value for path, value in _walk("", raw) if type(value) is int}


def _order(before: Stream, after: Stream) -> Iterator[Change]:
    """Yield the events that are in a different order or have other fields than their counterparts."""
    found = list(moved(before, after))
    for change in found[:_MOST_MOVED]:
        event = change.after_event if change.before_event is None else change.before_event
        side = "" if change.before_event is not None else " of B"
        yield Change("order", f"event {event}{side}", change.before, change.after)
    if len(found) > _MOST_MOVED:
        yield Change("order", "further places", None, None, f"{len(found) - _MOST_MOVED} more")


def _roots(fields: Mapping[str, _Field], others: Mapping[str, _Field]) -> list[str]:
    """Return the paths that only `fields` has, without those below another such path."""
    roots: list[str] = []
    for path in sorted(set(fields) - set(others)):
        if not any(path.startswith((f"{root}.", f"{root}[]")) for root in roots):
            roots.append(path)
    return roots


def _below(count: int) -> str:
    return f", with {count} field{'' if count == 1 else 's'} below it" if count else ""


def _texts(before: Stream, after: Stream) -> Iterator[Change]:
    first, second = _message(before), _message(after)
    for part in [*first, *(part for part in second if part not in first)]:
        old, new = first.get(part), second.get(part)
        if old == new:
            continue
        if old is None or new is None:
            yield Change("text", part, old and _shortened(old), new and _shortened(new))
            continue
        at = next(
            (at for at, (one, other) in enumerate(zip(old, new, strict=False)) if one != other), min(len(old), len(new))
        )
        message = f"from character {at + 1} on; {len(old)} and {len(new)} characters"
        yield Change("text", part, _around(old, at), _around(new, at), message)


def _fields(stream: Stream) -> dict[str, _Field]:
    fields: dict[str, _Field] = {}
    for chunk in stream.chunks:
        in_chunk: set[str] = set()
        for path, value in _walk("", chunk):
            field = fields.setdefault(path, _Field(set(), 0, set()))
            field.types.add(_JSON_TYPES.get(type(value), "null"))
            if path not in in_chunk:
                in_chunk.add(path)
                field.chunks += 1
            # Two values are enough to know that a field is not constant.
            if len(field.values) < 2 and isinstance(value, (str, int, float)):
                field.values.add(value)
    return fields


def _walk(path: str, value: Any) -> Iterator[tuple[str, Any]]:
    """Yield every path of a JSON value with its value; elements of an array share one path."""
    pending = [(path, value)]
    while pending:
        path, value = pending.pop()
        if path:
            yield path, value
        if isinstance(value, dict):
            pending += [(f"{path}.{key}" if path else key, member) for key, member in value.items()]
        elif isinstance(value, list):
            pending += [(f"{path}[]", member) for member in value]


def _message(stream: Stream) -> dict[str, str]:
    """Return the assembled message: text, reasoning, refusals, tool calls and finish reason of each choice."""
    found: dict[str, list[str]] = {}
    for chunk in range(len(stream.chunks)):
        for delta in stream.deltas(chunk):
            if delta.kind in ("text", "reasoning", "refusal", "finish", "error"):
                found.setdefault(f"choice {delta.choice} {delta.kind}", []).append(delta.text)
            elif delta.kind == "tool":
                part = f"choice {delta.choice} tool {delta.part}"
                if delta.name:
                    found.setdefault(f"{part} name", []).append(delta.name)
                found.setdefault(f"{part} arguments", []).append(delta.text)
    return {part: "".join(parts) for part, parts in found.items()}


def _status(stream: Stream) -> int | None:
    return stream.exchange.response.status if stream.exchange.response else None


def _comments(stream: Stream) -> int:
    return sum(isinstance(aside, Comment) for _, aside in stream.events.asides)


def _end(stream: Stream) -> str | None:
    return stream.exchange.end.reason if stream.exchange.end else None


def _ignored(stream: Stream) -> str | None:
    """Return the lines that the framing ignores, as counts by reason."""
    reasons = Counter(aside.reason for _, aside in stream.events.asides if isinstance(aside, Ignored))
    return ", ".join(f"{reason} (\u00d7{count})" for reason, count in sorted(reasons.items())) or None


def _line_ends(stream: Stream) -> str | None:
    """Return the line endings in use; None if the log did not keep them."""
    if not stream.framed or stream.framing != "sse":
        return None
    body = stream.exchange.frames.body
    crlf = body.count(b"\r\n")
    counts = {"LF": body.count(b"\n") - crlf, "CRLF": crlf, "CR": body.count(b"\r") - crlf}
    return ", ".join(name for name, count in counts.items() if count)


def _spaced(stream: Stream) -> str | None:
    """Return whether a space follows `data:`; None if the log did not keep it."""
    if not stream.framed or stream.framing != "sse":
        return None
    body = stream.exchange.frames.body
    tight = len(_TIGHT.findall(body))
    return "no" if tight and b"data: " not in body else "in part" if tight else "yes"


def _multi_line(stream: Stream) -> int:
    return sum(b"\n" in data for data in stream.events.data) if stream.framing == "sse" else 0


def _names(stream: Stream) -> str:
    """Return the names of the events, in order of first occurrence."""
    order = dict.fromkeys(stream.events.name(index) for index in range(len(stream.events)))
    return ", ".join(order)


def _layout(stream: Stream) -> str | None:
    """Return how events are distributed over frames: one each, several, or split; None if the log has no frames."""
    if not stream.framed or stream.exchange.source == "import" or not stream.events.ends:
        return None
    frame_ends = set(stream.exchange.frames.ends)
    body = stream.exchange.frames.body
    # The CR of a blank line ends an event, and the LF that may follow it belongs to the same line.
    ends = {end + (body[end - 1 : end + 1] == b"\r\n") for end in stream.events.ends}
    if not ends <= frame_ends:
        holding = Counter(stream.exchange.frames.holding(end - 1) for end in stream.events.ends)
        return "several" if max(holding.values()) > 1 else "cut across frames"
    return "one" if len(frame_ends) == len(ends) else "cut across frames"


def _types(field: _Field) -> str:
    return " or ".join(sorted(field.types))


def _volatile(path: str) -> bool:
    return any(part.removesuffix("[]") in VOLATILE for part in path.split("."))


def _around(text: str, at: int) -> str:
    start, end = max(at - _AROUND, 0), at + _AROUND
    return ("…" if start else "") + text[start:end] + ("…" if end < len(text) else "")


def _shortened(text: str) -> str:
    return text if len(text) <= 2 * _AROUND else text[: 2 * _AROUND] + "…"
