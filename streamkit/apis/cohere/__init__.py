"""Cohere chat, version 2 (typed events from `message-start` to `message-end`) and version 1 (`event_type`, JSON Lines).

Source: docs.cohere.com, "Streaming guide"; cohere-python, `types/`.
"""

from __future__ import annotations

from streamkit.apis import Api, Assembler, Judge, Sample
from streamkit.apis.cohere.chunks import deltas, ended, event_type, flags, is_response, model, usage


def recognises(sample: Sample) -> str | None:
    """Recognise an event of either version, or a non-streaming response of version 2."""
    for chunk in sample.chunks:
        kind = event_type(chunk)
        if kind:
            return f"the event's type is {kind!r}"
        if is_response(chunk):
            return "a non-streaming response with 'finish_reason' and 'message'"
    return "the request's path" if sample.path.endswith("/v2/chat") else None


def new_assembler() -> Assembler:
    """Return a new assembler. Its module is imported on first use."""
    from streamkit.apis.cohere.assembler import CohereAssembler

    return CohereAssembler()


def judge() -> Judge:
    """Return the tables of shape and order. Their modules are imported when a stream is first checked."""
    from streamkit.apis._kit.parts import MESSAGE, PART
    from streamkit.apis.cohere import grammar, shape

    return Judge.of(shape, grammar, MESSAGE, PART)


API = Api(
    name="cohere",
    title="Cohere chat",
    recognises=recognises,
    flags=flags,
    deltas=deltas,
    usage=usage,
    model=model,
    ended=ended,
    assembler=new_assembler,
    streamed=lambda chunk: not is_response(chunk),
    order=20,
    judge=judge,
)
