"""The first screen of the report: how the requests ended, five numbers with their intervals, and where they come from."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from urllib.parse import urlsplit

from streamkit.reporters._html_page import cell, table, text
from streamkit.reporters._reporter import PageOrigin, Row, StatsReport
from streamkit.reporters._rows import stream_name
from streamkit.reporters._units import MISSING, readable
from streamkit.tool import VERSION

# The headline numbers, in plain words.
_CARDS = (
    ("time_to_first_token_ns", "until the first token", "ns"),
    ("inter_token_latency_ns", "per further token", "ns"),
    ("operation_duration_ns", "for a whole answer", "ns"),
    ("output_tokens_per_second", "tokens per second, while generating", "tokens/s"),
    ("output_tokens", "tokens per answer", "tokens"),
    ("inter_chunk_gap_ns", "between two chunks", "ns"),
)
_MOST_CARDS = 5
_SLOWEST = 10
_LISTED = 5  # names of each kind, in the provenance


def first_screen(group: Row, report: StatsReport) -> Iterator[str]:
    """Yield the verdict, the share of successes, and at most five headline numbers."""
    success = group["success"]
    total = success["complete"] + success["failed"]
    if total:
        low, high = (readable(bound, "ratio") for bound in success["interval_95"])
        mood = "bad" if success["failed"] else "good"
        sign = "✗" if success["failed"] else "✓"
        yield (
            f'<p class="verdict {mood}">{sign} {success["complete"]:,} of {total:,} requests completed: '
            f'{text(readable(success["share"], "ratio"))}</p><p class="dim">95 % interval {text(low)} to {text(high)}</p>'
        )
    units = {column.key: column.unit for column in report.columns}
    cards = [card for key, name, unit in _CARDS if (card := _card(group, key, name, units.get(key, unit)))]
    if cards:
        yield f'<div class="cards">{"".join(cards[:_MOST_CARDS])}</div>'


def _card(group: Row, key: str, name: str, unit: str) -> str:
    value = group["metrics"].get(key)
    if not value or value.get("mean") is None:
        return ""
    bounds = value.get("mean_interval_95")
    interval = f"mean; 95 % interval {readable(bounds[0], unit)} to {readable(bounds[1], unit)}" if bounds else "mean"
    p95 = f"p50 {readable(value['p50'], unit)}, p95 {readable(value['p95'], unit)}"
    return (
        f'<div class="card"><b>{text(readable(value["mean"], unit))}</b><span>{text(name)}</span>'
        f'<span class="dim">{text(interval)}</span><span class="dim">{text(p95)}</span></div>'
    )


def conspicuous(rows: Sequence[Row], report: StatsReport) -> Iterator[str]:
    """Yield the slowest streams and those that failed, if there are several streams."""
    if len(rows) < 2:
        return
    timed = [row for row in rows if row["metrics"].get("operation_duration_ns") is not None]
    slowest = sorted(timed, key=lambda row: -row["metrics"]["operation_duration_ns"])[:_SLOWEST]
    failed = [row for row in rows if row["outcome"] not in ("complete", "plain-answer", "excerpt")]
    for title, chosen in (("Slowest streams", slowest), ("Failed streams", failed[:_SLOWEST])):
        if chosen:
            more = f" ({_SLOWEST} of {len(failed):,})" if chosen != slowest and len(failed) > _SLOWEST else ""
            yield f"<h2>{title}{more}</h2>" + table(
                ["Stream", "How it ended", "Findings", "First token", "Duration", "Stalls"],
                [_row(row, report) for row in chosen],
                left=3,
            )


def _row(row: Row, report: StatsReport) -> list[str]:
    times = [row["metrics"].get(key) for key in ("time_to_first_token_ns", "operation_duration_ns")]
    return [
        text(stream_name(row)),
        text(report.outcome(row["outcome"])),
        _found(report.page.findings.get((row["file"], row["exchange"]))),
        *(cell(readable(time, "ns"), time) for time in times),
        text(len(row["stalls"]) if row["stalls"] is not None else MISSING),
    ]


def _found(findings: Sequence[str] | None) -> str:
    """Return the violated rules of a stream, with how often each was: `-` if it was not linted, as one from another run."""
    if findings is None:
        return MISSING
    counts = Counter(findings)
    return text(", ".join(name + (f" ×{count}" if count > 1 else "") for name, count in counts.items()) or "none")


def provenance(rows: Sequence[Row], report: StatsReport) -> str:
    """Return a table of where the numbers come from: command, version, times, machine, URLs, files, clocks, models."""
    dates = sorted(filter(None, (row["recorded_at"] for row in rows)))
    hosts = Counter[str]()
    for url, count in report.page.requests.items():
        hosts[urlsplit(url).netloc] += count
    recorded = [
        ("Recorded", f"{dates[0]} to {dates[-1]}" if dates else ""),
        ("Hosts", _most(hosts)),
        ("URLs", _most(report.page.requests)),
        ("Files", _counted(rows, "file")),
        ("Clocks", _counted(rows, "clock")),
        ("APIs", _counted(rows, "api")),
        ("Models", _counted(rows, "model")),
    ]
    return facts([*written_by(report.origin), *recorded])


def written_by(origin: PageOrigin) -> list[tuple[str, str]]:
    """Return the description of the run that wrote a page."""
    return [
        ("Command", origin.command),
        ("streamkit", VERSION),
        ("Written", origin.written),
        ("Machine", origin.machine),
    ]


def facts(facts: Sequence[tuple[str, str]]) -> str:
    """Return the last table of a page, without what is unknown."""
    lines = [[text(name), f'<td class="text">{text(value)}</td>'] for name, value in facts if value]
    return "<h2>Where these numbers come from</h2>" + table(["", ""], lines, left=2)


def _counted(rows: Sequence[Row], key: str) -> str:
    return _most(Counter(str(row[key]) for row in rows if row.get(key)))


def _most(counts: Mapping[str, int]) -> str:
    """Return the most frequent names with their counts."""
    names = [f"{name} ({count:,})" for name, count in Counter(counts).most_common(_LISTED)]
    more = [f"and {len(counts) - _LISTED:,} more"] if len(counts) > _LISTED else []
    return ", ".join(names + more)
