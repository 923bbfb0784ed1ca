"""Measure the decoding of events from bytes, relative to decoding their JSON.

    python benchmarks/bench_parse.py [--rounds 9] [--bodies 30] [--events 1000]

The baseline of each table is `orjson.loads` on payloads that were split beforehand. All ways run in one process, in shuffled
rounds; each is compared with the floor measured just before and after it, and the median, minimum and maximum of the rounds are
shown. Times are CPU times of this process. Peers that are not installed are listed with the reason.

The last tables show that time is linear in the length of a line, and of an event of many lines: eight megabytes should
take twice the time of four.
"""

from __future__ import annotations

import argparse
import gc
import random
import statistics
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import orjson
from tabulate import tabulate

from streamkit.wire import ndjson, sse
from streamkit.wire.values import Event

READ = 65536
"""Bytes per read, for incremental decoders."""


@dataclass(frozen=True)
class Shape:
    """Bodies of one kind of stream, and their payloads."""

    name: str
    bodies: list[bytes]
    payloads: list[list[bytes]]

    @property
    def events(self) -> int:
        return sum(map(len, self.payloads))

    @property
    def size(self) -> int:
        return sum(map(len, self.bodies))


def openai_chunk(rng: random.Random, number: int) -> bytes:
    return orjson.dumps({
        "id": f"chatcmpl-{rng.getrandbits(140):028x}"[:38], "object": "chat.completion.chunk", "created": 1764000000 + number,
        "model": "gpt-4o-mini-2024-07-18", "service_tier": "default", "system_fingerprint": "fp_0123456789",
        "choices": [{"index": 0, "delta": {"content": rng.choice(WORDS)}, "logprobs": None, "finish_reason": None}],
        "usage": None, "obfuscation": f"{rng.getrandbits(64):x}"[: rng.randint(2, 12)],
    })  # fmt: skip


def anthropic_chunk(rng: random.Random, _: int) -> bytes:
    delta = {"type": "text_delta", "text": rng.choice(WORDS)}
    return orjson.dumps({"type": "content_block_delta", "index": 0, "delta": delta})


WORDS = [" hello", " the", " of", "ing", ",", " événement", " 世界", "\n\n", ' "quoted"', " antidisestablishment"]


def shapes(bodies: int, events: int) -> Iterator[Shape]:
    rng = random.Random(7)
    openai = [[openai_chunk(rng, number) for number in range(events)] for _ in range(bodies)]
    anthropic = [[anthropic_chunk(rng, number) for number in range(events)] for _ in range(bodies)]

    def made(name: str, payloads: list[list[bytes]], frame: Callable[[bytes], bytes]) -> Shape:
        return Shape(name, [b"".join(map(frame, ones)) for ones in payloads], payloads)

    yield made("OpenAI chunks", openai, lambda payload: b"data: " + payload + b"\n\n")
    yield made("OpenAI chunks, CRLF", openai, lambda payload: b"data: " + payload + b"\r\n\r\n")
    yield made(
        "OpenAI chunks, 1 % heartbeats",
        openai,
        lambda payload: (b": ping\n\n" if rng.random() < 0.01 else b"") + b"data: " + payload + b"\n\n",
    )
    yield made("OpenAI chunks, no space", openai, lambda payload: b"data:" + payload + b"\n\n")
    yield made("OpenAI chunks, two data lines", openai, lambda payload: b"data: {\ndata: " + payload[1:] + b"\n\n")
    yield made("Anthropic events", anthropic, lambda payload: b"event: content_block_delta\ndata: " + payload + b"\n\n")


def reads(body: bytes) -> Iterator[bytes]:
    return (body[at : at + READ] for at in range(0, len(body), READ))


Way = Callable[[bytes], Iterator[bytes | str]]
"""The payloads of a body."""


def fed(body: bytes) -> Iterator[bytes]:
    decoder = sse.Decoder()
    for data in reads(body):
        for item in decoder.feed(data):
            if isinstance(item, Event):
                yield item.data


