"""inference-perf (kubernetes-sigs, commit 7de5ef2, 2026-08; `apis/streaming_parser.py`, `reportgen/base.py`).

A token is a chunk with content. N is a tokenizer's count of the content. There is a TTFT only where there is more than one
token: the first chunk with content. The end is when the stream closed. Per token (TPOT) is (last token − first token)/(N − 1);
its normalized form, end/N, is among the further numbers. For the gaps (ITL) each chunk counts as many times as it has tokens,
all at the chunk's time, so that tokens of one chunk have gaps of zero. A broken connection keeps what came.
"""

from __future__ import annotations

from itertools import pairwise

from streamkit.definitions import Answer, Chat, definition, tokenizer


@definition("inference-perf", "7de5ef2", cut="")
def answer(chat: Chat) -> Answer:
    """What inference-perf says."""
    chunks = chat.having(lambda line: line.content)
    count, source, why = tokenizer(chat, [line.content for line in chunks])
    missing: dict[str, str] = {}
    if chat.close is None:
        missing["end_ns"] = "no-end-time"
    if count is None:
        missing["tokens"] = why
    if chat.counter is None or count is None or not chunks or count < 2:
        reason = "no-token" if not chunks else why or "one-token"
        missing.update(ttft_ns=reason, per_token_ns=reason, gaps_ns=reason)
        return Answer(ttft=None, end=chat.close, tokens=count, tokens_source=source, missing=missing)
    times = [line.at for line in chunks for _ in range(chat.counter.count(line.content))]
    gaps = [later - earlier for earlier, later in pairwise(times)]
    also = {} if chat.close is None else {"normalized_time_per_output_token_ns": chat.close / count}
    first, last = chunks[0].at, chunks[-1].at
    return Answer(
        ttft=first,
        end=chat.close,
        tokens=count,
        tokens_source=source,
        per_token=(last - first) / (count - 1),
        gaps=gaps,
        also=also,
        missing=missing,
    )
