"""Split each line of a pasted log into its time, its logger's prefix, and the field or payload."""

from __future__ import annotations

import html
import re
from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Any, Literal

from streamkit.formats import Stamp, parse_object, stamp
from streamkit.formats._payloads import role
from streamkit.formats._repair import compact_json, literal
from streamkit.formats._source import TOO_LONG
from streamkit.frozen import dataclass
from streamkit.model.recording import LongLine

LineKind = Literal["blank", "fence", "data", "event", "comment", "done", "elision", "open", "text"]

_LONGEST_PREFIX = 240
_LONGEST_PRINTED = 4 << 20
_PATIENCE = 2 << 20
_DATA = re.compile(rf"([^{{]{{0,{_LONGEST_PREFIX}}}?)(?<![\w.$/-])data:(.*)", re.DOTALL)
_EVENT = re.compile(rf"([^{{]{{0,{_LONGEST_PREFIX}}}?)(?<![\w.$/-])event:\s*([\w.-]{{1,80}})\s*", re.DOTALL)
# Every line with a time, a field or a payload matches this. Most lines of a log are not examined further.
_TELLING = re.compile(rb"[{:`~(\]]|\.\.\.|\xe2\x80\xa6|[\[<(]\s*[sStToOcC]|\A[|<\s]*\+?\d[\d.]*\s?[mun]?s?[|>\s]*\Z")
_COMMENT = re.compile(r":(?!:|-|\)|\()\s?([^:].*)", re.DOTALL)
# The same after a time. A prefix that ends in ` : ` begins with a level.
_TIMED_COMMENT = re.compile(
    r"(\S.{3,60}?)[ \t]+:[ \t]?(?!(?:DEBUG|INFO|NOTICE|WARN|ERROR|CRITICAL|FATAL|TRACE)|.*\s:\s)([^:\s].*)",
    re.DOTALL | re.IGNORECASE,
)
_FENCE = re.compile(r"\s*(?:```|~~~)")
_DONE = re.compile(r"[\"']?\[DONE\][\"']?[,;]?")
# How loggers end their prefix: `INFO:root:`, `[TAG]`, `chunk =`, `<=`, `|`, a log level's letter.
_LOGGED = re.compile(
    r"(?:[\]:|>=)-]|\b[A-Z]|\b(?:DEBUG|INFO|WARN|WARNING|ERROR|TRACE|debug|info|received|chunk|line))\s*\Z"
)
_QUOTED = re.compile(rf"([^{{]{{0,{_LONGEST_PREFIX}}}?)(?<!\w)([bu]?[\"'])(?=(?:data|event|id|retry)?:)", re.DOTALL)
_OPEN = re.compile(
    rf"([^{{]{{0,{_LONGEST_PREFIX}}}?)(?<!\w)"
    r"([\[,(]?\s*\{\s*(?:[\"'“‘]|\Z|[a-z_]+:\s)|(?:\w+\.)*\w*(?:Chunk|Event|Response|Completion)\w*\(\w+=)",
    re.DOTALL,
)
_ELISION = re.compile(
    r"(?:[#/*>\-–—|<(\[{]|\d+\.|\s)*(?:\.{3,}|…+)|[\[(<]\s*(?:snip|snipped|truncated|omitted|cut)\b[^\])>]{0,80}[\])>]\s*\Z",
    re.IGNORECASE,
)
# A blank line of a stream as logged by `ts`, Docker and Kubernetes: only the time.
_ONLY_A_TIME = re.compile(
    r"[\[(<|]*(?:[0-9A-Z][0-9:.,TZ+/ a-zµ-]{5,48}|\+?\s*[0-9.]{1,20}\s?[mnuµ]?s)[\])>|]*(?: std(?:out|err) [FP])?"
)
_LOG_TEXT = ("log", "message", "msg", "line", "text", "event", "body", "data", "MESSAGE")
_SAYS_TEXT = re.compile(rf'"(?:{"|".join(_LOG_TEXT)})"')
_HELD = re.compile(r'"(chunk|data|event|payload|response|raw|json|body|message|delta)"\s*:\s*\{')
_COLORS = re.compile(r"\x1b\[[0-9;]*[A-Za-z]")
_EPOCHS = 1e9
_LOG_TIME = ("time", "timestamp", "ts", "@timestamp", "asctime", "t", "__REALTIME_TIMESTAMP")


