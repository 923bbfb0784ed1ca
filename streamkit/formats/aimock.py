"""aimock's fixtures, which contain the text and the tool calls of a response, not its stream.

A fixture is read as a chat completion of OpenAI's API: its text, its reasoning and each of its tool calls in one chunk, because
aimock joined what was recorded, or somebody wrote it by hand. What the fixture leaves out (tokens, ids, times) is left out
here too, except what aimock defines: the finish reason `stop` or `tool_calls`, and an id for each tool call, without which no
program can answer it. JSON responses (`response.json`) and errors are read as they are. Whom a fixture answers (`match`) is not a
request, and is not read.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from streamkit.errors import UnreadableInput
from streamkit.formats import Format, Source, parse_document
from streamkit.model.exchange import Exchange, Frame, Frames, Import, Origin, Repair, Response
from streamkit.patterns import pattern

_FIXTURES = pattern(rb'\A[\xef\xbb\xbf\s]*\{\s*(?:"[^"\\]*"\s*:\s*"(?:[^"\\]|\\.)*"\s*,\s*){0,4}"fixtures"\s*:\s*\[')
_JSON = (("content-type", "application/json"),)
_EVENTS = (("content-type", "text/event-stream"),)
_JOINED = "the text and the calls of a fixture in one chunk each: aimock keeps no chunks"
# The fields of a response that make it a chat completion.
_CONTENT = ("blocks", "content", "toolCalls", "reasoning")


def _recognises(head: bytes) -> bool:
    return b'"match"' in head and _FIXTURES.match(head) is not None


def _read(source: Source) -> Iterator[Exchange]:
    document = parse_document(source.all(), source.path)
    fixtures = document.get("fixtures") if isinstance(document, dict) else None
    number = 0
    for fixture in fixtures if isinstance(fixtures, list) else ():
        response = fixture.get("response") if isinstance(fixture, dict) else None
        if not isinstance(response, dict):
            continue
        exchange = _exchange(response, Origin(source.path, number + 1))
        if exchange is not None:
            number += 1
            yield exchange
    if not number:
        raise UnreadableInput(
            source.path,
            "aimock fixtures without a text, a tool call, an error or a JSON response",
            remedy="serve them with aimock and record from it: streamkit proxy http://127.0.0.1:4010",
        )


def _exchange(response: dict[str, Any], origin: Origin) -> Exchange | None:
    status = response.get("status")
    status = status if isinstance(status, int) else 200
    if "json" in response:
        return _whole(response["json"], status, origin)
    if isinstance(response.get("error"), dict):
        return _whole({"error": response["error"]}, status if status >= 400 else 500, origin)
    if not any(field in response for field in _CONTENT):
        return None  # an image, a sound, an embedding
    events = [*map(_compact, _chunks(response, origin.number)), "[DONE]"]
    return Exchange(
        frames=Frames.of([Frame(f"data: {event}\n\n".encode()) for event in events]),
        response=Response(None, status, headers=_EVENTS),
        imported=Import("aimock", repairs=(Repair(1, "repaired", _JOINED),), framed=False),
        origin=origin,
    )


def _whole(value: Any, status: int, origin: Origin) -> Exchange:
    return Exchange(
        frames=Frames([_compact(value).encode("utf-8")], [None], [None]),
        response=Response(None, status, headers=_JSON),
        imported=Import("aimock", framed=False),
        origin=origin,
    )


def _compact(value: Any) -> str:
    from streamkit.formats._repair import compact_json

    return compact_json(value)


def _chunks(response: dict[str, Any], number: int) -> Iterator[dict[str, Any]]:
    """Yield the chunks of a fixture: reasoning, then its text and calls in their order, then the finish reason."""
    head: dict[str, Any] = {"object": "chat.completion.chunk"}
    head |= {name: response[name] for name in ("id", "created", "model") if name in response}
    if "systemFingerprint" in response:
        head["system_fingerprint"] = response["systemFingerprint"]
    role = {"role": response.get("role", "assistant")}
    calls = 0
    for delta in _deltas(response):
        for call in delta.get("tool_calls", ()):
            call |= {"index": calls, "id": call["id"] or f"call_{number}_{calls}"}
            calls += 1
        yield {**head, "choices": [{"index": 0, "delta": role | delta, "finish_reason": None}]}
        role = {}
    finish = response.get("finishReason") or ("tool_calls" if calls else "stop")
    yield {**head, "choices": [{"index": 0, "delta": role, "finish_reason": finish}]}
    if isinstance(response.get("usage"), dict):
        yield {**head, "choices": [], "usage": response["usage"]}


def _deltas(response: dict[str, Any]) -> Iterator[dict[str, Any]]:
    if response.get("reasoning"):
        yield {"reasoning_content": _text(response["reasoning"])}
    blocks = response.get("blocks")
    if isinstance(blocks, list):
        for block in blocks:
            if isinstance(block, dict):
                yield {"content": _text(block.get("text"))} if block.get("type") == "text" else _call(block)
        return
    if response.get("content") is not None:
        yield {"content": _text(response["content"])}
    for call in response.get("toolCalls") or ():
        if isinstance(call, dict):
            yield _call(call)


def _call(call: dict[str, Any]) -> dict[str, Any]:
    function = {"name": call.get("name"), "arguments": _text(call.get("arguments", "{}"))}
    return {"tool_calls": [{"id": call.get("id"), "type": "function", "function": function}]}


def _text(value: Any) -> str:
    """Return a text; aimock writes objects as JSON."""
    return value if isinstance(value, str) else "" if value is None else _compact(value)


AIMOCK = Format(
    name="aimock",
    title="aimock fixtures",
    order=340,
    recognises=_recognises,
    read=_read,
)
