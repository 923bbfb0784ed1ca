"""Recording from Python: what an outcome reports, and that nothing already written is kept in memory."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import tracemalloc
from pathlib import Path

import pytest

from streamkit.errors import OutputExists
from streamkit.formats import read
from streamkit.model.exchange import Request
from streamkit.model.measurement import TokenCount
from streamkit.service.recording import (
    Destination,
    Outcome,
    Recorders,
    a_file_each,
    default_path,
    one_file,
    record,
    record_pipe,
)
from streamkit.service.serving import serving
from streamkit.transport.client import Outgoing
from tests.exchanges import scripted
from tests.redact.dummy_secrets import secret

CHUNK = b'data: {"object":"chat.completion.chunk","choices":[{"index":0,"delta":{"content":"word %d"}}]}\n\n'


class CountingSink:
    """A sink that counts what is written to it."""

    path = "nowhere"
    patchable = True

    def position(self) -> int:
        """Not significant."""
        return 0

    def patch(self, position: int, data: bytes) -> None:
        """Replace a line."""

    def __init__(self) -> None:
        self.lines = 0
        self.closed = False

    def write(self, data: bytes) -> None:
        """Count a line."""
        self.lines += 1

    def close(self) -> None:
        """The exchange is over."""
        self.closed = True


def test_a_request_is_recorded_and_its_outcome_returned(tmp_path: Path) -> None:
    original = scripted("openai_chat/plain")
    assert original.request is not None and original.request.body is not None
    headers = (("Content-Type", "application/json"), ("Authorization", "Bearer nobody"))
    with serving([original]) as server:
        request = Outgoing("POST", f"{server.base_url}/chat/completions", headers, original.request.body.bytes)
        recorders = Recorders(open=one_file(str(tmp_path / "run.jsonl")), source="client", interpret=True)
        recorded = record(request, recorders, count=2)
    assert not recorded.interrupted
    assert [(o.complete, o.verdict, o.status, o.redactions) for o in recorded.outcomes] == [
        (True, "complete", 200, 1)
    ] * 2
    assert all(outcome.first_token and outcome.tokens and outcome.path for outcome in recorded.outcomes)
    assert [exchange.source for exchange in read(str(tmp_path / "run.jsonl"))] == ["client", "client"]


def piped(data: bytes, recorders: Recorders) -> Outcome:
    reading, writing = os.pipe()

    def feed() -> None:
        with os.fdopen(writing, "wb") as pipe:
            pipe.write(data)

    thread = threading.Thread(target=feed)
    thread.start()
    [outcome] = record_pipe(recorders, descriptor=reading).outcomes
    thread.join()
    os.close(reading)
    return outcome


@pytest.mark.parametrize(
    ("data", "verdict", "status", "tokens"),
    [
        (CHUNK % 1 + b"data: [DONE]\n\n", "complete", None, None),
        (b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n\r\n" + CHUNK % 1, "truncated", 200, None),
        (b'data: {"object":"chat.completion.chunk","choices":[],"usage":{"completion_tokens":7}}\n\ndata: [DONE]\n\n',
         "complete", None, TokenCount(7, "usage")),
        (b"", "not-a-stream", None, None),
    ],
)  # fmt: skip
def test_the_outcome_of_a_pipe(data: bytes, verdict: str, status: int | None, tokens: TokenCount | None) -> None:
    outcome = piped(data, Recorders(open=lambda _: CountingSink(), source="stdin", interpret=True))
    assert (outcome.verdict, outcome.status, outcome.tokens) == (verdict, status, tokens)
    assert outcome.first_token is None  # the time of the request is unknown


def memory_after(frames: int, request: Request | None = None) -> int:
    """Return the bytes that a recorder holds after this many frames."""
    sink = CountingSink()
    recorder = Recorders(open=lambda _: sink, interpret=True).recorder(request)
    recorder.start(None, None)
    tracemalloc.start()
    for number in range(frames):
        recorder.frame(CHUNK % (number % 100), number)  # few texts: the redactor remembers some thousands
    held, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    recorder.end(frames, "eof", None)
    assert sink.lines == frames + 2 and sink.closed
    return held


def test_what_was_written_is_not_kept() -> None:
    memory_after(1000)  # modules that are imported and templates that are learned meanwhile
    assert memory_after(2000) - memory_after(1000) < 25_000


def test_an_existing_file_is_reported_before_anything_is_sent(tmp_path: Path) -> None:
    (tmp_path / "run.jsonl").write_text("mine")
    with pytest.raises(OutputExists):
        Destination(str(tmp_path / "run.jsonl"), Path("other"), force=False, append=False, several=False)


def test_labels_names_and_outcomes_hold_no_key(tmp_path: Path) -> None:
    planted = secret("anthropic api")
    lines: list[Outcome] = []
    recorders = Recorders(
        open=a_file_each(str(tmp_path)), labels={"run": planted, "api_key": "abc", "ci": "7"}, on_end=lines.append
    )
    recorder = recorders.recorder(Request("POST", f"http://localhost/v1/{planted}/chat?key={planted}"))
    recorder.start(1, 2)
    recorder.end(3, "eof", None)
    (path,) = tmp_path.iterdir()
    (exchange,) = read(str(path))
    assert exchange.labels == {"run": "[redacted]", "api_key": "[redacted]", "ci": "7"}
    assert [cut.at for cut in exchange.redacted][:2] == ["labels.run", "labels.api_key"]
    assert planted[12:] not in f"{lines} {lines[0]} {path}"
    assert planted[12:] not in str(default_path(f"{planted}.example.com", planted))


_FIRST_FRAMES = """
import re._compiler
from streamkit.model.exchange import Request
from streamkit.service.recording import Recorders, a_file_each

recorders = Recorders(open=a_file_each("."))
recorders.prepare()

compile_ = re._compiler.compile

def small_ones(pattern, flags=0):
    assert len(pattern) < 200, f"compiled late: {pattern!r}"
    return compile_(pattern, flags)

re._compiler.compile = small_ones
recorder = recorders.recorder(Request("POST", "http://x/v1/chat/completions", (("Authorization", "Bearer x"),), None))
recorder.start(1, 2)
recorder.response(3, 200, "1.1", (("Content-Type", "text/event-stream"),))
for at, text in enumerate(("a word", "my key is sk-", "ab", "!"), 4):
    recorder.frame(b'data: {"choices":[{"index":0,"delta":{"content":"%b"}}]}\\n\\n' % text.encode(), at)
recorder.end(9, "eof", None)
"""


def test_a_prepared_recorder_compiles_no_long_pattern_while_frames_arrive(tmp_path: Path) -> None:
    """That takes 20 ms, and the kernel gives all that arrives in a pause the time of the newest."""
    done = subprocess.run([sys.executable, "-c", _FIRST_FRAMES], cwd=tmp_path, capture_output=True, text=True)
    assert done.stderr == ""
