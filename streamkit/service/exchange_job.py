"""What the jobs that take exchanges have in common."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from streamkit.model.exchange import Exchange

if TYPE_CHECKING:
    from streamkit.service.spreading import Job, WorkUnit


class ExchangeJob:
    """The base class of jobs (see `spreading.Job`) whose workers take exchanges, read as the fields of the job say."""

    __slots__ = ()

    def items(self: Job, unit: WorkUnit) -> Iterator[Exchange]:
        """Yield the exchanges of a unit. Raises UnreadableInput."""
        # Imported here: commands that read a few inputs themselves do not need it.
        from streamkit.service.spreading import exchanges_of

        return exchanges_of(unit, self.input_format, on_demand=self.on_demand)
