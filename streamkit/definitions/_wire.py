"""How benchmark tools split a body into events: each parser as implemented by the tool, bugs included.

A reader takes the frames of one body and yields `(when, payload)`: the time (ns since the request) at which the tool has the
payload, and the text that it passes to its JSON parser. It raises `Unreadable` where the code of the tool raises; the tool
then counts the request as failed. All readers take time linear in the length of the body.
"""

from __future__ import annotations

import codecs
import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import field
from typing import Any

from streamkit.frozen import dataclass

_DONE = "[DONE]"
# JSON values that are false in Python, which AIPerf and GuideLLM skip.
_NOTHING = frozenset(("{}", "[]", '""', "0", "false"))
_DATA = "data: "
_STRUCTURE = re.compile(r'["\\{}\[\]]')


class Unreadable(Exception):
    """Raised where the code of the tool raises; `code` is the reason, `detail` the input that causes it."""

    def __init__(self, code: str, detail: str) -> None:
        super().__init__(code, detail)
        self.code = code
        self.detail = detail


@dataclass(frozen=True, slots=True)
class Wire:
    """The body of one stream: its frames with their times (ns since the request), the time of its end, its content type.

    `known` maps JSON texts to chunks that were already parsed.
    """

    frames: Sequence[tuple[int, bytes]]
    closed: int
    content_type: str | None
    known: Mapping[str, dict[str, Any]] = field(default_factory=dict)

    def parsed(self, payload: str) -> Any:
        """Return the result of Python's `json.loads`. Raises ValueError or RecursionError, as that does."""
        chunk = self.known.get(payload)
        return json.loads(payload) if chunk is None else chunk


TimedPayloads = Iterator[tuple[int, str]]
PayloadReader = Callable[[Wire], TimedPayloads]


def blank_line_messages(wire: Wire, *, stripped: bool = False) -> TimedPayloads:
    """Read as vLLM's `StreamedResponseHandler`: messages end at `\\n\\n`, or when the buffer is `data: ` and complete JSON.

    A message that begins with a colon is skipped as a whole; an incomplete message at the end is dropped. `stripped` is the
    behaviour up to 0.32, which stripped whitespace from every read first.
    """
    return (
        (at, message.removeprefix(_DATA))
        for at, message in _vllm_messages(wire, stripped)
        if not message.startswith(":")
    )


def stripped_messages(wire: Wire) -> TimedPayloads:
    """Read as vLLM up to 0.32."""
    return blank_line_messages(wire, stripped=True)


def data_lines_of_messages(wire: Wire, *, stripped: bool = False) -> TimedPayloads:
    """Read as vLLM reads the Responses API: the `data:` lines of each such message, joined. Messages without one are skipped."""
    for at, message in _vllm_messages(wire, stripped):
        lines = [
            line.removeprefix("data:").removeprefix(" ") for line in message.split("\n") if line.startswith("data:")
        ]
        if payload := "\n".join(lines):
            yield at, payload


def _vllm_messages(wire: Wire, stripped: bool) -> TimedPayloads:
    decoder = codecs.getincrementaldecoder("utf-8")()
    pending = _Pending(wire.parsed)
    for at, data in wire.frames:
        read = data.strip() if stripped else data
        if not read:
            continue
        try:
            text = decoder.decode(read)
        except UnicodeDecodeError as fault:
            raise Unreadable("not-utf8", str(fault)) from fault
        for message in pending.add(text):
            yield at, message


class _Pending:
    """The buffer of vLLM's handler, in linear time: nothing is searched or parsed twice."""

    def __init__(self, parsed: Callable[[str], Any]) -> None:
        self.parsed = parsed
        self.parts: list[str] = []
        self.last = ""
        self.scan = _Scan()

    def add(self, text: str) -> list[str]:
        """Return the messages that this piece completes."""
        messages: list[str] = []
        if "\n\n" in self.last + text:
            *whole, rest = ("".join(self.parts) + text).split("\n\n")
            messages = [stripped for message in whole if (stripped := message.strip())]
            self._restart(rest)
        else:
            self.parts.append(text)
            self.last = (self.last + text)[-1:]
            self.scan.feed(text)
        if self.scan.may_be_whole and (message := self._whole()):
            messages.append(message)
            self._restart("")
        return messages

    def _restart(self, text: str) -> None:
        self.parts = [text] if text else []
        self.last = text[-1:]
        self.scan = _Scan()
        self.scan.feed(text)

    def _whole(self) -> str:
        buffer = "".join(self.parts)
        if not buffer.startswith(_DATA):
            self.scan.hopeless = self.scan.hopeless or len(buffer) >= len(_DATA)
            return ""
        content = buffer.removeprefix(_DATA).strip()
        if not content:
            return ""
        if content != _DONE:
            try:
                self.parsed(content)
            except json.JSONDecodeError:
                # A complete value followed by more text stays invalid whatever comes next.
                self.scan.hopeless = self.scan.closed
                return ""
            except (ValueError, RecursionError) as fault:
                raise Unreadable("not-json", str(fault)) from fault
        return buffer.strip()


