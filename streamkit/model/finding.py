"""A finding of lint: one rule violated in one stream, with the position of the first occurrence and the number of occurrences."""

from __future__ import annotations

from typing import Literal

from streamkit.frozen import dataclass
from streamkit.model._display import brief

Severity = Literal["error", "warning", "info"]
SEVERITIES: tuple[Severity, ...] = ("error", "warning", "info")


@dataclass(frozen=True, slots=True)
class Place:
    """A position in a stream: `event` (from 1) of its events, `byte` (from 0) of the decoded body, `line` (from 1) of the
    file that was read, `path` a JSON path inside the chunk. Each is None if it does not apply."""

    event: int | None = None
    byte: int | None = None
    line: int | None = None
    path: str | None = None


NOWHERE = Place()


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One rule violated in one stream: the first position, the message, and `count` occurrences.

    `breaks` names the clients of the stream's API that lose data or raise, and how, a sentence each; empty if none was measured. `excerpt` is the
    offending text of the stream (untrusted), empty if there is none to show; `caret` is the span in it, in characters,
    that the JSON path names.
    """

    code: str
    name: str
    severity: Severity
    message: str
    place: Place = NOWHERE
    count: int = 1
    file: str = "-"
    exchange: int = 1
    dialect: str = ""
    breaks: tuple[str, ...] = ()
    excerpt: str = ""
    caret: tuple[int, int] | None = None

    __repr__ = brief
