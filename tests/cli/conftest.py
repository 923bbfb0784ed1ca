"""What the tests of several commands share."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest


@pytest.fixture
def steps(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """What happens while a command sleeps, one step each time; after the last one, Ctrl-C is pressed."""

    def planned(*steps: Callable[[], object]) -> None:
        left = iter(steps)

        def sleep(_: float) -> None:
            step = next(left, None)
            if step is None:
                raise KeyboardInterrupt
            step()

        monkeypatch.setattr("time.sleep", sleep)

    return planned


@pytest.fixture
def growing(steps: Callable[..., None]) -> Callable[[Path, list[bytes]], None]:
    """A file to which one of several pieces is appended whenever a command sleeps; after the last one, Ctrl-C is pressed."""

    def planned(path: Path, pieces: list[bytes]) -> None:
        def append(piece: bytes) -> None:
            with path.open("ab") as file:
                file.write(piece)

        steps(*(partial(append, piece) for piece in pieces))

    return planned
