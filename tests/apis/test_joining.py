"""A stream whose chunks are joined before they are assembled gives the same message as its chunks one by one.

200 random recordings; 35,000 with the environment variable STREAMKIT_SLOW_TESTS=1.
"""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import orjson
import pytest

from streamkit.apis import APIS, Assembler, assemble, interpret
from streamkit.apis._on_demand import ChunksOnDemand
from streamkit.model import recording
from streamkit.wire.fitting import LEAST
from tests.apis.many_streams import MANIFESTS, in_blocks, page_frames, real_exchanges, samples
from tests.apis.test_recording_runs import GROUP, STREAMS, batches, chunk, lines_of, recorded, recorded_lines

ROOT = Path(__file__).parents[2]


def assembled(assembler: Assembler) -> str:
    return repr((assembler.object, assembler.message))


def assert_equal(lines: list[bytes], size: int = 500, api: str | None = None) -> int:
    """Hold both roads equal. Return how many chunks were not fed, because they were joined."""
    plain = recording.read_batches(batches(lines, size))
    fast = recording.read_batches(batches(lines, size), on_demand=True)
    saved = 0
    for one, other in zip(fast, plain, strict=True):
        stream = interpret(one, api=api, on_demand=True)
        assert assembled(assemble(stream)) == assembled(assemble(interpret(other, api=api)))
        joins = APIS[stream.api].joins
        if joins is not None and isinstance(stream.chunks, ChunksOnDemand):
            saved += len(stream.chunks) - sum(1 for _ in stream.chunks.condensed(joins))
    return saved


@pytest.mark.parametrize("seed", range(0, STREAMS, GROUP))
def test_random_recordings(seed: int) -> None:
    saved = 0
    for number in range(seed, seed + GROUP):
        rng = random.Random(number)
        saved += assert_equal(recorded_lines(rng) + recorded_lines(rng), rng.choice((16, 40, 500)))
    assert saved > 8 * GROUP


# Chunks of every kind that the assemblers treat differently, each with its neighbours.

TURNS = {
    "openai_chat": (
        '{"id":"c1","created":N,"model":"m","choices":[{"index":0,"delta":{"content":"T"},"finish_reason":null}]}',
        '{"id":"","created":N,"choices":[{"index":0,"delta":{"content":"T","refusal":null,"role":"assistant"}}],"text":"T"}',
        '{"choices":[{"index":0,"delta":{"content":"T"}},{"index":1,"delta":{"content":"T"}}]}',
        '{"choices":[{"index":0,"delta":{"content":"T"}},{"index":0,"delta":{"content":"T"}}]}',
        '{"choices":[{"delta":{"content":"T"}}],"content":"T"}',
        '{"choices":[{"index":0,"delta":{"content":[{"type":"text","text":"T"}]}}]}',
        '{"choices":[{"index":0,"delta":{"content":[{"type":"thinking","thinking":[{"type":"text","text":"T"}]}]}}]}',
        '{"choices":[{"index":0,"delta":{"content":"T","note":"x"}}]}',
        '{"choices":[{"index":0,"delta":{"content":"T","refusal":"no"}}]}',
        '{"choices":[{"index":0,"delta":{"content":"T"},"logprobs":{"content":[{"token":"T","logprob":F}]}}]}',
        '{"choices":[{"index":0,"delta":{"reasoning_content":"T","content":null},"text":"T"}]}',
        '{"choices":[{"index":0,"delta":{"reasoning":"T","content":"","reasoning_details":[{"index":0,"text":"T"}]}}]}',
        '{"choices":[{"index":0,"delta":{"tool_calls":[{"index":0,"function":{"arguments":"T"}}]}}]}',
        '{"choices":[{"index":0,"delta":{"tool_calls":[{"index":1,"id":"a","type":"function","function":{"name":"f","arguments":"T"}}]}}]}',
        '{"choices":[{"index":0,"delta":{"tool_calls":[{"index":0,"function":{"arguments":"T"}},{"index":1,"function":{"arguments":"T"}}]}}]}',
        '{"choices":[{"index":0,"delta":{"tool_calls":[{"index":0,"function":{"arguments":"T","x":"y"}}]}}]}',
        '{"choices":[{"index":0,"delta":{"function_call":{"arguments":"T"}}}]}',
        '{"choices":[{"index":0,"delta":{"audio":{"id":"a","data":"T","transcript":"x"}}}]}',
        '{"choices":[{"index":0,"delta":{"content":"T"},"seed":N,"content_filter_results":{"text":"T"},"list":[1]}]}',
        '{"choices":[{"index":0,"delta":{"content":"any text at all","text":"any text at all"}}],"text":"T"}',
        '{"choices":[{"index":0,"delta":{"content":"T"},"finish_reason":"stop","error":null}],"usage":{"total_tokens":3}}',
    ),
    "openai_completions": (
        '{"id":"c1","object":"text_completion","created":N,"choices":[{"index":0,"text":"T","logprobs":null,"finish_reason":null}]}',
        '{"object":"text_completion","choices":[{"index":0,"text":"T","logprobs":{"tokens":["x"]}},{"index":1,"text":"T"}]}',
        '{"object":"text_completion","choices":[{"index":0,"text":"T","list":[1]}],"content":"T"}',
        '{"object":"text_completion","choices":[{"index":1,"text":"T"},{"index":1,"text":"T"}]}',
        '{"object":"text_completion","choices":[{"index":0,"text":"","delta":"T"}]}',
    ),
    "anthropic_messages": (
        '{"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"T"}}',
        '{"type":"content_block_delta","index":1,"delta":{"type":"thinking_delta","thinking":"T"}}',
        '{"type":"content_block_delta","index":2,"delta":{"type":"input_json_delta","partial_json":"T"}}',
        '{"type":"content_block_delta","delta":{"type":"text_delta","text":"T"}}',
        '{"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"T","note":"x"}}',
        '{"type":"content_block_delta","index":0,"delta":{"text":"T"}}',
        '{"type":"content_block_start","index":0,"content_block":{"type":"text","text":"T"}}',
        '{"type":"content_block_delta","index":3,"delta":{"type":"citations_delta","citation":{"text":"T"}}}',
        '{"type":"message_start","message":{"id":"m","role":"assistant","content":[{"type":"text","text":"T"}]}}',
    ),
    "openai_responses": (
        '{"type":"response.output_text.delta","sequence_number":N,"item_id":"i","output_index":0,"content_index":0,"delta":"T"}',
        '{"type":"response.output_text.delta","sequence_number":N,"item_id":"i","delta":"T","logprobs":[],"obfuscation":"T"}',
        '{"type":"response.output_text.delta","output_index":0,"delta":"T","logprobs":[{"token":"T","logprob":F}]}',
        '{"type":"response.function_call_arguments.delta","output_index":1,"delta":"T"}',
        '{"type":"response.reasoning_summary_text.delta","output_index":2,"summary_index":1,"delta":"T"}',
        '{"type":"response.audio.delta","delta":"T"}',
        '{"type":"response.output_text.delta","delta":"T","response":{"id":"r","text":"T"}}',
        '{"type":"response.output_text.done","output_index":0,"content_index":0,"text":"T"}',
        '{"type":"response.output_item.added","output_index":0,"item":{"id":"i","type":"message","content":[]}}',
        '{"type":"response.shell_call_command.delta","output_index":3,"command_index":0,"delta":"T"}',
    ),
}


