"""Where a recording goes and what is said of it when it is done."""

from __future__ import annotations

import contextlib
import os
import re
import signal
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlsplit

from streamkit.cli._showing import Mode, View
from streamkit.cli.options import Console
from streamkit.errors import CannotWrite, UsageError
from streamkit.files import Output, Part, Parts, create, create_next
from streamkit.model import recording
from streamkit.model.exchange import Exchange, Headers, Request, Response
from streamkit.model.stream import Stream
from streamkit.palette import VERDICTS
from streamkit.redact.redactor import Policy
from streamkit.service.recording_lines import RecordingLines
from streamkit.tool import tool

_NO_NAME = re.compile(r"[^A-Za-z0-9._-]+")


def opening(source: Literal["client", "stdin"], request: Request | None, labels: Mapping[str, str]) -> Exchange:
    """What is known of an exchange before it begins: now, by this program."""
    recorded_at = datetime.now(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")
    return Exchange(
        request=request, source=source, clock="monotonic", recorded_at=recorded_at, labels=labels, tool=tool()
    )


def default_path(host: str | None, model: str | None) -> Path:
    """`recordings/<UTC>-<host>-<model>.jsonl`, of harmless characters only."""
    now = datetime.now(UTC).strftime("%Y%m%dT%H%M%SZ")
    parts = [now, host or "", model or ""]
    name = "-".join(part for part in (_NO_NAME.sub("_", part).strip("._-")[:60] for part in parts) if part)
    return Path("recordings") / f"{name}.jsonl"


def host_of(url: str) -> str:
    """The host and port that a URL names, for the name of a file."""
    return urlsplit(url).netloc.rpartition("@")[2]


def labels_of(pairs: Sequence[str]) -> dict[str, str]:
    """The labels of `--label key=value`. Raises UsageError."""
    labels = {}
    for pair in pairs:
        key, equals, value = pair.partition("=")
        if not equals or not key:
            raise UsageError(f"--label {pair!r}: write key=value")
        labels[key] = value
    return labels


@contextlib.contextmanager
def outliving_the_terminal() -> Iterator[None]:
    """Keep a recording going when the terminal that it was started from hangs up.

    Without a terminal, and where somebody (nohup) decided already, SIGHUP means what it meant before.
    """
    hangup = getattr(signal, "SIGHUP", None)
    if hangup is None or signal.getsignal(hangup) != signal.SIG_DFL or not any(map(os.isatty, range(3))):
        yield
        return
    signal.signal(hangup, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(hangup, signal.SIG_DFL)


class Target:
    """The file that exchanges are recorded to: one after another, or several at once, each in a part of its own."""

    def __init__(self, path: str | None, default: Path, *, force: bool, append: bool, several: bool) -> None:
        if append and path is None:
            raise UsageError("--append needs -o FILE")
        self._single: Output | None = None
        self._parts: Parts | None = None
        if path is None:
            self._single = create_next(default)
            path = self._single.path
            if several:
                self._single.close()
                self._single, self._parts = None, Parts(path, append=True)
        elif several and path != "-":
            self._parts = Parts(path, force=force, append=append)
        else:
            self._single = create(path, force=force, append=append)
        self.path = path

    def open(self) -> Output | Part:
        """Where the next exchange is written to; it is closed by who writes it."""
        if self._single is not None:
            return self._single
        assert self._parts is not None
        return self._parts.part()


class Tap:
    """Listens to one exchange: shows it, and writes it down as it happens."""

    def __init__(self, begun: Exchange, output: Output | Part, view: View, policy: Policy, name: str) -> None:
        self._recorder = RecordingLines(begun, policy)
        self._output = output
        self._view = view
        self._name = name
        self._lines: list[bytes] = []
        self.reason: str | None = None
        self.error: str | None = None

    def start(self, connected_at: int | None, sent_at: int | None) -> None:
        """The request is sent."""
        self._write(self._recorder.start(connected_at=connected_at, sent_at=sent_at))

    def response(self, at: int | None, status: int, http: str, headers: Headers) -> None:
        """An answer has come."""
        self._view.response(Response(at, status, http, headers))
        self._write(self._recorder.response(at, status, http, headers))

    def frame(self, data: bytes, at: int) -> None:
        """Show first: what is shown waits for nothing."""
        self._view.frame(data)
        self._write(self._recorder.frame(data, at))

    def note(self, fields: Mapping[str, Any]) -> None:
        """Write a note."""
        self._write(self._recorder.note(fields))

    def end(self, at: int, reason: str, error: str | None) -> None:
        """It is over: the file is whole."""
        self.reason, self.error = reason, error
        self._write(self._recorder.end(at, reason, error))
        self._view.close()
        self._output.close()

    def stream(self) -> Stream | None:
        """What was recorded, read back and understood; None where nothing was."""
        from streamkit.apis import interpret

        if not self._lines:
            return None
        return interpret(next(recording.read(self._lines, path=self._name)))

    def _write(self, lines: list[bytes]) -> None:
        for line in lines:
            self._output.write(line)
        self._lines += lines


@dataclass(frozen=True, slots=True)
class Job:
    """What is to be done with the exchanges that are recorded."""

    output: str | None
    force: bool
    append: bool
    labels: dict[str, str]
    policy: Policy
    show: Mode
    console: Console
    losses: list[CannotWrite] = field(default_factory=list)

    def view(self) -> View:
        """What shows one body. Where stdout is lost, recording goes on."""
        return View(self.show, self._lost)

    def _lost(self, error: CannotWrite) -> None:
        if not self.losses:
            self.console.complain(f"stdout was lost: {error.why}; the recording goes on")
        self.losses.append(error)

    def target(self, host: str | None, model: str | None, *, several: bool = False) -> Target:
        """The file to record to, opened now: one that exists is told before anything is sent."""
        default = default_path(host, model)
        return Target(self.output, default, force=self.force, append=self.append, several=several)

    def close(self, taps: Sequence[Tap], path: str) -> int:
        """Say what each recording holds; the exit code."""
        code = self.losses[0].exit_code if self.losses else 0
        for tap in taps:
            stream = tap.stream()
            if stream is None:
                continue
            self.console.say(closing_line(stream, path), VERDICTS.get(stream.verdict, "head"))
            if not fine(stream):
                code = max(code, 1)
        return code


def fine(stream: Stream) -> bool:
    """Whether an exchange came to its own end: a stream that is complete, or a plain answer that is whole."""
    exchange = stream.exchange
    if exchange.end is None or exchange.end.reason != "eof":
        return False
    if exchange.response is not None and not 200 <= exchange.response.status < 300:
        return False
    return stream.verdict == "complete" or (stream.verdict == "not-a-stream" and bool(exchange.frames.body))


def closing_line(stream: Stream, path: str) -> str:
    """Verdict, first token, tokens, file: what one wants to know of a recording at once."""
    from streamkit.metrics import METRICS, measure

    wanted = [METRICS["time_to_first_token"], METRICS["output_tokens"]]
    found = measure(stream, wanted).samples
    exchange = stream.exchange
    parts: list[str] = [stream.verdict] if exchange.response is not None or exchange.frames else []
    if exchange.response is not None and not 200 <= exchange.response.status < 300:
        parts.append(f"HTTP {exchange.response.status}")
    if exchange.end is not None and exchange.end.reason != "eof":
        parts.append(exchange.end.reason + (f" ({exchange.end.error})" if exchange.end.error else ""))
    first, tokens = found["time_to_first_token"], found["output_tokens"]
    parts.append(f"first token {first.values[0] / 1e6:.0f} ms" if first.values else "first token -")
    parts.append(f"{tokens.values[0]:.0f} tokens ({tokens.source})" if tokens.values else "tokens -")
    cuts = len(exchange.redacted) + len(exchange.end.redacted if exchange.end else ())
    cuts += len(exchange.response.redacted) if exchange.response else 0
    if cuts:
        parts.append(f"{cuts} redacted")
    return " · ".join([*parts, path])
