"""A reporter: rows or findings in, text out. One file a form of output; this is their contract and their door."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from streamkit.model.finding import Finding
from streamkit.model.stream import Stream
from streamkit.registry import Catalogue

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class LintReport:
    """Everything that one run of lint has to say: the findings, and a row a stream with its verdict."""

    findings: Sequence[Finding]
    streams: Sequence[Row]
    manuals: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Reporter:
    """One form of output, for those kinds of content that it can show; a kind that it cannot show is None."""

    name: str
    findings: Callable[[LintReport], str] | None = None
    rows: Callable[[Sequence[Row]], str] | None = None
    timelines: Callable[[Sequence[Stream]], str] | None = None


REPORTERS: Catalogue[Reporter] = Catalogue("streamkit.reporters", Reporter, lambda reporter: reporter.name)
