"""A progress bar on stderr for slow reading: only on a terminal, only after a second, removed at the end."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

_PATIENCE_S = 1.0
_EVERY_S = 0.1


class Progress:
    """How much of the inputs has been read: the files that are done, and the bodies of the streams in the current one.

    `paths` are the inputs as given; their sizes are only looked up if a bar is shown. `clock` returns seconds.
    """

    def __init__(self, paths: Sequence[str], clock: Callable[[], float] = time.monotonic) -> None:
        self._paths, self._clock = paths, clock
        self._next = clock() + _PATIENCE_S
        self._done = self._within = self._streams = 0
        self._bar: Any = None

    def stream(self, size: int) -> None:
        """A stream of `size` bytes was read."""
        self._streams += 1
        self._within += size
        if self._clock() >= self._next:
            self._show()

    def file(self, path: str) -> None:
        """A file was read to its end."""
        self._done += _size(path)
        self._within = 0

    def clear(self) -> None:
        """Remove the bar, so that the next message starts on a fresh line."""
        if self._bar is not None:
            self._bar = None
            # The bar hides the cursor.
            sys.stderr.write("\r\x1b[K\x1b[?25h")
            sys.stderr.flush()

    def _show(self) -> None:
        if self._bar is None:
            self._bar = self._new_bar()
        self._bar.pos = min(self._done + self._within, self._bar.length)
        self._bar.render_progress()
        self._next = self._clock() + _EVERY_S

    def _new_bar(self) -> Any:
        import click

        from streamkit.formats import find

        return click.progressbar(
            length=max(sum(_size(found.path) for found in find(self._paths)), 1),
            label="reading",
            show_eta=False,
            item_show_func=lambda _: f"{self._streams:,} streams",
            file=sys.stderr,
        )


def should_show(*, late: bool) -> bool:
    """Whether to show a bar: stderr is a terminal, and no data is written to it meanwhile, or only after everything has
    been read (`late`)."""
    return sys.stderr.isatty() and (late or not sys.stdout.isatty())


def _size(path: str) -> int:
    name, _, number = path.rpartition("#")
    try:
        return Path(name if name and number.isdecimal() else path).stat().st_size
    except OSError:
        return 0
