"""A fix that would change an event is not applied."""

from __future__ import annotations

from dataclasses import replace

import pytest

from streamkit.apis import interpret
from streamkit.formats import read
from streamkit.model.stream import Stream
from streamkit.rules import RULES, fix

BODY = b'\xef\xbb\xbfdata: {"a":1}\n\ndata: [DONE]\n\n'
MARK = next(rule for rule in RULES.values() if rule.name == "byte-order-mark")


def stream(body: bytes) -> Stream:
    [exchange] = read(body, format="event-stream")
    return interpret(exchange, judge=True)


@pytest.mark.parametrize(
    ("fixed", "applied"),
    [
        (BODY[3:], True),
        (BODY[3:] + b"data: more\n\n", True),
        (BODY, False),
        (b'data: {"a":2}\n\ndata: [DONE]\n\n', False),
        (b'data: {"a":1}\n\n', False),
        (b'id: 1\ndata: {"a":1}\n\ndata: [DONE]\n\n', False),
        (BODY[3:] + b"data: more\n\ndata: and more\n\n", False),
    ],
)
def test_only_a_fix_that_keeps_the_events_is_applied(fixed: bytes, applied: bool) -> None:
    done = fix(stream(BODY), [replace(MARK, fix=lambda _: fixed)])
    assert (done.body if done else None) == (fixed if applied else None)
