"""With `continuous_usage_stats`, every chunk counts the tokens so far.

Sends: the streamed question with `continuous_usage_stats: true`.

Expects: usage in every chunk with content, never decreasing. An endpoint that ignores the field deviates; one that
refuses it does not support it.

Why: an extension of vLLM that load generators rely on to count tokens as they arrive.

Reference: vLLM, OpenAI-compatible server, `stream_options.continuous_usage_stats`.

Clients: benchmark tools that count tokens while a stream arrives.
"""

from __future__ import annotations

import itertools

from streamkit.probes import Answer, Flaw, Probe, each
from streamkit.probes.openai_chat._asks import CONTINUOUS


def _continuous(answer: Answer) -> str | Flaw | None:
    stream = answer.stream
    counts = [usage.output for chunk in stream.chunks if (usage := stream.reported(chunk)) and usage.output is not None]
    if any(later < earlier for earlier, later in itertools.pairwise(counts)):
        return "the count of output tokens decreases"
    with_text = sum(any(delta.kind == "text" for delta in stream.deltas(index)) for index in range(len(stream.chunks)))
    return (
        Flaw("deviates", f"ignored: chunks with usage: {len(counts)}, with text: {with_text}")
        if len(counts) < with_text
        else None
    )


PROBE = Probe.declare(
    __name__,
    api="openai_chat",
    group="usage",
    asks=(CONTINUOUS,),
    allows=("USG502", "USG505", "USG506"),
    expects=(each(_continuous),),
)
