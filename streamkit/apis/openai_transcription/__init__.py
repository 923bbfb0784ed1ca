"""OpenAI transcription streams: `transcript.text.delta`, then `transcript.text.done` with the full text and the usage.

Source: openai-python 3.54, `types/audio/transcription_stream_event.py`.
"""

from __future__ import annotations

from typing import Any

from streamkit.apis import Api, Chunk, Ending, Judge, Sample
from streamkit.apis._kit.merge import Fragments, joined
from streamkit.apis._kit.reading import as_string, error_message, nonempty_string, usage_delta
from streamkit.apis._openai.usage import parse_usage
from streamkit.model.message import ERROR, TEXT, USAGE, Delta, Message, Part, Reply, Usage

_DONE = "transcript.text.done"


def recognises(sample: Sample) -> str | None:
    """Recognise an event whose type begins with `transcript.text`."""
    for chunk in sample.chunks:
        if as_string(chunk.get("type")).startswith("transcript.text."):
            return f"type is {chunk['type']!r}"
    return None


def _text(chunk: Chunk) -> str:
    return as_string(chunk.get("delta")) if chunk.get("type") == "transcript.text.delta" else ""


def flags(chunk: Chunk) -> int:
    """Return what an event carries, as flags."""
    found = (TEXT if _text(chunk) else 0) | (USAGE if usage(chunk) is not None else 0)
    return found | (ERROR if _error(chunk) else 0)


def deltas(chunk: Chunk) -> tuple[Delta, ...]:
    """Return what an event adds."""
    found = [Delta("text", _text(chunk))] if _text(chunk) else []
    if usage(chunk) is not None:
        found.append(usage_delta(usage(chunk)))
    if _error(chunk):
        found.append(Delta("error", error_message(_error(chunk))))
    return tuple(found)


def usage(chunk: Chunk) -> Usage | None:
    """Return the token counts of the last event, or None if the audio is billed by duration."""
    report = chunk.get("usage")
    return parse_usage(report) if type(report) is dict and report.get("type") != "duration" else None


def _error(chunk: Chunk) -> Any:
    return chunk.get("error") or (chunk if chunk.get("type") == "error" else None)


def ended(ending: Ending) -> bool:
    """The stream ends with `transcript.text.done`."""
    return any(chunk.get("type") == _DONE for chunk in reversed(ending.chunks))


class TranscriptionAssembler:
    """Assembles events into the transcription as it is returned without streaming."""

    def __init__(self) -> None:
        self._pieces = Fragments()
        self._done: Chunk = {}
        self._error: Any = None

    def feed(self, chunk: Chunk) -> None:
        """Take the next event. Never raises on content."""
        if chunk.get("type") == _DONE:
            self._done = chunk
        elif _text(chunk):
            self._pieces.append(_text(chunk))
        self._error = self._error or _error(chunk)

    @property
    def object(self) -> dict[str, Any]:
        """The text, and the usage and log probabilities of the last event."""
        rest = {key: value for key, value in self._done.items() if key not in ("type", "text")}
        text = nonempty_string(self._done.get("text")) or joined(self._pieces)
        return {"text": text, **rest, **({"error": self._error} if self._error else {})}

    @property
    def message(self) -> Reply:
        """The text and the usage."""
        text = self.object["text"]
        messages = (Message(0, None, (Part("text", text),)),) if text else ()
        return Reply(messages, usage=usage(self._done))


def judge() -> Judge:
    """Return the tables of shape and order. Their modules are imported when a stream is first judged."""
    from streamkit.apis.openai_transcription import grammar, shape

    return Judge.of(shape, grammar, grammar.GRAMMAR)


API = Api(
    name="openai_transcription",
    title="OpenAI transcription",
    recognises=recognises,
    flags=flags,
    deltas=deltas,
    usage=usage,
    model=lambda _: None,
    ended=ended,
    assembler=TranscriptionAssembler,
    order=30,
    judge=judge,
)
