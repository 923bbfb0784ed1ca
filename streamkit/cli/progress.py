"""Progress on stderr for slow reading: on a terminal a bar after a second, removed at the end; elsewhere, as in the log of a CI
job, a line every ten seconds."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Sequence
from typing import Any

_PATIENCE_S = 1.0
_EVERY_S = 0.1
_LINE_EVERY_S = 10.0
_LEAST_PART = 0.01  # of the bytes; from less, no time can be estimated


class Progress:
    """How much of the inputs has been read: the files that are done, and the bodies of the streams in the current one.

    `paths` are the inputs as given; their sizes are only looked up if a bar is shown. `clock` returns seconds.
    """

    patience_s = _PATIENCE_S

    def __init__(self, paths: Sequence[str], clock: Callable[[], float] = time.monotonic) -> None:
        self._paths, self._clock = paths, clock
        self._began = clock()
        self._next = self._began + self.patience_s
        self._done = self._within = self._streams = 0
        self._bar: Any = None

    def stream(self, size: int) -> None:
        """A stream of `size` bytes was read."""
        self._streams += 1
        self._within += size
        self.refresh()

    def refresh(self) -> None:
        """Show the progress, if it was not shown for some time."""
        now = self._clock()
        if now >= self._next:
            self._show(now)

    def file(self, path: str, size: int | None = None) -> None:
        """A file was read to its end; `size` is that in bytes if it is known."""
        from streamkit.formats import size_of

        self._done += size_of(path) if size is None else size
        self._within = 0

    def clear(self) -> None:
        """Remove the bar, so that the next message starts on a fresh line."""
        if self._bar is not None:
            self._bar = None
            # The bar hides the cursor.
            sys.stderr.write("\r\x1b[K\x1b[?25h")
            sys.stderr.flush()

    def _show(self, now: float) -> None:
        if self._bar is None:
            self._bar = self._new_bar()
        self._bar.pos = min(self._done + self._within, self._bar.length)
        self._bar.current_item = self._pace(now, self._bar.length)
        self._bar.render_progress()
        self._next = self._clock() + _EVERY_S

    def _pace(self, now: float, length: int) -> str:
        """Return the number of streams read, the number per second, and the remaining time estimated from the bytes read."""
        spent, part = max(now - self._began, 1e-9), min((self._done + self._within) / length, 1.0)
        left = f", about {spent / part - spent:,.0f} s left" if part >= _LEAST_PART else ""
        streams = f"{self._streams:,} stream{'' if self._streams == 1 else 's'}"
        return f"{streams}, {self._streams / spent:,.0f}/s{left}"

    def _length(self) -> int:
        from streamkit.formats import find, size_of

        return max(sum(size_of(found.path) if found.size is None else found.size for found in find(self._paths)), 1)

    def _new_bar(self) -> Any:
        import click

        return click.progressbar(
            length=self._length(),
            label="reading",
            show_eta=False,
            item_show_func=lambda pace: pace,
            file=sys.stderr,
        )


class ProgressLines(Progress):
    """The same if stderr is not a terminal: a plain line every ten seconds."""

    patience_s = _LINE_EVERY_S

    def _show(self, now: float) -> None:
        length = self._bar = self._bar or self._length()
        part = min((self._done + self._within) / length, 1.0)
        sys.stderr.write(f"streamkit: reading: {part:.0%}, {self._pace(now, length)}\n")
        sys.stderr.flush()
        self._next = now + _LINE_EVERY_S

    def clear(self) -> None:
        """Do nothing: there is no bar to erase."""


def progress_of(paths: Sequence[str], *, quiet: bool, late: bool) -> Progress | None:
    """Return the progress of reading these inputs, or None if none is shown. `late` is as for `should_show`."""
    if quiet:
        return None
    if should_show(late=late):
        return Progress(paths)
    return None if sys.stderr.isatty() else ProgressLines(paths)


def should_show(*, late: bool) -> bool:
    """Return whether to show a bar: stderr is a terminal, and no data is written to it meanwhile, or only after everything has
    been read (`late`)."""
    return sys.stderr.isatty() and (late or not sys.stdout.isatty())
