"""OpenAI Completions, the legacy API: `text_completion` objects, both in a stream and as a non-streaming response.

Source: openai-openapi, `CreateCompletionResponse`. The specification requires a finish reason, because both variants
share one schema; real streams send null until the end.
"""

from __future__ import annotations

from streamkit.apis import Api, Assembler, Judge, Sample
from streamkit.apis._kit.reading import objects_in
from streamkit.apis._openai.choices import ended, model
from streamkit.apis.openai_completions.chunks import deltas, flags, joins, usage


def recognises(sample: Sample) -> str | None:
    """Recognise choices with a `text` but without a `delta`: some servers label their chat chunks `text_completion`."""
    for chunk in sample.chunks:
        for choice in objects_in(chunk.get("choices")):
            if "delta" in choice or "message" in choice:
                return None
            if "text" in choice:
                return "choices hold a text"
    # A chat stream of Hugging Face ends with such a chunk, without choices.
    if any(chunk.get("object") == "text_completion" and chunk.get("choices") != [] for chunk in sample.chunks):
        return "object is 'text_completion'"
    if sample.path.endswith("/completions") and not sample.path.endswith("/chat/completions"):
        return "the request's path"
    return None


def new_assembler() -> Assembler:
    """Return a new assembler. Its module is imported on first use."""
    from streamkit.apis.openai_completions.assembler import CompletionAssembler

    return CompletionAssembler()


def judge() -> Judge:
    """Return the tables of shape and order. Their modules are imported when a stream is first checked."""
    from streamkit.apis.openai_completions import grammar, shape

    return Judge.of(shape, grammar, grammar.GRAMMAR)


API = Api(
    name="openai_completions",
    title="OpenAI Completions (legacy)",
    recognises=recognises,
    flags=flags,
    deltas=deltas,
    usage=usage,
    model=model,
    ended=ended,
    assembler=new_assembler,
    order=30,
    choices="choices",
    judge=judge,
    joins=joins,
)
