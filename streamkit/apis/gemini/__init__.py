"""Gemini `streamGenerateContent`, at Google AI and Vertex AI, as SSE or as a JSON array of `GenerateContentResponse`
objects, each with the next parts. There is no terminal event: the stream ends with a finish reason for every
candidate.

Source: ai.google.dev, "Generate content"; google-genai 3.4, `types.py`. Every field is optional (proto3).
"""

from __future__ import annotations

from streamkit.apis import Api, Assembler, Judge, Sample
from streamkit.apis._kit.reading import nonempty_string
from streamkit.apis.gemini.chunks import deltas, ended, flags, unwrapped, usage

_PATHS = (":streamGenerateContent", ":generateContent")


def recognises(sample: Sample) -> str | None:
    """Recognise a chunk with `candidates`, `usageMetadata` or `promptFeedback`."""
    for chunk in map(unwrapped, sample.chunks):
        for key in ("candidates", "usageMetadata", "promptFeedback"):
            if type(chunk.get(key)) in (list, dict):
                return f"a chunk holds {key!r}"
    return "the request's path" if sample.path.endswith(_PATHS) else None


def new_assembler() -> Assembler:
    """Return a new assembler. Its module is imported on first use."""
    from streamkit.apis.gemini.assembler import GeminiAssembler

    return GeminiAssembler()


def judge() -> Judge:
    """Return the tables of shape and order. Their modules are imported when a stream is first checked."""
    from streamkit.apis.gemini import grammar, shape

    return Judge.of(shape, grammar, grammar.GRAMMAR)


API = Api(
    name="gemini",
    title="Gemini generateContent",
    recognises=recognises,
    flags=flags,
    deltas=deltas,
    usage=usage,
    model=lambda chunk: nonempty_string(chunk.get("modelVersion")),
    ended=ended,
    assembler=new_assembler,
    unwrap=lambda chunk, _: unwrapped(chunk),
    order=20,
    choices="candidates",
    judge=judge,
)
