"""`stats --compare`: both runs side by side, with the verdict and its evidence."""

from __future__ import annotations

import shutil
import textwrap
from collections.abc import Iterator
from typing import Any

from streamkit.cli._format_option import write
from streamkit.cli._output import Sink
from streamkit.compare.difference import NEGLIGIBLE, Difference, deciding
from streamkit.metrics import METRICS, Metric
from streamkit.reporters import MISSING, Reporter, shown
from streamkit.service.comparing import BURST, Comparison, difference_to_json
from streamkit.text import plain

# Narrower terminals get the medians only.
_WIDE = 120
_ROLES = {"slower": "error", "buffered": "error", "faster": "good", "same": "good"}


def show_comparison(comparison: Comparison, reporter: Reporter, sink: Sink) -> None:
    """Write a comparison using this reporter."""
    if reporter.name == "json":
        sink.json(comparison.to_json(), indent=True)
    else:
        _write(comparison, reporter, sink)


def _write(comparison: Comparison, reporter: Reporter, sink: Sink) -> None:
    draw = reporter.rows
    assert draw is not None
    before, after, differences = comparison.before, comparison.after, comparison.differences
    if not reporter.brief:
        write(sink, reporter, draw([_raw(entry, differences[entry.name]) for entry in comparison.metrics]))
        return
    counts = {
        entry.name: f"{len(before.values[entry.name])} → {len(after.values[entry.name])}"
        for entry in comparison.metrics
    }
    rows = [_row(entry, differences[entry.name], counts[entry.name]) for entry in comparison.metrics]
    if sink.ascii_only:
        # Before the columns are laid out, so that they stay aligned.
        rows = [{head: cell and plain(cell) for head, cell in row.items()} for row in rows]
    verdict = comparison.verdict
    evidence = "\n" + textwrap.fill(" ".join(_evidence(comparison)), 80) + "\n"
    if reporter.content != "prose":
        write(sink, reporter, draw(rows) + evidence)
        return
    heads, _, body = draw(rows).partition("\n")
    sink.painted(f"{sink.paint('quiet', heads)}\n{body}")
    sink.painted(evidence.replace(verdict, sink.paint(_ROLES.get(verdict, "head"), verdict), 1))


def _raw(entry: Metric, difference: Difference | None) -> dict[str, Any]:
    """One metric as plain numbers, for a program to read."""
    document = difference_to_json(entry, difference) or {"before": {}, "after": {}}
    low, high = document.get("interval_95") or (None, None)
    sides = {
        f"{side}.{name}": document[side].get(name)
        for side in ("before", "after")
        for name in ("n", "p50", "p90", "p99")
    }
    more = {name: document.get(name) for name in ("change", "ratio")}
    return {"metric": entry.key, **sides, **more, "low": low, "high": high, "verdict": document.get("verdict")}


def _row(entry: Metric, difference: Difference | None, count: str) -> dict[str, Any]:
    unit = entry.unit
    if difference is None:
        return {"metric": entry.head, "n": count} | dict.fromkeys((*_ranks(), "change", "95 %", "verdict"))
    bounds = (
        MISSING
        if difference.low is None
        else f"{_signed(difference.low, unit)} … {_signed(difference.high or 0, unit)}"
    )
    ratio = "" if difference.ratio is None else f" ({difference.ratio:+.0%})"
    pair = {
        name: f"{shown(getattr(difference.before, name), unit)} → {shown(getattr(difference.after, name), unit)}"
        for name in _ranks()
    }
    return {
        "metric": entry.head,
        "n": count,
        **pair,
        "change": f"{_signed(difference.change, unit)}{ratio}",
        "95 %": bounds,
        "verdict": difference.verdict,
    }


def _ranks() -> tuple[str, ...]:
    return ("p50", "p90", "p99") if shutil.get_terminal_size((80, 24)).columns >= _WIDE else ("p50",)


def _signed(value: float, unit: str) -> str:
    return ("+" if value > 0 else "") + shown(value, unit)


def _evidence(comparison: Comparison) -> Iterator[str]:
    """The verdict and the reasons for it."""
    before, after = comparison.before, comparison.after
    differences, verdict = comparison.differences, comparison.verdict
    yield f"Verdict: {verdict}."
    by_first_token = deciding(differences["time_to_first_token"], differences["operation_duration"])
    decided = METRICS["time_to_first_token" if by_first_token else "operation_duration"]
    difference = differences[decided.name]
    if verdict == "buffered":
        yield (
            f"The first token comes later, and {after.bursts} of {after.streams} streams arrived in one burst "
            f"({BURST}) or in one read, where none of {before.streams} did before: something in between buffers the stream."
        )
    elif verdict == "unknown":
        yield "One side has fewer than three streams, or none with times: no evidence either way."
    elif difference is not None and difference.low is not None and difference.high is not None:
        includes = "includes" if difference.low <= 0 <= difference.high else "does not include"
        yield (
            f"The 95 % interval of the change of the median {decided.title.lower()}, "
            f"{_signed(difference.low, 'ns')} to {_signed(difference.high, 'ns')}, {includes} 0."
        )
        if verdict == "same" and includes != "includes":
            yield f"The change is under {NEGLIGIBLE:.0%}."
    if before.complete < before.streams or after.complete < after.streams:
        yield f"Complete: {before.complete} of {before.streams} before, {after.complete} of {after.streams} after."
    yield "Each value is one stream's; for gaps, the median of the stream."
