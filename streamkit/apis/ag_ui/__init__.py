"""AG-UI, the Agent User Interaction Protocol, version 1.0 and before: the events of an agent's run, from `RUN_STARTED` over
text, reasoning, tool calls and state to `RUN_FINISHED` or `RUN_ERROR`.

Source: docs.ag-ui.com, "Events"; PyPI `ag-ui-protocol` 1.0, npm `@ag-ui/client` 1.0, `verify.ts` and `apply/default.ts`. The
object is what a client has after the run: the messages that it added, and the state.
"""

from __future__ import annotations

from streamkit.apis import Api, Assembler, Ending, Judge, Sample
from streamkit.apis.ag_ui.chunks import EVENTS, OLD_EVENTS, deltas, flags, model, usage

# Types that other protocols may have as well, and the field that distinguishes them.
_COMMON = {"RAW": "event", "CUSTOM": "value"}


def recognises(sample: Sample) -> str | None:
    """Recognise an event type of the protocol."""
    for chunk in sample.chunks:
        kind = chunk.get("type")
        if type(kind) is str and (kind in EVENTS or kind in OLD_EVENTS) and _COMMON.get(kind, "type") in chunk:
            return f"its type is {kind!r}"
    return None


def ended(ending: Ending) -> bool:
    """The stream ends with `RUN_FINISHED` or `RUN_ERROR`."""
    return any(chunk.get("type") in ("RUN_FINISHED", "RUN_ERROR") for chunk in reversed(ending.chunks))


def new_assembler() -> Assembler:
    """Return a new assembler. Its module is imported on first use."""
    from streamkit.apis.ag_ui.assembler import RunAssembler

    return RunAssembler()


def judge() -> Judge:
    """Return the tables of shape and order. Their modules are imported when a stream is first checked."""
    from streamkit.apis.ag_ui import grammar, shape

    return Judge.of(shape, grammar, grammar.RUN, grammar.ENTITY)


API = Api(
    name="ag_ui",
    title="AG-UI",
    recognises=recognises,
    flags=flags,
    deltas=deltas,
    usage=usage,
    model=model,
    ended=ended,
    assembler=new_assembler,
    order=25,
    judge=judge,
)
