"""Apply the fixes of rules to a body, for `lint --fix`, but only if they leave every event unchanged."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from streamkit.frozen import dataclass
from streamkit.model.stream import Stream
from streamkit.rules._rule import Rule
from streamkit.wire.sse import decode
from streamkit.wire.values import Event


@dataclass(frozen=True, slots=True)
class Fixed:
    """A fixed body, and the codes of the rules whose fixes were applied, in order."""

    body: bytes
    codes: Sequence[str]


def fix(stream: Stream, rules: Iterable[Rule]) -> Fixed | None:
    """Return the stream's body with the fixes of these rules, or None if there is nothing to fix.

    A fix is discarded if it changes an existing event: its name, data, id or retry. It may add an event that was unfinished
    at the end, and so lost to clients.
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
