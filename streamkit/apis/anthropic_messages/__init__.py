"""Anthropic Messages: `message_start`, then content blocks, each opened, grown and closed, then `message_stop`.

Source: docs.claude.com, "Streaming Messages"; anthropic-sdk-python 2.11, `types/raw_*.py`.
"""

from __future__ import annotations

from streamkit.apis._api import Api, Assembler, Judge, Sample
from streamkit.apis.anthropic_messages.events import deltas, ended, flags, is_event, is_message, model, usage, usage_of


def recognises(sample: Sample) -> str | None:
    """An event of that protocol, or a plain answer: `type` is `message`, with a list of `content`."""
    for chunk in sample.chunks:
        if is_event(chunk) or is_message(chunk):
            return f"type is {chunk['type']!r}"
    if sample.path.endswith("/v1/messages"):
        return "the request's path"
    return None


def assembler() -> Assembler:
    """A new one; its file is imported when one is first asked for."""
    from streamkit.apis.anthropic_messages.assembler import MessageAssembler

    return MessageAssembler()


def judge() -> Judge:
    """The tables of shape and order, which only who judges a stream needs."""
    from streamkit.apis.anthropic_messages.grammar import KINDS, missteps
    from streamkit.apis.anthropic_messages.shape import kinds, misfits, schema, unknown

    return Judge(
        misfits=misfits,
        missteps=missteps,
        unknown=unknown,
        schema=schema,
        misfit_kinds=kinds,
        misstep_kinds=KINDS,
    )


API = Api(
    name="anthropic_messages",
    title="Anthropic Messages",
    recognises=recognises,
    flags=flags,
    deltas=deltas,
    usage=usage,
    model=model,
    ended=ended,
    assembler=assembler,
    streamed=lambda chunk: not is_message(chunk),
    usage_grows=usage_of,
    order=20,
    judge=judge,
)
