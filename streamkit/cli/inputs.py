"""The inputs of a command: every exchange of every path, whatever its format. Errors are reported and counted."""

from __future__ import annotations

import os
import stat
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from streamkit.cli.options import Console
from streamkit.cli.progress import Progress, ProgressLines, should_show
from streamkit.errors import StreamkitError, UnreadableInput
from streamkit.model.exchange import Exchange
from streamkit.model.stream import Stream

DEFAULT_FOLDER = "recordings"


class Inputs:
    """The inputs of one command, read one exchange at a time.

    A path that cannot be read is reported, `code` becomes 2, and the others are read. A named path without any stream is also
    an error, so that CI does not pass without input. `late` means that the command writes nothing before everything is read,
    so a progress bar can be shown.
    """

    def __init__(
        self,
        paths: Sequence[str],
        console: Console,
        *,
        input_format: str | None = None,
        api: str | None = None,
        dialect: str | None = None,
        late: bool = False,
    ) -> None:
        self.paths = list(paths) or [default_path()]
        self.code = 0
        # Inputs that the command reads by itself and that contain no exchanges.
        self.taken: frozenset[str] = frozenset()
        self._console = console
        self._progress: Progress | None = None
        if not console.quiet and should_show(late=late):
            self._progress = Progress(self.paths)
        elif not console.quiet and not sys.stderr.isatty():
            self._progress = ProgressLines(self.paths)
        self._format, self._api, self._dialect = input_format, api, dialect

    def exchanges(self, *, on_demand: bool = False) -> Iterator[Exchange]:
        """Yield every exchange, in the order of the paths. `on_demand` lets frames be decoded whenever they are looked at."""
        try:
            yield from self._exchanges(on_demand)
        finally:
            self._clear()

    def _exchanges(self, on_demand: bool) -> Iterator[Exchange]:
        from streamkit.formats import find, read

        skipped = 0
        for path in self.paths:
            count = 0
            try:
                for found in find([path]):
                    if found.path in self.taken:
                        count += 1
                        continue
                    try:
                        for exchange in read(found.path, format=self._format, on_demand=on_demand):
                            count += 1
                            if self._progress:
                                self._progress.stream(exchange.frames.ends[-1] if exchange.frames.ends else 0)
                            yield exchange
                    except UnreadableInput as error:
                        if found.named:
                            raise
                        skipped += 1
                        self._clear()
                        self._console.detail(f"skipped: {error}")
                    except (StreamkitError, MemoryError, OSError):
                        raise
                    except Exception as defect:  # a defect of streamkit; the other files are still read
                        count += 1
                        cause = f"{type(defect).__name__}: {defect}"
                        self.trouble(UnreadableInput(found.path, f"cannot be read: {cause}; please report it"))
                    if self._progress:
                        self._progress.file(found.path)
                if not count:
                    raise UnreadableInput(path, "contains no stream")
            except StreamkitError as error:
                self.trouble(error)
        self._clear()
        if skipped:
            self._console.say(f"skipped {skipped} file{'s' if skipped > 1 else ''} without a stream (-v lists them)")

    def trouble(self, error: StreamkitError) -> None:
        """Report an input that cannot be used, and continue."""
        self.code = error.exit_code
        self._clear()
        self._console.complain(str(error))

    def _clear(self) -> None:
        if self._progress:
            self._progress.clear()

    def streams(self, *, judge: bool = False, strict: bool = False, on_demand: bool = False) -> Iterator[Stream]:
        """Yield every exchange, decoded and interpreted. `on_demand` decodes each chunk whenever it is looked at."""
        from streamkit.apis import interpret

        for exchange in self.exchanges(on_demand=on_demand):
            stream = interpret(
                exchange, api=self._api, dialect=self._dialect, strict=strict, judge=judge, on_demand=on_demand
            )
            if not judge:  # lint reports them as findings
                for defect in stream.defects:
                    self.trouble(UnreadableInput(stream.file, f"exchange {stream.number}: {defect}; please report it"))
            yield stream


def default_path() -> str:
    """Return the input when no PATH is given: stdin if something is piped in, else ./recordings. Raises UnreadableInput."""
    if _piped():
        return "-"
    if Path(DEFAULT_FOLDER).is_dir():
        return DEFAULT_FOLDER
    raise UnreadableInput("-", "nothing to read", remedy="give a PATH, pipe a stream in, or run where ./recordings is")


def _piped() -> bool:
    """Return whether stdin is a pipe, a file or a socket, rather than a terminal or /dev/null."""
    try:
        mode = os.fstat(sys.stdin.fileno()).st_mode
    except (AttributeError, OSError, ValueError):
        return False
    return stat.S_ISFIFO(mode) or stat.S_ISREG(mode) or stat.S_ISSOCK(mode)
