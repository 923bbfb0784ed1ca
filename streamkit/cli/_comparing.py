"""`stats --compare`: the streams of now beside those of before, and whether they differ by more than chance."""

from __future__ import annotations

import shutil
import textwrap
from collections.abc import Iterator
from dataclasses import dataclass, field
from statistics import median
from typing import Any

from streamkit.cli._format_option import write
from streamkit.cli._inputs import Inputs
from streamkit.cli._output import Sink
from streamkit.compare.difference import NEGLIGIBLE, Difference, compare, deciding, overall
from streamkit.errors import UsageError
from streamkit.metrics import METRICS, Metric, Timeline, distribution, find, json_number, measure
from streamkit.model.stream import Stream
from streamkit.reporters import MISSING, Reporter, shown
from streamkit.rules import RULES, lint
from streamkit.text import plain

_DEFAULT = (
    "time_to_first_token",
    "time_to_last_token",
    "operation_duration",
    "inter_chunk_gap",
    "inter_token_latency",
    "output_tokens_per_second",
)
# Narrower terminals see the medians alone.
_WIDE = 120
_RATES = ("tokens/s", "bytes/s", "1/s")
_ROLES = {"slower": "error", "buffered": "error", "faster": "good", "same": "good"}
# The rule that says that a stream was held back and let go at once.
_BURST = "TIM603"
_ENOUGH_GAPS = 9


@dataclass(slots=True)
class Side:
    """One of the two runs: a value a stream and metric (for gaps: the stream's median), verdicts, and bursts."""

    streams: int = 0
    complete: int = 0
    bursts: int = 0
    values: dict[str, list[float]] = field(default_factory=dict)


def show_comparison(before: Inputs, after: Inputs, reporter: Reporter, metrics: str | None, sink: Sink) -> int:
    """Write both sides with the verdict and its evidence. The exit code is 1 where it is slower or buffered."""
    names = [name.strip() for name in metrics.split(",")] if metrics else _DEFAULT
    chosen = [find(name) for name in names]
    if any(entry.of_stream is None for entry in chosen):
        raise UsageError("--compare takes metrics of streams, not of a run")
    measured = {entry.name: entry for entry in [*chosen, METRICS["time_to_first_token"], METRICS["operation_duration"]]}
    first, second = _read(before, list(measured.values())), _read(after, list(measured.values()))
    found = {
        name: compare(first.values[name], second.values[name], more_is_better=entry.unit in _RATES)
        for name, entry in measured.items()
    }
    verdict = overall(found["time_to_first_token"], found["operation_duration"], first.bursts, second.bursts)
    if reporter.name == "json":
        sink.json(_document(first, second, chosen, found, verdict), indent=True)
    else:
        _write(first, second, chosen, found, verdict, reporter, sink)
    return 1 if verdict in ("slower", "buffered") else 0


def _read(inputs: Inputs, metrics: list[Metric]) -> Side:
    side = Side(values={entry.name: [] for entry in metrics})
    burst = [RULES[_BURST]] if _BURST in RULES else []
    for stream in inputs.streams():
        side.streams += 1
        side.complete += stream.verdict == "complete"
        side.bursts += _in_one_read(stream) or any(True for _ in lint(stream, burst))
        for name, samples in measure(stream, metrics).samples.items():
            if samples.values:
                side.values[name].append(median(samples.values))
    return side


def _in_one_read(stream: Stream) -> bool:
    """Whether all content came at once. The rule does not speak of that: alone, it may as well be a quick answer."""
    timeline = Timeline(stream)
    return len(timeline.gaps) >= _ENOUGH_GAPS and timeline.coalesced == len(timeline.gaps)


def _write(
    first: Side,
    second: Side,
    chosen: list[Metric],
    found: dict[str, Difference | None],
    verdict: str,
    reporter: Reporter,
    sink: Sink,
) -> None:
    draw = reporter.rows
    assert draw is not None
    if not reporter.brief:
        write(sink, reporter, draw([_raw(entry, found[entry.name]) for entry in chosen]))
        return
    counts = {entry.name: f"{len(first.values[entry.name])} → {len(second.values[entry.name])}" for entry in chosen}
    rows = [_row(entry, found[entry.name], counts[entry.name]) for entry in chosen]
    if sink.ascii_only:
        # Before the columns are made, so that they stay straight.
        rows = [{head: cell and plain(cell) for head, cell in row.items()} for row in rows]
    evidence = "\n" + textwrap.fill(" ".join(_evidence(first, second, found, verdict)), 80) + "\n"
    if reporter.content != "prose":
        write(sink, reporter, draw(rows) + evidence)
        return
    heads, _, body = draw(rows).partition("\n")
    sink.painted(f"{sink.paint('quiet', heads)}\n{body}")
    sink.painted(evidence.replace(verdict, sink.paint(_ROLES.get(verdict, "head"), verdict), 1))


def _raw(entry: Metric, told: Difference | None) -> dict[str, Any]:
    """One metric in numbers alone, for a program."""
    document = _told(entry, told) or {"before": {}, "after": {}}
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


def _evidence(first: Side, second: Side, found: dict[str, Difference | None], verdict: str) -> Iterator[str]:
    """The verdict and why."""
    yield f"Verdict: {verdict}."
    by_first = deciding(found["time_to_first_token"], found["operation_duration"])
    decided = METRICS["time_to_first_token" if by_first else "operation_duration"]
    told = found[decided.name]
    if verdict == "buffered":
        yield (
            f"The first token comes later, and {second.bursts} of {second.streams} streams arrived in one burst "
            f"({_BURST}) or in one read, where before none of {first.streams} did: something between holds the stream back."
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


def _document(
    first: Side, second: Side, chosen: list[Metric], found: dict[str, Difference | None], verdict: str
) -> dict[str, Any]:
    return {
        "version": 1,
        "verdict": verdict,
        "before": {"streams": first.streams, "complete": first.complete, "bursts": first.bursts},
        "after": {"streams": second.streams, "complete": second.complete, "bursts": second.bursts},
        "metrics": {entry.key: _told(entry, found[entry.name]) for entry in chosen},
    }


def _told(entry: Metric, told: Difference | None) -> dict[str, Any] | None:
    if told is None:
        return None
    bounds = None if told.low is None else [json_number(told.low, entry.unit), json_number(told.high or 0, entry.unit)]
    return {
        "before": distribution(told.before, entry.unit),
        "after": distribution(told.after, entry.unit),
        "change": json_number(told.change, entry.unit),
        "ratio": None if told.ratio is None else round(told.ratio, 6),
        "interval_95": bounds,
        "verdict": told.verdict,
    }
