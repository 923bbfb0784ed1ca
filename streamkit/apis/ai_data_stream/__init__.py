"""AI SDK data stream: what a backend with the Vercel AI SDK before version 5, or one that speaks its protocol, sends to
`useChat`. Lines of a code and a JSON value, such as `0:"Hello"`; steps from `f:` to `e:`, and `d:` at the end.

Source: v4.ai-sdk.dev, "Stream Protocols"; npm `ai` 4.3 and `@ai-sdk/ui-utils` 1.2, `data-stream-parts.ts`. The object is the
message that `useChat` shows, with the application's data beside it. A chunk is the `code` and the `value` of a line.
"""

from __future__ import annotations

from streamkit.apis import Api, Assembler, Ending, Judge, Sample
from streamkit.apis._kit.reading import as_object
from streamkit.apis.ai_data_stream.chunks import deltas, flags, parse_event, usage
from streamkit.model.exchange import header

_HEADER = "x-vercel-ai-data-stream"


def recognises(sample: Sample) -> str | None:
    """Recognise lines with codes, or the response header of the protocol."""
    if sample.framing == "coded_lines":
        return "its lines begin with codes"
    announced = header(sample.response_headers, _HEADER) is not None
    return f"the response header {_HEADER}" if announced and not sample.chunks else None


def ended(ending: Ending) -> bool:
    """The stream ends with `d:`. Backends without the SDK may end it with the last step, `e:`."""
    if any(chunk.get("code") == "d" for chunk in reversed(ending.chunks)):
        return True
    last = ending.chunks[-1] if ending.chunks else {}
    step = as_object(last.get("value"))
    return last.get("code") == "e" and not step.get("isContinued") and step.get("finishReason") != "tool-calls"


def new_assembler() -> Assembler:
    """Return a new assembler. Its module is imported on first use."""
    from streamkit.apis.ai_data_stream.assembler import DataStreamAssembler

    return DataStreamAssembler()


def judge() -> Judge:
    """Return the tables of shape and order. Their modules are imported when a stream is first checked."""
    from streamkit.apis.ai_data_stream import grammar, shape

    return Judge.of(shape, grammar, grammar.MESSAGE, grammar.TOOL)


API = Api(
    name="ai_data_stream",
    title="the AI SDK data stream",
    recognises=recognises,
    flags=flags,
    deltas=deltas,
    usage=usage,
    model=lambda _: None,
    ended=ended,
    assembler=new_assembler,
    parse_event=parse_event,
    order=20,
    judge=judge,
)
