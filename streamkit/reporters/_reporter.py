"""A reporter formats findings, measurements, rows or streams as text. One module per output format; this is their contract."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import field
from typing import TYPE_CHECKING, Any, Literal, cast

from streamkit.frozen import dataclass
from streamkit.model.finding import SEVERITIES, Finding, Severity
from streamkit.model.stream import Stream
from streamkit.palette import PLAIN, Palette
from streamkit.registry import Catalogue

if TYPE_CHECKING:
    from streamkit.model.probing import CaseResult, ProbeRun

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class LintReport:
    """The result of one run of lint.

    - `findings`: in the order of their streams and positions.
    - `streams`: one row per stream (`file`, `exchange`, `api`, `dialect`, `verdict`, `unchecked`).
    - `manuals`, `severities`: those of each violated rule, by code.
    - `fail_on`: the lowest severity that fails the run.
    - `plain_responses`: the number of exchanges that are plain responses, as requested.
    - `paint`: the colors. `width`: the columns of the terminal, 0 if the output is not a terminal.
    - `version`: the version of this program.
    """

    findings: Sequence[Finding]
    streams: Sequence[Row]
    manuals: Mapping[str, str] = field(default_factory=dict)
    severities: Mapping[str, str] = field(default_factory=dict)
    fail_on: str = "error"
    plain_responses: int = 0
    paint: Palette = PLAIN
    width: int = 0
    version: str = ""

    def fails(self, finding: Finding) -> bool:
        """Return whether a finding fails the run."""
        return SEVERITIES.index(finding.severity) <= SEVERITIES.index(cast("Severity", self.fail_on))


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One metric in a report: its name in JSON, its short heading and its title, its unit, whether a stream has many samples,
    when a table shows it by default, its manual, and its name in OpenTelemetry's GenAI conventions (empty if it has none)."""

    key: str
    head: str
    title: str
    unit: str
    many: bool = False
    shown: Literal["always", "present", "requested"] = "requested"
    manual: str = ""
    standard: str = ""


@dataclass(frozen=True, slots=True)
class Mark:
    """One chunk in a drawing of a stream: when it arrived (ns) and what it contains: `role`, `reasoning`, `text`, `tool`,
    `finish`, `usage`, `error` or `other`; `stall` if it ended one."""

    at: int
    kind: str
    stall: bool = False


