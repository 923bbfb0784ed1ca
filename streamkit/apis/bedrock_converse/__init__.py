"""Amazon Bedrock ConverseStream: AWS event-stream messages, from `messageStart` to `messageStop`, then `metadata`.

Source: docs.aws.amazon.com/bedrock, "ConverseStream"; "Converse" for the non-streaming response.
"""

from __future__ import annotations

from streamkit.apis import Api, Assembler, Judge, Sample
from streamkit.apis.bedrock_converse.chunks import (
    EVENTS,
    deltas,
    ended,
    flags,
    is_event,
    usage,
    with_name,
)


def recognises(sample: Sample) -> str | None:
    """Recognise an event by its name, in the header of an AWS message or as the only key of an object."""
    for chunk, name in zip(sample.chunks, sample.names, strict=False):
        if name in EVENTS and sample.framing == "aws_eventstream":
            return f"the event's name is {name!r}"
        if is_event(chunk):
            return f"an object holds {next(event for event in EVENTS if event in chunk)!r}"
    return "the request's path" if sample.path.endswith("/converse-stream") else None


def new_assembler() -> Assembler:
    """Return a new assembler. Its module is imported on first use."""
    from streamkit.apis.bedrock_converse.assembler import ConverseAssembler

    return ConverseAssembler()


def judge() -> Judge:
    """Return the tables of shape and order. Their modules are imported when a stream is first checked."""
    from streamkit.apis._kit.parts import MESSAGE, PART
    from streamkit.apis.bedrock_converse import grammar, shape

    return Judge.of(shape, grammar, MESSAGE, PART)


API = Api(
    name="bedrock_converse",
    title="Amazon Bedrock Converse",
    recognises=recognises,
    flags=flags,
    deltas=deltas,
    usage=usage,
    model=lambda _: None,
    ended=ended,
    assembler=new_assembler,
    unwrap=with_name,
    order=20,
    judge=judge,
)