class _Scan:
    """Checks whether a growing text may be a complete JSON value: all its brackets are closed."""

    def __init__(self) -> None:
        self.depth = 0
        self.quoted = False
        self.escaped = False
        self.closed = False
        self.hopeless = False
        self.length = 0

    @property
    def may_be_whole(self) -> bool:
        """Whether parsing is worthwhile."""
        return not self.hopeless and not self.quoted and self.depth == 0 and (self.closed or self.length < 64)

    def feed(self, text: str) -> None:
        """Process the next piece."""
        self.length += len(text)
        if self.hopeless:
            return
        skip = 1 if self.escaped else 0
        self.escaped = False
        while found := _STRUCTURE.search(text, skip):
            mark, skip = found.group(), found.end()
            if mark == "\\":
                if self.quoted:
                    self.escaped = skip >= len(text)
                    skip += 1
            elif mark == '"':
                self.quoted = not self.quoted
                self.closed = self.closed or (self.depth == 0 and not self.quoted)
            elif not self.quoted:
                self.depth += 1 if mark in "{[" else -1
                self.closed = self.closed or self.depth <= 0


def fed_lines(wire: Wire) -> TimedPayloads:
    """Read as SGLang: lines as split by aiohttp, at `\\n` only, and stripped.

    Every line that is not empty is a payload, without `data: ` if it begins with that.
    """
    for at, line in _split(wire, b"\n"):
        if stripped := line.strip():
            yield at, _utf8(stripped).removeprefix(_DATA)


def sliced_lines(wire: Wire) -> TimedPayloads:
    """Read as llmperf: lines as split by `requests` (`\\n`, `\\r\\n`, `\\r`), stripped, without their first six bytes."""
    for at, line in _requests_lines(wire):
        if stripped := line.strip():
            yield at, _utf8(stripped[len(_DATA) :])


def data_lines_of_blocks(wire: Wire) -> TimedPayloads:
    """Read as inference-perf: blocks end at `\\n\\n`; their lines that begin with `data:` are payloads, without `data: `.

    `data:` is kept if no space follows it. `[DONE]` skips the rest of its block, and the rest of the same read is processed
    with the next one.
    """
    pending = bytearray()
    for at, data in wire.frames:
        searched = max(len(pending) - 1, 0)
        pending += data
        start = 0
        while (end := pending.find(b"\n\n", max(searched, start))) >= 0:
            block, start = bytes(pending[start:end]), end + 2
            done = False
            for line in block.split(b"\n"):
                if not line.startswith(b"data:"):
                    continue
                payload = line.removeprefix(b"data: ").strip()
                done = payload == _DONE.encode()
                if done:
                    break
                yield at, _utf8(payload)
            if done:
                break
        del pending[:start]


def sse_messages(wire: Wire) -> TimedPayloads:
    """Read as AIPerf: blocks end at `\\n\\n` or, if there is none, at `\\r\\n\\r\\n`; a space after a field name is optional.

    An incomplete block at the end counts, at the time of the end. `event: error` fails the request.
    """
    kind = (wire.content_type or "").partition(";")[0].strip().lower()
    if kind not in ("", "text/event-stream"):
        raise Unreadable("no-event-stream", f"content type {kind}")
    buffer = bytearray()
    for at, data in wire.frames:
        searched, start = max(len(buffer) - 3, 0), 0
        buffer += data
        feeds = returns = -2
        while True:
            begin = max(searched, start)
            if feeds != -1 and feeds < begin:
                feeds = buffer.find(b"\n\n", begin)
            if feeds >= 0:
                end, length = feeds, 2
            else:
                if returns != -1 and returns < begin:
                    returns = buffer.find(b"\r\n\r\n", begin)
                if returns < 0:
                    break
                end, length = returns, 4
            text = buffer[start:end].decode("utf-8", "replace").strip()
            start = end + length
            if text and (payload := _aiperf_payload(text)):
                yield at, payload
        del buffer[:start]
    if (text := buffer.decode("utf-8", "replace").strip()) and (payload := _aiperf_payload(text)):
        yield wire.closed, payload


