"""OpenAI Chat Completions: `chat.completion.chunk` objects, terminated by `[DONE]`. Many providers use it; see the
dialects.

Source: openai-openapi, `CreateChatCompletionStreamResponse`; openai-python 3.52, `types/chat/chat_completion_chunk.py`.
"""

from __future__ import annotations

from streamkit.apis import Api, Assembler, Chunk, Judge, Sample
from streamkit.apis._kit.reading import objects_in
from streamkit.apis._openai.choices import ended, model
from streamkit.apis.openai_chat.chunks import all_flags, deltas, flags, joins, usage

OBJECTS = ("chat.completion.chunk", "chat.completion", "chat.completion.done")


def recognises(sample: Sample) -> str | None:
    """Recognise chunks by `object` or by choices with a `delta`, and a non-streaming response by choices with a
    `message`."""
    for chunk in sample.chunks:
        if chunk.get("object") in OBJECTS:
            return f"object is {chunk['object']!r}"
        for choice in objects_in(chunk.get("choices")):
            if "delta" in choice:
                return "choices hold a delta"
            if "message" in choice:
                return "choices hold a message"
    if sample.path.endswith("/chat/completions"):
        return "the request's path"
    return None


def streamed(chunk: Chunk) -> bool:
    """Return False for a non-streaming response, which has a `message` where a chunk has a `delta`."""
    choices = objects_in(chunk.get("choices"))
    return not any("message" in choice and "delta" not in choice for choice in choices)


def new_assembler() -> Assembler:
    """Return a new assembler. Its module is imported on first use."""
    from streamkit.apis.openai_chat.assembler import ChatAssembler

    return ChatAssembler()


def judge() -> Judge:
    """Return the tables of shape and order. Their modules are imported when a stream is first checked."""
    from streamkit.apis.openai_chat import grammar, shape

    return Judge.of(shape, grammar, grammar.GRAMMAR)


API = Api(
    name="openai_chat",
    title="OpenAI Chat Completions",
    recognises=recognises,
    flags=flags,
    all_flags=all_flags,
    deltas=deltas,
    usage=usage,
    model=model,
    ended=ended,
    assembler=new_assembler,
    streamed=streamed,
    judge=judge,
    choices="choices",
    joins=joins,
)
