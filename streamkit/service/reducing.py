"""Reducing: the smallest body that still breaks a rule.

reduced = reduce_stream(stream, RULES["SEQ402"])
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from streamkit.apis import APIS, interpret, judged
from streamkit.apis.dialects import DIALECTS
from streamkit.errors import StreamkitError, UsageError
from streamkit.model.exchange import Exchange, Frames
from streamkit.model.stream import Stream
from streamkit.reduce import fewest, reduce
from streamkit.rules import Rule

NOT_IN_THE_BODY = ("LOG", "REC", "TIM")
"""The families of rules about a log, a recording or its times."""


@dataclass(frozen=True, slots=True)
class ReducedStream:
    """What is left of a stream: its `body`, and whether every text in it is `masked`."""

    body: bytes
    masked: bool


def reduce_stream(stream: Stream, rule: Rule, *, keep_text: bool = False) -> ReducedStream:
    """The smallest body that still breaks `rule`: events and fields that do not matter are taken out, texts are masked
    letter by letter unless `keep_text`.

    Raises UsageError for a rule that is not about the body, StreamkitError where the body alone does not break it.
    """
    check_reducible(rule)
    fails = _predicate(stream, rule)
    pieces = _pieces(stream)
    if not fails(pieces):
        raise StreamkitError(f"{stream.file}: {rule.code} is not broken by the body alone")
    if keep_text:
        kept: list[bytes] = fewest(pieces, fails)
        return ReducedStream(b"".join(kept), masked=False)
    left = reduce(pieces, fails)
    return ReducedStream(b"".join(left.pieces), left.masked)


def check_reducible(rule: Rule) -> None:
    """Raises UsageError for a rule about a log, a recording or its times: no smaller body can show it."""
    if rule.code.startswith(NOT_IN_THE_BODY):
        raise UsageError(f"{rule.code} is not about the bytes of a stream, so no smaller one can show it")


def breaks(stream: Stream, rule: Rule) -> bool:
    """Whether a stream breaks a rule."""
    stream = judged(stream)
    return rule.applies(stream) and next(iter(rule.check(stream)), None) is not None


def _predicate(stream: Stream, rule: Rule) -> Callable[[Sequence[bytes]], bool]:
    """Whether a body of these pieces, taken for the same API and dialect, still breaks the rule."""
    known = stream.api if stream.api in APIS else None
    spoken = stream.dialect if stream.dialect in DIALECTS else None
    bare: Exchange = replace(stream.exchange, request=None, end=None, damage=())

    def fails(pieces: Sequence[bytes]) -> bool:
        count = len(pieces)
        frames = Frames(list(pieces), [None] * count, [None] * count)
        return breaks(interpret(replace(bare, frames=frames), api=known, dialect=spoken), rule)

    return fails


def _pieces(stream: Stream) -> list[bytes]:
    """The body cut after each event."""
    body = stream.exchange.frames.body
    edges = [0, *stream.events.ends, len(body)]
    return [piece for start, end in pairwise(edges) if (piece := body[start:end])]
