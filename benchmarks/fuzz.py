"""Fuzz everything that reads, checks, measures, changes and reports streams, with damaged streams in every format.

    python -m benchmarks.fuzz [--inputs 20000] [--seed 1] [--atheris]

Each input is read in the detected format, interpreted (as the detected API and a random one), assembled, linted by every rule,
measured by every metric and definition, redacted, played with every fault, written in a random format, and passed to a command
with a random reporter. Exceptions of this package are correct; all others are defects, as are inputs that take more than 10 s or
2 GiB. With `--atheris`, that library chooses the inputs by code coverage; otherwise they are the mutations below.
"""

from __future__ import annotations

import argparse
import contextlib
import io
import json
import random
import signal
import sys
import tempfile
import time
import traceback
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from streamkit.apis import APIS, assemble, interpret
from streamkit.cli.main import streamkit
from streamkit.definitions import DEFINITIONS, compute
from streamkit.errors import StreamkitError
from streamkit.faults import FAULTS, inject, parse_faults
from streamkit.formats import FORMATS, read
from streamkit.metrics import METRICS, in_order, measure
from streamkit.model.exchange import Exchange
from streamkit.playback.player import steps
from streamkit.redact.redactor import redact_exchange
from streamkit.reporters import REPORTERS
from streamkit.rules import RULES, lint

ROOT = Path(__file__).parents[1]
SECONDS = 10
MEMORY = 2 << 30  # bytes

VALUES: tuple[Any, ...] = (
    None, True, 0, -1, 1.5, -1e308, 1e-320, 2**31, 2**53 + 1, 2**63, 2**64, 2**70, 10**400, 150_000_000, "", "x", "\ud800", "null", "é" * 300,
    [], [None], [[]], {}, {"a": 1}, {"index": None}, {"index": 10**9}, "\u2028\x00\x1b[31m", "[DONE]", "data: x\n\n", "=1+1", "\n::error::x",
)  # fmt: skip
SNIPPETS = (
    b"\n", b"\r", b"\n\n", b"data: ", b"data:", b": c\n", b"event: x\n", b"id: \0\n", b"retry: 99999999999999999999\n", b"\xff", b"\xef\xbb\xbf",
    b"[DONE]", b"{}", b"null", b'"', b"\\ud800", b"NaN", b"1e999", b"\xe2\x80\xa8", b"{" * 2000, b"[" * 3000, b"-" * 500, b"9" * 5000, b"\x00",
    b'{"type":"start","streamkit":1}\n', b'{"type":"start","streamkit":2}\n', b'{"type":"frame","at":-1,"base64":"!"}\n', b"HTTP/1.1 200 OK\r\n\r\n",
    b"\x1f\x8b\x08", b"\x28\xb5\x2f\xfd", b"\xff\xfe", b"&a [*a,*a,*a]", b"!!python/object:x ",
)  # fmt: skip
COMMANDS = {"findings": ["lint"], "stats": ["stats"], "timelines": ["inspect"], "rows": ["stats", "--definitions"]}


class TooSlow(BaseException):
    """An input took longer than SECONDS."""


def bases() -> list[bytes]:
    """Return valid inputs: recordings, their bodies, and both in every writable format."""
    found = []
    for path in sorted(ROOT.glob("recordings/**/*.jsonl")):
        data = path.read_bytes()
        exchanges = list(read(io.BytesIO(data)))
        found += [data, *(bytes(exchange.frames.body) for exchange in exchanges)]
        for form in FORMATS.values():
            if form.write is not None and form.name != "recording":
                found.append(b"".join(form.write(iter(exchanges[:1]))))
    return [base for base in found if base]


def mutated(chance: random.Random, base: bytes) -> bytes:
    """Return the input with one to six defects, in its bytes or in a JSON object within it."""
    for _ in range(chance.randint(0, 3)):
        base = _json_mutated(chance, base)
    for _ in range(chance.randint(0 if chance.random() < 0.5 else 1, 3)):
        start = chance.randrange(len(base) + 1)
        end = min(len(base), start + chance.choice((0, 0, 1, 5, 60, 400, 10_000)))
        new = chance.choice(
            (b"", chance.choice(SNIPPETS), base[end : end + 80] * chance.choice((1, 20)), chance.randbytes(3))
        )
        base = base[:start] + new + base[end:]
    return base


def _json_mutated(chance: random.Random, base: bytes) -> bytes:
    lines = base.split(b"\n")
    place = chance.randrange(len(lines))
    head, found, data = lines[place].partition(b"{")
    try:
        value = json.loads(found + data)
    except (ValueError, RecursionError):
        return base
    holder, key = chance.choice(list(_holders(value)) or [({"": value}, "")])
    inner = holder[key]
    if isinstance(inner, str) and "data: {" in inner and chance.random() < 0.8:  # an event within a recording
        holder[key] = _json_mutated(chance, inner.encode("utf-8", "replace")).decode("utf-8", "replace")
    elif chance.random() < 0.2:
        del holder[key]
    else:
        holder[key] = chance.choice(VALUES)
    with contextlib.suppress(ValueError, RecursionError):
        lines[place] = head + json.dumps(value).encode("utf-8", "replace")
    return b"\n".join(lines)


def _holders(value: Any) -> Iterator[tuple[Any, Any]]:
    pairs = (
        list(value.items()) if isinstance(value, dict) else list(enumerate(value)) if isinstance(value, list) else []
    )
    for key, inner in pairs:
        yield value, key
        yield from _holders(inner)


