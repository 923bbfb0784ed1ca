"""Token gap: the time between two tokens, for streams in which every chunk has a running token count.

Formula: for each content chunk after the first, the gap before it divided by the increase of the running count in
usage, one sample per token; if the count did not increase, the gap is added to the next one. A chunk of four tokens
therefore weighs four times as much as a chunk of one, which gaps between chunks do not show. Servers send running
counts on request (`continuous_usage_stats` of vLLM). Missing without measured times (`no-times`), if a content chunk
has no count (`no-running-usage`), if the count decreases or increases by more tokens than the body has bytes
(`usage-contradicts-content`), with several choices, whose tokens are counted together (`several-choices`), if the
clock went back (`clock-went-back`), and with fewer than two content chunks (`no-token`, `one-token`).
"""

from __future__ import annotations

from streamkit.metrics import Timeline, metric
from streamkit.model.measurement import Samples
from streamkit.model.message import USAGE


@metric("ns", "Tok gap", many=True, aliases=("tok_gap", "weighted_itl"), shown="present", order=21)
def measured(timeline: Timeline) -> Samples:
    """Return a sample per token, in nanoseconds, in ascending order."""
    missing = timeline.gaps_missing or _unfit(timeline)
    if missing:
        return Samples(missing=missing)
    totals = _totals(timeline)
    if totals is None:
        return Samples(missing="no-running-usage")
    if max(totals) - totals[0] > timeline.stream.exchange.frames.size:
        # A token that a chunk shows takes a byte of the body at least; a number alone must not decide what this costs.
        return Samples(missing="usage-contradicts-content")
    times = timeline.content_times
    found: list[float] = []
    since, before = times[0], totals[0]
    for at, total in zip(times[1:], totals[1:], strict=True):
        grown = total - before
        if grown < 0:
            return Samples(missing="usage-contradicts-content")
        if grown:
            found += [(at - since) / grown] * grown
            since, before = at, total
    return Samples(sorted(found), "" if found else "usage-contradicts-content")


def _unfit(timeline: Timeline) -> str:
    """Why this stream has no gaps between tokens whatever it reports; empty where it may have some."""
    carries, content = timeline.flags, timeline.content
    # The first and the last chunk rule out most streams without a running count, without looking at every chunk.
    if not carries[content[0]] & carries[content[-1]] & USAGE or not all(carries[chunk] & USAGE for chunk in content):
        return "no-running-usage"
    if timeline.choices:
        return "several-choices"
    if len(timeline.content_times) < len(content):
        return "no-times"
    return "clock-went-back" if len(timeline.gaps) < len(timeline.raw_gaps) else ""


def _totals(timeline: Timeline) -> list[int] | None:
    """Return the running count of output tokens at each content chunk; None if any of them does not contain it."""
    stream = timeline.stream
    reports = [stream.reported(stream.chunks[chunk]) for chunk in timeline.content]
    totals = [report.output for report in reports if report is not None and report.output is not None]
    return totals if len(totals) == len(reports) else None
