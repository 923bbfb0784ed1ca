"""Read a pasted log line by line: find the parts of streams, assign them to exchanges, and report repairs."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from streamkit.errors import UnreadableInput
from streamkit.formats import Stamp, stamp, unknown_format
from streamkit.formats._drafts import Draft
from streamkit.formats._payloads import Identity, identity, role
from streamkit.formats._repair import compact_json, literal
from streamkit.formats.gist_log.brackets import ParsedDocument, take
from streamkit.formats.gist_log.lines import Lines, LogLine
from streamkit.formats.gist_log.parked import Parked
from streamkit.model.exchange import Exchange, Response

_MOST_IDLE = 32 << 20  # bytes of text, including the overhead of each line
_MOST_HELD = 1000
_STATUS = re.compile(r"\s*(?:<\s)?HTTP/([0-9.]+)\s+([0-9]{3})\b.*")
_HEADER = re.compile(r"\s*(?:<\s)?([A-Za-z][A-Za-z0-9-]*):\s(.*)")
# A value that is not JSON but may be the data of an event, as some servers send it: a quoted text, a printed bytes object.
# A request as logged by a client when it sends it.
_REQUEST = re.compile(r"(.*?)(?:^|[>\s\"'])(?:POST|GET) (?:https?://|/)\S+(?: HTTP/[0-9.]+)?[\"']?\s*")
_PRINTED = re.compile(r"\s*b?['\"]")


class LogReader:
    """Reads a log line by line and collects one exchange at a time; an exchange is parked during chunks of another."""

    def __init__(self, path: str, lines: Lines) -> None:
        self.number = 0
        self._path = path
        self._lines = lines
        self._draft: Draft | None = None
        self._done: list[Draft] = []
        self._parked = Parked()
        self._news = False  # whether what is done, or what it waits for, has changed
        self._event: LogLine | None = None
        self._response: Response | None = None
        self._sent: Stamp | None = None
        self._dots: list[tuple[LogLine, bool]] = []
        self._skipped: list[tuple[int, int, str]] = []
        self._held: list[tuple[int, str, str]] = []

    def exchanges(self) -> Iterator[Exchange]:
        """Yield the exchanges of the log, each when the next one begins."""
        take_up = {
            "blank": self._blank,
            "fence": self._fence,
            "elision": self._elision,
            "comment": self._comment,
            "event": self._named,
            "done": self._marker,
            "data": self._data,
            "open": self._document,
            "text": self._text,
        }
        for line in self._lines:
            take_up[line.kind](line)
            yield from self._finished()
            if self._lines.idle > _MOST_IDLE:
                yield from self._given_up(line)
        self._end()
        yield from self._finished()

    def _given_up(self, line: LogLine) -> Iterator[Exchange]:
        """Yield the open exchange, then stop: with this many lines without a chunk, it is not the log of a stream."""
        self._end()
        yield from self._finished()
        if not self.number:
            raise unknown_format(self._path)
        raise UnreadableInput(self._path, f"no chunk in {_MOST_IDLE >> 20} MiB of text; gave up", line=line.number)

    def _finished(self) -> Iterator[Exchange]:
        """Yield the complete exchanges in the order of their lines, each after those that start earlier."""
        if not self._done or not self._news:
            return
        self._news = False
        open_lines = [line for line in (self._parked.first_line, self._draft and self._draft.line) if line]
        self._done.sort(key=lambda draft: draft.line)
        while self._done and all(self._done[0].line < line for line in open_lines):
            self.number += 1
            yield self._done.pop(0).finished(self._path, self.number)

    def _end(self) -> None:
        if self._draft is None:
            return
        self._settle_dots(self._draft, None)
        self._tell_skipped(self._draft)
        self._done += [self._draft, *self._parked.release()]
        self._draft = None
        self._news = True

    def _blank(self, line: LogLine) -> None:
        self._event = None

    def _fence(self, line: LogLine) -> None:
        self._done += self._parked.release()
        self._news = True
        self._separate("fence")

    def _text(self, line: LogLine, message: str = "other text") -> None:
        if match := _STATUS.fullmatch(line.text):
            self._response = self._headers(match)
            return
        if match := _REQUEST.fullmatch(line.text):
            self._sent = stamp(match[1])
        self._separate("text")
        message = line.message or message
        if self._skipped and self._skipped[-1][2] == message:
            first, _, _ = self._skipped[-1]
            self._skipped[-1] = (first, line.number, message)
        else:
            self._skipped.append((line.number, line.number, message))

    def _headers(self, status: re.Match[str]) -> Response:
        """Return the status line just read, with the header lines that follow it."""
        headers = []
        for line in self._lines:
            match = _HEADER.fullmatch(line.text) if line.kind == "text" else None
            if match is None:
                self._lines.put_back([line])
                break
            headers.append((match[1], match[2].strip()))
        return Response(None, int(status[2]), status[1], tuple(headers))

    def _separate(self, by: str) -> None:
        self._event = None
        if self._draft is not None and self._draft.separation != "fence":
            self._draft.separation = by
        self._dots = [(dots, before) for dots, before in self._dots if before]

    def _elision(self, line: LogLine) -> None:
        if self._draft is not None and not self._draft.separation and len(self._dots) < _MOST_HELD:
            self._dots.append((line, True))
        elif len(self._dots) < _MOST_HELD:
            self._dots.append((line, False))

    def _comment(self, line: LogLine) -> None:
        if self._draft is not None and not self._draft.separation and not self._draft.terminated:
            self._draft.add_comment(line.payload, line.number, line.stamp)
        else:
            self._text(line)

    def _named(self, line: LogLine) -> None:
        self._event = line

    def _marker(self, line: LogLine) -> None:
        draft = self._draft
        if draft is None or not draft.chunks or (draft.terminated and draft.separation) or not line.logged:
            self._text(line, "an end mark that belongs to no stream")
            return
        ended = self._parked.awaiting_end(draft)
        if ended is not None:
            self._done.append(ended)
            self._news = True
            draft = ended
        self._settle_dots(draft, draft)
        self._tell_skipped(draft)
        draft.add("[DONE]", line.number, line.stamp, event=self._name())
        draft.terminated = True
        draft.separation = ""

    def _data(self, line: LogLine) -> None:
        payload = line.payload.strip()
        if payload[:1] in ("{", "["):
            self._document(line)
        elif _PRINTED.match(payload) or (payload and line.logged and self._is_open()):
            draft = self._draft if self._is_open() and self._draft is not None else self._begin(line)
            self._settle_dots(draft, draft)
            self._tell_skipped(draft)
            text, remark = _remark_cut(line.payload.removeprefix(" "))
            if remark:
                draft.note(line.number, "repaired", f"without the remark after it: {remark[:100]}")
            draft.add(text, line.number, line.stamp, event=self._name())
            draft.separation = ""
            draft.chunks += 1
            self._lines.idle = 0
        else:
            self._text(line)

    def _is_open(self) -> bool:
        return self._draft is not None and not self._draft.terminated and self._draft.separation != "fence"

    def _document(self, line: LogLine) -> None:
        document = take(line, self._lines)
        if document.value is None:
            self._unusable(line, document)
            return
        values = document.value if isinstance(document.value, list) else [document.value]
        used = [value for value in values if self._is_wanted(line, value, document)]
        if not used:
            kinds = {role(value) for value in values}
            message = (
                "a request body" if kinds == {"request"} else "JSON that is not a chunk" if kinds else "other text"
            )
            for part in document.lines:
                self._text(part, message)
            return
        for value in used:
            text = document.text if value is document.value else compact_json(value)
            self._chunk(line, value, text, document)

    def _is_wanted(self, line: LogLine, value: Any, document: ParsedDocument) -> bool:
        """Return whether a document is part of a stream: by its shape, or because it is plain JSON in a data field."""
        kind = role(value)
        if kind in ("chunk", "answer", "error"):
            return True
        return (
            line.kind == "data"
            and line.logged
            and document.state in ("whole", "hard-wrapped")
            and isinstance(value, dict)
        )

    def _chunk(self, line: LogLine, value: dict[str, Any], text: str, document: ParsedDocument) -> None:
        kind = role(value)
        bare = line.kind == "open"
        found = identity(value)
        draft = self._draft
        strict = draft is not None and (draft.separation == "fence" or not draft.streamed)
        plain = (
            bare and kind != "chunk" and (kind == "answer" or draft is None or not draft.belongs(found, strict=strict))
        )
        if plain or draft is None or self._response or not draft.belongs(found, strict=strict):
            parked = None if plain or self._response else self._parked.take(found)
            draft = self._begin(line, found, parked)
            draft.streamed = not plain
        self._settle_dots(draft, draft)
        self._tell_skipped(draft)
        if document.state != "whole":
            draft.note(line.number, document.state, document.message)
        if line.message:
            draft.note(line.number, "repaired", line.message)
        elif self._event is not None and bare:
            draft.note(line.number, "repaired", "no data: before it")
        if plain:
            text = "\n".join(part.text for part in document.lines) if document.state == "whole" else text
            text = text[text.find("{") : text.rfind("}") + 1]
        draft.add(text, line.number, line.stamp, event="" if plain else self._name(), bare=bare)
        draft.learn(value, found)
        self._lines.idle = 0
        draft.terminated = draft.terminated or plain

    def _begin(self, line: LogLine, found: Identity | None = None, parked: Draft | None = None) -> Draft:
        """Return the exchange that a chunk on this line belongs to: one that was parked, or a new one."""
        if self._draft is not None:
            self._settle_dots(self._draft, None)
            self._done += self._parked.put(self._draft, None if self._response else found)
            self._done += self._parked.look(line.number)
            self._news = True
        self._draft = parked or Draft(line.number, self._response)
        if parked is not None:
            return parked
        self._draft.sent, self._sent = self._sent, None
        self._response = None
        for number, kind, message in self._held:
            self._draft.note(number, kind, message)
            self._draft.excerpt = True
        self._held.clear()
        return self._draft

    def _unusable(self, line: LogLine, document: ParsedDocument) -> None:
        is_data = line.kind == "data" and line.logged and (self._is_open() or document.text.startswith('{"'))
        if not document.meant and not is_data:
            for part in document.lines:
                self._text(part)
            return
        shown = document.text if len(document.text) <= 100 else document.text[:99] + "…"
        state, what = (
            ("elided", "left out in parts") if document.state == "elided" else ("unusable", "cut off or no JSON")
        )
        self._event = None
        if self._draft is None or (self._draft.separation == "fence" and not self._draft.terminated):
            if len(self._held) < _MOST_HELD:
                self._held.append((line.number, state, f"{what}: {shown}"))
            return
        self._draft.note(line.number, state, f"{what}: {shown}")
        self._draft.excerpt = self._draft.excerpt or not self._draft.terminated

    def _name(self) -> str:
        """Return the name of the current event, and reset it."""
        line, self._event = self._event, None
        return line.payload if line is not None else ""

    def _settle_dots(self, draft: Draft, going_on: Draft | None) -> None:
        """Assign each `...` since the last chunk to the exchange that it is in: between two of its chunks, after the last, or
        before the first."""
        kept = []
        for line, before in self._dots:
            if (going_on is not None and (before or draft.chunks == 0 or draft.separation != "fence")) or (
                going_on is None and before
            ):
                draft.note(line.number, "elided", f"left out here: {line.text.strip()[:100]}")
                draft.excerpt = draft.excerpt or not draft.terminated
            else:
                kept.append((line, before))
        self._dots = [(line, False) for line, _ in kept] if going_on is None else []

    def _tell_skipped(self, draft: Draft) -> None:
        for first, last, message in self._skipped:
            where = f"line {first}" if first == last else f"lines {first} to {last}"
            draft.note(first, "skipped", f"{message}, {where}")
        self._skipped.clear()


def _remark_cut(payload: str) -> tuple[str, str]:
    """Split a printed text from a comment that its author added in the syntax of a programming language: `'Hel' # and so on`."""
    printed = literal(payload) if _PRINTED.match(payload) else None
    rest = payload[printed[1] :].strip() if printed else ""
    return (payload[: printed[1]], rest) if printed and rest.startswith("# ") else (payload, "")
