"""A terminal shows the text of a stream and obeys nothing in it. The terminal is pyte's, an emulator in Python;
tests/cli/test_browser.py does the same with xterm.js, if it is installed.

Every payload is first shown to be one: unless it is escaped, the terminal obeys it, or does not show it as text.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from tests.cli.test_browser import COMMANDS, SEQUENCES, hostile
from tests.cli.test_terminal import on_a_terminal

pyte = pytest.importorskip("pyte")


class Screen(pyte.Screen):  # type: ignore[misc, name-defined]
    """A screen that notes what it was asked to do, beside showing text."""

    def __init__(self, columns: int, lines: int) -> None:
        self.did: list[str] = []
        super().__init__(columns, lines)
        self.did.clear()  # what the screen itself does to begin with

    def write_process_input(self, data: str) -> None:
        self.did.append(f"reply {data}")

    def bell(self, *args: Any) -> None:
        self.did.append("bell")

    def set_title(self, param: str) -> None:
        self.did.append(f"title {param}")

    def set_icon_name(self, param: str) -> None:
        self.did.append(f"icon {param}")

    def set_mode(self, *modes: int, **more: Any) -> None:
        self.did.append(f"modes {modes}")

    def reset_mode(self, *modes: int, **more: Any) -> None:
        self.did.append(f"modes off {modes}")


def shown(text: str) -> tuple[list[str], list[str]]:
    """Return what a terminal did beside showing this text, and its lines."""
    screen = Screen(max(map(len, text.split("\n"))) + 20, text.count("\n") + 20)
    pyte.ByteStream(screen).feed(text.encode())
    lines = [line.rstrip() for line in screen.display]
    while lines and not lines[-1]:
        lines.pop()
    return screen.did, lines


def test_text_is_shown() -> None:
    assert shown("1\r\nsafe \\x1b[2J text") == ([], ["1", "safe \\x1b[2J text"])


@pytest.mark.parametrize("payload", SEQUENCES, ids=ascii)
def test_a_terminal_obeys_the_payload(payload: str) -> None:
    did, lines = shown(f"1\r\nsafe {payload} text")
    assert did or lines != ["1", f"safe {payload} text"]


@pytest.mark.skipif(os.name == "nt", reason="Windows has no pty module")
@pytest.mark.parametrize("command", COMMANDS)
def test_a_terminal_shows_what_streamkit_prints_and_nothing_else(command: str, tmp_path: Path) -> None:
    file = tmp_path / "all.jsonl"
    file.write_bytes(b"".join(hostile(payload, tmp_path).read_bytes() for payload in SEQUENCES))
    printed = on_a_terminal([*command.split(), str(file)])
    did, lines = shown(printed)
    assert did == []
    expected = [line.rstrip() for line in printed.replace("\r\n", "\n").expandtabs(8).rstrip("\n").split("\n")]
    assert lines == expected
    assert (len(lines) > 5 and "\\x1b" in printed) or command.startswith("stats")
