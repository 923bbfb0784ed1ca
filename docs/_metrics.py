"""Generate docs/metrics.md and docs/definitions.md from the docstrings of the metrics and definitions.

Run `python docs/_metrics.py`. A test checks that the pages are up to date.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from streamkit.definitions import DEFINITIONS, NOTES
from streamkit.definitions import REASONS as DEFINITION_REASONS
from streamkit.metrics import METRICS, REASONS, Metric, in_order

FOLDER = Path(__file__).parent


def metrics_page() -> str:
    """Return the page of all metrics: names, units, formulas and the reasons why they can be missing."""
    entries = in_order(METRICS.values())
    return "\n".join(
        [*_metrics_head(entries), *(line for entry in entries for line in _metric(entry)), *_reasons(REASONS)]
    )


def definitions_page() -> str:
    """Return the page of all tools' definitions."""
    lines = [
        "# Definitions of benchmark tools",
        "",
        "`streamkit stats --definitions` computes, from one recording, the time to first token, the end, the number of",
        "tokens, the time per token and the gaps as each of these tools does. The results differ: the same stream has its first",
        "token at 21 ms or at 101 ms, and 15 ms or 30 ms per token. This page is generated from the files in",
        "`streamkit/definitions`, one per tool and range of versions.",
        "",
        "Each tool reads the recorded frames as its own parser does: where lines end, whether the space after `data:` is required,",
        "how comments, `event:` lines, `\\r\\n` and invalid JSON are handled, and on which chunks usage is read. If the tool would",
        "raise an exception, its numbers are missing, and the cause is shown (`fails` in JSON). If a log does not contain the bytes",
        "of the stream, every event is assumed to be read (`wire-unknown`).",
        "",
        "| tool | version | APIs | file |",
        "|---|---|---|---|",
        *(
            f"| {entry.tool} | {_cell(entry.version)} | {', '.join(entry.apis) or 'any'} | `{entry.name}.py` |"
            for entry in DEFINITIONS.values()
        ),
        "",
        "None of these tools has a client that measures streams of other APIs (Gemini, Ollama, Cohere, Bedrock, …).",
        "",
    ]
    for entry in DEFINITIONS.values():
        lines += [f"## {entry.tool} {entry.version}", "", entry.manual, ""]
    notes = ["", "## Notes", "", "| code | what it says |", "|---|---|"]
    notes += [f"| `{code}` | {text} |" for code, text in sorted(NOTES.items())]
    return "\n".join([*lines, *_reasons(DEFINITION_REASONS), *notes])


PAGES = {"metrics.md": metrics_page, "definitions.md": definitions_page}


def _metrics_head(entries: list[Metric]) -> Iterator[str]:
    yield "# Metrics"
    yield ""
    yield "Every number that `streamkit stats` prints: its names, unit and formula, and why it can be missing. A missing number is"
    yield "`-` in tables, and `null` with a reason in JSON, never 0. In JSON, times are integers in nanoseconds. Percentiles use"
    yield "linear interpolation (Hyndman and Fan, type 7; numpy's default). This page is generated from `streamkit/metrics`."
    yield ""
    yield "| name in JSON | column | aliases in gates | unit | one value per |"
    yield "|---|---|---|---|---|"
    for entry in entries:
        aliases = ", ".join(f"`{alias}`" for alias in entry.aliases)
        of = "run" if entry.whole_run else "gap, chunk or read" if entry.many else "stream"
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
    for code, reason in sorted(reasons.items()):
        yield f"| `{code}` | {reason} |"
    yield ""


def _cell(text: str) -> str:
    return text.replace("<", "&lt;").replace(">", "&gt;")


def main() -> None:
    """Write the pages."""
    for name, made in PAGES.items():
        (FOLDER / name).write_text(made(), encoding="utf-8")


if __name__ == "__main__":
    main()
