"""Hugging Face Text Generation Inference, `/generate_stream`: one token per chunk, the last one with the full text.

Source: huggingface.co/docs/text-generation-inference, "API reference", `StreamResponse`.
"""

from __future__ import annotations

from typing import Any

from streamkit.apis import Api, Chunk, Ending, Judge, Sample
from streamkit.apis._kit.merge import Fragments, joined
from streamkit.apis._kit.reading import as_object, as_string, error_message, first_count, nonempty_string, usage_delta
from streamkit.model.message import ERROR, FINISH, TEXT, USAGE, Delta, Message, Part, Reply, Usage


def recognises(sample: Sample) -> str | None:
    """Recognise a chunk whose `token` is an object with an id and a text."""
    for chunk in sample.chunks:
        token = as_object(chunk.get("token"))
        if "id" in token and "text" in token:
            return "a chunk holds a 'token'"
    return "the request's path" if sample.path.endswith("/generate_stream") else None


def _text(chunk: Chunk) -> str:
    token = as_object(chunk.get("token"))
    return "" if token.get("special") is True else as_string(token.get("text"))


def flags(chunk: Chunk) -> int:
    """Return what a chunk carries. Special tokens (the end of the sequence) are not text."""
    found = TEXT if _text(chunk) else 0
    details = as_object(chunk.get("details"))
    if details.get("finish_reason"):
        found |= FINISH
    if "generated_tokens" in details:
        found |= USAGE
    return found | (ERROR if chunk.get("error") else 0)


def deltas(chunk: Chunk) -> tuple[Delta, ...]:
    """Return what a chunk adds."""
    text = _text(chunk)
    found = [Delta("text", text)] if text else []
    details = as_object(chunk.get("details"))
    if details.get("finish_reason"):
        found.append(Delta("finish", as_string(details["finish_reason"])))
    if "generated_tokens" in details:
        found.append(usage_delta(usage(chunk)))
    if chunk.get("error"):
        found.append(Delta("error", error_message(chunk["error"])))
    return tuple(found)


def usage(chunk: Chunk) -> Usage | None:
    """Return the token counts in the details of the last chunk, or None."""
    details = as_object(chunk.get("details"))
    if not details:
        return None
    return Usage(
        input=first_count(details, "input_length"), output=first_count(details, "generated_tokens"), raw=details
    )


def ended(ending: Ending) -> bool:
    """The stream ends with the chunk that has the full text."""
    return any(type(chunk.get("generated_text")) is str for chunk in reversed(ending.chunks))


class TgiAssembler:
    """Assembles chunks into what `/generate` returns with details."""

    def __init__(self) -> None:
        self._pieces = Fragments()
        self._tokens: list[Any] = []
        self._whole: str | None = None
        self._details: dict[str, Any] = {}
        self._error: dict[str, Any] = {}

    def feed(self, chunk: Chunk) -> None:
        """Take the next chunk. Never raises on content."""
        if type(chunk.get("token")) is dict:
            self._tokens.append(chunk["token"])
        if _text(chunk):
            self._pieces.append(_text(chunk))
        if type(chunk.get("generated_text")) is str:
            self._whole = chunk["generated_text"]
        self._details = as_object(chunk.get("details")) or self._details
        if chunk.get("error"):
            self._error = {key: chunk[key] for key in ("error", "error_type") if key in chunk}

    @property
    def object(self) -> dict[str, Any]:
        """The response assembled so far."""
        text = joined(self._pieces) if self._whole is None else self._whole
        return {"generated_text": text, "details": {**self._details, "tokens": self._tokens}, **self._error}

    @property
    def message(self) -> Reply:
        """The same in the terms common to all APIs."""
        answer = self.object
        finish = nonempty_string(self._details.get("finish_reason"))
        found = bool(self._tokens) or self._whole is not None
        messages = (Message(0, None, (Part("text", answer["generated_text"]),), finish),) if found else ()
        return Reply(messages, usage=usage({"details": self._details}))


def judge() -> Judge:
    """Return the tables of shape and order. Their modules are imported when a stream is first checked."""
    from streamkit.apis.tgi import grammar, shape

    return Judge.of(shape, grammar, grammar.GRAMMAR)


API = Api(
    name="tgi",
    title="Hugging Face Text Generation Inference",
    recognises=recognises,
    flags=flags,
    deltas=deltas,
    usage=usage,
    model=lambda _: None,
    ended=ended,
    assembler=TgiAssembler,
    order=40,
    judge=judge,
)
