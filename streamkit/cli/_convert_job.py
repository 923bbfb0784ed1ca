"""The job of `convert`: each exchange in the new format, written in any process."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import TYPE_CHECKING

from streamkit.formats import FORMATS
from streamkit.frozen import dataclass
from streamkit.model.exchange import Exchange
from streamkit.redact.redactor import redact_exchange
from streamkit.service.converting import Lost, entry_of

if TYPE_CHECKING:
    from streamkit.service.spreading import WorkUnit

SPEED = 50_000_000
"""About the bytes of recordings that one process converts per second."""
TASK_BYTES = 8 << 20
"""What comes back is as large as what is read, so tasks are smaller than those of other commands."""


@dataclass(frozen=True, slots=True)
class ConvertJob:
    """The format to convert to, by name, whether secrets are removed, and whether each exchange is written to a separate file."""

    target: str
    redact: bool
    alone: bool
    input_format: str | None = None
    on_demand: bool = False

    def items(self, unit: WorkUnit) -> Iterator[Exchange]:
        """Yield the exchanges of a unit."""
        from streamkit.service.spreading import exchanges_of

        return exchanges_of(unit, self.input_format, on_demand=self.on_demand)

    def begin(self) -> ConvertWorker:
        """Return a worker for one task."""
        return ConvertWorker(self)


@dataclass(frozen=True, slots=True)
class Converted:
    """One exchange in the new format, its former file and number, what the format could not represent, and the rules by
    which secrets were removed, with their number."""

    path: str
    number: int
    data: bytes
    lost: Lost
    secrets: Counter[str]


class ConvertWorker:
    """Converts one exchange after another."""

    def __init__(self, job: ConvertJob) -> None:
        self._job = job
        self._format = FORMATS[job.target]

    def take(self, exchange: Exchange) -> Converted:
        """Return this exchange in the new format."""
        secrets: Counter[str] = Counter()
        lost: Lost = Counter()
        if self._job.redact:
            exchange = redacted(exchange, secrets)
        data = entry_of(exchange, self._format, lost, alone=self._job.alone)
        origin = exchange.origin
        return Converted(path=origin.path, number=origin.number, data=data, lost=lost, secrets=secrets)

    def end(self) -> None:
        """Return nothing: the exchanges are all there is."""


def redacted(exchange: Exchange, secrets: Counter[str]) -> Exchange:
    """Return an exchange without its secrets, which `secrets` counts by rule."""
    cut = redact_exchange(exchange)
    before = Counter(known.rule for known in exchange.redactions)
    secrets.update(Counter(known.rule for known in cut.redactions) - before)
    if exchange.end is None and cut.frames.data != exchange.frames.data:
        secrets["in a body"] += 1  # listed on no line, because there is no end
    return cut
