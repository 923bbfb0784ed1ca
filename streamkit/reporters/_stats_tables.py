"""The tables of a stats report, as columns and cells; reporters draw them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import field

from streamkit.frozen import dataclass
from streamkit.reporters._reporter import Column, Row, StatsReport
from streamkit.reporters._rows import stream_name
from streamkit.reporters._units import MISSING, readable
from streamkit.text import one_line, shorten_from
from streamkit.text import width as _width

# The columns that a narrow table keeps, the most important first; they are shown in the order of the metrics.
_WANTED = (
    "time_to_first_token_ns",
    "output_tokens",
    "inter_chunk_gap_ns.p50",
    "operation_duration_ns",
    "output_tokens_per_second",
    "chunks",
    "inter_chunk_gap_ns.p99",
    "time_to_first_byte_ns",
    "events",
    "bytes",
    "inter_chunk_gap_ns.max",
    "stalls",
    "time_to_last_token_ns",
    "time_to_first_answer_token_ns",
)
# The metrics whose means are shown by default: those that `--compare` compares.
_MEANS = (
    "time_to_first_token_ns",
    "inter_token_latency_ns",
    "inter_chunk_gap_ns",
    "operation_duration_ns",
    "output_tokens_per_second",
)
_OF_MANY = ("p50", "p99", "max")
_FILE_WIDTH = 16
# The reason for a missing goodput if no limits were given.
_UNASKED = "no-slo"
# More notes of one kind than this are combined.
_ALIKE = 3
_DIGITS = re.compile(r"\d+")
# Numbers of a run that need no wall clock.
_WITHOUT_CLOCK = ("success_share", "goodput_share", "failed", "truncated")
_SOURCES = {"usage": "", "per-chunk usage": "~"}


@dataclass(frozen=True, slots=True)
class Table:
    """Heads and rows of cells; the first `left` columns hold words, the others numbers."""

    heads: Sequence[str]
    rows: Sequence[Sequence[str]]
    left: int = 1
    more: int = field(default=0)


def wanted(column: Column, report: StatsReport, value: object = True) -> bool:
    """Return whether a table has this column: it was requested, is always shown, or has values."""
    return report.columns_chosen or column.shown == "always" or (column.shown == "present" and value is not None)


def headline(group: Row) -> str:
    """Return how many streams, and how they ended."""
    count = group["streams"]
    message = ", ".join(f"{number} {verdict}" for verdict, number in group["verdicts"].items())
    return f"{count} stream{'' if count == 1 else 's'}: {message}" if count else "no streams"


def failure_lines(group: Row, report: StatsReport, *, share: bool = True) -> Iterator[str]:
    """Yield the `share` of successes with its interval, and a line for each way in which the other requests ended."""
    success, outcomes = group["success"], group["outcomes"]
    others = {word: count for word, count in outcomes.items() if word != "complete"}
    if not others:
        return
    if share and success["share"] is not None:
        low, high = success["interval_95"]
        total = success["complete"] + success["failed"]
        yield (
            f"Success {readable(success['share'], 'ratio')} ({success['complete']} of {total}; 95 % interval "
            f"{readable(low, 'ratio')} to {readable(high, 'ratio')})."
        )
    yield "Counted with the others below:" if group["over"] == "all" else "Not in the distributions below:"
    for word, count in sorted(others.items(), key=lambda pair: (-pair[1], pair[0])):
        yield f"  {count:,}  {report.outcome(word)}"


def stream_table(rows: Sequence[Row], report: StatsReport, width: int) -> Table:
    """Return one row per stream with as many columns as fit `width`; `more` counts the others."""
    candidates = _candidates(report)
    cells = {key: [_shown(row, column, part, report) for row in rows] for key, (column, part) in candidates.items()}
    verdicts = [str(row["verdict"]) for row in rows]
    needed = {
        key: max(map(_width, [_head(column, part), *cells[key]])) + 2 for key, (column, part) in candidates.items()
    }
    room = width - _FILE_WIDTH - max(map(len, ["Verdict", *verdicts])) - 2
    kept: set[str] = set()
    columns = list(candidates) if report.columns_chosen else [key for key in _WANTED if key in candidates]
    for key in columns:
        if not any(cell != MISSING for cell in cells[key]) and key not in _WANTED[:5] and not report.columns_chosen:
            continue
        if needed[key] <= room:
            kept.add(key)
            room -= needed[key]
    names = short([stream_name(row) for row in rows], _FILE_WIDTH + room, "..." if report.ascii_only else "…")
    order = [key for key in candidates if key in kept]
    return Table(
        ["Stream", "Verdict", *(_head(*candidates[key]) for key in order)],
        [[names[at], verdicts[at], *(cells[key][at] for key in order)] for at in range(len(rows))],
        left=2,
        more=len(columns) - len(kept),
    )


def summary_tables(groups: Sequence[Row], report: StatsReport) -> Iterator[tuple[Row, str, Table]]:
    """Yield the row, the title and the table of distributions of each group."""
    for group in groups:
        title = ", ".join(f"{name} {value}" for name, value in group["by"].items()) if group.get("by") else ""
        rows = []
        for column in report.columns:
            value = group["metrics"].get(column.key)
            if value is None or not wanted(column, report):
                continue
            rows.append([column.head, *spread(column, group, report)])
        if rows or run_line(group, report):
            yield group, title, Table(["", *report.statistics], rows)


def spread(column: Column, group: Row, report: StatsReport) -> list[str]:
    """Return the statistics of one metric over the streams of a group, as cells."""
    numbers = {**group["metrics"][column.key], **group.get("percentiles", {}).get(column.key, {})}
    return [
        f"{numbers[name]:,}" if name == "n" else readable(numbers.get(name), column.unit, ascii_only=report.ascii_only)
        for name in report.statistics
    ]


def cost_line(group: Row) -> str:
    """Return the total cost of the streams, and the number of streams of unknown cost; empty without prices."""
    bill = group.get("cost")
    if bill is None:
        return ""
    total = (
        MISSING
        if bill["total"] is None
        else f"{bill['total']:.9f}".rstrip("0").rstrip(".") + f" {one_line(bill['currency'] or '')}".rstrip()
    )
    lacking = ", ".join(f"{count:,} {word}" for word, count in bill["missing"].items())
    count = bill["streams"]
    return f"Cost of {count:,} stream{'' if count == 1 else 's'}: {total}" + (
        f"; not known: {lacking}" if lacking else ""
    )


def mean_line(group: Row, report: StatsReport) -> str:
    """Return the means with half their 95 % intervals, and the standard deviations; empty if a table has no mean, or no metric
    two samples."""
    means = []
    for column in report.columns if "mean" in report.statistics else ():
        value = group["metrics"].get(column.key)
        if value is None or value.get("std") is None or not (report.columns_chosen or column.key in _MEANS):
            continue
        mean, std = (readable(value[key], column.unit, ascii_only=report.ascii_only) for key in ("mean", "std"))
        interval = value["mean_interval_95"]
        sign = "+/-" if report.ascii_only else "±"
        half = readable((interval[1] - interval[0]) / 2, column.unit, ascii_only=report.ascii_only) if interval else ""
        means.append(f"{column.head} {mean}{f' {sign} {half}' if half else ''} (std {std})")
    return f"Means with 95 % intervals: {'; '.join(means)}." if means else ""


def few_line(group: Row, report: StatsReport) -> str:
    """Return the sentence on percentiles with too few samples for one to lie beyond them, or "" if there are none.

    Metrics of the same number of samples are listed together; one of a single sample is not, as its row shows that.
    """
    ranks = [float(name[1:]) for name in report.statistics if re.fullmatch(r"p[\d.]+", name)]
    few: dict[str, dict[int, list[str]]] = {}
    for column in report.columns:
        value = group["metrics"].get(column.key)
        if value is None or value["n"] == 1 or not wanted(column, report):
            continue
        # One of n samples lies beyond the percentile p where n ≥ 100 / (100 - p).
        lacking = [rank for rank in ranks if 50 < rank < 100 and value["n"] * (100 - rank) < 100]
        if lacking:
            few.setdefault(f"p{min(lacking):g}", {}).setdefault(value["n"], []).append(column.head)
    parts = []
    for name, metrics in sorted(few.items()):
        listed = [f"{', '.join(heads)} ({count})" for count, heads in metrics.items()]
        parts.append(f"{name} and above: {', '.join(listed)}")
    return f"Too few samples to distinguish from the maximum: {'; '.join(parts)}." if parts else ""


def run_line(group: Row, report: StatsReport) -> str:
    """Return the metrics of the run in one line; empty if there are none."""
    parts, missing = [], dict[str, list[str]]()
    for column in report.run_columns:
        value = group["run"].get(column.key)
        if value is not None:
            parts.append(f"{column.title.lower()} {readable(value, column.unit)}{_per(column.unit)}")
        elif (code := group["run_missing"].get(column.key)) and (code != _UNASKED or report.columns_chosen):
            missing.setdefault(code, []).append(column.title.lower())
    for code, titles in missing.items():
        parts.append(f"{', '.join(titles)} {MISSING} ({code}: {report.reasons.get(code, code)})")
    known, streams = group["on_the_clock"], group["streams"]
    if 0 < known < streams and any(column.key not in _WITHOUT_CLOCK for column in report.run_columns):
        parts.append(f"rates are of {known} of {streams} streams, whose wall clock is known")
    return "; ".join(parts)


class Notes:
    """Notes on the reliability of the numbers, a sentence per stream; repeated notes are shown for the first stream only."""

    def __init__(self) -> None:
        self._kinds: dict[str, tuple[list[str], list[int]]] = {}

    def add(self, row: Row) -> None:
        """Add the notes of one stream. Of notes of the same kind, the first few and their number are kept."""
        for note in row["notes"]:
            first, count = self._kinds.setdefault(_DIGITS.sub("0", note), ([], [0]))
            count[0] += 1
            if len(first) < _ALIKE:
                first.append(f"{stream_name(row)}: {note}")

    def sentences(self) -> list[str]:
        """Return the sentences."""
        return [note for first, (count,) in self._kinds.values() for note in _notes_shown(first, count)]


def _notes_shown(first: list[str], count: int) -> list[str]:
    return first if count <= len(first) else [f"{first[0]} (and {count - 1:,} similar notes)"]


def explanations(group: Row, report: StatsReport) -> Iterator[tuple[Column, dict[str, int]]]:
    """Yield each column with the codes of its missing values and how many streams of the group have each."""
    for column in report.columns:
        yield column, group["missing"].get(column.key, {})


def _candidates(report: StatsReport) -> dict[str, tuple[Column, str]]:
    found: dict[str, tuple[Column, str]] = {}
    for column in report.columns:
        if column.many:
            for part in _OF_MANY:
                found[f"{column.key}.{part}"] = column, part
        else:
            found[column.key] = column, ""
    return found


def _head(column: Column, part: str) -> str:
    return f"{column.head} {part}" if part else column.head


def _shown(row: Row, column: Column, part: str, report: StatsReport) -> str:
    value = row["metrics"].get(column.key)
    if value is not None and part:
        value = value[part]
    text = readable(value, column.unit, ascii_only=report.ascii_only)
    if column.key == "output_tokens" and value is not None:
        # A count that is not from the stream's own usage is marked; the notes describe its source.
        source = str(row["tokens_source"] or "")
        text = _SOURCES.get(source, "≈" if not report.ascii_only else "~") + text
    return text


def _per(unit: str) -> str:
    return {"1/s": "/s", "tokens/s": " tok/s"}.get(unit, "")


def short(names: Sequence[str], width: int, cut: str = "…") -> list[str]:
    """Shorten names to at most `width` columns: first without their common folder, then without their beginnings."""
    clean = [one_line(name) for name in names]
    if max(map(_width, clean), default=0) <= width:
        return clean
    # A common prefix of the first and the last name in sorted order is a prefix of all of them.
    first, last = min(clean), max(clean)
    alike = next((at for at, (one, other) in enumerate(zip(first, last, strict=False)) if one != other), 0)
    folder = first[:alike].rfind("/") + 1
    clean = [name[folder:] for name in clean]
    return [name if _width(name) <= width else cut + shorten_from(name, width - len(cut)) for name in clean]
