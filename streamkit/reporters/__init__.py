"""Reporters: one module per output format."""

from __future__ import annotations

from typing import TYPE_CHECKING

from streamkit.lazy import door

if TYPE_CHECKING:
    from streamkit.reporters._reporter import REPORTERS as REPORTERS
    from streamkit.reporters._reporter import Column as Column
    from streamkit.reporters._reporter import ComparisonReport as ComparisonReport
    from streamkit.reporters._reporter import LintReport as LintReport
    from streamkit.reporters._reporter import Mark as Mark
    from streamkit.reporters._reporter import PageContent as PageContent
    from streamkit.reporters._reporter import PageOrigin as PageOrigin
    from streamkit.reporters._reporter import PageStream as PageStream
    from streamkit.reporters._reporter import ProbeReport as ProbeReport
    from streamkit.reporters._reporter import Reporter as Reporter
    from streamkit.reporters._reporter import Row as Row
    from streamkit.reporters._reporter import StatsReport as StatsReport
    from streamkit.reporters._units import MISSING as MISSING
    from streamkit.reporters._units import readable as readable

_PLACES = {
    "Column": "_reporter",
    "ComparisonReport": "_reporter",
    "LintReport": "_reporter",
    "MISSING": "_units",
    "Mark": "_reporter",
    "PageOrigin": "_reporter",
    "PageContent": "_reporter",
    "PageStream": "_reporter",
    "ProbeReport": "_reporter",
    "REPORTERS": "_reporter",
    "Reporter": "_reporter",
    "Row": "_reporter",
    "StatsReport": "_reporter",
    "readable": "_units",
}

__getattr__, __dir__ = door(__name__, _PLACES)
