"""The output of `record`: the bodies on stdout, and a summary line for each exchange on stderr."""

from __future__ import annotations

import contextlib
import os
import signal
from collections.abc import Iterator, Sequence

from streamkit.cli.aside import BackgroundViewer
from streamkit.cli.options import Console
from streamkit.cli.showing import ShowMode, View
from streamkit.errors import CannotWrite, UsageError
from streamkit.palette import VERDICTS
from streamkit.service.recording import Outcome, Recorded, Stop, stopping


class Screen:
    """Shows the recorded bodies on stdout. If stdout is lost, the recording continues."""

    def __init__(self, mode: ShowMode, console: Console, stop: Stop) -> None:
        self._mode = mode
        self._stop = stop
        self._console = console
        self.code = 0

    def view(self) -> View | BackgroundViewer:
        """Return a viewer for one body."""
        view = View(self._mode, self._lost)
        return view if self._mode == "none" else BackgroundViewer(view, stopped=lambda: self._stop.number is not None)

    def _lost(self, error: CannotWrite) -> None:
        if not self.code:
            self._console.complain(f"stdout was lost: {error.why}; the recording continues")
            self.code = error.exit_code


LOST = 2


def report(recorded: Recorded, path: str, console: Console) -> int:
    """Write a summary line for each exchange to stderr, and return the exit code.

    It is 0 if all exchanges are complete, LOST if any is only recorded in part, otherwise 1.
    """
    for outcome in recorded.outcomes:
        console.say(closing_line(outcome, path), VERDICTS.get(outcome.verdict or "", "head"))
    if any(outcome.lost for outcome in recorded.outcomes):
        return LOST
    return 0 if all(outcome.complete for outcome in recorded.outcomes) else 1


@contextlib.contextmanager
def stopping_but_at_hangup() -> Iterator[Stop]:
    """Let signals stop the recording, except SIGHUP, so that a recording continues when its terminal is closed."""
    hangup = getattr(signal, "SIGHUP", None)
    if hangup is None or signal.getsignal(hangup) != signal.SIG_DFL or not any(map(os.isatty, range(3))):
        with stopping() as stop:
            yield stop
        return
    signal.signal(hangup, signal.SIG_IGN)
    try:
        with stopping() as stop:
            yield stop
    finally:
        signal.signal(hangup, signal.SIG_DFL)


def recovered(part: str, path: str) -> str:
    """Return the message about a part that was left by a killed recorder."""
    return f"recovered: {part}, left by a recorder that was killed, was appended to {path}"


def closing_line(outcome: Outcome, path: str) -> str:
    """Return a one-line summary of a recording: verdict, first token, tokens, file."""
    parts = [str(outcome.verdict)] if outcome.status is not None or outcome.frames else []
    if outcome.status is not None and not 200 <= outcome.status < 300:
        parts.append(f"HTTP {outcome.status}")
    if outcome.reason != "eof":
        parts.append(outcome.reason + (f" ({outcome.error})" if outcome.error else ""))
    first, tokens = outcome.first_token, outcome.tokens
    parts.append("first token -" if first is None else f"first token {first / 1e6:.0f} ms")
    parts.append("tokens -" if tokens is None else f"{tokens.value} tokens ({tokens.source})")
    if outcome.redactions:
        parts.append(f"{outcome.redactions} redacted")
    if outcome.lost:
        path = f"{outcome.path} (not all of it)" if outcome.path else "not recorded"
    return " · ".join([*parts, path])


def parse_labels(pairs: Sequence[str]) -> dict[str, str]:
    """Return the labels given with `--label KEY=VALUE`. Raises UsageError."""
    labels = {}
    for pair in pairs:
        key, equals, value = pair.partition("=")
        if not equals or not key:
            raise UsageError(f"invalid --label {pair!r}: expected KEY=VALUE")
        labels[key] = value
    return labels
