"""What `lint --fix` does to a body: each rule's own fix, taken only where every event stays what it is."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from streamkit.model.stream import Stream
from streamkit.rules._rule import Rule
from streamkit.wire.sse import decode
from streamkit.wire.values import Event


@dataclass(frozen=True, slots=True)
class Fixed:
    """A body after its fixes, and the codes of the rules that were applied, in order."""

    body: bytes
    codes: Sequence[str]


def fix(stream: Stream, rules: Iterable[Rule]) -> Fixed | None:
    """The stream's body without what these rules find and can fix; None where there is nothing to fix.

    A fix is discarded where it changes an event that was there: its name, data, id or retry. An event that was pending at
    the end, and so lost to clients, may be added.
    """
    body = stream.exchange.frames.body
    if stream.framing != "sse":
        return None
    codes = []
    for rule in rules:
        if rule.fix is None or not rule.applies(stream) or next(iter(rule.check(stream)), None) is None:
            continue
        candidate = rule.fix(body)
        if candidate != body and _keeps_events(body, candidate):
            body = candidate
            codes.append(rule.code)
    return Fixed(body, codes) if codes else None


def _keeps_events(before: bytes, after: bytes) -> bool:
    old, new = _events(before), _events(after)
    return new[: len(old)] == old and len(new) <= len(old) + 1


def _events(body: bytes) -> list[tuple[str, bytes, str, int | None]]:
    return [(item.name, item.data, item.id, item.retry) for item in decode(body).items() if isinstance(item, Event)]
