"""What `stats --format json` wrote, read back: the streams that other machines measured join those of this run."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import orjson

from streamkit.errors import UnreadableInput
from streamkit.metrics import Collection, Expression, kept, measurement_of
from streamkit.model.measurement import Measurement
from streamkit.reporters import Row

# How such a file begins, also where another program has laid it out anew.
_HEAD = re.compile(rb'\s*\{\s*"version"\s*:\s*\d+\s*,\s*"streams"\s*:\s*\[')
_HEAD_BYTES = 512


class Part(NamedTuple):
    """A file of another run: its streams as rows and as measurements, whether each kept the limits of this run, and the
    summaries of all of them and of each group."""

    rows: list[Row]
    measured: list[Measurement]
    good: list[bool | None]
    summary: Mapping[str, Any]
    groups: list[tuple[dict[str, str], Mapping[str, Any]]]


def parts_of(paths: Sequence[str]) -> Iterator[str]:
    """The files among these inputs, those in folders and patterns too, that `stats --format json` wrote."""
    from streamkit.formats import find

    for found in find([path for path in paths if path != "-"]):
        try:
            with Path(found.path).open("rb") as file:
                if _HEAD.match(file.read(_HEAD_BYTES)):
                    yield found.path
        except OSError:
            continue  # whoever reads it says so


def rows_of(path: str) -> list[Row]:
    """The rows of such a file, a stream each. Raises UnreadableInput."""
    try:
        rows = list(orjson.loads(Path(path).read_bytes())["streams"])
        for row in rows:
            measurement_of(row, ())
    except (OSError, KeyError, TypeError, ValueError) as error:
        raise UnreadableInput(path, f"no output of stats --format json: {error}") from error
    return rows


def read_part(path: str, collection: Collection, limits: Sequence[Expression], by: str | None) -> Part:
    """A file of another run, checked as a whole, so that nothing of it counts where anything is wrong with it.

    `collection` is what it is to be merged into, `by` how this run groups. Raises UnreadableInput.
    """
    try:
        document = orjson.loads(Path(path).read_bytes())
        summary, rows = document["summary"], list(document["streams"])
        measured = [measurement_of(row, collection.metrics) for row in rows]
        groups = _groups(path, summary, by) if by else []
        for told in (summary, *(told for _, told in groups)):
            Collection(collection.metrics, include_failed=collection.include_failed).merge(told)
        good = [_kept(path, row, one, limits) for row, one in zip(rows, measured, strict=True)]
    except (OSError, KeyError, TypeError, AttributeError, ValueError) as error:
        raise UnreadableInput(path, f"no output of stats --format json: {error}") from error
    return Part(rows, measured, good, summary, groups)


def _groups(path: str, summary: Mapping[str, Any], by: str) -> list[tuple[dict[str, str], Mapping[str, Any]]]:
    """The groups of another run, which cannot be made afterwards: the samples of each stream are no longer there."""
    found = [
        ({str(name): str(value) for name, value in told["by"].items()}, told) for told in summary.get("groups", ())
    ]
    if any(set(group) != {by} for group, _ in found) or (summary["streams"] and not found):
        raise UnreadableInput(path, f"its streams are not grouped by {by}", remedy=f"make it with --by {by}")
    return found


def _kept(path: str, row: Row, measurement: Measurement, limits: Sequence[Expression]) -> bool | None:
    """Whether a stream of another run kept every limit of this one; of its gaps only the eight numbers are known."""
    known: dict[str, float] = {}
    for limit in limits:
        told = row["metrics"].get(limit.metric.key)
        if isinstance(told, dict):
            if limit.stat not in told:
                raise UnreadableInput(
                    path, f"--slo {limit.text!r}: of a stream it tells {', '.join(told)} and no others"
                )
            known[limit.text] = told[limit.stat]
    return kept(limits, measurement, known)
