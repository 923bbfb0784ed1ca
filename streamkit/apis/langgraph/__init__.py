"""LangGraph and LangServe event streams: named events, from `metadata` with the ID of the run over what a graph or a chain
streams to its end. A graph streams its state, updates, pieces of messages or data of its own; a chain streams pieces of its
output.

Source: docs.langchain.com, "Streaming API"; PyPI `langgraph-sdk` 0.4, `schema.py`, `langserve` 0.3, `api_handler.py`, and
recorded streams of `langgraph-api` 0.16. The object has the last state, the messages, or the output.
"""

from __future__ import annotations

from streamkit.apis import Api, Assembler, Ending, Follow, Judge, Sample
from streamkit.apis.langgraph.chunks import MODES, deltas, flags, mode_of, model, parse_event, usage

_TELLING = MODES - {"events", "messages", "tools", "updates", "values", "custom", "debug", "tasks", "lifecycle"}


def recognises(sample: Sample) -> str | None:
    """Recognise the `metadata` of a run, or event names of the protocol with data of their kind."""
    for chunk, name in zip(sample.chunks, sample.names, strict=False):
        mode = name.partition("|")[0]
        if mode == "metadata" and "run_id" in chunk:
            return "the event 'metadata' has a run_id"
        if mode == "error" and chunk.keys() == {"status_code", "message"}:
            return "the event 'error' has a status_code"
        if mode in _TELLING or (mode in MODES and "type" not in chunk and "object" not in chunk):
            return f"an event is called {name!r}"
    for name, data in sample.events:
        mode = name.partition("|")[0]
        if mode in MODES and data.lstrip().startswith(b"[") and not sample.chunks:
            return f"an event is called {name!r}"
    return None


def ended(ending: Ending) -> bool:
    """There is no terminal event: the stream ends after its last one. LangServe's `end` has no data, so that no client that
    follows the standard receives it."""
    return any(mode_of(chunk) not in ("metadata", "") for chunk in ending.chunks)


def new_assembler() -> Assembler:
    """Return a new assembler. Its module is imported on first use."""
    from streamkit.apis.langgraph.assembler import RunAssembler

    return RunAssembler()


def follow() -> Follow:
    """Return what finds the pieces that are new in each event. Its module is imported on first use."""
    from streamkit.apis.langgraph.following import Follower

    return Follower()


def judge() -> Judge:
    """Return the tables of shape and order. Their modules are imported when a stream is first checked."""
    from streamkit.apis.langgraph import grammar, shape

    return Judge.of(shape, grammar, grammar.GRAMMAR)


API = Api(
    name="langgraph",
    title="LangGraph and LangServe event streams",
    recognises=recognises,
    flags=flags,
    deltas=deltas,
    usage=usage,
    model=model,
    ended=ended,
    assembler=new_assembler,
    parse_event=parse_event,
    follow=follow,
    order=28,
    judge=judge,
)
