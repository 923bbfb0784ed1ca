"""Reduce a stream to the smallest one that still breaks a rule, and no rule that the whole stream satisfies.

reduced = reduce_stream(stream, RULES["SEQ402"])
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import pairwise
from typing import Any

from streamkit.apis import interpret, judged
from streamkit.errors import StreamkitError, UsageError
from streamkit.formats import read
from streamkit.frozen import dataclass
from streamkit.model.exchange import Body, End, Exchange, Frames, Request, Response
from streamkit.model.recording import write
from streamkit.model.stream import Stream
from streamkit.reduce import Reduced, fewest, reduce
from streamkit.rules import RULES, Rule

NOT_IN_THE_BODY = ("LOG", "REC", "TIM")
"""The families of rules about a log, a recording or its times."""

BodyPieces = Sequence[bytes]
Packer = Callable[[BodyPieces], bytes]


@dataclass(frozen=True, slots=True)
class ReducedStream:
    """A reduced stream: the bytes of a file that shows the finding under plain `lint`. `raw` is whether that is
    the body alone or a recording, and `masked` whether every text in it is masked."""

    data: bytes
    raw: bool
    masked: bool


def reduce_stream(stream: Stream, rule: Rule, *, keep_text: bool = False) -> ReducedStream:
    """Return the smallest stream of the same API that still breaks `rule` and no other default rule than the whole
    stream.

    Events and fields that do not matter are removed, texts are masked letter by letter unless `keep_text`. It is a raw
    event stream where that alone shows the finding; else a recording, with the host, the status, the flags of the request
    and how the connection ended. Raises UsageError for a rule that is not about the body, StreamkitError if a file
    with only this stream does not break it.
    """
    check_reducible(rule)
    stream = judged(stream)
    kept = kept_rules(stream)
    pieces = _pieces(stream)
    for raw, pack in ((True, b"".join), (False, _recording_packer(stream.exchange))):
        fails = _predicate(stream.api, rule, kept, pack)
        if fails(pieces):
            left = Reduced(fewest(pieces, fails), masked=False) if keep_text else reduce(pieces, fails)
            return ReducedStream(pack(left.pieces), raw, left.masked)
    raise StreamkitError(f"{stream.file}: a file with only this stream does not break {rule.code}")


def check_reducible(rule: Rule) -> None:
    """Raise UsageError for a rule about a log, a recording or its times: no smaller body can show it."""
    if rule.code.startswith(NOT_IN_THE_BODY):
        raise UsageError(f"{rule.code} does not depend on the bytes of a stream, so it cannot be reduced")


def breaks(stream: Stream, rule: Rule) -> bool:
    """Return whether a stream breaks a rule."""
    stream = judged(stream)
    return rule.applies(stream) and next(iter(rule.check(stream)), None) is not None


def kept_rules(stream: Stream) -> list[Rule]:
    """Return the default rules that a stream satisfies: those that apply to it and that it does not break."""
    return [rule for rule in RULES.values() if rule.default and rule.applies(stream) and not breaks(stream, rule)]


def _predicate(api: str, rule: Rule, kept: Sequence[Rule], pack: Packer) -> Callable[[BodyPieces], bool]:
    """Return whether a file of these pieces, read as any file is, holds one stream of that API that breaks the rule and none of
    those that are kept."""

    def fails(pieces: BodyPieces) -> bool:
        try:
            exchanges = list(read(pack(pieces)))
        except StreamkitError:
            return False
        if len(exchanges) != 1:
            return False
        stream = interpret(exchanges[0], judge=True)
        if stream.api != api or not breaks(stream, rule):
            return False
        return not any(breaks(stream, entry) for entry in kept)

    return fails


def _recording_packer(exchange: Exchange) -> Packer:
    """Return a recording of these pieces, with what rules ask of the request and the response and nothing that was written."""
    response = exchange.response
    kept = (
        tuple((name, value) for name, value in response.headers if name.lower() == "content-type") if response else ()
    )
    bare = Exchange(
        source=exchange.source,
        clock="none",
        request=_bare_request(exchange.request) if exchange.request else None,
        response=Response(None, response.status, response.http, kept) if response else None,
        end=End(at=None, reason=exchange.end.reason) if exchange.end else None,
    )

    def recording(pieces: BodyPieces) -> bytes:
        frames = Frames(list(pieces), [None] * len(pieces), [None] * len(pieces))
        return b"".join(write(replace(bare, frames=frames)))

    return recording


def _bare_request(request: Request) -> Request:
    """Return the host, the path, and the members of the body that are flags or numbers, or objects of flags and numbers."""
    body = request.body.json if request.body is not None and isinstance(request.body.json, dict) else {}
    kept = {name: value for name, value in body.items() if _is_flag(value)}
    return Request(request.method, request.url.partition("?")[0], (), Body("json", kept) if kept else None)


def _is_flag(value: Any) -> bool:
    return isinstance(value, (bool, int)) or (
        isinstance(value, dict) and bool(value) and all(_is_flag(member) for member in value.values())
    )


def _pieces(stream: Stream) -> list[bytes]:
    """Return the body cut after each event."""
    body = stream.exchange.frames.body
    edges = [0, *stream.events.ends, len(body)]
    return [piece for start, end in pairwise(edges) if (piece := body[start:end])]
