"""Measure lint with all default rules on a clean stream, relative to decoding its JSON.

    python benchmarks/bench_lint.py [--rounds 7] [--streams 20] [--chunks 1000]

The baseline is `orjson.loads` on payloads that were split beforehand. The following rows are the steps of lint, and then, for the
shape check alone on decoded chunks, other validators with the same schema. All variants run in one process, in shuffled rounds;
each is compared with the baseline measured just before it, and the median of the rounds is shown. Times are CPU times of this
process. Peers that are not installed are listed with the reason.
"""

from __future__ import annotations

import argparse
import gc
import random
import statistics
import time
from collections.abc import Callable, Sequence
from typing import Any

import orjson
from tabulate import tabulate

from streamkit import collector
from streamkit.apis import APIS, interpret
from streamkit.model.exchange import Exchange, Frames
from streamkit.rules import lint, selected

WORDS = [" hello", " the", " of", "ing", ",", " événement", " 世界", "\n\n", ' "quoted"', " antidisestablishment"]

Way = Callable[[], object]


def payloads(rng: random.Random, chunks: int) -> list[bytes]:
    """Return the payloads of a clean chat stream: a role, text, a finish reason, usage."""
    whole = {"id": f"chatcmpl-{rng.getrandbits(116):029x}", "object": "chat.completion.chunk", "created": 1764000000}
    whole |= {"model": "gpt-4o-mini-2024-07-18", "service_tier": "default", "system_fingerprint": "fp_0123456789"}

    def chunk(delta: dict[str, Any], finish: str | None = None) -> bytes:
        choice = {"index": 0, "delta": delta, "logprobs": None, "finish_reason": finish}
        noise = f"{rng.getrandbits(64):x}"[: rng.randint(2, 12)]
        return orjson.dumps({**whole, "choices": [choice], "usage": None, "obfuscation": noise})

    usage = {"prompt_tokens": 9, "completion_tokens": chunks, "total_tokens": chunks + 9}
    return [
        chunk({"role": "assistant", "content": "", "refusal": None}),
        *(chunk({"content": rng.choice(WORDS)}) for _ in range(chunks)),
        chunk({}, "stop"),
        orjson.dumps({**whole, "choices": [], "usage": usage}),
    ]


def exchange(data: list[bytes]) -> Exchange:
    body = b"".join(b"data: " + payload + b"\n\n" for payload in [*data, b"[DONE]"])
    return Exchange(frames=Frames([body], [None], [1], verbatim=True))


def peers(schema: dict[str, Any], chunks: list[dict[str, Any]]) -> tuple[dict[str, Way], list[str]]:
    """Return the shape check in other validators; the pydantic model is openai-python's."""
    ways: dict[str, Way] = {}
    absent = []
    try:
        import jsonschema_rs

        fast = jsonschema_rs.Draft202012Validator(schema).is_valid
        ways["jsonschema-rs, is_valid"] = lambda: all(map(fast, chunks))
    except ImportError:
        absent.append("jsonschema-rs: not installed")
    try:
        import jsonschema

        few = chunks[: max(len(chunks) // 50, 1)]
        slow = jsonschema.Draft202012Validator(schema).is_valid
        ways[f"jsonschema, is_valid ×{len(chunks) // len(few)}"] = lambda: all(map(slow, few))
    except ImportError:
        absent.append("jsonschema: not installed")
    try:
        from openai.types.chat import ChatCompletionChunk

        ways["pydantic, openai-python's model"] = lambda: list(map(ChatCompletionChunk.model_validate, chunks))
    except ImportError:
        absent.append("pydantic with openai's model: openai is not installed")
    return ways, absent


def each(streams: Sequence[Any], way: Callable[[Any], object]) -> Way:
    """Return a function that processes one stream after another and keeps none, so that the collector is not measured."""

    def run() -> None:
        for stream in streams:
            way(stream)

    return run


def timed(way: Way) -> float:
    gc.collect()
    start = time.process_time()
    way()
    return time.process_time() - start


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--streams", type=int, default=20)
    parser.add_argument("--chunks", type=int, default=1000)
    options = parser.parse_args()
    collector.relax()  # as in the command; also for the baseline
    rng = random.Random(7)
    data = [payloads(rng, options.chunks) for _ in range(options.streams)]
    exchanges = [exchange(one) for one in data]
    decoded = [[orjson.loads(payload) for payload in one] for one in data]
    count, size = sum(map(len, data)), sum(len(one.frames.body) for one in exchanges)
    rules = selected()
    chat = APIS["openai_chat"]
    assert chat.judge is not None
    assert not [found for one in exchanges for found in lint(interpret(one, judge=True), rules)]
    judge = chat.judge()
    misfits = judge.misfits

    floor = "orjson.loads"
    ways: dict[str, Way] = {
        floor: each(data, lambda one: list(map(orjson.loads, one))),
        "decode: framing, JSON, flags": each(exchanges, interpret),
        "judge: and shape, and order": each(exchanges, lambda one: interpret(one, judge=True)),
        f"lint: and {len(rules)} rules": each(exchanges, lambda one: list(lint(interpret(one, judge=True), rules))),
        "shape alone: the table": each(decoded, lambda one: list(misfits(one))),
    }
    others, absent = peers(judge.schema(), [chunk for one in decoded for chunk in one])
    ways |= {f"shape alone: {name}": way for name, way in others.items()}
    results: dict[str, list[tuple[float, float]]] = {name: [] for name in ways}
    for _ in range(options.rounds):
        for name in rng.sample(list(ways), len(ways)):
            base = timed(ways[floor])
            taken = timed(ways[name]) * (float(name.rpartition("×")[2]) if "×" in name else 1)
            results[name].append((taken, taken / base))
    table = []
    for name, rounds in results.items():
        taken = statistics.median(time for time, _ in rounds)
        ratios = [ratio for _, ratio in rounds]
        spread = f"{min(ratios):.2f}–{max(ratios):.2f}"
        table.append(
            [name, f"{count / taken:,.0f}", f"{size / taken / 1e6:.0f}", f"{statistics.median(ratios):.2f}", spread]
        )
    print(f"{options.streams} streams of {options.chunks} chunks, {size / 1e6:.1f} MB, {options.rounds} rounds\n")
    print(tabulate(table, ["way", "chunks/s", "MB/s", "× floor", "spread"], colalign=("left", *["right"] * 4)))
    for reason in absent:
        print(f"\nabsent: {reason}")


if __name__ == "__main__":
    main()
