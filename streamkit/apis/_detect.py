"""Detect the API: the one that recognises most events of a sample.

Most streams use one API throughout, which checking a few sections confirms. Only if that fails is every event checked
against every API, so that one foreign chunk does not decide for the whole stream.
"""

from __future__ import annotations

import operator
from collections import Counter
from collections.abc import Iterator
from dataclasses import field, replace

from streamkit.apis._api import APIS, UNKNOWN, Api, Sample
from streamkit.frozen import dataclass

_SECTIONS = 3


def choose_api(sample: Sample, name: str | None) -> tuple[Api, str]:
    """Return the API called `name`, or if that is None the one that recognises most of the sample, and the reason.

    If another API recognises events that the chosen one does not, the reason names it.
    """
    if name is not None:
        return APIS[name], "as requested"
    for api in sorted(APIS.values(), key=lambda entry: entry.order):
        reason = api.recognises(sample)
        if reason is not None:
            return (api, reason) if _recognised_throughout(api, sample) else _vote(sample) or (api, reason)
    return _vote(sample, most=True) or (APIS[UNKNOWN], "no known API")


def _recognised_throughout(api: Api, sample: Sample) -> bool:
    """Return whether an API recognises each section of the sample on its own, and most events contain a chunk."""
    count = len(sample.chunks)
    if len(sample.events) - count > max(count, 1):
        return False
    size = -(-count // _SECTIONS) or 1
    return all(
        api.recognises(
            Sample(
                path="",
                framing=sample.framing,
                chunks=sample.chunks[start : start + size],
                names=sample.names[start : start + size],
                response_headers=sample.response_headers,
                events=sample.events,
            )
        )
        for start in range(0, count, size)
    )


@dataclass(slots=True)
class _Votes:
    """The events of a sample that an API recognises: how many, the first one, and the reason for it."""

    count: int = 0
    first: int = 0
    reason: str = ""
    events: set[int] = field(default_factory=set)


def _vote(sample: Sample, *, most: bool = False) -> tuple[Api, str] | None:
    """Return the API that recognises the most events, and the reason, or None if none recognises any.

    A tie is decided by the request's path, then by the first event recognised, then by `order`. With `most`, the API
    must recognise more than half of the events.
    """
    alone = list(_single_events(sample))
    votes: dict[str, _Votes] = {}
    for api in APIS.values():
        found = {place: why for place, event in enumerate(alone) if (why := api.recognises(event)) is not None}
        if found:
            first = min(found)
            votes[api.name] = _Votes(len(found), first, found[first], set(found))
    if not votes:
        return None
    by_path = Sample(path=sample.path, framing=sample.framing, chunks=(), names=())

    def rank(name: str) -> tuple[int, bool, int, int]:
        api, vote = APIS[name], votes[name]
        return vote.count, api.recognises(by_path) is not None, -vote.first, -api.order

    winner = max(votes, key=rank)
    if most and votes[winner].count * 2 <= len(alone):
        return None
    return APIS[winner], votes[winner].reason + _runner_up(winner, votes, len(alone))


def _single_events(sample: Sample) -> Iterator[Sample]:
    """Yield each event as its own sample: first those with a chunk, then those with text. Empty objects are left out,
    since they belong to no API."""
    for chunk, name in filter(operator.itemgetter(0), zip(sample.chunks, sample.names, strict=False)):
        yield replace(sample, path="", chunks=(chunk,), names=(name,), events=((name, b"{}"),))
    for name, data in sample.events:
        if data != b"[DONE]" and not data.lstrip().startswith(b"{"):
            yield replace(sample, path="", chunks=(), names=(), events=((name, data),))


def _runner_up(winner: str, votes: dict[str, _Votes], count: int) -> str:
    """Return the part of the reason about events that another API recognises and the winner does not, or ""."""
    left: Counter[str] = Counter()
    taken = votes[winner].events
    for name, vote in votes.items():
        left[name] = len(vote.events - taken)
    name, number = min(left.items(), key=lambda entry: (-entry[1], APIS[entry[0]].order))
    if not number:
        return ""
    return f", in {votes[winner].count} of {count} events; {number} {'is' if number == 1 else 'are'} of {name}"