def fed_columns(body: bytes) -> Iterator[bytes]:
    decoder = sse.Decoder()
    for data in reads(body):
        yield from decoder.feed_columns(data).data


def plain(body: bytes) -> Iterator[bytes]:
    return iter(sse.Decoder(runs=False).whole(body).data)


def peers() -> tuple[dict[str, Way], list[str]]:
    """Return the other installed decoders, and the reasons for missing ones."""
    found: dict[str, Way] = {}
    missing: list[str] = []
    for name, make in (("httpx-sse", httpx_sse_way), ("openai", openai_way), ("sseclient-py", sseclient_way)):
        try:
            found[name] = make()
        except (ImportError, AttributeError) as error:
            missing.append(f"{name}: skipped ({error})")
    return found, missing


def httpx_sse_way() -> Way:
    import codecs

    from httpx_sse._decoders import SSEDecoder, SSELineDecoder

    def way(body: bytes) -> Iterator[str]:
        lines, decoder, text = SSELineDecoder(), SSEDecoder(), codecs.getincrementaldecoder("utf-8")("replace")
        for data in reads(body):
            for line in lines.decode(text.decode(data)):
                event = decoder.decode(line)
                if event is not None:
                    yield event.data

    return way


def openai_way() -> Way:
    from openai._streaming import SSEDecoder

    def way(body: bytes) -> Iterator[str]:
        for event in SSEDecoder().iter_bytes(reads(body)):
            yield event.data

    return way


def sseclient_way() -> Way:
    from sseclient import SSEClient

    def way(body: bytes) -> Iterator[str]:
        for event in SSEClient(reads(body)).events():
            yield event.data

    return way


def cpu(work: Callable[[], None]) -> float:
    gc.collect()
    start = time.process_time()
    work()
    return time.process_time() - start


def rounds_of(ways: dict[str, Callable[[], None]], rounds: int) -> list[dict[str, float]]:
    """Return the CPU seconds of each way in each round, in shuffled order."""
    names = list(ways)
    rng = random.Random(3)
    results = []
    for _ in range(rounds + 1):
        rng.shuffle(names)
        results.append({name: cpu(ways[name]) for name in names})
    return results[1:]  # the first warms the caches


def against_floor(
    ways: dict[str, Callable[[], None]], floor: Callable[[], None], rounds: int
) -> dict[str, list[tuple[float, float]]]:
    """Return the CPU seconds of each way, and as a multiple of the floor just before and after: shared machines change speed."""
    names = list(ways)
    rng = random.Random(3)
    results: dict[str, list[tuple[float, float]]] = {name: [] for name in names}
    for _ in range(rounds):
        rng.shuffle(names)
        before = cpu(floor)
        for name in names:
            seconds, after = cpu(ways[name]), cpu(floor)
            results[name].append((seconds, 2 * seconds / (before + after)))
            before = after
    return results


def framing_of(decode: Callable[[bytes], object], shape: Shape) -> Callable[[], None]:
    def work() -> None:
        for body in shape.bodies:
            decode(body)

    return work


def parsing_of(way: Way, shape: Shape) -> Callable[[], None]:
    def work() -> None:
        loads = orjson.loads
        for body in shape.bodies:
            for payload in way(body):
                loads(payload)

    return work


def floor_of(shape: Shape) -> Callable[[], None]:
    def work() -> None:
        loads = orjson.loads
        for payloads in shape.payloads:
            for payload in payloads:
                loads(payload)

    return work


