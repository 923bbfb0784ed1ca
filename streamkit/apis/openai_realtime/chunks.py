"""Single events of the Realtime API: what they carry and what they add."""

from __future__ import annotations

from streamkit.apis import Chunk
from streamkit.apis._kit.reading import (
    as_index,
    as_object,
    as_string,
    error_message,
    nonempty_string,
    usage_delta,
)
from streamkit.apis._openai.usage import parse_usage
from streamkit.model.message import ERROR, FINISH, OTHER_CONTENT, ROLE, TEXT, TOOL, USAGE, Delta, DeltaKind, Usage

APPENDS: dict[str, tuple[int, DeltaKind, str, str]] = {
    "response.output_text": (TEXT, "text", "text", "text"),
    "response.text": (TEXT, "text", "text", "text"),
    "response.output_audio_transcript": (TEXT, "text", "transcript", "audio"),
    "response.audio_transcript": (TEXT, "text", "transcript", "audio"),
    "response.output_audio": (OTHER_CONTENT, "audio", "audio", "audio"),
    "response.audio": (OTHER_CONTENT, "audio", "audio", "audio"),
    "response.function_call_arguments": (TOOL, "tool", "arguments", ""),
    "response.mcp_call_arguments": (TOOL, "tool", "arguments", ""),
}
"""The events `.delta` and `.done` of what a response appends: the flag, the kind of delta, the field that grows, and the
type of the content part that holds it ("" for the item itself). The transcript of spoken words counts as text."""

_OWN = (
    "session.",
    "conversation.item.",
    "conversation.created",
    "input_audio_buffer.",
    "output_audio_buffer.",
    "rate_limits.",
    "mcp_list_tools.",
    "transcription_session.",
)
_BETA = ("response.text.", "response.audio_transcript.", "response.output_audio")
_USER = "conversation.item.input_audio_transcription."


def is_event(chunk: Chunk) -> bool:
    """Return whether a chunk is an event of this protocol, and not of the Responses API, whose events have no `event_id`."""
    kind = chunk.get("type")
    if type(kind) is not str:
        return False
    own = kind.startswith((*_OWN, *_BETA)) or kind == "response.done"
    return own or (type(chunk.get("event_id")) is str and kind.startswith("response."))


def flags(chunk: Chunk) -> int:
    """Return what an event carries, as flags."""
    kind = as_string(chunk.get("type"))
    name, _, what = kind.rpartition(".")
    if what == "delta" and name in APPENDS:
        return APPENDS[name][0] if nonempty_string(chunk.get("delta")) else 0
    if kind == "response.created":
        return ROLE
    if kind == "response.done":
        response = as_object(chunk.get("response"))
        failed = ERROR if response.get("status") == "failed" else 0
        return FINISH | failed | (USAGE if type(response.get("usage")) is dict else 0)
    if kind == "response.output_item.added":
        item = as_object(chunk.get("item"))
        return TOOL if item.get("type") == "function_call" and nonempty_string(item.get("name")) else 0
    if kind == _USER + "delta":
        return OTHER_CONTENT if nonempty_string(chunk.get("delta")) else 0
    return ERROR if kind == "error" else 0


def deltas(chunk: Chunk) -> tuple[Delta, ...]:
    """Return what an event adds; `part` is the index of its output item."""
    kind, carried = as_string(chunk.get("type")), flags(chunk)
    name, _, _ = kind.rpartition(".")
    part = as_index(chunk.get("output_index"), 0)
    if not carried:
        return ()
    if name in APPENDS:
        added = APPENDS[name][1]
        id = nonempty_string(chunk.get("call_id")) if added == "tool" else None
        return (Delta(added, "" if added == "audio" else as_string(chunk.get("delta")), part=part, id=id),)
    if carried == ROLE:
        return (Delta("role", "assistant"),)
    if carried == TOOL:
        item = as_object(chunk.get("item"))
        id = nonempty_string(item.get("call_id"))
        return (Delta("tool", as_string(item.get("arguments")), part=part, id=id, name=as_string(item["name"])),)
    if carried & FINISH:
        return _finished(chunk, carried)
    if carried == ERROR:
        return (Delta("error", error_message(chunk.get("error"))),)
    return (Delta("other", "input transcription"),)


def _finished(chunk: Chunk, carried: int) -> tuple[Delta, ...]:
    response = as_object(chunk.get("response"))
    found = [Delta("finish", finish_reason(response))]
    if carried & ERROR:
        details = as_object(response.get("status_details"))
        found.append(Delta("error", error_message(details.get("error") or details.get("reason") or "failed")))
    if carried & USAGE:
        found.append(usage_delta(usage(chunk)))
    return tuple(found)


def finish_reason(response: Chunk) -> str:
    """Return why a response ended: the reason in its details, otherwise its status."""
    return as_string(as_object(response.get("status_details")).get("reason")) or as_string(response.get("status"))


def usage(chunk: Chunk) -> Usage | None:
    """Return the token counts of a response, which its end reports."""
    counts = as_object(chunk.get("response")).get("usage")
    if chunk.get("type") != "response.done" or type(counts) is not dict:
        return None
    # The details have other names than in OpenAI's other APIs.
    details = {
        f"{side}_tokens_details": counts[f"{side}_token_details"]
        for side in ("input", "output")
        if f"{side}_token_details" in counts
    }
    parsed = parse_usage({**counts, **details})
    return (
        None
        if parsed is None
        else Usage(
            input=parsed.input,
            output=parsed.output,
            total=parsed.total,
            cached=parsed.cached,
            audio=parsed.audio,
            reasoning=parsed.reasoning,
            raw=counts,
        )
    )


def model(chunk: Chunk) -> str | None:
    """Return the model of a session, or None."""
    return nonempty_string(as_object(chunk.get("session")).get("model"))
