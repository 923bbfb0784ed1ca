"""AI SDK UI message stream, version 1: what a backend with the Vercel AI SDK, or one that speaks its protocol, sends to
`useChat`. From `start` over steps of text, reasoning and tool calls to `finish`, terminated by `[DONE]`.

Source: ai-sdk.dev, "Stream Protocols"; npm `ai` 7.0, `ui-message-stream/ui-message-chunks.ts`. The object is the
`UIMessage` that `useChat` shows.
"""

from __future__ import annotations

from streamkit.apis import Api, Assembler, Ending, Judge, Sample
from streamkit.apis._kit.reading import as_string
from streamkit.apis.ai_sdk_ui.chunks import EVENTS, deltas, flags
from streamkit.model.exchange import header

_HEADER = "x-vercel-ai-ui-message-stream"
# Types that other protocols may have as well, and the field that distinguishes them, if any.
_COMMON = {
    "start": "messageId",
    "finish": "finishReason",
    "error": "errorText",
    "abort": "",
    "custom": "",
    "file": "",
}


def recognises(sample: Sample) -> str | None:
    """Recognise an event type of the protocol, or its response header."""
    typed = False
    for chunk in sample.chunks:
        kind = chunk.get("type")
        if type(kind) is not str:
            continue
        typed = True
        if _COMMON[kind] in chunk if kind in _COMMON else kind in EVENTS:
            return f"its type is {kind!r}"
    announced = header(sample.response_headers, _HEADER) is not None
    return f"the response header {_HEADER}" if announced and (typed or not sample.chunks) else None


def ended(ending: Ending) -> bool:
    """The stream ends with `finish`, `abort` or `[DONE]`."""
    return ending.done or any(as_string(chunk.get("type")) in ("finish", "abort") for chunk in reversed(ending.chunks))


def new_assembler() -> Assembler:
    """Return a new assembler. Its module is imported on first use."""
    from streamkit.apis.ai_sdk_ui.assembler import UiMessageAssembler

    return UiMessageAssembler()


def judge() -> Judge:
    """Return the tables of shape and order. Their modules are imported when a stream is first checked."""
    from streamkit.apis.ai_sdk_ui import grammar, shape

    return Judge.of(shape, grammar, grammar.MESSAGE, grammar.PART, grammar.TOOL)


API = Api(
    name="ai_sdk_ui",
    title="the AI SDK UI message stream",
    recognises=recognises,
    flags=flags,
    deltas=deltas,
    usage=lambda _: None,
    model=lambda _: None,
    ended=ended,
    assembler=new_assembler,
    order=25,
    judge=judge,
)
