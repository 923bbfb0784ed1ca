"""OpenAI Completions, the legacy API: `text_completion` objects, in a stream and in a plain answer alike.

Source: openai-openapi, `CreateCompletionResponse`. The specification requires a finish reason, because both forms share one
schema; real streams send null until the end.
"""

from __future__ import annotations

from streamkit.apis._api import Api, Assembler, Chunk, Judge, Sample
from streamkit.apis._kit.reading import objects_in, place_of, text_of, usage_delta
from streamkit.apis._openai.choices import NO_FINISH, ended, error_deltas, error_of, finish_of, model
from streamkit.apis._openai.usage import usage_of
from streamkit.model.message import ERROR, FINISH, TEXT, USAGE, Delta, Usage


def recognises(sample: Sample) -> str | None:
    """A chunk whose choices hold a `text` (and no `delta`: some servers call their chat chunks `text_completion`)."""
    for chunk in sample.chunks:
        for choice in objects_in(chunk.get("choices")):
            if "delta" in choice or "message" in choice:
                return None
            if "text" in choice:
                return "choices hold a text"
    if any(chunk.get("object") == "text_completion" for chunk in sample.chunks):
        return "object is 'text_completion'"
    if sample.path.endswith("/completions") and not sample.path.endswith("/chat/completions"):
        return "the request's path"
    return None


def flags(chunk: Chunk) -> int:
    """What a chunk carries, over all its choices."""
    found = 0
    choices = chunk.get("choices")
    for choice in objects_in(choices):
        if choice.get("text"):
            found |= TEXT
        if choice.get("finish_reason") not in NO_FINISH:
            found |= FINISH
    if chunk.get("usage") is not None:
        found |= USAGE
    if ("error" in chunk or choices is None) and error_of(chunk) is not None:
        found |= ERROR
    return found


def deltas(chunk: Chunk) -> tuple[Delta, ...]:
    """What a chunk adds, choice by choice."""
    found: list[Delta] = []
    for place, choice in enumerate(objects_in(chunk.get("choices"))):
        number = place_of(choice.get("index"), place)
        if text_of(choice.get("text")):
            found.append(Delta("text", choice["text"], number))
        reason = finish_of(choice)
        if reason is not None:
            found.append(Delta("finish", reason, number))
    counts = usage(chunk)
    if counts is not None:
        found.append(usage_delta(counts))
    return (*found, *error_deltas(chunk))


def usage(chunk: Chunk) -> Usage | None:
    """The token counts that a chunk reports."""
    return usage_of(chunk.get("usage"))


def assembler() -> Assembler:
    """A new one; its file is imported when one is first asked for."""
    from streamkit.apis.openai_completions.assembler import CompletionAssembler

    return CompletionAssembler()


def judge() -> Judge:
    """The tables of shape and order, which only who judges a stream needs."""
    from streamkit.apis.openai_completions.grammar import KINDS, missteps
    from streamkit.apis.openai_completions.shape import kinds, misfits, schema, unknown

    return Judge(
        misfits=misfits,
        missteps=missteps,
        unknown=unknown,
        schema=schema,
        misfit_kinds=kinds,
        misstep_kinds=KINDS,
    )


API = Api(
    name="openai_completions",
    title="OpenAI Completions (legacy)",
    recognises=recognises,
    flags=flags,
    deltas=deltas,
    usage=usage,
    model=model,
    ended=ended,
    assembler=assembler,
    order=30,
    choices="choices",
    judge=judge,
)
