"""The job of `stats --format sqlite`: everything that is kept of a stream, measured and checked in any process."""

from __future__ import annotations

import hashlib
import json
import sys
import zlib
from array import array
from collections.abc import Iterator, Sequence
from typing import Any

from streamkit.apis import interpret
from streamkit.frozen import dataclass
from streamkit.metrics import METRICS, measure
from streamkit.model.exchange import Exchange
from streamkit.model.finding import Finding
from streamkit.model.measurement import Measurement
from streamkit.rules import RULES, lint
from streamkit.service.measuring import counters
from streamkit.service.spreading import WorkUnit, exchanges_of

SPEED = 30_000_000
"""About the bytes of recordings that one process measures and checks per second."""


@dataclass(frozen=True, slots=True)
class KeepJob:
    """How to count tokens and how to read the inputs. Every metric is measured, and every rule that is enabled by default checked."""

    tokenizer: str | None = None
    vocabulary: str | None = None
    input_format: str | None = None
    api: str | None = None
    dialect: str | None = None

    @property
    def on_demand(self) -> bool:
        """Rules look at every frame."""
        return False

    def items(self, unit: WorkUnit) -> Iterator[Exchange]:
        """Yield the exchanges of a unit."""
        return exchanges_of(unit, self.input_format)

    def begin(self) -> KeepWorker:
        """Return a worker for one task."""
        return KeepWorker(self)


@dataclass(frozen=True, slots=True)
class Kept:
    """One stream: the digest of its content, its measurement, what lint found, and the samples of each metric that has many."""

    content: str
    measurement: Measurement
    findings: tuple[Finding, ...] = ()
    defects: tuple[str, ...] = ()


class KeepWorker:
    """Measures and checks one stream after another."""

    def __init__(self, job: KeepJob) -> None:
        self._job = job
        self._counter = counters(job.tokenizer, job.vocabulary)
        self._metrics = [entry for entry in METRICS.values() if not entry.whole_run]
        self._rules = [rule for rule in RULES.values() if rule.default]

    def take(self, exchange: Exchange) -> Kept:
        """Return what is kept of this exchange."""
        stream = interpret(exchange, api=self._job.api, dialect=self._job.dialect, judge=True)
        measurement = measure(stream, self._metrics, self._counter(stream.model))
        findings = () if stream.plain_answer else tuple(lint(stream, self._rules))
        return Kept(content_of(exchange), measurement, findings, tuple(stream.defects))

    def end(self) -> None:
        """Return nothing: the task as a whole has no value."""


def content_of(exchange: Exchange) -> str:
    """Return a digest of what was recorded: request, response, body and times. It does not depend on the file."""
    digest = hashlib.blake2b(digest_size=16)
    request, response, end = exchange.request, exchange.response, exchange.end
    head = [
        exchange.recorded_at,
        exchange.sent_at,
        None
        if request is None
        else [request.method, request.url, None if request.body is None else repr(request.body.value)],
        None if response is None else [response.at, response.status],
        None if end is None else [end.at, end.reason],
        sorted(exchange.labels.items()),
    ]
    digest.update(json.dumps(head).encode())
    digest.update(json.dumps(list(exchange.frames.at)).encode())
    digest.update(exchange.frames.body)
    return digest.hexdigest()


def packed_samples(values: Sequence[float]) -> bytes:
    """Return samples in few bytes, exactly: a letter for their type, then 64-bit integers or floats, little-endian and compressed."""
    whole = all(isinstance(value, int) for value in values)
    numbers: array[Any] = array("q" if whole else "d", values)
    if sys.byteorder == "big":
        numbers.byteswap()
    return (b"q" if whole else b"d") + zlib.compress(numbers.tobytes(), 1)


def unpacked(data: bytes) -> Sequence[float]:
    """Return the samples that `packed` packed. Raises ValueError for anything else."""
    try:
        numbers: array[Any] = array(data[:1].decode())
        numbers.frombytes(zlib.decompress(data[1:]))
    except (zlib.error, ValueError, UnicodeDecodeError) as error:
        raise ValueError(f"no samples: {error}") from error
    if sys.byteorder == "big":
        numbers.byteswap()
    return numbers.tolist()