@dataclass(frozen=True, slots=True, kw_only=True)
class LogLine:
    """One line, split into its parts.

    `text` is the line without its end. `payload` is the text after `data:`, the name of an event, the text of a comment, or
    everything from the first bracket. `logged` is whether the text before the payload is empty or looks like a logger's
    prefix. `message` describes how the payload was found, if that should be reported.
    """

    number: int
    kind: LineKind
    text: str
    payload: str = ""
    stamp: Stamp | None = None
    logged: bool = True
    message: str = ""


class Lines:
    """Iterates over the lines of a log, beginning with those that were put back."""

    def __init__(self, lines: Iterable[bytes]) -> None:
        self._lines = enumerate(lines, 1)
        self._back: deque[LogLine] = deque()
        # The number of characters that may still be read without a result; it keeps reading linear for any log.
        self.patience = _PATIENCE
        # The number of characters read since the last result.
        self.idle = 0

    def __iter__(self) -> Iterator[LogLine]:
        return self

    def __next__(self) -> LogLine:
        if self._back:
            return self._back.popleft()
        number, line = next(self._lines)
        self.patience += 2 * len(line)
        self.idle += len(line) + 60
        if isinstance(line, LongLine):
            return LogLine(number=number, kind="text", text="", message=f"a line {TOO_LONG}")
        if not _TELLING.search(line):
            return LogLine(
                number=number,
                kind="text" if line.strip() else "blank",
                text=line.rstrip(b"\r\n").decode("utf-8", "surrogateescape"),
            )
        found = dissect(line.rstrip(b"\r\n").decode("utf-8", "surrogateescape"), number)
        self._back.extend(found[1:])
        return found[0]

    def put_back(self, lines: Iterable[LogLine]) -> None:
        """Return these lines next, in this order."""
        self._back.extendleft(reversed(list(lines)))


def dissect(text: str, number: int, outer: Stamp | None = None) -> list[LogLine]:
    """Return one line of a log as one line, or as several if they were printed inside a literal or a logger's JSON."""
    if number == 1:
        text = text.removeprefix("\ufeff")
    if "\x1b" in text:
        text = _COLORS.sub("", text)
    if "{&quot;" in text and '{"' not in text:  # elsewhere they are part of the model's text
        text = html.unescape(text)
        return [replace(_plain(text, text.strip(), number, outer), message="HTML entities")]
    bare = text.strip()
    if not bare or (_ONLY_A_TIME.fullmatch(bare) and stamp(bare)):
        return [LogLine(number=number, kind="blank", text=text)]
    if _FENCE.match(text):
        return [LogLine(number=number, kind="fence", text=text)]
    if bare.startswith("{") and (wrapped := _unwrapped(bare, number) or _taken_out(bare, number)):
        return wrapped
    if (printed := _unquoted(text, number, outer)) is not None:
        return printed
    return [_plain(text, bare, number, outer)]


def _plain(text: str, bare: str, number: int, outer: Stamp | None) -> LogLine:
    if match := _DATA.match(text):
        return _field(number, "data", text, match, outer)
    if (match := _EVENT.fullmatch(text)) and _is_logged(match[1], outer):
        return _field(number, "event", text, match, outer)
    if _DONE.fullmatch(bare):
        return LogLine(number=number, kind="done", text=text, payload=bare, stamp=outer)
    if match := _COMMENT.fullmatch(bare):
        return LogLine(number=number, kind="comment", text=text, payload=match[1], stamp=outer)
    if (match := _TIMED_COMMENT.fullmatch(bare)) and _ONLY_A_TIME.fullmatch(match[1]) and (found := stamp(match[1])):
        return LogLine(number=number, kind="comment", text=text, payload=match[2], stamp=outer or found)
    if _ELISION.match(bare):
        return LogLine(number=number, kind="elision", text=text, payload=bare, stamp=outer)
    if match := _OPEN.match(text):
        return _field(number, "open", text, match, outer, text[match.start(2) :])
    return LogLine(number=number, kind="text", text=text, stamp=outer)


