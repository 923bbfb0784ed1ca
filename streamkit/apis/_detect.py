"""Detect the API: the one that recognises most events of a sample.

Most streams use one API throughout, which checking a few sections confirms. Only if that fails is every event checked
against every API, so that one foreign chunk does not decide for the whole stream.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import field, replace
from operator import attrgetter
from typing import NamedTuple

from streamkit.apis._api import APIS, UNKNOWN, Api, Sample
from streamkit.frozen import dataclass
from streamkit.model.stream import Rival

_SECTIONS = 3


class Detection(NamedTuple):
    """The API of a stream and the reason for it. The reason names the `rival`, if there is one."""

    api: Api
    reason: str
    rival: Rival | None = None


def choose_api(sample: Sample, name: str | None) -> Detection:
    """Return the API called `name`, or if that is None the one that recognises most of the sample."""
    if name is not None:
        return Detection(APIS[name], "as requested")
    for api in _ordered():
        reason = api.recognises(sample)
        if reason is not None:
            choice = Detection(api, reason)
            return choice if _recognised_throughout(api, sample) else _vote(sample) or choice
    return _vote(sample, most=True) or Detection(APIS[UNKNOWN], "no known API")


def recognised_in_each(sample: Sample) -> Detection | None:
    """Return the API that recognises each chunk of a sample on its own; None if the first API that recognises the sample does not.

    Chunks that differ from one in the sample in their texts alone may be left out: no API is recognised by a text. So where all
    chunks of a stream are objects, but for a last marker, `choose_api` returns the same for the sample that has them too.
    """
    for api in _ordered():
        reason = api.recognises(sample)
        if reason is not None:
            named = zip(sample.chunks, sample.names, strict=True)
            each = all(
                api.recognises(replace(sample, path="", chunks=(chunk,), names=(name,))) for chunk, name in named
            )
            return Detection(api, reason) if each else None
    return None


def _ordered() -> list[Api]:
    return sorted(APIS.values(), key=attrgetter("order"))


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


def _vote(sample: Sample, *, most: bool = False) -> Detection | None:
    """Return the API that recognises the most events, or None if none recognises any.

    A tie is decided by the request's path, then by the first event recognised, then by `order`. With `most`, the API
    must recognise more than half of the events.
    """
    alone = list(_single_events(sample))
    sampled = len(alone) - sum(1 for chunk in sample.chunks if not chunk)  # empty objects belong to no API
    votes: dict[str, _Votes] = {}
    for api in APIS.values():
        found = {index: why for index, event in enumerate(alone) if (why := api.recognises(event)) is not None}
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
    if most and votes[winner].count * 2 <= sampled:
        return None
    rival = _rival(winner, votes, sampled, 0 if APIS[winner].parse_event else len(sample.chunks))
    return Detection(APIS[winner], votes[winner].reason + _described(rival), rival)


def _single_events(sample: Sample) -> Iterator[Sample]:
    """Yield each event as a sample of its own: first those that hold a chunk, then those that hold text."""
    for chunk, name in zip(sample.chunks, sample.names, strict=False):
        yield replace(sample, path="", chunks=(chunk,), names=(name,), events=((name, b"{}"),))
    for name, data in sample.events:
        if data != b"[DONE]" and not data.lstrip().startswith(b"{"):
            yield replace(sample, path="", chunks=(), names=(), events=((name, data),))


def _rival(winner: str, votes: dict[str, _Votes], sampled: int, chunks: int) -> Rival | None:
    """Return the API that recognises the most of the events that the winner does not recognise, or None.

    The first `chunks` events are chunks of the stream.
    """
    taken = votes[winner].events
    left = {name: vote.events - taken for name, vote in votes.items()}
    name = min(left, key=lambda name: (-len(left[name]), APIS[name].order))
    if not left[name]:
        return None
    first = min(left[name])
    return Rival(
        api=name,
        events=len(left[name]),
        recognised=votes[winner].count,
        sampled=sampled,
        chunk=first if first < chunks else None,
    )


def _described(rival: Rival | None) -> str:
    """Return the part of the reason that names the rival; "" if there is none."""
    if rival is None:
        return ""
    verb = "is" if rival.events == 1 else "are"
    return f", in {rival.recognised} of {rival.sampled} events; {rival.events} {verb} of {rival.api}"
