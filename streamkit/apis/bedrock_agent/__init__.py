"""Amazon Bedrock InvokeAgent: AWS event-stream messages with plain text in base64, and traces of the agent's steps.

Source: docs.aws.amazon.com/bedrock, "InvokeAgent", `ResponseStream`. The API has no terminal event: the response is in
`chunk` events, and the body ends after the last one.
"""

from __future__ import annotations

import base64
import binascii
from typing import Any

from streamkit.apis import Api, Chunk, Ending, Judge, Sample
from streamkit.apis._bedrock import UNNAMED, exception_in
from streamkit.apis._kit.merge import Fragments, joined
from streamkit.apis._kit.reading import as_object, as_string, error_message
from streamkit.model.message import ERROR, TEXT, Delta, Message, Part, Reply

_OTHERS = ("trace", "returnControl", "files")
_EVENTS = frozenset({"chunk", *_OTHERS})


def recognises(sample: Sample) -> str | None:
    """Recognise a trace of an agent, or base64 of text that is not a JSON object, in an AWS message or under its event
    name."""
    for bare, name in zip(sample.chunks, sample.names, strict=False):
        if name not in _EVENTS and (len(bare) != 1 or _EVENTS.isdisjoint(bare)):
            continue  # nearly every stream there is: unwrapping every chunk of it would cost more than all other APIs
        chunk = unwrap(bare, name)
        if any("agentId" in as_object(chunk.get(event)) for event in _OTHERS):
            return "an event has a trace of an agent"
        if (text := _decoded(chunk.get("chunk"))) and not text.lstrip().startswith("{"):
            return "chunks hold a text in base64 'bytes'"
    return "the request's path" if "/agentAliases/" in sample.path and sample.path.endswith("/text") else None


def unwrap(chunk: Chunk, name: str) -> Chunk:
    """Return the payload under the name of its event, unless it has that form already or its event has no name.

    The payloads of `files` and `trace` themselves have a member of that name.
    """
    if name == UNNAMED:
        return chunk
    if len(chunk) != 1:
        return {name: chunk}
    [(key, value)] = chunk.items()
    named = key in ("chunk", *_OTHERS) and type(value) is dict and not (key == name == "trace" and key not in value)
    return chunk if named or exception_in(chunk) is not None else {name: chunk}


def _decoded(payload: Any) -> str:
    """Return the text of a `chunk` event, or "" if its bytes are not base64."""
    try:
        return base64.b64decode(as_string(as_object(payload).get("bytes")), validate=True).decode("utf-8", "replace")
    except (binascii.Error, ValueError):
        return ""


def flags(chunk: Chunk) -> int:
    """Return what an event carries, as flags."""
    return (TEXT if _decoded(chunk.get("chunk")) else 0) | (ERROR if exception_in(chunk) is not None else 0)


def deltas(chunk: Chunk) -> tuple[Delta, ...]:
    """Return what an event adds."""
    text, failed = _decoded(chunk.get("chunk")), exception_in(chunk)
    found = (Delta("text", text),) if text else ()
    return found if failed is None else (*found, Delta("error", error_message(failed[1]) or failed[0]))


def ended(ending: Ending) -> bool:
    """The stream ends with a `chunk` event, or with a question from the agent: the API has no other end."""
    return bool(ending.chunks) and any(name in ending.chunks[-1] for name in ("chunk", "returnControl", "files"))


class AgentAssembler:
    """Assembles events into an object with the full text and the payloads of all other events."""

    def __init__(self) -> None:
        self._pieces = Fragments()
        self._rest: dict[str, list[Any]] = {}

    def feed(self, chunk: Chunk) -> None:
        """Take the next event. Never raises on content."""
        for name, payload in chunk.items():
            if name == "chunk":
                self._pieces.append(_decoded(payload))
                payload = {key: value for key, value in as_object(payload).items() if key != "bytes"}
            if payload:
                self._rest.setdefault("attributions" if name == "chunk" else name, []).append(payload)

    @property
    def object(self) -> dict[str, Any]:
        """The text in `completion`, with the traces and other payloads, in order."""
        return {"completion": joined(self._pieces), **self._rest}

    @property
    def message(self) -> Reply:
        """The text alone."""
        text = joined(self._pieces)
        return Reply((Message(0, "assistant", (Part("text", text),)),)) if text else Reply()


def judge() -> Judge:
    """Return the tables of shape and order. Their modules are imported when a stream is first judged."""
    from streamkit.apis.bedrock_agent import grammar, shape

    return Judge.of(shape, grammar, grammar.STEP)


API = Api(
    name="bedrock_agent",
    title="Amazon Bedrock InvokeAgent",
    recognises=recognises,
    flags=flags,
    deltas=deltas,
    usage=lambda _: None,
    model=lambda _: None,
    ended=ended,
    assembler=AgentAssembler,
    unwrap=unwrap,
    order=15,
    judge=judge,
)
