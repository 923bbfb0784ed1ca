"""A progress bar on stderr for reading that takes a while: only on a terminal, only after a second, and gone at the end."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

_PATIENCE_S = 1.0
_EVERY_S = 0.1


class Progress:
    """How much of some inputs was read at least: the files behind us, and the bodies of the streams in this one.

    `paths` are the inputs as they were given; their sizes are asked for only when a bar is shown. `clock` gives seconds.
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
        """Take the bar away, so that what is said next begins a line."""
        if self._bar is not None:
            self._bar = None
            # The bar has hidden the cursor.
            sys.stderr.write("\r\x1b[K\x1b[?25h")
            sys.stderr.flush()

    def _show(self) -> None:
        if self._bar is None:
            self._bar = self._made()
        self._bar.pos = min(self._done + self._within, self._bar.length)
        self._bar.render_progress()
        self._next = self._clock() + _EVERY_S

    def _made(self) -> Any:
        import click

        from streamkit.formats import find

        return click.progressbar(
            length=max(sum(_size(found.path) for found in find(self._paths)), 1),
            label="reading",
            show_eta=False,
            item_show_func=lambda _: f"{self._streams:,} streams",
            file=sys.stderr,
        )


def watched(*, late: bool) -> bool:
    """Whether a person sees a bar on stderr; not where data is written to that terminal meanwhile, unless it comes `late`,
    when everything was read."""
    return sys.stderr.isatty() and (late or not sys.stdout.isatty())


def _size(path: str) -> int:
    name, _, number = path.rpartition("#")
    try:
        return Path(name if name and number.isdecimal() else path).stat().st_size
    except OSError:
        return 0