@pytest.mark.parametrize("api", TURNS)
def test_runs_of_every_kind_of_chunk(api: str) -> None:
    """Every kind of chunk in a run, after every other, in random order."""
    saved = 0
    for seed in range(100):
        rng = random.Random(seed)
        frames: list[bytes] = []
        for template in (rng.choice(TURNS[api]) for _ in range(rng.choice((1, 3, 8)))):
            count = rng.choice((1, 4, 30, 60))
            frames += [b"data: %b\n\n" % chunk(rng, template, 0).encode() for _ in range(count)]
        saved += assert_equal(recorded(frames, list(range(len(frames)))), api=api)
    assert saved > 100


def test_every_api_that_joins_is_tested() -> None:
    assert {api.name for api in APIS.values() if api.joins} == set(TURNS)


def test_the_first_number_that_is_not_0_counts() -> None:
    text = '{"id":"","created":%d,"choices":[{"index":0,"delta":{"content":"a"}}]}'
    frames = [b"data: " + (text % number).encode() + b"\n\n" for number in [0] * 20 + [7, 8] + [9] * 20 + [0]]
    frames[19] = frames[20]  # the template's example is in the middle
    lines = recorded(frames, list(range(len(frames))))
    assert_equal(lines)
    (exchange,) = recording.read_batches(batches(lines, 500), on_demand=True)
    assert assemble(interpret(exchange, on_demand=True)).object["created"] == 7


def test_pages() -> None:
    for frames in page_frames(LEAST):
        assert_equal(recorded(frames, list(range(len(frames)))))


def test_recordings() -> None:
    for path in samples():
        assert_equal(path.read_bytes().splitlines(keepends=True))


@MANIFESTS
def test_real_streams(folder: str, shared: Path) -> None:
    saved = 0
    for exchange in real_exchanges(shared, folder):
        saved += assert_equal(lines_of(in_blocks(exchange)))
    assert saved > 0


def test_what_a_long_stream_feeds() -> None:
    body = [b'data: {"choices":[{"index":0,"delta":{"content":"%d "}}]}\n\n' % number for number in range(1000)]
    (exchange,) = recording.read_batches(batches(recorded(body, list(range(1000))), 500), on_demand=True)
    stream = interpret(exchange, on_demand=True)
    assert isinstance(stream.chunks, ChunksOnDemand)
    joins: Any = APIS["openai_chat"].joins
    fed = list(stream.chunks.condensed(joins))
    assert len(fed) < 20
    assert "".join(one["choices"][0]["delta"]["content"] for one in fed).split() == list(map(str, range(1000)))
    assert orjson.loads(orjson.dumps(fed[0])) == stream.chunks[0]
