"""Measure the reassembly of a chat completion, relative to joining its content by hand.

    python benchmarks/bench_reassemble.py [--rounds 7] [--chunks 100000]

The floor is the usual loop: `chunk["choices"][0]["delta"].get("content")`, and a join. It is compared with the assembler (every
field, every choice, tool calls), the flags and the deltas of every chunk, and openai-python's accumulator, if installed, on a
tenth of the chunks. All start from parsed chunks and run in one process, in turn; the minimum of the rounds is shown. Times are
CPU times of this process. Memory is that of one assembler for all chunks.
"""

from __future__ import annotations

import argparse
import gc
import time
import tracemalloc
from collections.abc import Callable
from typing import Any

import orjson
from tabulate import tabulate

from streamkit.apis import APIS

CHAT = APIS["openai_chat"]
WORDS = (" hello", " the", " of", "ing", ",", " événement", " 世界", "\n\n", ' "quoted"')


def chunks_of(count: int) -> list[dict[str, Any]]:
    """Return the chunks of a long answer: text and, after every ten pieces, one piece of a tool call's arguments."""
    found = []
    for number in range(count):
        delta: dict[str, Any] = {"content": WORDS[number % len(WORDS)]}
        if number % 11 == 10:
            call = {"index": 0, "function": {"arguments": "a"}}
            if number == 10:
                call |= {"id": "call_1", "type": "function", "function": {"name": "f", "arguments": ""}}
            delta = {"tool_calls": [call]}
        chunk = {
            "id": "chatcmpl-B5", "object": "chat.completion.chunk", "created": 1764000000, "model": "gpt-4o-mini",
            "service_tier": "default", "system_fingerprint": "fp_0123456789", "usage": None,
            "choices": [{"index": 0, "delta": delta, "logprobs": None, "finish_reason": None}],
        }  # fmt: skip
        found.append(orjson.loads(orjson.dumps(chunk)))
    return found


def by_hand(chunks: list[dict[str, Any]]) -> object:
    return "".join(chunk["choices"][0]["delta"].get("content") or "" for chunk in chunks)


def assembled(chunks: list[dict[str, Any]]) -> object:
    assembler = CHAT.assembler()
    for chunk in chunks:
        assembler.feed(chunk)
    return assembler.object


def flagged(chunks: list[dict[str, Any]]) -> object:
    return list(map(CHAT.flags, chunks))


def deltas(chunks: list[dict[str, Any]]) -> object:
    return list(map(CHAT.deltas, chunks))


def by_openai(chunks: list[dict[str, Any]]) -> object:
    from openai._models import construct_type
    from openai.lib.streaming.chat._completions import ChatCompletionStreamState
    from openai.types.chat import ChatCompletionChunk

    state: Any = ChatCompletionStreamState()
    for chunk in chunks[: len(chunks) // 10]:
        state.handle_chunk(construct_type(type_=ChatCompletionChunk, value=chunk))
    return state.current_completion_snapshot


def seconds(way: Callable[[list[dict[str, Any]]], object], chunks: list[dict[str, Any]], rounds: int) -> float:
    """Return the minimum CPU time of several rounds."""
    best = float("inf")
    for _ in range(rounds):
        gc.collect()
        begun = time.process_time()
        way(chunks)
        best = min(best, time.process_time() - begun)
    return best


def memory(chunks: list[dict[str, Any]]) -> int:
    """Return the peak memory (bytes) of the assembler and its object, without the chunks."""
    tracemalloc.start()
    assembled(chunks)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return peak


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--chunks", type=int, default=100_000)
    options = parser.parse_args()
    chunks = chunks_of(options.chunks)
    floor = seconds(by_hand, chunks, options.rounds) / len(chunks)
    ways: list[tuple[str, Callable[[list[dict[str, Any]]], object], int]] = [
        ("the assembler, and its object", assembled, len(chunks)),
        ("flags", flagged, len(chunks)),
        ("deltas", deltas, len(chunks)),
    ]
    try:
        import openai  # noqa: F401
    except ImportError:
        print("skipped: openai's accumulator, because openai is not installed")
    else:
        ways.append(("openai-python's accumulator", by_openai, len(chunks) // 10))
    rows: list[tuple[object, ...]] = [
        ("joining content by hand (the floor)", f"{floor * 1e9:.0f}", "1.0", f"{1 / floor:,.0f}")
    ]
    for name, way, count in ways:
        rounds = options.rounds if count == len(chunks) else 1
        each = seconds(way, chunks, rounds) / count
        rows.append((name, f"{each * 1e9:.0f}", f"{each / floor:.1f}", f"{1 / each:,.0f}"))
    print(
        tabulate(
            rows, ["from parsed chunks", "ns a chunk", "× the floor", "chunks/s"], colalign=("left", *["right"] * 3)
        )
    )
    half = seconds(assembled, chunks[: len(chunks) // 2], options.rounds) / (len(chunks) // 2)
    whole = seconds(assembled, chunks, options.rounds) / len(chunks)
    print(
        f"linear: {whole / half:.2f} × the time per chunk for half as many; peak memory {memory(chunks) / 2**20:.1f} MiB"
    )


if __name__ == "__main__":
    main()
