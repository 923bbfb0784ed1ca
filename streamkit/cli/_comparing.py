"""`stats --compare`: both runs side by side, with the verdict and its evidence."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator
from typing import Any

from streamkit.cli._format_option import write_output
from streamkit.cli._output import CommandOutput
from streamkit.cli._page import origin
from streamkit.compare.difference import ENOUGH, NEGLIGIBLE, NEGLIGIBLE_TAIL, Difference, Shift, Success
from streamkit.metrics import NEUTRAL, Metric, Outcomes, outcome_sentence
from streamkit.reporters import MISSING, ComparisonReport, Reporter, readable
from streamkit.service.comparing import BURST, Comparison, Side, difference_to_json, success_to_json
from streamkit.text import to_ascii

_ROLES = {"slower": "error", "buffered": "error", "failing": "error", "faster": "good", "same": "good"}
_SIDES = ("before", "after")


def show_comparison(comparison: Comparison, reporter: Reporter, sink: CommandOutput) -> None:
    """Write a comparison with this reporter."""
    if reporter.name == "json":
        sink.json(comparison.to_json(), indent=True)
    else:
        _write(comparison, reporter, sink)


def _write(comparison: Comparison, reporter: Reporter, sink: CommandOutput) -> None:
    draw = reporter.rows
    assert draw is not None
    found = comparison.differences
    if reporter.comparison is not None:
        rows = [row for entry in comparison.metrics for row in _rows(entry, found[entry.name], comparison)]
        rows.append(_success_row(comparison.success))
        report = ComparisonReport(
            verdict=comparison.verdict,
            evidence=list(_evidence(comparison)),
            rows=rows,
            changes=list(_changes(comparison)),
            samples=list(_samples(comparison)),
            origin=origin(),
        )
        write_output(sink, reporter, reporter.comparison(report))
        return
    if not reporter.brief:
        raw = [_raw(entry, found[entry.name]) for entry in comparison.metrics]
        write_output(sink, reporter, draw([*raw, _raw_success(comparison, list(raw[0]))]))
        return
    rows = [row for entry in comparison.metrics for row in _rows(entry, found[entry.name], comparison)]
    rows.append(_success_row(comparison.success))
    if sink.ascii_only:
        # Before the columns are made, so that they stay straight.
        rows = [{head: cell and to_ascii(cell) for head, cell in row.items()} for row in rows]
    verdict = comparison.verdict
    evidence = "\n" + "\n".join(textwrap.fill(line, 80) for line in _evidence(comparison)) + "\n"
    if reporter.content != "prose":
        write_output(sink, reporter, draw(rows) + evidence)
        return
    heads, _, body = draw(rows).partition("\n")
    sink.painted(f"{sink.paint('quiet', heads)}\n{body}")
    sink.painted(evidence.replace(verdict, sink.paint(_ROLES.get(verdict, "head"), verdict), 1))


def _changes(comparison: Comparison) -> Iterator[dict[str, Any]]:
    """Yield each change that has an interval, as shares of the value before."""
    for entry in comparison.metrics:
        difference = comparison.differences[entry.name]
        for one in difference.shifts if difference is not None else ():
            if one.low is not None and one.high is not None and one.before:
                shares = {"low": one.low / one.before, "change": one.change / one.before, "high": one.high / one.before}
                yield {"name": f"{entry.head} p{one.rank:.0f}", "verdict": one.verdict, **shares}


def _samples(comparison: Comparison) -> Iterator[tuple[str, str, list[float], list[float]]]:
    for entry in comparison.metrics:
        before, after = comparison.before.values[entry.name], comparison.after.values[entry.name]
        if before and after:
            yield entry.title, entry.unit, before, after


def _raw(entry: Metric, difference: Difference | None) -> dict[str, Any]:
    """Return the numbers of one metric, for programs."""
    document = difference_to_json(entry, difference) or {"before": {}, "after": {}}
    low, high = document.get("interval_95") or (None, None)
    sides = {f"{side}.{name}": document[side].get(name) for side in _SIDES for name in ("n", "p50", "p90", "p99")}
    more = {name: document.get(name) for name in ("change", "ratio", "shift")}
    tail = document.get("tail") or {}
    tail_low, tail_high = tail.get("interval_95") or (None, None)
    return {
        "metric": entry.key,
        **sides,
        **more,
        "low": low,
        "high": high,
        "tail": tail.get("percentile"),
        "tail.before": tail.get("before"),
        "tail.after": tail.get("after"),
        "tail.low": tail_low,
        "tail.high": tail_high,
        "verdict": document.get("verdict"),
    }


def _raw_success(comparison: Comparison, names: list[str]) -> dict[str, Any]:
    document = success_to_json(comparison.success)
    low, high = document["interval_95"] or (None, None)
    row = {
        "metric": "success_share",
        "before.n": comparison.success.before[1],
        "after.n": comparison.success.after[1],
        "before.p50": document["before"],
        "after.p50": document["after"],
        "change": document["change"],
        "low": low,
        "high": high,
        "verdict": document["verdict"],
    }
    return dict.fromkeys(names) | row


def _rows(entry: Metric, difference: Difference | None, comparison: Comparison) -> Iterator[dict[str, Any]]:
    """Yield a row for the middle of a metric, and one for its tail if there is one."""
    sides = comparison.before, comparison.after
    first, second = (len(side.values[entry.name]) for side in sides)
    count = f"{first} → {second}"
    if difference is None:
        yield {"metric": entry.head, "n": count} | dict.fromkeys((*_HEADS, "verdict"))
        return
    for one in difference.shifts:
        yield _row(f"{entry.head} p{one.rank:.0f}", count, one, entry.unit)


_HEADS = ("before → after", "change", "interval")


def _row(name: str, count: str, shift: Shift, unit: str) -> dict[str, Any]:
    ratio = "" if shift.ratio is None else f" ({shift.ratio:+.0%})"
    return {
        "metric": name,
        "n": count,
        _HEADS[0]: f"{readable(shift.before, unit)} → {readable(shift.after, unit)}",
        _HEADS[1]: f"{_signed(shift.change, unit)}{ratio}",
        _HEADS[2]: _bounds(shift.low, shift.high, unit),
        "verdict": shift.verdict,
    }


def _success_row(success: Success) -> dict[str, Any]:
    shares = [
        readable(good / requests, "ratio") if requests else MISSING
        for good, requests in (success.before, success.after)
    ]
    return {
        "metric": "Success",
        "n": f"{success.before[1]} → {success.after[1]}",
        _HEADS[0]: " → ".join(shares),
        _HEADS[1]: MISSING if success.change is None else _signed(success.change, "ratio"),
        _HEADS[2]: _bounds(success.low, success.high, "ratio"),
        "verdict": success.verdict,
    }


def _bounds(low: float | None, high: float | None, unit: str) -> str:
    return MISSING if low is None or high is None else f"{_signed(low, unit)} … {_signed(high, unit)}"


def _signed(value: float, unit: str) -> str:
    if unit == "ratio":
        return f"{value * 100:+.0f} %"
    return ("+" if value > 0 else "") + readable(value, unit)


def _evidence(comparison: Comparison) -> Iterator[str]:
    """Yield the verdict and why."""
    yield f"Verdict: {comparison.verdict}. {_why(comparison)}"
    first, second = comparison.before, comparison.after
    if first.outcomes.failed or second.outcomes.failed:
        yield f"Failed before: {_failures(first.outcomes)}. Failed after: {_failures(second.outcomes)}."
    yield (
        f"A value is that of one complete stream; of gaps, the median of one stream. Each interval has the level "
        f"{1 - comparison.alpha:.1%}, so that all of them together have 95 %. Same: within {NEGLIGIBLE:.0%}, in a tail "
        f"{NEGLIGIBLE_TAIL:.0%}, by the 90 % interval."
    )


def _failures(outcomes: Outcomes) -> str:
    causes = [
        f"{count} {outcome_sentence(word).partition(':')[0]}"
        for word, count in outcomes.counts.most_common()
        if word not in ("complete", *NEUTRAL)
    ]
    return f"{outcomes.failed} of {outcomes.judged}" + (f" ({', '.join(causes)})" if causes else "")


def _why(comparison: Comparison) -> str:
    verdict, first, second = comparison.verdict, comparison.before, comparison.after
    if verdict == "failing":
        return "More requests fail than before, whatever the times of the others."
    if verdict == "buffered":
        return (
            f"The first token comes later, and {second.bursts} of {second.streams} streams arrived in one burst "
            f"({BURST}) or in one read, where before none of {first.streams} did: something between holds the stream back."
        )
    shifts = [
        (f"{entry.head} p{one.rank:.0f}", one, entry.unit)
        for entry in comparison.metrics
        if (difference := comparison.differences[entry.name]) is not None
        for one in difference.shifts
    ]
    decided = [
        f"{name} by {_signed(one.change, unit)} ({_bounds(one.low, one.high, unit)})"
        for name, one, unit in shifts
        if one.verdict == verdict
    ]
    if verdict in ("slower", "faster"):
        open_ = [name for name, one, _ in shifts if one.verdict == "inconclusive"]
        more = f" Not decided: {', '.join(open_)}." if open_ else ""
        return f"{'; '.join(decided)}.{more}"
    if verdict == "same":
        return "No change that matters is left in any interval."
    return _undecided(comparison, [(name, one) for name, one, _ in shifts if one.verdict == "inconclusive"])


def _undecided(comparison: Comparison, shifts: list[tuple[str, Shift]]) -> str:
    sides = comparison.before, comparison.after
    few = [name for name, one in shifts if one.low is None]
    if not shifts or len(few) == len(shifts):
        counts = " and ".join(str(_measured(side)) for side in sides)
        return f"{counts} measured streams are too few: at least {ENOUGH + 2} per side are needed, preferably 30."
    leaning = [name for name, one in shifts if one.leaning]
    names = ", ".join(name for name, _ in shifts)
    hint = f" {', '.join(leaning)} may well be worse." if leaning else ""
    return f"A change can be neither shown nor ruled out: {names}.{hint} Measure more streams."


def _measured(side: Side) -> int:
    return max(map(len, side.values.values()), default=0)
