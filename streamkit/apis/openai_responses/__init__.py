"""OpenAI Responses: typed events, from `response.created` to `response.completed`, `failed` or `incomplete`.

Source: openai-openapi, `ResponseStreamEvent`; openai-python 3.52, `types/responses/`.
"""

from __future__ import annotations

from streamkit.apis import Api, Assembler, Judge, Sample
from streamkit.apis.openai_responses.chunks import deltas, ended, flags, is_event, joins, model, usage


def recognises(sample: Sample) -> str | None:
    """Recognise an event by its `type`, or a non-streaming response, whose `object` is `response`."""
    for chunk in sample.chunks:
        if is_event(chunk):
            return f"type is {chunk['type']!r}"
        if chunk.get("object") == "response":
            return "object is 'response'"
    if sample.path.endswith("/responses"):
        return "the request's path"
    return None


def new_assembler() -> Assembler:
    """Return a new assembler. Its module is imported on first use."""
    from streamkit.apis.openai_responses.assembler import ResponseAssembler

    return ResponseAssembler()


def judge() -> Judge:
    """Return the tables of shape and order. Their modules are imported when a stream is first checked."""
    from streamkit.apis.openai_responses import grammar, shape
    from streamkit.apis.openai_responses.item_grammar import ITEM, PART

    return Judge.of(shape, grammar, grammar.RESPONSE, ITEM, PART)


API = Api(
    name="openai_responses",
    title="OpenAI Responses",
    recognises=recognises,
    flags=flags,
    deltas=deltas,
    usage=usage,
    model=model,
    ended=ended,
    assembler=new_assembler,
    streamed=lambda chunk: chunk.get("object") != "response",
    order=10,
    joins=joins,
    judge=judge,
)