def _aiperf_payload(message: str) -> str:
    """Return the data of one message as read by `SSEMessage.parse` and `extract_data_content`; "" if there is none."""
    payload = _aiperf_data(message)
    return "" if payload == "null" or payload in _NOTHING else payload


def _aiperf_data(message: str) -> str:
    if "\n" not in message and "\r" not in message and message.startswith("data:"):
        return message[len("data:") :].strip()
    fields: list[tuple[str, str]] = []
    for raw in message.splitlines():
        if not (line := raw.strip()):
            continue
        value = fields[-1][1] if fields else ""
        if value.startswith("{") and not value.endswith("}") and not line.startswith("data:"):
            fields[-1] = (fields[-1][0], f"{value}\\n{line}")
            continue
        name, _, value = line.partition(":")
        fields.append((name.strip() or "comment", value.strip()))
    if any(name.casefold() == "event" and value.casefold() == "error" for name, value in fields):
        raise Unreadable("error-event", "event: error")
    return "\n".join(value for name, value in fields if name == "data" and value)


def unicode_lines(wire: Wire) -> TimedPayloads:
    """Read as GuideLLM: lines that begin with `data:`, up to `[DONE]`.

    Lines are split by httpx, at every line boundary of Unicode, even at U+2028 within a string.
    """
    for at, line in _httpx_lines(wire):
        if not (stripped := line.strip()).startswith("data:"):
            continue
        payload = stripped[len("data:") :].strip()
        if payload in _NOTHING:
            continue
        if payload in (_DONE, "null"):
            yield at, _DONE
            return
        yield at, payload


def _httpx_lines(wire: Wire) -> TimedPayloads:
    """Yield lines as `httpx.Response.aiter_lines` does."""
    decoder = codecs.getincrementaldecoder("utf-8")("replace")
    pending: list[str] = []
    returned = False
    for at, data in (*wire.frames, (wire.closed, None)):
        text = decoder.decode(b"" if data is None else data, data is None)
        text, returned = ("\r" if returned else "") + text, False
        if data is not None and text.endswith("\r"):
            text, returned = text[:-1], True
        lines = text.splitlines(keepends=True)
        for line in lines:
            body = line.splitlines()[0] if line.splitlines() else ""
            pending.append(body)
            if body != line:
                yield at, "".join(pending)
                pending = []
    if pending:
        yield wire.closed, "".join(pending)


def _requests_lines(wire: Wire) -> Iterator[tuple[int, bytes]]:
    """Yield lines as `requests.Response.iter_lines` does: a `\\r\\n` split between two reads gives an empty line."""
    pending: list[bytes] = []
    for at, data in wire.frames:
        for line in data.splitlines(keepends=True):
            body = line.rstrip(b"\r\n")
            pending.append(body)
            if body != line:
                yield at, b"".join(pending)
                pending = []
    if pending:
        yield wire.closed, b"".join(pending)


def _split(wire: Wire, separator: bytes) -> Iterator[tuple[int, bytes]]:
    pending: list[bytes] = []
    for at, data in wire.frames:
        *whole, rest = data.split(separator)
        for line in whole:
            pending.append(line)
            yield at, b"".join(pending)
            pending = []
        pending.append(rest)
    if last := b"".join(pending):
        yield wire.closed, last


def _utf8(line: bytes) -> str:
    try:
        return line.decode("utf-8")
    except UnicodeDecodeError as fault:
        raise Unreadable("not-utf8", str(fault)) from fault


def reads_of(wire: Wire) -> TimedPayloads:
    """Read as GenAI-Perf: perf_analyzer stores one text per read; the report joins fragments and merges simultaneous reads."""
    texts = [data.decode("utf-8", "replace") for _, data in wire.frames]
    _mend_splinters(texts)
    for (at, _), text in zip(wire.frames, texts, strict=True):
        yield at, text


def _mend_splinters(texts: list[str]) -> None:
    """Append texts that do not begin with `data: ` to the previous read, except comments and other fields."""
    tails: list[str] = []
    for index in reversed(range(1, len(texts))):
        text = texts[index] + "".join(reversed(tails))
        tails = []
        if not text.startswith((":", "event:", "id:", "retry:", _DATA)):
            if "data:" not in texts[index - 1]:
                raise Unreadable("splintered", "a read without `data:` before one that does not begin with it")
            start = text.find(_DATA)
            tails = [text] if start < 0 else [text[:start]]
            text = "" if start < 0 else text[start:]
        texts[index] = text
    if texts:
        texts[0] += "".join(reversed(tails))
