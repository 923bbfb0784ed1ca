"""A reporter: findings, measurements, rows or streams in, text out. One module per output format; this is their contract."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import field
from typing import Any, Literal, cast

from streamkit.frozen import dataclass
from streamkit.model.finding import SEVERITIES, Finding, Severity
from streamkit.model.stream import Stream
from streamkit.palette import PLAIN, Palette
from streamkit.registry import Catalogue

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class LintReport:
    """The result of one run of lint.

    `findings` in the order of their streams and places, `streams` a row a stream (`file`, `exchange`, `api`, `dialect`,
    `verdict`, `unchecked`), `manuals` and `severities` those of each rule that was broken, by code, `fail_on` the severity
    from which the run fails, `passed_over` how many exchanges are no streams and were not to be, `paint` its colors,
    `width` the columns of the terminal that shows it (0 if none does), `version` that of this program.
    """

    findings: Sequence[Finding]
    streams: Sequence[Row]
    manuals: Mapping[str, str] = field(default_factory=dict)
    severities: Mapping[str, str] = field(default_factory=dict)
    fail_on: str = "error"
    passed_over: int = 0
    paint: Palette = PLAIN
    width: int = 0
    version: str = ""

    def fails(self, finding: Finding) -> bool:
        """Return whether a finding fails the run."""
        return SEVERITIES.index(finding.severity) <= SEVERITIES.index(cast("Severity", self.fail_on))


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One metric as a reporter sees it: its name in JSON, its short head and its title, its unit, whether a stream has
    many samples of it, when a table shows it unasked, the manual that explains it, and
    its name in OpenTelemetry's GenAI conventions (empty if it has none)."""

    key: str
    head: str
    title: str
    unit: str
    many: bool = False
    shown: Literal["always", "present", "asked"] = "asked"
    manual: str = ""
    standard: str = ""


@dataclass(frozen=True, slots=True)
class Mark:
    """One chunk in a picture of a stream: when it came (ns) and what it carries: `role`, `reasoning`, `text`, `tool`,
    `finish`, `usage`, `error` or `other`; `stall` where it ended one."""

    at: int
    kind: str
    stall: bool = False


@dataclass(frozen=True, slots=True)
class PageStream:
    """One stream as a page shows it in full: its row, itself, what lint finds, and what each tool would say of it."""

    row: Row
    stream: Stream
    findings: Sequence[Finding] = ()
    definitions: Sequence[Row] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class StatsReport:
    """The result of one run of stats.

    `streams` gives a row a stream, once, as they are measured; only when it has been read to its end does `groups` give
    the summaries: of all streams first (its `by` is empty), then of each group. `asked` says that the columns were named
    by the user, so that a table shows them all; `listed` is off where the streams were shown before. `reasons` has a sentence for each code of a missing number, `outcome` gives
    one for each way in which a request can end. `statistics`
    are those that a table shows of a distribution; percentiles that are not of the eight lie under `percentiles` of a
    group. `marks` gives the chunks of the stream, where there was only one; `page` the sections of the
    streams that a page shows in full.
    """

    columns: Sequence[Column]
    run_columns: Sequence[Column]
    streams: Iterable[Row]
    groups: Callable[[], Sequence[Row]]
    reasons: Mapping[str, str] = field(default_factory=dict)
    outcome: Callable[[str], str] = str
    asked: bool = False
    listed: bool = True
    per_stream: bool = False
    explain: bool = False
    plot: bool = False
    width: int = 80
    ascii_only: bool = False
    paint: Palette = PLAIN
    statistics: Sequence[str] = ("n", "min", "mean", "p50", "p90", "p95", "p99", "max")
    marks: Callable[[], Sequence[Mark]] = lambda: ()
    page: Callable[[], Sequence[str]] = lambda: ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Reporter:
    """One output format. A kind of content that it can show is a function; a command refuses a reporter without its kind.

    | field | shows | asked by |
    |---|---|---|
    | `findings` | what lint found | `lint` |
    | `stats` | measurements, as pieces of text | `stats` |
    | `rows` | any table: a mapping a row, with the same keys in each | `stats --definitions`, `stats --compare`, `diff` |
    | `timelines` | streams event by event | `inspect` |

    `content` is the kind of text that it makes, which decides how a terminal is kept safe from what a stream says: `prose`
    is for people, and falls back to ASCII where the terminal needs it; `json` stays JSON. `brief` reporters show the
    metrics that are enabled by default, and others every metric. `sections` makes, for one page, the
    function that draws each stream as soon as it is measured, so that no stream is kept; `StatsReport.page` gives what it
    drew.
    """

    name: str
    findings: Callable[[LintReport], str] | None = None
    rows: Callable[[Sequence[Row]], str] | None = None
    stats: Callable[[StatsReport], Iterator[str]] | None = None
    timelines: Callable[[Sequence[Stream]], str] | None = None
    content: Literal["text", "prose", "json"] = "text"
    brief: bool = False
    sections: Callable[[], Callable[[PageStream], str]] | None = None


REPORTERS: Catalogue[Reporter] = Catalogue("streamkit.reporters", Reporter, lambda reporter: reporter.name)
