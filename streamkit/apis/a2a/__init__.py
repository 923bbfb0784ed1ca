"""A2A `message/stream`, version 1.0 and 0.3, over JSON-RPC: a task, changes of its status, and its artifacts in pieces; or a
single message.

Source: a2a-protocol.org, specification 1.0 and 0.3; PyPI `a2a-sdk` 1.3. The object is the task at the end of the stream, in
the words of its version, or the message.
"""

from __future__ import annotations

from streamkit.apis import Api, Assembler, Ending, Judge, Sample
from streamkit.apis.a2a.chunks import deltas, event_of, flags, is_last, is_snapshot


def recognises(sample: Sample) -> str | None:
    """Recognise a JSON-RPC response with an event of a task, or a message."""
    for chunk in sample.chunks:
        kind, event = event_of(chunk)
        if chunk.get("jsonrpc") == "2.0" and kind and event.keys() & {"contextId", "taskId", "messageId", "status"}:
            return f"the result is a {kind}"
    return None


def ended(ending: Ending) -> bool:
    """The stream ends with a message, or with a status in which the task waits or is over."""
    chunks = ending.chunks
    return any(
        is_last(chunk) and (place == 0 or not is_snapshot(chunk)) for place, chunk in enumerate(reversed(chunks))
    )


def new_assembler() -> Assembler:
    """Return a new assembler. Its module is imported on first use."""
    from streamkit.apis.a2a.assembler import TaskAssembler

    return TaskAssembler()


def judge() -> Judge:
    """Return the tables of shape and order. Their modules are imported when a stream is first checked."""
    from streamkit.apis.a2a import grammar, shape

    return Judge.of(shape, grammar, grammar.TASK)


API = Api(
    name="a2a",
    title="A2A message streams",
    recognises=recognises,
    flags=flags,
    deltas=deltas,
    usage=lambda _: None,
    model=lambda _: None,
    ended=ended,
    assembler=new_assembler,
    order=26,
    judge=judge,
)
