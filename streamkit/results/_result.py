"""What a benchmark tool reported of a run: a request at a time, in the numbers of our own metrics.

An importer says nothing that the file does not: a number that the tool does not store is absent, and never zero. Where a
tool's number is defined otherwise than the metric of that name, the importer takes the metric that it is, or none.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import field
from typing import Any

from streamkit.frozen import dataclass
from streamkit.registry import Catalogue

# A file as JSON: one value, or a value a line.
Document = Sequence[Any]

# A number in the file decides how many requests without numbers there are, but not how much memory they take.
_MOST = 10_000

_AGGREGATE = "the tool wrote totals only, and no request"


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """One request: how it ended (`complete`, `error`, …), the samples of the metrics that the tool stored, by the names of
    our metrics (times in nanoseconds), the model, when it was sent (RFC 3339), and sentences about it."""

    outcome: str = "complete"
    samples: Mapping[str, Sequence[float]] = field(default_factory=dict)
    model: str | None = None
    recorded_at: str | None = None
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Result:
    """All requests of one file; `version` is that of the tool, where the file tells it."""

    requests: Sequence[Request]
    version: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ToolResult:
    """One form of results: its name, the tool, whether the first bytes of a file are of this form, and how its JSON is
    read. `reads` raises ValueError, KeyError, TypeError or AttributeError where the document is not what it began as."""

    name: str
    tool: str
    recognises: Callable[[bytes], bool] = field(repr=False)
    reads: Callable[[Document], Result] = field(repr=False)


RESULTS: Catalogue[ToolResult] = Catalogue("streamkit.results", ToolResult, lambda entry: entry.name)


def nanoseconds(value: Any, unit_ns: float = 1e9) -> tuple[float, ...]:
    """A time of the tool (by default in seconds) as a sample; none where it is absent or no time."""
    number = value if isinstance(value, int | float) and not isinstance(value, bool) else None
    return () if number is None or not math.isfinite(number) or number < 0 else (float(round(number * unit_ns)),)


def listed(values: Any, unit_ns: float = 1e9) -> tuple[float, ...]:
    """A list of times as samples."""
    return tuple(sample for value in values or () for sample in nanoseconds(value, unit_ns))


def count(value: Any) -> tuple[float, ...]:
    """A number of tokens as a sample; none where it is absent."""
    return (float(value),) if isinstance(value, int | float) and not isinstance(value, bool) and value >= 0 else ()


def one(**samples: Iterable[float]) -> dict[str, tuple[float, ...]]:
    """The samples that are there."""
    return {name: values for name, given in samples.items() if (values := tuple(given))}


def failed_at(error: Any) -> str:
    """The outcome of a request of which the tool reports this error; `complete` for none."""
    return "error" if error else "complete"


def unlisted(complete: int, failed: int, totals: Mapping[str, Any], remedy: str) -> list[Request]:
    """So many requests without a number of their own, for a file that holds totals alone. The first has a note with these
    totals (texts by name), and with what makes the tool write its requests. Raises ValueError for more than 10,000."""
    if not 0 <= complete + failed <= _MOST:
        raise ValueError(f"totals of {complete + failed} requests; expected at most {_MOST}")
    told = ", ".join(f"{name} {value}" for name, value in totals.items() if value is not None)
    note = f"{_AGGREGATE} ({remedy}); it says: {told}" if told else f"{_AGGREGATE} ({remedy})"
    requests = [Request() for _ in range(complete)] + [Request(outcome="error") for _ in range(failed)]
    return [Request(outcome=requests[0].outcome, notes=(note,)), *requests[1:]] if requests else []