class Chain:
    """All steps for one input. `reached` counts executed steps, `defects` failures."""

    def __init__(self, folder: Path) -> None:
        self.reached: Counter[str] = Counter()
        self.defects: list[str] = []
        self._file = folder / "input"
        self._metrics = in_order(METRICS.values())
        self._rules = list(RULES.values())
        # Reporters are only used for the content that they can show.
        self._reports = [
            [*command, "--format", name]
            for name, reporter in REPORTERS.items()
            for what, command in COMMANDS.items()
            if getattr(reporter, what, None) is not None
        ]

    def take(self, data: bytes, chance: random.Random) -> None:
        """Run all steps for one input."""
        self.reached["inputs"] += 1
        with self._watched("read", data):
            for exchange in self._read(data):
                self._exchange(exchange, data, chance)
        with self._watched("command", data):
            self._command(data, chance.choice(self._reports))

    def _read(self, data: bytes) -> list[Exchange]:
        exchanges: list[Exchange] = []
        with contextlib.suppress(StreamkitError):
            exchanges += read(io.BytesIO(data))
        self.reached["exchanges"] += len(exchanges)
        return exchanges

    def _exchange(self, exchange: Exchange, data: bytes, chance: random.Random) -> None:
        for api in (None, chance.choice(list(APIS))):
            stream = interpret(exchange, api=api, judge=True)
            assemble(stream)
            for finding in lint(stream, self._rules):
                self.reached["findings"] += 1
                if finding.code == "LINT000":
                    self._defect(f"rule: {finding.message}", data)
            measure(stream, self._metrics)
            for entry in DEFINITIONS.values():
                compute(entry, stream)
            self.reached["streams"] += 1
        redact_exchange(exchange)
        played = steps(exchange)
        for fault in FAULTS:
            with contextlib.suppress(StreamkitError):  # a fault with required arguments
                inject(played, parse_faults(fault), chance)
        form = chance.choice([form for form in FORMATS.values() if form.write is not None])
        assert form.write is not None
        for _ in form.write(iter([exchange])):
            pass

    def _command(self, data: bytes, words: list[str]) -> None:
        self._file.write_bytes(data)
        output = io.TextIOWrapper(io.BytesIO(), encoding="utf-8", errors="backslashreplace")
        with contextlib.redirect_stdout(output), contextlib.redirect_stderr(output):
            try:
                code = streamkit.main([*words, str(self._file)], prog_name="streamkit", standalone_mode=False, obj={})
            except StreamkitError as error:
                code = error.exit_code
        output.flush()
        text = output.buffer.getvalue()  # type: ignore[attr-defined]
        self.reached[f"exit {code or 0}"] += 1
        if code not in (None, 0, 1, 2) or b"please report" in text or b"Traceback" in text:
            self._defect(f"{' '.join(words)}: exit {code}: {text[-300:]!r}", data)

    @contextlib.contextmanager
    def _watched(self, what: str, data: bytes) -> Iterator[None]:
        try:
            with _at_most(SECONDS):
                yield
        except TooSlow:
            self._defect(f"{what}: more than {SECONDS} s", data)
        except Exception as error:
            place = traceback.extract_tb(error.__traceback__)[-1]
            self._defect(
                f"{what}: {type(error).__name__} at {Path(place.filename).name}:{place.lineno}: {error}"[:300], data
            )

    def _defect(self, message: str, data: bytes) -> None:
        self.defects.append(message)
        name = self._file.with_name(f"defect-{len(self.defects)}")
        name.write_bytes(data)
        sys.stderr.write(f"{message}\n  {name} ({len(data)} bytes)\n")


@contextlib.contextmanager
def _at_most(seconds: int) -> Iterator[None]:
    """Raise TooSlow in the block after this time, if the system has a suitable timer."""
    if not hasattr(signal, "setitimer"):
        yield
        return

    def slow(*_: object) -> None:
        raise TooSlow

    before = signal.signal(signal.SIGALRM, slow)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def run(inputs: int, seed: int, folder: Path) -> Chain:
    """Run this number of inputs, the same ones for the same seed."""
    chain, good, chance = Chain(folder), bases(), random.Random(seed)
    for _ in range(inputs):
        chain.take(mutated(chance, chance.choice(good)), chance)
    return chain


def _guided(folder: Path, inputs: int) -> None:
    """Let atheris choose the inputs. Does not return."""
    import atheris  # type: ignore[import-not-found]

    chain = Chain(folder)
    atheris.instrument_all()
    corpus = folder / "corpus"
    corpus.mkdir()
    for number, base in enumerate(bases()):
        (corpus / str(number)).write_bytes(base)

    def one(data: bytes) -> None:
        before = len(chain.defects)
        chain.take(data, random.Random(len(data)))
        if len(chain.defects) > before:
            raise RuntimeError(chain.defects[-1])

    atheris.Setup([sys.argv[0], f"-runs={inputs}", "-max_len=100000", str(corpus)], one)
    atheris.Fuzz()


def _limit_memory() -> None:
    try:
        import resource
    except ImportError:
        return
    with contextlib.suppress(ValueError, OSError):  # macOS has no such limit
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))


def main() -> int:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--inputs", type=int, default=20_000)
    arguments.add_argument("--seed", type=int, default=1)
    arguments.add_argument("--atheris", action="store_true", help="let atheris choose the inputs")
    given = arguments.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="streamkit-fuzz-"))
    if given.atheris:
        _guided(folder, given.inputs)
    _limit_memory()
    began = time.process_time()
    chain = run(given.inputs, given.seed, folder)
    for what, count in sorted(chain.reached.items()):
        print(f"{count:>10,}  {what}")
    for message, count in Counter(chain.defects).most_common():
        print(f"{count:>10,}  DEFECT {message}")
    print(f"{len(chain.defects)} defects, {time.process_time() - began:.0f} s of CPU, inputs that show one in {folder}")
    return 1 if chain.defects else 0


if __name__ == "__main__":
    sys.exit(main())