@dataclass(frozen=True, slots=True)
class PageStream:
    """One stream that a page shows in full: its row, the stream, its findings, and the numbers of each benchmark tool."""

    row: Row
    stream: Stream
    findings: Sequence[Finding] = ()
    definitions: Sequence[Row] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class PageOrigin:
    """Where and when a page was written: the command line, the time (UTC, ISO 8601) and the machine."""

    command: str = ""
    written: str = ""
    machine: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PageContent:
    """What a page of stats shows besides numbers.

    - `sections`: the streams that are shown in full.
    - `findings`: the violated rules of each stream that was linted, by its file and exchange, as `SEQ410 error`.
    - `requests`: the number of requests to each URL, without queries.
    - `definitions`: for each benchmark tool what it would report of the first complete streams: `ttft_ns`, `end_ns` and
      `per_token_ns`, or None.
    """

    sections: Sequence[str] = ()
    findings: Mapping[tuple[str, int], Sequence[str]] = field(default_factory=dict)
    requests: Mapping[str, int] = field(default_factory=dict)
    definitions: Mapping[str, Sequence[Mapping[str, float | None]]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class ComparisonReport:
    """The result of one comparison.

    - `verdict`, and the `evidence` for it as sentences.
    - `rows`: the table. `changes`: each statistic with its `name`, `verdict`, and `low`, `change` and `high` as shares of the
      value before.
    - `samples`: for each metric its title, its unit, and the values before and after, one per complete stream.
    """

    verdict: str
    evidence: Sequence[str]
    rows: Sequence[Row]
    changes: Sequence[Row] = ()
    samples: Sequence[tuple[str, str, Sequence[float], Sequence[float]]] = ()
    origin: PageOrigin = field(default_factory=PageOrigin)


@dataclass(frozen=True, slots=True, kw_only=True)
class StatsReport:
    """The result of one run of stats.

    - `streams`: yields one row per stream while they are measured; can be read once.
    - `groups`: returns the summaries once `streams` is exhausted: that of all streams (its `by` is empty), then of each group.
    - `columns_chosen`: whether the user chose the columns, so that a table shows them all.
    - `listed`: false if the streams have been shown already.
    - `reasons`: a sentence for each code of a missing number. `outcome`: returns one for each way in which a request can end.
    - `statistics`: those that a table shows of a distribution; percentiles other than the usual ones are in the `percentiles`
      of a group.
    - `marks`: returns the chunks of the stream if there was only one. `page`: what a page shows besides; complete once
      `streams` is exhausted. `origin`: where and when the report was written.
    """

    columns: Sequence[Column]
    run_columns: Sequence[Column]
    streams: Iterable[Row]
    groups: Callable[[], Sequence[Row]]
    reasons: Mapping[str, str] = field(default_factory=dict)
    outcome: Callable[[str], str] = str
    columns_chosen: bool = False
    listed: bool = True
    per_stream: bool = False
    explain: bool = False
    plot: bool = False
    width: int = 80
    ascii_only: bool = False
    paint: Palette = PLAIN
    statistics: Sequence[str] = ("n", "min", "mean", "p50", "p90", "p95", "p99", "max")
    marks: Callable[[], Sequence[Mark]] = lambda: ()
    page: PageContent = field(default_factory=PageContent)
    origin: PageOrigin = field(default_factory=PageOrigin)


@dataclass(frozen=True, slots=True, kw_only=True)
class ProbeReport:
    """The result of one run of probe.

    `runs` are the endpoints, side by side if there are several. `manuals` are those of the cases, by key. `known` are the keys
    of the cases whose failure is in the baseline. `paint` are its colors, `width` the columns of the terminal that shows it
    (0 if none does), `ascii_only` is whether that shows ASCII only, and `version` is that of this program.
    """

    runs: Sequence[ProbeRun]
    manuals: Mapping[str, str] = field(default_factory=dict)
    known: frozenset[str] = frozenset()
    paint: Palette = PLAIN
    width: int = 0
    ascii_only: bool = False
    version: str = ""

    def fails(self, case: CaseResult) -> bool:
        """Return whether a case fails the run."""
        return case.verdict == "fail" and case.key not in self.known


@dataclass(frozen=True, slots=True, kw_only=True)
class Reporter:
    """One output format, with a function for each kind of content that it supports. Commands reject a reporter without theirs.

    | field | shows | used by |
    |---|---|---|
    | `findings` | findings of lint | `lint` |
    | `stats` | measurements, as pieces of text | `stats` |
    | `rows` | any table: one mapping per row, all with the same keys | `stats --definitions`, `stats --compare`, `diff` |
    | `timelines` | streams event by event | `inspect` |
    | `probes` | the verdicts on endpoints | `probe` |
    | `comparison` | the verdict on two runs, its evidence, and the samples | `stats --compare`, instead of `rows` |
    | `player` | streams with their findings, and the manuals of the rules by code, as a page that plays | `inspect`, if there is no `timelines` |

    `content` is the kind of text that it writes, which decides how text from a stream is escaped for a terminal: `prose` is
    for people and falls back to ASCII if the terminal requires it; `json` stays valid JSON. `brief` reporters show the metrics
    that are enabled by default, others all metrics. `listed` is how many streams `stats` lists at most without `per_stream`: where
    there are more, it looks at their names and notes alone. `sections` returns a function that draws each stream of a page as soon as
    it is measured, so that streams are not kept in memory; `StatsReport.page` has the sections.
    """

    name: str
    findings: Callable[[LintReport], str] | None = None
    rows: Callable[[Sequence[Row]], str] | None = None
    stats: Callable[[StatsReport], Iterator[str]] | None = None
    timelines: Callable[[Sequence[Stream]], str] | None = None
    probes: Callable[[ProbeReport], str] | None = None
    comparison: Callable[[ComparisonReport], str] | None = None
    player: Callable[[Iterable[PageStream], Mapping[str, str]], str] | None = None
    content: Literal["text", "prose", "json"] = "text"
    brief: bool = False
    listed: int | None = None
    sections: Callable[[], Callable[[PageStream], str]] | None = None


REPORTERS: Catalogue[Reporter] = Catalogue("streamkit.reporters", Reporter, lambda reporter: reporter.name)
