"""Without `include_usage`, no chunk lacks a choice.

Sends: the streamed question without `stream_options`.

Expects: every chunk has a choice; usage is not reported, or only in chunks with choices.

Why: clients of before 2024 read `choices[0]` of every chunk; a chunk without choices that nobody asked for makes them
fail.

Reference: OpenAI API reference, Create chat completion, `stream_options`.

Clients: programs that read `chunk.choices[0]` without looking at its length, as many examples do.
"""

from __future__ import annotations

from streamkit.probes import Answer, Probe, each
from streamkit.probes.openai_chat._asks import WITHOUT_USAGE


def _choices(answer: Answer) -> str | None:
    empty = [chunk for chunk in answer.stream.chunks if chunk.get("choices") == []]
    many = f"{len(empty)} chunk{'s' if len(empty) > 1 else ''}"
    return f"{many} with empty choices, although no usage was asked for" if empty else None


PROBE = Probe.declare(__name__, api="openai_chat", group="usage", asks=(WITHOUT_USAGE,), expects=(each(_choices),))
