"""The requests that a benchmark tool reported, with the numbers of our own metrics.

A number that the file does not contain is missing, never zero. A tool's number is assigned to the metric with the same
definition, whatever its name, or left out if there is none.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import field
from typing import Any

from streamkit.frozen import dataclass
from streamkit.registry import Catalogue

# A file as JSON: one value, or one value per line.
Document = Sequence[Any]

# The number of requests comes from the file and must not decide how much memory is used.
_MOST = 10_000

_AGGREGATE = "the tool wrote totals only, and no request"


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestResult:
    """One request: its outcome (`complete`, `error`, …), samples, model, the time when it was sent (RFC 3339), and notes.

    `samples` maps names of our metrics to the values that the tool stored; times are in nanoseconds.
    """

    outcome: str = "complete"
    samples: Mapping[str, Sequence[float]] = field(default_factory=dict)
    model: str | None = None
    recorded_at: str | None = None
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Result:
    """All requests of a file; `version` is that of the tool, if the file contains it."""

    requests: Sequence[RequestResult]
    version: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ToolResult:
    """The results of one tool: a name, the tool, a test of the first bytes of a file, and a function that reads its JSON.

    `reads` raises ValueError, LookupError, TypeError or AttributeError for a damaged file.
    """

    name: str
    tool: str
    recognises: Callable[[bytes], bool] = field(repr=False)
    reads: Callable[[Document], Result] = field(repr=False)


RESULTS: Catalogue[ToolResult] = Catalogue("streamkit.results", ToolResult, lambda entry: entry.name)


def nanoseconds(value: Any, unit_ns: float = 1e9) -> tuple[float, ...]:
    """Return a time (by default in seconds) as a sample; empty if it is missing or invalid."""
    number = value if isinstance(value, int | float) and not isinstance(value, bool) else None
    return () if number is None or not math.isfinite(number) or number < 0 else (float(round(number * unit_ns)),)


def listed(values: Any, unit_ns: float = 1e9) -> tuple[float, ...]:
    """Return a list of times as samples."""
    return tuple(sample for value in values or () for sample in nanoseconds(value, unit_ns))


def count(value: Any) -> tuple[float, ...]:
    """Return a number as a sample; empty if it is missing."""
    return (float(value),) if isinstance(value, int | float) and not isinstance(value, bool) and value >= 0 else ()


def one(**samples: Iterable[float]) -> dict[str, tuple[float, ...]]:
    """Return the samples that are not empty, by metric."""
    return {name: values for name, given in samples.items() if (values := tuple(given))}


def failed_at(error: Any) -> str:
    """Return the outcome of a request with this error; `complete` without one."""
    return "error" if error else "complete"


def unlisted(complete: int, failed: int, totals: Mapping[str, Any], remedy: str) -> list[RequestResult]:
    """Return requests without samples, for a file that contains only totals.

    The first has a note with the totals (texts by name) and with the option that makes the tool write requests. Raises
    ValueError for more than 10,000 requests.
    """
    if not 0 <= complete + failed <= _MOST:
        raise ValueError(f"totals of {complete + failed} requests; expected at most {_MOST}")
    listing = ", ".join(f"{name} {value}" for name, value in totals.items() if value is not None)
    note = f"{_AGGREGATE} ({remedy}); totals: {listing}" if listing else f"{_AGGREGATE} ({remedy})"
    requests = [RequestResult() for _ in range(complete)] + [RequestResult(outcome="error") for _ in range(failed)]
    return [RequestResult(outcome=requests[0].outcome, notes=(note,)), *requests[1:]] if requests else []
