"""`stats --format sqlite`: write what is known of every stream to a database."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from streamkit.cli._jobs import Jobs
from streamkit.cli.inputs import Inputs
from streamkit.cli.options import Console
from streamkit.errors import UnreadableInput, UsageError
from streamkit.files import create

if TYPE_CHECKING:
    from streamkit.service.keeping import Kept

# What these do is asked of the database later: `stats FILE.sqlite --by model`.
_LATER = (
    *("metrics", "percentiles", "per_stream", "by", "sort", "fail_if", "slo", "plot", "explain", "prices", "compare"),
    *("definitions", "follow", "html_file", "otlp_endpoint"),
)


def check_keeping(format_name: str | None, output: str | None, options: Mapping[str, Any]) -> bool:
    """Return whether streams are written to a database. Raises UsageError for options that it has no use for."""
    if format_name != "sqlite":
        if options["append"]:
            raise UsageError("--append goes with --format sqlite")
        return False
    if output in (None, "-"):
        raise UsageError("--format sqlite writes a file: name it with -o")
    for name in _LATER:
        if options[name]:
            option = name.removesuffix("_file").replace("_", "-")
            raise UsageError(f"--{option} cannot be used with --format sqlite; run stats on the database")
    return True


def keep_streams(
    inputs: Inputs, path: str, jobs: Jobs, options: Mapping[str, Any], force: bool, console: Console
) -> int:
    """Write all streams to the database at `path`, and return the exit code."""
    from streamkit.service.keeping import SPEED, KeepJob
    from streamkit.service.store import Store

    if not (options["append"] and Path(path).exists()):
        create(path, force=force).close()
    job = KeepJob(options["tokenizer"], options["vocab"], **inputs.reading_options)
    store = Store(path)
    try:
        store.add(_streams(inputs.results(job, jobs.plan(inputs.paths, SPEED)), inputs))
    finally:
        store.close()
    known = f", {store.known:,} known already" if store.known else ""
    console.say(f"{path}: {store.added:,} stream{'' if store.added == 1 else 's'} added{known}")
    return inputs.code


def _streams(kept: Iterator[Kept], inputs: Inputs) -> Iterator[Kept]:
    for stream in kept:
        name = f"exchange {stream.measurement.exchange}"
        for defect in stream.defects:
            inputs.trouble(UnreadableInput(stream.measurement.file, f"{name}: {defect}; please report it"))
        yield stream
