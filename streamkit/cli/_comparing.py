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

# Narrower terminals see the medians alone.
_WIDE = 120
_ROLES = {"slower": "error", "buffered": "error", "faster": "good", "same": "good"}


def show_comparison(comparison: Comparison, reporter: Reporter, sink: Sink) -> None:
    """Write a comparison with this reporter."""
    if reporter.name == "json":
        sink.json(comparison.to_json(), indent=True)
    else:
        _write(comparison, reporter, sink)


def _write(comparison: Comparison, reporter: Reporter, sink: Sink) -> None:
    draw = reporter.rows
    assert draw is not None
    first, second, found = comparison.before, comparison.after, comparison.differences
    if not reporter.brief:
        write(sink, reporter, draw([_raw(entry, found[entry.name]) for entry in comparison.metrics]))
        return
    counts = {
        entry.name: f"{len(first.values[entry.name])} → {len(second.values[entry.name])}"
        for entry in comparison.metrics
    }
    rows = [_row(entry, found[entry.name], counts[entry.name]) for entry in comparison.metrics]
    if sink.ascii_only:
        # Before the columns are made, so that they stay straight.
        rows = [{head: cell and plain(cell) for head, cell in row.items()} for row in rows]
    verdict = comparison.verdict
    evidence = "\n" + textwrap.fill(" ".join(_evidence(comparison)), 80) + "\n"
    if reporter.content != "prose":
        write(sink, reporter, draw(rows) + evidence)
        return
    heads, _, body = draw(rows).partition("\n")
    sink.painted(f"{sink.paint('quiet', heads)}\n{body}")
    sink.painted(evidence.replace(verdict, sink.paint(_ROLES.get(verdict, "head"), verdict), 1))


def _raw(entry: Metric, told: Difference | None) -> dict[str, Any]:
    """One metric in numbers alone, for a program."""
    document = difference_to_json(entry, told) or {"before": {}, "after": {}}
    low, high = document.get("interval_95") or (None, None)
    sides = {
        f"{side}.{name}": document[side].get(name)
        for side in ("before", "after")
        for name in ("n", "p50", "p90", "p99")
    }
    more = {name: document.get(name) for name in ("change", "ratio")}
    return {"metric": entry.key, **sides, **more, "low": low, "high": high, "verdict": document.get("verdict")}


def _row(entry: Metric, told: Difference | None, count: str) -> dict[str, Any]:
    unit = entry.unit
    if told is None:
        return {"metric": entry.head, "n": count} | dict.fromkeys((*_ranks(), "change", "95 %", "verdict"))
    bounds = MISSING if told.low is None else f"{_signed(told.low, unit)} … {_signed(told.high or 0, unit)}"
    ratio = "" if told.ratio is None else f" ({told.ratio:+.0%})"
    pair = {
        name: f"{shown(getattr(told.before, name), unit)} → {shown(getattr(told.after, name), unit)}"
        for name in _ranks()
    }
    return {
        "metric": entry.head,
        "n": count,
        **pair,
        "change": f"{_signed(told.change, unit)}{ratio}",
        "95 %": bounds,
        "verdict": told.verdict,
    }


def _ranks() -> tuple[str, ...]:
    return ("p50", "p90", "p99") if shutil.get_terminal_size((80, 24)).columns >= _WIDE else ("p50",)


def _signed(value: float, unit: str) -> str:
    return ("+" if value > 0 else "") + shown(value, unit)


def _evidence(comparison: Comparison) -> Iterator[str]:
    """The verdict and why."""
    first, second = comparison.before, comparison.after
    found, verdict = comparison.differences, comparison.verdict
    yield f"Verdict: {verdict}."
    by_first = deciding(found["time_to_first_token"], found["operation_duration"])
    decided = METRICS["time_to_first_token" if by_first else "operation_duration"]
    told = found[decided.name]
    if verdict == "buffered":
        yield (
            f"The first token comes later, and {second.bursts} of {second.streams} streams arrived in one burst "
            f"({BURST}) or in one read, where before none of {first.streams} did: something between holds the stream back."
        )
    elif verdict == "unknown":
        yield "There are fewer than three streams on a side, or none with times: no evidence either way."
    elif told is not None and told.low is not None and told.high is not None:
        holds = "holds" if told.low <= 0 <= told.high else "does not hold"
        yield (
            f"The 95 % interval of the change of the median {decided.title.lower()}, "
            f"{_signed(told.low, 'ns')} to {_signed(told.high, 'ns')}, {holds} 0."
        )
        if verdict == "same" and holds != "holds":
            yield f"The change is under {NEGLIGIBLE:.0%}."
    if first.complete < first.streams or second.complete < second.streams:
        yield f"Complete: {first.complete} of {first.streams} before, {second.complete} of {second.streams} after."
    yield "A value is that of one stream; of gaps, the median of one stream."
