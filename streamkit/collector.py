"""When Python's garbage collector runs: it looks for reference cycles, and this program creates very few."""

from __future__ import annotations

import gc

# Container objects allocated and not yet freed before a collection: about 50,000 chunks.
_RELAXED = 200_000
_USUAL = gc.get_threshold()


def relax() -> None:
    """Collect rarely: imported modules and parsed JSON need not be scanned repeatedly."""
    gc.set_threshold(_RELAXED, *_USUAL[1:])


def settle() -> None:
    """Collect as usual from now on, but never scan existing objects: the pause would fall in the middle of a stream."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(*_USUAL)
