"""Measure the search for secrets in the frames of real streams, compared with decoding the JSON of the same frames.

    python benchmarks/bench_redact.py [--rounds 5] [--repeat 20] [FOLDER]

Streams are the recordings of this repository or the files of a folder, with one event per frame; each is redacted from its
beginning, repeated up to a hundred frames. The first table shows CPU time of this process in microseconds per frame, the minimum
of all rounds: `redactor` only, `recorder` with the written lines, `orjson` for decoding the payloads of the frames. `nothing` is the
share of frames that are not scanned. The second table shows whole commands, including the start-up of Python, for one file of
many streams, with `orjson` for its lines and payloads.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import orjson
from tabulate import tabulate

from streamkit.errors import StreamkitError
from streamkit.formats import read
from streamkit.model import recording
from streamkit.model.exchange import Exchange, Frame, Frames
from streamkit.redact.redactor import DEFAULT, BodyRedactor, body_redactor
from streamkit.service.recording_lines import RecordingLines

HERE = Path(__file__).parents[1]
STREAMKIT = [sys.executable, "-m", "streamkit"]


def streams(folder: Path) -> Iterator[tuple[str, Exchange]]:
    """Yield the exchanges in a folder whose bodies are event streams."""
    for path in sorted(folder.rglob("*")):
        if not path.is_file() or path.suffix in (".md", ".json"):
            continue
        with contextlib.suppress(StreamkitError):
            for exchange in read(str(path)):
                if len(exchange.frames) > 3:
                    yield str(path.relative_to(folder)), exchange


def payloads(frames: list[bytes]) -> list[bytes]:
    """Return the JSON payloads of these frames."""
    lines = (line.removeprefix(b"data: ") for frame in frames for line in frame.splitlines())
    return [line for line in lines if line.startswith(b"{")]


def least(action: Callable[[], object], rounds: int) -> float:
    """Return the CPU seconds of the fastest round."""
    times = []
    for _ in range(rounds):
        began = time.process_time()
        action()
        times.append(time.process_time() - began)
    return min(times)


def redact(frames: list[bytes], repeat: int) -> None:
    for _ in range(repeat):
        redactor = body_redactor(DEFAULT, None, frames[0])
        for frame in frames:
            if not redactor.clears(frame):
                redactor.feed(frame, 1)
        redactor.close()


def record(frames: list[bytes], repeat: int) -> None:
    for _ in range(repeat):
        recorder = RecordingLines(Exchange(), patches=True)
        recorder.start()
        for frame in frames:
            if recorder.plain_frame(frame, 1) is None:
                recorder.frame(frame, 1)
        recorder.end(None, "eof")


def decode(texts: list[bytes], repeat: int) -> None:
    for _ in range(repeat):
        for text in texts:
            with contextlib.suppress(orjson.JSONDecodeError):
                orjson.loads(text)


def share_of_nothing(frames: list[bytes]) -> float:
    redactor = BodyRedactor()
    passed = 0
    for frame in frames:
        idle = redactor.idle
        passed += idle and bool(redactor.feed(frame, 1)) and redactor.idle
    return passed / len(frames)


def row(name: str, exchange: Exchange, rounds: int, at_least: int) -> list[object]:
    frames = list(exchange.frames.data)
    repeat = max(1, at_least // len(frames))
    texts = payloads(frames)
    per_frame = 1e6 / (len(frames) * repeat)
    times = [
        least(lambda: redact(frames, repeat), rounds),
        least(lambda: record(frames, repeat), rounds),
        least(lambda: decode(texts, repeat), rounds),
    ]
    size = sum(map(len, frames)) / len(frames)
    return [name, len(frames), round(size), f"{share_of_nothing(frames):.0%}", *(used * per_frame for used in times)]


def commands(found: list[Exchange], repeat: int, rounds: int) -> Iterator[list[object]]:
    """Yield the CPU seconds of whole commands for one recording of all these streams, repeated many times."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "all.jsonl"
        with path.open("wb") as file:
            for _ in range(repeat):
                for exchange in found:
                    frames = [
                        Frame(data, at) for data, at in zip(exchange.frames.data, exchange.frames.at, strict=True)
                    ]
                    file.writelines(recording.write(Exchange(frames=Frames.of(frames), response=exchange.response)))
        floor = least(lambda: floor_of(path), rounds)
        yield ["orjson, lines and payloads", floor, 1.0]
        for words in (["redact", "--check"], ["convert", "--to", "recording"], ["convert", "--to", "har"]):
            used = min(cpu_of([*STREAMKIT, *words, str(path)]) for _ in range(rounds))
            yield [f"streamkit {' '.join(words)}", used, used / floor]


def floor_of(path: Path) -> None:
    with path.open("rb") as file:
        for line in file:
            value = orjson.loads(line)
            if value["type"] == "frame":
                for text in payloads([value.get("text", "").encode()]):
                    with contextlib.suppress(orjson.JSONDecodeError):
                        orjson.loads(text)


def cpu_of(words: list[str]) -> float:
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False, env=os.environ)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("folder", nargs="?", type=Path, default=HERE / "recordings")
    arguments.add_argument("--rounds", type=int, default=5)
    arguments.add_argument("--frames", type=int, default=400, help="minimum number per round and stream")
    arguments.add_argument(
        "--repeat", type=int, default=200, help="repetitions of all streams in the file for the commands"
    )
    given = arguments.parse_args()
    found = list(streams(given.folder))
    rows = [row(name, exchange, given.rounds, given.frames) for name, exchange in found]
    medians = [statistics.median(float(str(one[index])) for one in rows) for index in (4, 5, 6)]
    rows.append(["median of streams", "", "", "", *medians])
    head = ["µs per frame", "frames", "bytes per frame", "nothing", "redactor", "recorder", "orjson"]
    print(tabulate(rows, head, floatfmt=".1f"))
    print()
    exchanges = [exchange for _, exchange in found]
    print(
        tabulate(
            commands(exchanges, given.repeat, min(given.rounds, 3)), ["command", "CPU s", "× floor"], floatfmt=".2f"
        )
    )


if __name__ == "__main__":
    main()
