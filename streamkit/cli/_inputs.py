"""What a command was given to read: every exchange of every path, whatever its form, trouble told and counted."""

from __future__ import annotations

import gc
import os
import stat
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from streamkit.cli._progress import Progress, ProgressLines, watched
from streamkit.cli.options import Console
from streamkit.errors import StreamkitError, UnreadableInput
from streamkit.model.exchange import Exchange
from streamkit.model.stream import Stream

DEFAULT_FOLDER = "recordings"
# Objects made and not yet freed before the interpreter looks for circles: about 50,000 chunks.
_SELDOM = 200_000


class Inputs:
    """The inputs of one command, read one exchange at a time.

    A path that cannot be read is complained of and the rest goes on; `code` is then 2. A named path without any stream
    is trouble too: CI must not go green on nothing. `late` tells that the command writes nothing before all is read, so
    that a progress bar disturbs nothing.
    """

    def __init__(
        self,
        paths: Sequence[str],
        console: Console,
        *,
        form: str | None = None,
        api: str | None = None,
        dialect: str | None = None,
        late: bool = False,
    ) -> None:
        self.paths = list(paths) or [default_path()]
        self.code = 0
        # Files that the command reads in a way of its own: they are inputs, and hold no exchange.
        self.taken: frozenset[str] = frozenset()
        self._console = console
        self._progress: Progress | None = None
        if not console.quiet and watched(late=late):
            self._progress = Progress(self.paths)
        elif not console.quiet and not sys.stderr.isatty():
            self._progress = ProgressLines(self.paths)
        self._form, self._api, self._dialect = form, api, dialect

    def exchanges(self) -> Iterator[Exchange]:
        """Every exchange, in the order of the paths."""
        try:
            yield from self._exchanges()
        finally:
            self._clear()

    def _exchanges(self) -> Iterator[Exchange]:
        from streamkit.formats import find, read

        look_for_circles_seldom()
        passed_over = 0
        for path in self.paths:
            count = 0
            try:
                for found in find([path]):
                    if found.path in self.taken:
                        count += 1
                        continue
                    try:
                        for exchange in read(found.path, form=self._form):
                            count += 1
                            if self._progress:
                                self._progress.stream(exchange.frames.ends[-1] if exchange.frames.ends else 0)
                            yield exchange
                    except UnreadableInput as error:
                        if found.named:
                            raise
                        passed_over += 1
                        self._clear()
                        self._console.detail(f"passed over: {error}")
                    if self._progress:
                        self._progress.file(found.path)
                if not count:
                    raise UnreadableInput(path, "holds no stream")
            except StreamkitError as error:
                self.trouble(error)
        self._clear()
        if passed_over:
            self._console.say(
                f"passed over {passed_over} file{'s' if passed_over > 1 else ''} with no stream (-v lists them)"
            )

    def trouble(self, error: StreamkitError) -> None:
        """Tell that an input cannot be used; the rest goes on."""
        self.code = error.exit_code
        self._clear()
        self._console.complain(str(error))

    def _clear(self) -> None:
        if self._progress:
            self._progress.clear()

    def streams(self, *, judge: bool = False, strict: bool = False) -> Iterator[Stream]:
        """Every exchange decoded and understood."""
        from streamkit.apis import interpret

        for exchange in self.exchanges():
            yield interpret(exchange, api=self._api, dialect=self._dialect, strict=strict, judge=judge)


def look_for_circles_seldom() -> None:
    """What is read is trees of values, which free themselves; looking for circles among millions of them takes longer than
    reading. What has circles is still found, only more seldom."""
    gc.set_threshold(_SELDOM, *gc.get_threshold()[1:])


def default_path() -> str:
    """What is read where nothing is named: stdin if something is piped in, else ./recordings. Raises UnreadableInput."""
    if _piped():
        return "-"
    if Path(DEFAULT_FOLDER).is_dir():
        return DEFAULT_FOLDER
    raise UnreadableInput("-", "nothing to read", remedy="name a PATH, pipe a stream in, or run where ./recordings is")


def _piped() -> bool:
    """Whether somebody gives us something on stdin: a pipe, a file or a socket; a terminal and /dev/null do not."""
    try:
        mode = os.fstat(sys.stdin.fileno()).st_mode
    except (AttributeError, OSError, ValueError):
        return False
    return stat.S_ISFIFO(mode) or stat.S_ISREG(mode) or stat.S_ISSOCK(mode)
