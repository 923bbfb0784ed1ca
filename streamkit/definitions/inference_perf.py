"""inference-perf (kubernetes-sigs, commit 7de5ef2, 2026-08; `apis/streaming_parser.py`, `reportgen/base.py`).

A token is a chunk with content. N is a tokenizer's count of the content. TTFT is the first chunk with content, and is
only defined for more than one token. The end is the time at which the stream closed. Per token (TPOT) is (last token
− first token)/(N − 1); its normalized form, end/N, is one of the additional numbers. For the gaps (ITL), each chunk
counts once per token, all at the time of the chunk, so tokens of the same chunk have gaps of zero. After a broken
connection, the data received until then is used.
"""

from __future__ import annotations

from itertools import pairwise

from streamkit.definitions import Answer, Chat, definition, tokenizer


@definition("inference-perf", "7de5ef2", cut="")
def answer(chat: Chat) -> Answer:
    """Return inference-perf's numbers."""
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
