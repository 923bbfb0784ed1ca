"""The pages that are made from docstrings: docs/metrics.md from the metrics, docs/definitions.md from the definitions.

    python docs/_metrics.py

writes them; a test holds them to what it would write.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from streamkit.definitions import DEFINITIONS
from streamkit.definitions import REASONS as DEFINITION_REASONS
from streamkit.metrics import METRICS, REASONS, Metric, in_order

FOLDER = Path(__file__).parent


def metrics_page() -> str:
    """Every metric: its names, its unit, its formula and the reasons why it can be missing."""
    entries = in_order(METRICS.values())
    return "\n".join(
        [*_metrics_head(entries), *(line for entry in entries for line in _metric(entry)), *_reasons(REASONS)]
    )


def definitions_page() -> str:
    """Every tool's definition."""
    lines = [
        "# What each tool would say",
        "",
        "`streamkit stats --definitions` computes, from one recording, the time to first token, the end, the number of",
        "tokens, the time per token and the gaps as each of these tools does. They differ: the same stream has a first",
        "token at 21 ms or at 101 ms, and 15 ms or 30 ms a token. This page is made from the files of",
        "`streamkit/definitions`, a file a tool and generation of versions.",
        "",
        "| tool | version | file |",
        "|---|---|---|",
        *(f"| {entry.tool} | {_cell(entry.version)} | `{entry.name}.py` |" for entry in DEFINITIONS.values()),
        "",
    ]
    for entry in DEFINITIONS.values():
        lines += [f"## {entry.tool} {entry.version}", "", entry.manual, ""]
    return "\n".join([*lines, *_reasons(DEFINITION_REASONS)])


PAGES = {"metrics.md": metrics_page, "definitions.md": definitions_page}


def _metrics_head(entries: list[Metric]) -> Iterator[str]:
    yield "# The metrics"
    yield ""
    yield "Every number of `streamkit stats`: its names, its unit, its formula, and why it can be missing. A missing number is"
    yield "`-` in tables, `null` with its reason in JSON, and never 0. Times are integers in nanoseconds in JSON; percentiles are"
    yield "linear (Hyndman and Fan, type 7; numpy's default). This page is made from the files of `streamkit/metrics`."
    yield ""
    yield "| name in JSON | column | gates may say | unit | of |"
    yield "|---|---|---|---|---|"
    for entry in entries:
        aliases = ", ".join(f"`{alias}`" for alias in entry.aliases)
        of = "a run" if entry.whole_run else "each gap, chunk or read" if entry.many else "a stream"
        yield f"| [`{entry.key}`](#{entry.name}) | {entry.head} | {aliases} | {entry.unit} | {of} |"
    yield ""


def _metric(entry: Metric) -> Iterator[str]:
    yield f"## {entry.name}"
    yield ""
    yield entry.manual
    yield ""


def _reasons(reasons: dict[str, str]) -> Iterator[str]:
    yield "## Why a number is missing"
    yield ""
    yield "| code | reason |"
    yield "|---|---|"
    for code, said in sorted(reasons.items()):
        yield f"| `{code}` | {said} |"
    yield ""


def _cell(text: str) -> str:
    return text.replace("<", "&lt;").replace(">", "&gt;")


def main() -> None:
    """Write the pages."""
    for name, made in PAGES.items():
        (FOLDER / name).write_text(made(), encoding="utf-8")


if __name__ == "__main__":
    main()
