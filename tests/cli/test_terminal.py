"""Terminals obey control characters: no command writes those of a stream to one.

Each command runs on a pseudo-terminal with a stream that contains every kind.
"""

from __future__ import annotations

import json
import os
import re
import sys
from pathlib import Path

import pytest

from streamkit.model.recording import write
from tests.exchanges import exchange
from tests.processes import started

pytestmark = [pytest.mark.slow, pytest.mark.skipif(os.name != "posix", reason="pseudo terminals are POSIX")]

# OSC 52 writes the clipboard, CSI moves the cursor (in C0 and in C1), CR overwrites the line, bidi turns it around.
HOSTILE = "a \x1b]52;c;aGk=\x07 \x1b[31m \x9b2J \r \u202egnp.exe \u2066 \x00 z"
OBEYED = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]")


def _chunk(delta: dict[str, object], finish: str | None = None) -> bytes:
    choice = {"index": 0, "delta": delta, "finish_reason": finish}
    value = {"id": HOSTILE, "object": "chat.completion.chunk", "created": 1, "model": HOSTILE, "choices": [choice]}
    return b"data: " + json.dumps(value, ensure_ascii=False).encode() + b"\n\n"


FRAMES = [
    _chunk({"role": "assistant", "content": HOSTILE}),
    _chunk({"tool_calls": [{"index": 0, "id": HOSTILE, "function": {"name": HOSTILE, "arguments": "{" + HOSTILE}}]}),
    f": {HOSTILE}\n\nevent: {HOSTILE}\ndata: {{broken {HOSTILE}\n\n{HOSTILE}: x\n\n".encode(),
    _chunk({}, "stop"),
    b"data: [DONE]\n\n",
]
COMMANDS = [
    "replay --no-delay FILE",
    "replay --no-delay --as data FILE",
    "inspect FILE",
    "inspect --format jsonl FILE",
    "lint FILE",
    "lint --format json FILE",
    "lint --format github FILE",
    "lint --format junit FILE",
    "reassemble FILE",
    "reassemble --text FILE",
    "reassemble --format markdown FILE",
    "stats FILE",
    "stats --definitions FILE",
    "stats --format json FILE",
    "stats --format csv FILE",
    "diff FILE GOOD",
    "redact --check FILE",
    "redact FILE",
    "redact --check --redact a FILE",
    "reduce FILE --rule SSE105",
    "convert FILE --to recording",
    "convert FILE --to sse",
    "convert FILE --to chunks",
    "convert FILE --to har",
    "convert FILE --to vcr",
    "rule FILE",
    "lint --select FILE GOOD",
]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A recording and a bare stream, the latter with a file name that tries the same."""
    made = tmp_path_factory.mktemp("hostile")
    (made / "recording.jsonl").write_bytes(b"".join(write(exchange(*FRAMES))))
    # As a file of its own, with nothing before its colon that would make it something other than an event stream.
    bare = b"".join(FRAMES).replace(b"\r", b"").replace(b"\n" + HOSTILE.split("\r")[0].encode(), b"\ndata: ")
    (made / "bare\x1b[31m.sse").write_bytes(bare)
    return made


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize("file", ["recording.jsonl", "bare\x1b[31m.sse"], ids=["recording", "bare"])
def test_no_control_character_reaches_a_terminal(folder: Path, command: str, file: str) -> None:
    meant = {"FILE": str(folder / file), "GOOD": str(folder / "recording.jsonl")}
    shown = on_a_terminal([meant.get(word, word) for word in command.split()]).replace("\r\n", "\n")
    found = OBEYED.search(shown)
    assert shown and found is None, (
        shown[max(found.start() - 40, 0) : found.end() + 40] if found else "nothing is shown"
    )


# A bar, which moves the cursor, is shown when reading takes long, as on a busy machine.
WITHOUT_PROGRESS = """
from streamkit.__main__ import main
from streamkit.cli.progress import Progress
Progress.patience_s = float("inf")
main()
"""


def on_a_terminal(words: list[str]) -> str:
    """Return what `streamkit` with these arguments sends to a terminal, with its own colors turned off."""
    import pty

    ours, theirs = pty.openpty()
    environment = {**os.environ, "NO_COLOR": "1", "TERM": "xterm"}
    line = [sys.executable, "-c", WITHOUT_PROGRESS, *words]
    with started(line, stdin=theirs, stdout=theirs, stderr=theirs, env=environment):
        os.close(theirs)
        shown = b""
        while data := _read(ours):
            shown += data
    os.close(ours)
    return shown.decode("utf-8", "replace")


def _read(descriptor: int) -> bytes:
    try:
        return os.read(descriptor, 65536)
    except OSError:  # Linux reports this once no process has the terminal open
        return b""
