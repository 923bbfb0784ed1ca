"""A stream whose chunks are checked by example has the same findings as if they were checked one by one.

200 random streams; 35,000 with the environment variable STREAMKIT_SLOW_TESTS=1.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from streamkit.apis import _decode, interpret
from streamkit.formats import read
from streamkit.model.exchange import Exchange, Frame, Frames, Response
from streamkit.model.stream import Stream
from streamkit.rules import RULES, lint
from streamkit.wire.fitting import LEAST
from streamkit.wire.runs import Repeating
from tests.apis.many_streams import MANIFESTS, real_exchanges, samples
from tests.apis.test_on_demand import comparable
from tests.apis.test_recording_runs import CHUNKS, GROUP, STREAMS, chunk
from tests.apis.test_specs import CONTENT_TYPES, body_of, cases

ROOT = Path(__file__).parents[2]
RULE_LIST = list(RULES.values())


@pytest.fixture
def plain(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """Interpret an exchange with every chunk looked at by itself."""

    def interpreted(exchange: Exchange) -> Stream:
        with monkeypatch.context() as patched:
            patched.setattr(_decode, "LEAST", 10**9)
            return interpret(exchange, judge=True)

    yield interpreted


def assert_equal(exchange: Exchange, plain: Any) -> int:
    """Hold both roads equal: the stream, and what every rule finds. Return how many chunks had a form."""
    fast, slow = interpret(exchange, judge=True), plain(exchange)
    assert not isinstance(slow.chunks, Repeating)
    assert repr(comparable(fast)) == repr(comparable(slow))
    assert list(lint(fast, RULE_LIST)) == list(lint(slow, RULE_LIST))
    if not isinstance(fast.chunks, Repeating):
        return 0
    return sum(stop - start for form, start, stop in fast.chunks.forms if form is not None)


def answered(body: bytes, kind: str = "text/event-stream") -> Exchange:
    response = Response(1, 200, headers=(("content-type", kind),))
    return Exchange(frames=Frames.of([Frame(body, 5)]), response=response, clock="monotonic", source="client")


ODD = (
    '{"id":"c1","object":"chat.completion.chunk","created":1764000000,"model":"m","choices":[{"index":0,"delta":{"role":"assistant","content":""},"logprobs":null,"finish_reason":null}],"usage":null,"obfuscation":"T"}',
    '{"id":"c2","object":"chat.completion.chunk","created":1764000000,"model":"m","choices":[{"index":0,"delta":{"content":"T"},"logprobs":null,"finish_reason":null}],"usage":null,"obfuscation":"T"}',
    '{"id":"c1","object":"chat.completion.chunk","created":1764000001,"model":"n","choices":[{"index":1,"delta":{"content":"T"},"logprobs":null,"finish_reason":null}],"usage":null,"service_tier":"T"}',
    '{"id":"c1","object":"chat.completion.chunk","created":1764000000,"model":"m","choices":[{"index":0,"delta":{"content":"T","content":"T"},"logprobs":null,"finish_reason":null}],"usage":null,"obfuscation":"T"}',
    '{"id":"c1","object":"chat.completion.chunk","created":1764000000,"model":"m","choices":[{"index":0,"delta":{"content":7},"logprobs":null,"finish_reason":null}],"usage":null,"obfuscation":"T"}',
    '{"id":"c1","object":"chat.completion.chunk","created":1764000000,"model":"m","choices":[{"index":0,"delta":{},"logprobs":null,"finish_reason":"stop"}],"usage":null,"obfuscation":"T"}',
    '{"id":"c1","object":"chat.completion.chunk","created":1764000000,"model":"m","choices":[],"usage":{"prompt_tokens":1,"completion_tokens":2,"total_tokens":3}}',
    '{"id":"c1","object":"chat.completion.chunk","created":1764000000,"model":"m","choices":[{"index":0,"delta":{"tool_calls":[{"index":0,"function":{"arguments":"T"}}]},"finish_reason":null}]}',
    '{"error":{"message":"T"}}', "[]", "", "[DONE]", '{"choices":[{"delta":{"content":"T',
)  # fmt: skip
LONG = "the same words again and again"


def body(rng: random.Random) -> bytes:
    """Return a stream of chunks that are alike, with others between them, and texts that repeat the one before."""
    odd = rng.choice((0, 0.01, 0.05))
    template = rng.choice((CHUNKS[0], CHUNKS[0], rng.choice(CHUNKS)))
    blocks = [ODD[0].replace("T", "x")] if rng.random() < 0.7 else []
    for _ in range(rng.choice((1, LEAST, 40, 150, 300))):
        if rng.random() < odd / 4:
            template = rng.choice((*CHUNKS, *ODD))
        payload = chunk(rng, rng.choice(ODD) if rng.random() < odd else template, odd / 10)
        if rng.random() < odd:
            grows = rng.choice(("", " and", " x"))
            for times in range(rng.choice((1, 2, 5))):
                text = LONG + grows * times
                blocks.append(template.replace("T", text).replace("N", "5").replace("F", "1.5"))
        if rng.random() < odd and blocks:
            payload = blocks[-1]
        blocks.append(payload)
    text = "".join(f"data: {payload}\n\n" for payload in blocks)
    return text.encode() + (b"data: [DONE]\n\n" if rng.random() < 0.8 else b"")


@pytest.mark.parametrize("seed", range(0, STREAMS, GROUP))
def test_random_streams(seed: int, plain: Any) -> None:
    known = sum(assert_equal(answered(body(random.Random(number))), plain) for number in range(seed, seed + GROUP))
    assert known > 8 * GROUP  # the road is taken, not only left; in one of 700 groups, by 9.8 chunks per stream


@pytest.mark.parametrize("payload", ODD)
def test_an_odd_chunk_that_repeats(payload: str, plain: Any) -> None:
    blocks = "".join(f"data: {payload.replace('T', str(number))}\n\n" for number in range(3 * LEAST))
    assert_equal(answered(blocks.encode()), plain)


def test_pages(plain: Any) -> None:
    for case in cases():
        if case.framing == "sse":
            blocks = body_of(case).split(b"\n\n")
            repeated = b"".join(block + b"\n\n" for block in blocks[:-1] for _ in range(LEAST)) + blocks[-1]
            assert_equal(answered(repeated), plain)
        assert_equal(answered(body_of(case), CONTENT_TYPES[case.framing]), plain)


def test_recordings(plain: Any) -> None:
    for path in samples():
        for exchange in read(str(path)):
            assert_equal(exchange, plain)


@MANIFESTS
def test_real_streams(folder: str, shared: Path, plain: Any) -> None:
    known = 0
    for exchange in real_exchanges(shared, folder):
        known += assert_equal(exchange, plain)
    assert known > 0
