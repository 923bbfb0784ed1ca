"""OpenAI Realtime: the server's events of a session over a WebSocket, with any number of responses in it.

Source: platform.openai.com, "Realtime server events"; openai-python 3.54, `types/realtime/`. The names of the beta version
(`response.text.delta`, `response.audio.delta`) are read as well. The object is the session and its responses; token counts
are those of the last response.
"""

from __future__ import annotations

from streamkit.apis import Api, Assembler, Ending, Judge, Sample
from streamkit.apis._kit.reading import as_string
from streamkit.apis.openai_realtime.chunks import deltas, flags, is_event, model, usage


def recognises(sample: Sample) -> str | None:
    """Recognise an event that only this protocol has, or one of a response that has an `event_id`."""
    for chunk in sample.chunks:
        if is_event(chunk):
            return f"type is {chunk['type']!r}"
    if sample.path.endswith("/realtime") and not sample.chunks:
        return "the request's path"
    return None


def ended(ending: Ending) -> bool:
    """A session has no end of its own: it is complete if its last response is, and if it has one."""
    for chunk in reversed(ending.chunks):
        kind = as_string(chunk.get("type"))
        if kind.startswith("response."):
            return kind == "response.done"
    return False


def new_assembler() -> Assembler:
    """Return a new assembler. Its module is imported on first use."""
    from streamkit.apis.openai_realtime.assembler import SessionAssembler

    return SessionAssembler()


def judge() -> Judge:
    """Return the tables of shape and order. Their modules are imported when a stream is first checked."""
    from streamkit.apis.openai_realtime import grammar, shape

    return Judge.of(shape, grammar, grammar.RESPONSE, grammar.ITEM, grammar.PART)


API = Api(
    name="openai_realtime",
    title="OpenAI Realtime",
    recognises=recognises,
    flags=flags,
    deltas=deltas,
    usage=usage,
    model=model,
    ended=ended,
    assembler=new_assembler,
    order=9,
    judge=judge,
)
