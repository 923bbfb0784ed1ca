"""Amazon Bedrock InvokeModelWithResponseStream: AWS event-stream messages, each with a chunk of the model's own API.

Source: docs.aws.amazon.com/bedrock, "InvokeModelWithResponseStream". `stream.chunks` are the inner chunks, decoded from
`bytes`; the object is what the model's family returns without streaming.
"""

from __future__ import annotations

import base64
import binascii
from typing import Any

import orjson

from streamkit.apis import Api, Assembler, Chunk, Ending, Judge, Sample
from streamkit.apis._bedrock import UNNAMED, exception_in
from streamkit.apis._kit.reading import as_object, error_message, nonempty_string, usage_delta
from streamkit.apis.bedrock_invoke.families import METRICS, find_family, metrics_usage
from streamkit.model.message import ERROR, USAGE, Delta, Reply, Usage


def recognises(sample: Sample) -> str | None:
    """Recognise a chunk whose `bytes` are base64, in an event called `chunk` or in AWS's framing."""
    for chunk, name in zip(sample.chunks, sample.names, strict=False):
        if type(chunk.get("bytes")) is str and (name == "chunk" or sample.framing == "aws_eventstream"):
            return "chunks hold base64 'bytes'"
        inner = as_object(chunk.get("chunk"))
        if type(inner.get("bytes")) is str:
            return "chunks hold base64 'bytes'"
    return "the request's path" if sample.path.endswith("/invoke-with-response-stream") else None


def unwrap(chunk: Chunk, name: str) -> Chunk:
    """Return the inner chunk. An exception, or a chunk that cannot be decoded, is returned under the name of its event."""
    wrapped = chunk.get("bytes") or as_object(chunk.get("chunk")).get("bytes")
    if type(wrapped) is not str:
        return chunk if name == UNNAMED else {name: chunk}
    try:
        inner = orjson.loads(base64.b64decode(wrapped, validate=True))
    except (binascii.Error, ValueError):
        return {name: chunk}
    return inner if type(inner) is dict else {name: inner}


def flags(chunk: Chunk) -> int:
    """Return what an inner chunk carries, as flags."""
    family = find_family(chunk)
    if family is None:
        return ERROR if exception_in(chunk) is not None else 0
    return family.flags(chunk) | (USAGE if METRICS in chunk else 0)


def deltas(chunk: Chunk) -> tuple[Delta, ...]:
    """Return what an inner chunk adds."""
    family = find_family(chunk)
    if family is not None:
        counts = metrics_usage(chunk) if family.usage(chunk) is None else None
        return family.deltas(chunk) if counts is None else (*family.deltas(chunk), usage_delta(counts))
    failed = exception_in(chunk)
    return (Delta("error", error_message(failed[1]) or failed[0]),) if failed is not None else ()


def usage(chunk: Chunk) -> Usage | None:
    """Return the family's own counts, or else those that Bedrock adds."""
    family = find_family(chunk)
    return (family.usage(chunk) if family is not None else None) or metrics_usage(chunk)


def model(chunk: Chunk) -> str | None:
    """Return the model name that the inner chunk gives, or None."""
    return nonempty_string(as_object(chunk.get("message")).get("model")) or nonempty_string(chunk.get("model"))


def ended(ending: Ending) -> bool:
    """The stream ends with the last chunk of the family, or with Bedrock's metrics, which come with that chunk."""
    for chunk in reversed(ending.chunks):
        family = find_family(chunk)
        if METRICS in chunk or (family is not None and family.last(chunk)):
            return True
    return False


class InvokeAssembler:
    """Assembles inner chunks with the assembler of the first known family among them."""

    def __init__(self) -> None:
        self._inner: Assembler | None = None
        self._rest: dict[str, Any] = {}

    def feed(self, chunk: Chunk) -> None:
        """Take the next inner chunk. Never raises on content."""
        if METRICS in chunk:
            self._rest[METRICS] = chunk[METRICS]
            chunk = {key: value for key, value in chunk.items() if key != METRICS}
        family = find_family(chunk)
        if self._inner is None and family is not None:
            self._inner = family.assembler()
        if self._inner is not None and family is not None:
            self._inner.feed(chunk)
        elif exception_in(chunk) is not None:
            self._rest.update(chunk)

    @property
    def object(self) -> dict[str, Any]:
        """The family's own object, together with Bedrock's metrics and exceptions."""
        return {**(as_object(self._inner.object) if self._inner is not None else {}), **self._rest}

    @property
    def message(self) -> Reply:
        """The same in the terms common to all APIs."""
        return self._inner.message if self._inner is not None else Reply()


def judge() -> Judge:
    """Return the tables of shape and order. Their modules are imported when a stream is first checked."""
    from streamkit.apis.bedrock_invoke.grammar import GRAMMAR, KINDS, inner_api, misfits, missteps, unknown
    from streamkit.apis.bedrock_invoke.shape import kinds, schema

    return Judge(
        misfits=misfits,
        missteps=missteps,
        unknown=unknown,
        schema=schema,
        misfit_kinds=kinds,
        misstep_kinds=KINDS,
        grammars=(GRAMMAR,),
        inner_api=inner_api,
    )


API = Api(
    name="bedrock_invoke",
    title="Amazon Bedrock InvokeModel",
    recognises=recognises,
    flags=flags,
    deltas=deltas,
    usage=usage,
    model=model,
    ended=ended,
    assembler=InvokeAssembler,
    unwrap=unwrap,
    order=15,
    judge=judge,
)
