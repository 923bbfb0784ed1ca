"""How commands write: many lines with one system call, and none held for long."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from streamkit.cli._output import CommandOutput


def test_long_texts_are_written_in_blocks_as_they_come(monkeypatch: pytest.MonkeyPatch) -> None:
    sink, written = CommandOutput(), list[str]()
    monkeypatch.setattr(sink, "_write", written.append)
    seen = []

    def blocks() -> Iterator[str]:
        for number in range(10):
            seen.append(len(written))
            yield f"{number}" * 10_000

    sink.blocks(blocks())
    assert "".join(written) == "".join(f"{number}" * 10_000 + "\n" for number in range(10))
    assert seen == [number // 2 for number in range(10)]
