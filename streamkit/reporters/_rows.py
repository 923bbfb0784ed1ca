"""Statistics as rows of cells: what tables, CSV and Markdown have in common."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from streamkit.reporters._reporter import Column, Row
from streamkit.text import one_line

STATISTICS = ("n", "min", "mean", "p50", "p90", "p95", "p99", "max")

# A spreadsheet reads a cell that begins with one of these as a formula.
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")


def stream_name(row: Row) -> str:
    """Return the file of a row, with the number of its exchange unless it is the first."""
    return str(row["file"]) if row["exchange"] == 1 else f"{row['file']}#{row['exchange']}"


def flat(rows: Iterable[Row], columns: Sequence[Column]) -> Iterable[dict[str, Any]]:
    """Yield one row per stream with one cell per value; a distribution has eight, named `key.p50` etc. Missing values are None."""
    for row in rows:
        cells = {
            name: row[name] for name in ("file", "exchange", "api", "dialect", "model", "verdict", "tokens_source")
        }
        if "cost" in row:
            cells["cost"] = row["cost"]
        for column in columns:
            value = row["metrics"].get(column.key)
            if column.many:
                for statistic in STATISTICS:
                    cells[f"{column.key}.{statistic}"] = None if value is None else value[statistic]
            else:
                cells[column.key] = value
        yield cells


def harmless(value: Any) -> Any:
    """Return the text of a cell on one line, quoted if a spreadsheet would otherwise read it as a formula."""
    if not isinstance(value, str):
        return value
    return one_line(f"'{value}" if value.startswith(_FORMULA) else value)