def _field(
    number: int, kind: LineKind, text: str, match: re.Match[str], outer: Stamp | None, payload: str | None = None
) -> LogLine:
    prefix = match[1]
    found = outer or (stamp(prefix) if prefix.strip() else None)
    payload = match[2] if payload is None else payload
    if kind == "data" and _DONE.fullmatch(payload.strip()):
        kind, payload = "done", payload.strip()
    return LogLine(
        number=number,
        kind=kind,
        text=text,
        payload=payload,
        stamp=found,
        logged=found is not None or _is_logged(prefix, outer),
    )


def _is_logged(prefix: str, outer: Stamp | None) -> bool:
    return outer is not None or not prefix.strip(" \t>+|") or bool(_LOGGED.search(prefix) or stamp(prefix))


def _unquoted(text: str, number: int, outer: Stamp | None) -> list[LogLine] | None:
    """Return the lines inside a literal that a program printed: `b'data: {"id":…}\\n\\n'`."""
    match = _QUOTED.match(text)
    if match is None or "data:" in match[1] or len(text) > _LONGEST_PRINTED:
        return None
    found = literal(text, match.start(2))
    if found is None or text[found[1] :].strip(" \t,;)]}"):
        return None
    printed = found[0].replace("\r\n", "\n").rstrip("\n")
    time = outer or stamp(match[1])
    return [line for part in printed.split("\n") for line in dissect(part, number, time)]


def _unwrapped(bare: str, number: int) -> list[LogLine] | None:
    """Return the line inside a logger's JSON: Docker's `{"log":"data: …","stream":"stdout","time":"…"}` and its relatives."""
    if bare[-1:] != "}" or not _SAYS_TEXT.search(bare, 0, _LONGEST_PREFIX):
        return None
    document = parse_object(bare.encode("utf-8", "surrogateescape"))
    if document is None:
        return None
    inner = next((value for key in _LOG_TEXT if _is_printed(value := document.get(key))), None)
    if inner is None:
        return None
    time = next((found for key in _LOG_TIME if (found := _stamp_of(document.get(key)))), None)
    lines = inner.replace("\r\n", "\n").rstrip("\n").split("\n")
    return [line for part in lines for line in dissect(part, number, time)]


def _taken_out(bare: str, number: int) -> list[LogLine]:
    """Return the chunk inside a program's own record of it: `{"ts":1762720298.5,"chunk":{…}}`."""
    match = _HELD.search(bare, 0, _LONGEST_PREFIX)
    document = parse_object(bare.encode("utf-8", "surrogateescape")) if match else None
    if match is None or document is None or role(document) != "other" or role(document.get(match[1])) != "chunk":
        return []
    time = next((found for key in _LOG_TIME if (found := _stamp_of(document.get(key)))), None)
    chunk = compact_json(document[match[1]])
    name = document.get("event")
    before = [LogLine(number=number, kind="event", text=bare, payload=name)] if isinstance(name, str) and name else []
    return [
        *before,
        LogLine(number=number, kind="open", text=bare, payload=chunk, stamp=time, message=f"taken out of {match[1]}"),
    ]


def _is_printed(value: Any) -> bool:
    if not isinstance(value, str):
        return False
    if re.match(r"\s*(?:data|event):", value) or value in ("\n", "[DONE]"):
        return True
    return value.startswith("{") and role(parse_object(value.encode("utf-8", "surrogateescape"))) == "chunk"


def _stamp_of(value: Any) -> Stamp | None:
    if isinstance(value, float) and 0 <= value < _EPOCHS:
        # Seconds since a start; a whole number may be milliseconds.
        return stamp(f"t={value:.9f}")
    return stamp(str(value)) if isinstance(value, str | int | float) else None
