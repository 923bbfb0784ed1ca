"""The job of `stats`: streams measured in other processes, and the parts of a run that they make."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from streamkit.apis import interpret
from streamkit.frozen import dataclass
from streamkit.metrics import CollectionPart, GatePart
from streamkit.model.exchange import Exchange
from streamkit.model.stream import Stream
from streamkit.reporters import Mark, Row
from streamkit.service.measuring import Run, Wanted, counters
from streamkit.service.pricing import Bill
from streamkit.service.spreading import Done, WorkUnit, exchanges_of


@dataclass(frozen=True, slots=True, kw_only=True)
class MeasureJob:
    """What to measure, how to count tokens and how to read the inputs."""

    wanted: Wanted
    tokenizer: str | None = None
    vocabulary: str | None = None
    input_format: str | None = None
    on_demand: bool = True
    api: str | None = None
    dialect: str | None = None

    def items(self, unit: WorkUnit) -> Iterator[Exchange]:
        """Yield the exchanges of a unit."""
        return exchanges_of(unit, self.input_format, on_demand=self.on_demand)

    def begin(self) -> MeasureWorker:
        """Return a worker for one task."""
        return MeasureWorker(self)

    @property
    def counts_lines(self) -> bool:
        """Rows have no lines."""
        return False

    def moved(self, done: Done, exchanges: int, lines: int) -> Done:
        """Return the same for exchanges that have this number of others before them in their file."""
        if not exchanges:
            return done
        for read in done.units:
            for row, _ in read.values:
                row["exchange"] += exchanges
        return replace(done, whole=done.whole.moved(exchanges))


class MeasureWorker:
    """Measures one stream after another. A value is the row of a stream, with the defects of reading it."""

    def __init__(self, job: MeasureJob) -> None:
        self._job = job
        self._run = Run(job.wanted, counters(job.tokenizer, job.vocabulary))
        self._stream: Stream | None = None
        self._rows = self._run.rows(self._streams())

    def take(self, exchange: Exchange) -> tuple[Row, tuple[str, ...]]:
        """Return the row of this exchange, and the defects of interpreting it."""
        self._stream = interpret(exchange, api=self._job.api, dialect=self._job.dialect, on_demand=True)
        defects = tuple(self._stream.defects)
        return next(self._rows), defects

    def end(self) -> RunPart:
        """Return the part of the run that the streams of this task are."""
        return RunPart.of(self._run)

    def _streams(self) -> Iterator[Stream]:
        while self._stream is not None:
            stream, self._stream = self._stream, None
            yield stream


@dataclass(frozen=True, slots=True)
class RunPart:
    """What the streams of one task add to a run."""

    whole: CollectionPart
    groups: dict[str, tuple[dict[str, str], CollectionPart]]
    gates: list[GatePart]
    marks: list[Mark]
    bill: Bill

    @staticmethod
    def of(run: Run) -> RunPart:
        """Return the content of a run."""
        return RunPart(
            whole=CollectionPart.of(run.whole),
            groups={key: (by, CollectionPart.of(collection)) for key, (by, collection) in run.groups.items()},
            gates=[GatePart.of(gate) for gate in run.gates],
            marks=run.marks,
            bill=run.bill,
        )

    def moved(self, exchanges: int) -> RunPart:
        """Return the same for streams that have this number of exchanges before them in their file."""
        return replace(self, gates=[gate.moved(exchanges) for gate in self.gates])

    def add_to(self, run: Run) -> None:
        """Add these streams to a run that wants the same, after those that it has."""
        if not self.whole.count:
            return
        if not run.whole.count:
            run.marks.extend(self.marks)
        run.add_part(self.whole, self.groups.values())
        for gate, seen in zip(run.gates, self.gates, strict=True):
            seen.add_to(gate)
        run.bill.merge(self.bill)
