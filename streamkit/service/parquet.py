"""The tables of `stats --format sqlite` as Parquet files, for programs that read columns. Needs the extra `parquet`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from itertools import islice
from pathlib import Path
from typing import Any

from streamkit.errors import CannotWrite, UsageError
from streamkit.files import create
from streamkit.metrics import METRICS
from streamkit.service.keeping import Kept
from streamkit.service.tables import FINDINGS, HISTOGRAMS, SCHEMA, Cells, stream_columns

_BATCH = 1000  # streams in memory; they are a row group of each file
_TYPES = {"TEXT": "string", "REAL": "float64", "INTEGER": "int64", "BLOB": "binary"}


def write_parquet(folder: str, streams: Iterable[Kept], *, force: bool = False) -> int:
    """Write `streams.parquet`, `findings.parquet` and `histograms.parquet` to a folder, and return the number of streams.

    The columns are those of the database; `stream` is the number (from 1) of the stream. Raises UsageError if pyarrow is not
    installed, OutputExists, CannotWrite.
    """
    try:
        import pyarrow
        from pyarrow.parquet import ParquetWriter
    except ImportError:
        raise UsageError("--format parquet needs pyarrow: pip install 'llm-streamkit[parquet]'") from None
    metrics = [entry for entry in METRICS.values() if not entry.whole_run]
    tables = {
        "streams": {"id": "INTEGER", "content": "TEXT", **stream_columns(metrics)},
        "findings": FINDINGS,
        "histograms": HISTOGRAMS,
    }
    count = 0
    try:
        with ExitStack() as stack:
            writers = {}
            for name, of_table in tables.items():
                path = Path(folder) / f"{name}.parquet"
                create(path, force=force).close()
                fields = [(column, pyarrow.type_for_alias(_TYPES[kind])) for column, kind in of_table.items()]
                schema = pyarrow.schema(fields, metadata={"streamkit.schema": str(SCHEMA)})
                writers[name] = stack.enter_context(ParquetWriter(path, schema, compression="zstd"))
            for batch in _batches(streams):
                rows: dict[str, list[dict[str, Any]]] = {name: [] for name in tables}
                for kept in batch:
                    count += 1
                    rows["streams"].append(_row(tables["streams"], (count, kept.content, *kept.row)))
                    rows["findings"] += [_row(FINDINGS, (count, *found)) for found in kept.findings]
                    rows["histograms"] += [_row(HISTOGRAMS, (count, *found)) for found in kept.histograms]
                for name, writer in writers.items():
                    writer.write_table(pyarrow.Table.from_pylist(rows[name], schema=writer.schema))
    except OSError as error:
        raise CannotWrite(folder, error) from error
    return count


def _row(table: Iterable[str], cells: Cells) -> dict[str, Any]:
    return dict(zip(table, cells, strict=True))


def _batches(streams: Iterable[Kept]) -> Iterator[list[Kept]]:
    remaining = iter(streams)
    while batch := list(islice(remaining, _BATCH)):
        yield batch
