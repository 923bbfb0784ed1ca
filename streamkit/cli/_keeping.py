"""`stats --format sqlite`: write everything known about every stream to a database."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from streamkit.cli._jobs import Jobs
from streamkit.cli.inputs import Inputs
from streamkit.cli.options import Console
from streamkit.errors import UnreadableInput, UsageError
from streamkit.files import create
from streamkit.formats import is_url

if TYPE_CHECKING:
    from streamkit.service.keeping import Kept
    from streamkit.service.store import Store

FORMATS = {"sqlite": "a file", "parquet": "a folder"}
# These options apply when the database is read: `stats FILE.sqlite --by model`.
_LATER = (
    *("metrics", "percentiles", "per_stream", "by", "sort", "fail_if", "slo", "plot", "explain", "prices", "compare"),
    *("definitions", "follow"),
)


def check_keeping(format_name: str | None, output: str | None, options: Mapping[str, Any]) -> bool:
    """Return whether streams are written to a database. Raises UsageError for options that do not apply."""
    if options["append"] and format_name != "sqlite":
        raise UsageError("--append goes with --format sqlite")
    if format_name not in FORMATS:
        return False
    if output in (None, "-"):
        raise UsageError(f"--format {format_name} writes {FORMATS[format_name]}: name it with -o")
    for name in _LATER:
        if options[name]:
            option = name.replace("_", "-")
            raise UsageError(f"--{option} cannot be used with --format {format_name}; run stats on a database")
    return True


def keep_streams(
    format_name: str | None,
    inputs: Inputs,
    path: str,
    jobs: Jobs,
    options: Mapping[str, Any],
    force: bool,
    console: Console,
) -> int:
    """Write all streams to the database at `path`, and return the exit code."""
    from streamkit.formats import find, version_of
    from streamkit.service.keeping import SPEED, KeepJob
    from streamkit.service.store import Store

    job = KeepJob(options["tokenizer"], options["vocab"], **inputs.reading_options)
    plan = jobs.plan(inputs.paths, SPEED)
    if format_name == "parquet":
        from streamkit.service.parquet import write_parquet

        added = write_parquet(path, _streams(inputs.results(job, plan), inputs), force=force)
        console.say(f"{path}: {added:,} stream{'' if added == 1 else 's'} written")
        return inputs.code
    if not (options["append"] and Path(path).exists()):
        create(path, force=force).close()
    store = Store(path)
    try:
        versions = {found.path: version_of(found) for found in find(inputs.paths)} if "-" not in inputs.paths else {}
        read = store.sources()
        inputs.taken = frozenset(
            file for file, version in versions.items() if version and read.get(_key(file)) == version
        )
        kept = _streams(inputs.results(job, plan), inputs)
        store.add(_noted(kept, versions, inputs, store))
    finally:
        store.close()
    known = f", {store.known:,} known already" if store.known else ""
    known += f"; {len(inputs.taken):,} unchanged files not read" if inputs.taken else ""
    console.say(f"{path}: {store.added:,} stream{'' if store.added == 1 else 's'} added{known}")
    return inputs.code


def _streams(kept: Iterator[Kept], inputs: Inputs) -> Iterator[Kept]:
    for stream in kept:
        name = f"exchange {stream.exchange}"
        for defect in stream.defects:
            inputs.trouble(UnreadableInput(stream.file, f"{name}: {defect}; please report it"))
        yield stream


def _noted(kept: Iterator[Kept], versions: Mapping[str, str], inputs: Inputs, store: Store) -> Iterator[Kept]:
    """Yield the streams, and note each file in the database once all its streams have been added."""
    file, count = "", 0
    for stream in kept:
        if stream.file != file:
            _note(file, count, versions, inputs, store)
            file, count = stream.file, 0
        count += 1
        yield stream
    _note(file, count, versions, inputs, store)


def _note(file: str, count: int, versions: Mapping[str, str], inputs: Inputs, store: Store) -> None:
    if versions.get(file) and file not in inputs.failed:
        store.read_to_end(_key(file), versions[file], count)


def _key(file: str) -> str:
    """Return the name of an input in the database, from whatever folder the command runs."""
    path = file if is_url(file) else str(Path(file).absolute())
    return path.encode(errors="backslashreplace").decode()  # names that are not UTF-8 are no text
