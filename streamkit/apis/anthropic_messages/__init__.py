"""Anthropic Messages: `message_start`, then content blocks, each started, extended and stopped, then `message_stop`.

Source: docs.claude.com, "Streaming Messages"; anthropic-sdk-python 2.11, `types/raw_*.py`.
"""

from __future__ import annotations

from streamkit.apis import Api, Assembler, Judge, Sample
from streamkit.apis.anthropic_messages.chunks import (
    deltas,
    ended,
    flags,
    is_event,
    is_message,
    joins,
    model,
    parse_usage,
    usage,
)


def recognises(sample: Sample) -> str | None:
    """Recognise an event of this protocol, or a non-streaming response, whose `type` is `message` and `content` an
    array."""
    for chunk in sample.chunks:
        if is_event(chunk) or is_message(chunk):
            return f"type is {chunk['type']!r}"
    if sample.path.endswith("/v1/messages"):
        return "the request's path"
    return None


def new_assembler() -> Assembler:
    """Return a new assembler. Its module is imported on first use."""
    from streamkit.apis.anthropic_messages.assembler import MessageAssembler

    return MessageAssembler()


def judge() -> Judge:
    """Return the tables of shape and order. Their modules are imported when a stream is first checked."""
    from streamkit.apis.anthropic_messages import grammar, shape

    return Judge.of(shape, grammar, grammar.MESSAGE, grammar.BLOCK)


API = Api(
    name="anthropic_messages",
    title="Anthropic Messages",
    recognises=recognises,
    flags=flags,
    deltas=deltas,
    usage=usage,
    model=model,
    ended=ended,
    assembler=new_assembler,
    streamed=lambda chunk: not is_message(chunk),
    merged_usage=parse_usage,
    joins=joins,
    order=20,
    judge=judge,
)
