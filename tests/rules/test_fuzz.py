"""Bad input never crashes a rule: mutated streams give findings, and nothing else.

    STREAMKIT_FUZZ=20000 pytest tests/rules/test_fuzz.py

runs more than the default of a few hundred.
"""

from __future__ import annotations

import json
import os
import random
from collections.abc import Iterator
from typing import Any

import pytest

from streamkit.apis import APIS, interpret
from streamkit.model.exchange import Exchange, Frames
from streamkit.model.stream import Stream
from streamkit.rules import lint, selected

from .edits import STREAMS, edited

COUNT = int(os.environ.get("STREAMKIT_FUZZ", "600"))
BASES = [path.read_bytes() for path in sorted(STREAMS.glob("*.sse"))]
VALUES: tuple[Any, ...] = (
    None, True, 0, -1, 1.5, 2**70, "", "x", "\ud800", "null", [], [None], [[]], {}, {"a": 1}, {"index": None}, "\u2028", "[DONE]",
)  # fmt: skip
SNIPPETS = (
    b"\n", b"\r", b"\n\n", b"data: ", b"data:", b": c\n", b"event: x\n", b"id: \0\n", b"retry: 1\n", b"\xff", b"\xef\xbb\xbf",
    b"[DONE]", b"{}", b"null", b"[[[[", b'"', b"\\ud800", b"NaN", b"1e999", b"\xe2\x80\xa8", b"{" * 2000,
)  # fmt: skip


def mutated(rng: random.Random) -> bytes:
    """A stream with one to six defects, in its bytes or in the JSON of its events."""
    body = rng.choice(BASES)
    for _ in range(rng.randint(1, 3)):
        body = json_mutated(rng, body)
    for _ in range(rng.randint(0, 3)):
        body = bytes_mutated(rng, body)
    return body


def bytes_mutated(rng: random.Random, body: bytes) -> bytes:
    start = rng.randrange(len(body) + 1)
    end = min(len(body), start + rng.choice((0, 0, 1, 5, 60, 400)))
    return body[:start] + rng.choice((b"", rng.choice(SNIPPETS), body[end : end + 80], rng.randbytes(3))) + body[end:]


def json_mutated(rng: random.Random, body: bytes) -> bytes:
    newline = b"\r\n" if b"\r\n" in body else b"\n"
    blocks = body.split(newline * 2)
    place = rng.randrange(len(blocks))
    head, found, data = blocks[place].partition(b"data: {")
    if not found or rng.random() < 0.1:
        other = rng.randrange(len(blocks))
        blocks[place], blocks[other] = blocks[other], blocks[place]
    else:
        try:
            chunk = json.loads(b"{" + data)
        except ValueError:
            return body
        holder, key = rng.choice(list(holders(chunk)) or [(chunk, "id")])
        if rng.random() < 0.2 and key in (holder if isinstance(holder, dict) else range(len(holder))):
            del holder[key]
        else:
            holder[key] = rng.choice(VALUES)
        blocks[place] = head + b"data: " + json.dumps(chunk).encode()
    return (newline * 2).join(blocks)


def holders(value: Any) -> Iterator[tuple[Any, Any]]:
    """Every place in a JSON value, as what holds it and the key."""
    pairs = (
        list(value.items()) if isinstance(value, dict) else list(enumerate(value)) if isinstance(value, list) else []
    )
    for key, inner in pairs:
        yield value, key
        yield from holders(inner)


def streams(seed: int, count: int) -> Iterator[Stream]:
    """Mutated streams, interpreted as whatever they are taken for, or as an API drawn by lot."""
    rng = random.Random(seed)
    for number in range(count):
        frames = Frames([mutated(rng)], [1000 * number], [1])
        known = rng.choice((None, None, *APIS))
        yield interpret(Exchange(frames=frames, clock="monotonic"), api=known, judge=True)


@pytest.mark.parametrize("seed", range(8))
def test_mutated_streams_have_findings_and_raise_no_exception(seed: int) -> None:
    rules = selected(("ALL",))
    found = 0
    for stream in streams(seed, COUNT // 8):
        findings = list(lint(stream, rules))
        defects = [finding.message for finding in findings if finding.code == "LINT000"]
        assert not defects, (seed, stream.api, stream.exchange.frames.body)
        found += bool(findings)
    assert found > COUNT // 8 * 0.6  # a share that no draw of APIs (some have few rules) comes near


def test_a_rule_that_raises_is_reported_and_the_others_run() -> None:
    from dataclasses import replace

    from streamkit.rules import RULES

    def broken(_: object) -> Iterator[Any]:
        raise ZeroDivisionError("oops")
        yield

    body = edited("chat", ["data 3 null"])
    stream = interpret(Exchange(frames=Frames([body], [None], [1])), judge=True)
    rules = [replace(RULES["SSE101"], check=broken), RULES["JSN203"]]
    codes = [(finding.code, finding.severity) for finding in lint(stream, rules)]
    assert codes == [("LINT000", "error"), ("JSN203", "error")]
    message = next(iter(lint(stream, rules))).message
    place = f"{__name__}, line {broken.__code__.co_firstlineno + 1}"
    assert message == f"rule SSE101 failed: ZeroDivisionError: oops (in {place}); please report it"
