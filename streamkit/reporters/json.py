"""JSON: one document, for programs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import orjson

from streamkit.reporters._reporter import Reporter, Row, StatsReport

VERSION = 1


def rows(given: Sequence[Row]) -> str:
    """An array of objects."""
    return orjson.dumps(list(given), option=orjson.OPT_INDENT_2).decode() + "\n"


def stats(report: StatsReport) -> Iterator[str]:
    """`{"version":1,"streams":[…],"summary":{…}}`, a stream a line, each written as soon as it is measured."""
    yield f'{{"version":{VERSION},"streams":['
    between = "\n"
    for row in report.streams:
        yield between + orjson.dumps(row).decode()
        between = ",\n"
    summary, *groups = report.groups()
    whole = {**summary, "groups": groups} if groups else dict(summary)
    yield '\n],"summary":' + orjson.dumps(whole).decode() + "}\n"


REPORTER = Reporter("json", rows=rows, stats=stats)
