"""The job of `stats --format sqlite`: everything that is kept of a stream, measured and checked in any process."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator

from streamkit.apis import interpret
from streamkit.frozen import dataclass
from streamkit.metrics import METRICS, measure
from streamkit.model.exchange import Exchange
from streamkit.rules import RULES, lint
from streamkit.service.measuring import counters
from streamkit.service.spreading import WorkUnit, exchanges_of
from streamkit.service.tables import Cells, finding_rows, stream_rows

SPEED = 35_000_000
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """One stream: the digest of its content, its row in the table of streams, those of what lint found and of the metrics that have
    many samples, and the defects of reading it."""

    content: str
    file: str
    exchange: int
    row: Cells
    findings: list[Cells]
    histograms: list[Cells]
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
        row, histograms = stream_rows(measurement, self._metrics)
        return Kept(
            content=content_of(exchange),
            file=measurement.file,
            exchange=measurement.exchange,
            row=row,
            findings=finding_rows(findings),
            histograms=histograms,
            defects=tuple(stream.defects),
        )

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