def table_of(shape: Shape, rounds: int, others: dict[str, Way]) -> str:
    ways: dict[str, Callable[[], None]] = {
        "orjson.loads alone (the floor)": floor_of(shape),  # compared with itself, to show the noise of the machine
        "decode, without JSON": framing_of(sse.decode, shape),
        "decode": parsing_of(lambda body: iter(sse.decode(body).data), shape),
        "Decoder, reads of 64 KiB": parsing_of(fed, shape),
        "Decoder, the same in columns": parsing_of(fed_columns, shape),
        "decode, plain loop": parsing_of(plain, shape),
    }
    ways |= {f"{name}, reads of 64 KiB": parsing_of(way, shape) for name, way in others.items()}
    results = against_floor(ways, floor_of(shape), rounds)
    rows = []
    for name in ways:
        ratios = sorted(ratio for _, ratio in results[name])
        seconds = statistics.median(seconds for seconds, _ in results[name])
        spread = f"{ratios[0]:.2f} to {ratios[-1]:.2f}"
        rows.append(
            (
                name,
                round(seconds / shape.events * 1e9),
                round(shape.size / seconds / 1e6),
                statistics.median(ratios),
                spread,
            )
        )
    title = f"{shape.name}: {len(shape.bodies)} bodies, {shape.events} events of {shape.size // shape.events} bytes"
    head = ("way", "ns/event", "MB/s", "ratio", "min to max")
    return f"{title}\n{tabulate(rows, head, floatfmt='.2f')}\n"


def live_table(rounds: int, events: int) -> str:
    """Return a table for one event per read, as in a live stream."""
    rng = random.Random(5)
    feeds = [b"data: " + openai_chunk(rng, number) + b"\n\n" for number in range(events * 10)]
    anthropic = [
        b"event: content_block_delta\ndata: " + anthropic_chunk(rng, number) + b"\n\n" for number in range(events * 10)
    ]

    def work(decoder: Callable[[], sse.Decoder | ndjson.Decoder], feeds: list[bytes]) -> Callable[[], None]:
        def run() -> None:
            feed = decoder().feed
            for data in feeds:
                feed(data)

        return run

    ways = {
        "SSE, OpenAI": work(sse.Decoder, feeds),
        "SSE, Anthropic": work(sse.Decoder, anthropic),
        "SSE, OpenAI, CRLF": work(sse.Decoder, [data.replace(b"\n", b"\r\n") for data in feeds]),
        "NDJSON": work(ndjson.Decoder, [data[6:-1] for data in feeds]),
    }
    results = rounds_of(ways, rounds)
    rows = [(name, round(statistics.median(result[name] for result in results) / len(feeds) * 1e9)) for name in ways]
    return f"One event a read, without JSON\n{tabulate(rows, ('stream', 'ns/event'))}\n"


def linear_table(rounds: int) -> str:
    """Return the times for four and eight megabytes; with a ratio above 2.5 the time is not linear."""
    mib = 1 << 20

    def feeds(body: bytes) -> list[bytes]:
        return [body[at : at + 1460] for at in range(0, len(body), 1460)]

    def work(feeds: list[bytes]) -> Callable[[], None]:
        def run() -> None:
            decoder = sse.Decoder()
            for data in feeds:
                decoder.feed(data)

        return run

    def joined(feeds: list[bytes]) -> Callable[[], None]:
        return lambda: b"".join(feeds)[6:-2] and None

    def line(size: int) -> bytes:
        return b"data: " + b"x" * size + b"\n\n"

    def many(size: int) -> bytes:
        return (b"data: " + b"x" * 100 + b"\n") * (size // 107) + b"\n"

    rows = []
    for name, make in (("one line", line), ("one event of lines of 100 bytes", many)):
        four, eight = feeds(make(4 * mib)), feeds(make(8 * mib))
        results = rounds_of({"4": work(four), "8": work(eight), "joined": joined(eight)}, rounds)
        times = [statistics.median(result[way] for result in results) * 1e3 for way in ("joined", "4", "8")]
        rows.append((name, *times, statistics.median(result["8"] / result["4"] for result in results)))
    head = ("event, in reads of 1460 bytes", "8 MiB joined and cut, ms", "4 MiB, ms", "8 MiB, ms", "ratio")
    return tabulate(rows, head, floatfmt=".2f")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--bodies", type=int, default=30)
    parser.add_argument("--events", type=int, default=1000)
    options = parser.parse_args()
    others, missing = peers()
    for shape in shapes(options.bodies, options.events):
        print(table_of(shape, options.rounds, others))
    for line in missing:
        print(line)
    print(live_table(options.rounds, options.events))
    print(linear_table(options.rounds))


if __name__ == "__main__":
    main()
