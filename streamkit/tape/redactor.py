"""Cuts secrets out of what is recorded, before it reaches the disk.

Requests and headers are known whole: header values by an allow-list, values of telling names, known shapes anywhere. A
body is cut while it arrives: a cut overwrites the secret's bytes one for one, so that the number of frames, their sizes
and the JSON around it stay as they were. A frame waits only while its end, or the end of a text that is being put
together from deltas, could begin a secret.
"""

from __future__ import annotations

import bisect
import re
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

from streamkit.errors import UsageError
from streamkit.model.exchange import Body, Exchange, Frames, Redaction, Request, Response
from streamkit.tape import _shapes
from streamkit.tape._headers import cut_request_headers, cut_response_headers, cut_url, telling
from streamkit.tape._normal import Text, normal
from streamkit.tape._strings import WHOLE_FIELDS, Channel, Piece, Scanner, bare

MARK = "[redacted]"
_PATIENCE = 16 * 1024  # bytes of a body while which a text may stand still before its end is no longer waited for
_UNSETTLED = 64 * 1024  # bytes of an event that may follow a text before the event tells which text it belongs to


@dataclass(frozen=True, slots=True)
class Policy:
    """What is cut: `default` the known names and shapes, `patterns` those of the user."""

    default: bool = True
    patterns: tuple[re.Pattern[str], ...] = ()

    @staticmethod
    def of(patterns: Iterable[str] = (), *, default: bool = True) -> Policy:
        """A policy with these regular expressions besides. Raises UsageError for one that is none or matches nothing."""
        compiled = []
        for pattern in patterns:
            try:
                compiled.append(re.compile(pattern))
            except re.error as error:
                raise UsageError(f"--redact {pattern!r}: no regular expression: {error}") from None
            if compiled[-1].fullmatch(""):
                raise UsageError(f"--redact {pattern!r}: it matches the empty text, so it would cut everything")
        return Policy(default, tuple(compiled))

    @property
    def cuts(self) -> bool:
        """Whether anything is cut at all."""
        return self.default or bool(self.patterns)


DEFAULT = Policy()
NOTHING = Policy(default=False)


class Found(NamedTuple):
    """A secret in a text: its first character, the one after its last, the rule, and its shape's number if it has one."""

    start: int
    end: int
    rule: str
    shape: int | None


def secrets(text: str, policy: Policy = DEFAULT) -> list[Found]:
    """The secrets in a text, in order, none within another."""
    found: list[Found] = []
    if policy.default and _shapes.HINT.search(text):
        for match in _shapes.WHOLE.finditer(text):
            shape = _shapes.shape_of(match)
            found.append(Found(match.start(), match.end(), _shapes.SHAPES[shape].name, shape))
    for pattern in policy.patterns:
        found += [Found(*match.span(), "pattern", None) for match in pattern.finditer(text) if match.group()]
    if len(found) < 2:
        return found
    found.sort(key=lambda secret: (secret.start, -secret.end))
    kept = found[:1]
    for secret in found[1:]:
        if secret.start >= kept[-1].end:
            kept.append(secret)
    return kept


def redact_text(text: str, policy: Policy = DEFAULT) -> tuple[str, list[str]]:
    """The text with `[redacted]` for every secret, escaped ones too, and the rules that cut."""
    known = normal(text.encode("utf-8", "surrogatepass"), 0)
    found = secrets(known.text, policy)
    if not found:
        return text, []
    raw = text.encode("utf-8", "surrogatepass")
    pieces, position = [], 0
    for secret in found:
        pieces.append(raw[position : known.starts[secret.start]])
        position = known.ends[secret.end - 1]
    pieces.append(raw[position:])
    return MARK.encode().join(pieces).decode("utf-8", "surrogatepass"), [secret.rule for secret in found]


def redact_request(request: Request, policy: Policy = DEFAULT) -> tuple[Request, tuple[Redaction, ...]]:
    """The request with its secrets cut, and the cuts."""
    if not policy.cuts:
        return request, ()
    cuts: list[Redaction] = []
    url, headers = request.url, request.headers
    if policy.default:
        url = cut_url(url, cuts)
        headers = cut_request_headers(headers, cuts)
    url = _cut("request.url", url, policy, cuts)
    headers = tuple((name, _cut(f"request.headers.{name.lower()}", value, policy, cuts)) for name, value in headers)
    body = None if request.body is None else _cut_body(request.body, policy, cuts)
    return Request(request.method, url, headers, body), tuple(cuts)


def redact_response(response: Response, policy: Policy = DEFAULT) -> Response:
    """The status line and headers with their secrets cut; the cuts are listed on it."""
    if not policy.cuts:
        return response
    cuts: list[Redaction] = []
    headers = cut_response_headers(response.headers, cuts) if policy.default else response.headers
    headers = tuple((name, _cut(f"response.headers.{name.lower()}", value, policy, cuts)) for name, value in headers)
    return replace(response, headers=headers, redacted=response.redacted + tuple(cuts))


def redact_exchange(exchange: Exchange, policy: Policy = DEFAULT) -> Exchange:
    """A whole exchange with its secrets cut: what recording it with this policy would have stored."""
    request, cuts = (None, ()) if exchange.request is None else redact_request(exchange.request, policy)
    response = None if exchange.response is None else redact_response(exchange.response, policy)
    redactor = BodyRedactor(policy)
    kept = [data for frame in exchange.frames.data for data, _ in redactor.feed(frame, None)]
    kept += [data for data, _ in redactor.close()]
    end = exchange.end
    if end is not None:
        end = replace(end, redacted=end.redacted + redactor.redacted, error=_cut_error(end.error, policy))
    frames = Frames(kept, exchange.frames.at, exchange.frames.lines, exchange.frames.verbatim)
    return replace(
        exchange, request=request, response=response, frames=frames, end=end, redacted=exchange.redacted + cuts
    )


def _cut_error(error: str | None, policy: Policy) -> str | None:
    return None if error is None else redact_text(error, policy)[0]


def _cut(at: str, text: str, policy: Policy, cuts: list[Redaction]) -> str:
    text, rules = redact_text(text, policy)
    cuts += [Redaction(at, rule) for rule in rules]
    return text


def _cut_body(body: Body, policy: Policy, cuts: list[Redaction]) -> Body:
    if body.form == "json":
        return Body("json", _cut_value("request.body", body.value, policy, cuts))
    if body.form == "text":
        return Body("text", _cut("request.body", body.value, policy, cuts))
    text = bytes(body.value).decode("latin-1")
    return Body("base64", _cut("request.body", text, policy, cuts).encode("latin-1"))


def _cut_value(at: str, value: Any, policy: Policy, cuts: list[Redaction]) -> Any:
    """A JSON value with its secrets cut; strings that are values of a telling name go whole."""
    if isinstance(value, str):
        return _cut(at, value, policy, cuts)
    if isinstance(value, list):
        return [_cut_value(f"{at}[{index}]", item, policy, cuts) for index, item in enumerate(value)]
    if not isinstance(value, dict):
        return value
    done: dict[str, Any] = {}
    for key, item in value.items():
        name = _cut(at, key, policy, cuts)
        if policy.default and isinstance(item, str) and item not in ("", MARK) and telling(key):
            cuts.append(Redaction(f"{at}.{name}", "field-name"))
            done[name] = MARK
        else:
            done[name] = _cut_value(f"{at}.{name}", item, policy, cuts)
    return done


@dataclass(slots=True)
class _Cut:
    """A cut in the body: by which rule, and the body's offsets that it spans."""

    rule: str
    start: int
    end: int

    def holds(self, other: _Cut) -> bool:
        """Whether the other is a part of this, found in the raw bytes before the text was put together."""
        return self.rule == other.rule and self.start <= other.start and other.end <= self.end


class _Reading:
    """One text as it grows: the raw body, or what a channel puts together. Keeps what could begin a secret."""

    __slots__ = ("_cut", "_policy", "_rest", "idle", "tail")

    def __init__(self, policy: Policy) -> None:
        self._policy = policy
        self._rest: re.Pattern[str] | None = None  # what the secret goes on with that the text ended in
        self._cut: _Cut | None = None
        self.tail = Text("", (), ())
        self.idle = 0

    @property
    def waits(self) -> bool:
        """Whether what comes next matters for what has been."""
        return bool(self.tail.text) or self._rest is not None

    @property
    def hold(self) -> int | None:
        """The offset of the body from which bytes must wait, or None."""
        return self.tail.starts[0] if self.tail.text else None

    def read(self, raw: bytes, base: int, *, last: bool = False) -> Iterator[tuple[_Cut, Sequence[tuple[int, int]]]]:
        """Go on with these bytes; gives cuts with the spans of the body that they overwrite.

        `last`: nothing follows, so that what is there is all there is.
        """
        text = normal(raw, base, self.tail)
        position = 0
        if self._rest is not None:
            match = self._rest.match(text.text)
            position = match.end() if match else 0
            if position and self._cut is not None:
                self._cut.end = max(self._cut.end, text.ends[position - 1])
                yield self._cut, _spans(text, 0, position)
            if position == len(text.text):
                self.tail = Text("", (), ())
                return
            self._rest = None
        patient = bool(self._policy.patterns) and not last
        skipped = position
        for found in secrets(text.text[skipped:], self._policy):
            start, end, rule, shape = found.start + skipped, found.end + skipped, found.rule, found.shape
            at_end = end == len(text.text)
            if at_end and shape is None and patient and end - start < _shapes.LONGEST_BEGINNING:
                break  # a pattern may match more of what is to come
            self._cut = _Cut(rule, text.starts[start], text.ends[end - 1])
            yield self._cut, _spans(text, start, end)
            position = end
            if at_end and shape is not None:
                self._rest = _shapes.RESTS[shape]
        keep = None if last else self._keep(text.text, position)
        self.tail = Text("", (), ()) if keep is None else text.after(keep)

    def _keep(self, text: str, position: int) -> int | None:
        """From which character on the text must be kept, or None."""
        if self._policy.patterns:
            kept = max(position, len(text) - _shapes.LONGEST_BEGINNING)
            return kept if kept < len(text) else None
        escape = _shapes.ESCAPE_BEGINNING.search(text, max(position, len(text) - 16))
        whole = text if escape is None else text[: escape.start()]
        begun = _shapes.beginning(whole, position)
        return begun if begun is not None or escape is None else escape.start()


class BodyRedactor:
    """The redactor of one body: frames in, the frames that need not wait out, in order, with what was cut in them."""

    def __init__(self, policy: Policy = DEFAULT) -> None:
        self._policy = policy
        self._waiting: deque[tuple[int, int | None]] = deque()  # the end offset and time of each frame
        self._window = bytearray()  # the bytes of the waiting frames
        self._mask = bytearray()  # of each of them, whether it was cut
        self._base = 0  # the offset of the window in the body
        self._ends: list[int] = []
        self._raw = _Reading(policy)
        self._channels: dict[Channel, _Reading] = {}
        self._scanner = Scanner()
        self._later: list[Piece] = []  # pieces of an event that has not told yet which text they belong to
        self._provisional: list[tuple[Channel, Piece]] = []  # texts that were named before all was known
        self._cuts: list[_Cut] = []

    def feed(self, data: bytes, at: int | None) -> list[tuple[bytes, int | None]]:
        """Take one frame; gives those that are ready for the disk."""
        base = self._base + len(self._window)
        if not self._policy.cuts or (not self._waiting and self._harmless(data)):
            self._base = base + len(data)
            self._ends.append(self._base)
            return [(data, at)]
        self._window += data
        self._mask += bytes(len(data))
        self._ends.append(base + len(data))
        self._waiting.append((base + len(data), at))
        self._apply(self._raw.read(data, base))
        for reading in self._channels.values():
            reading.idle += len(data)
        self._read_channels(self._scanner.feed(data, base))
        return self._release()

    def close(self) -> list[tuple[bytes, int | None]]:
        """The body has ended: gives the frames that were waiting."""
        self._read_channels([], last=True)
        for reading in (self._raw, *self._channels.values()):
            self._apply(reading.read(b"", self._base + len(self._window), last=True))
        self._channels.clear()
        self._raw.tail = Text("", (), ())
        return self._release()

    @property
    def redacted(self) -> tuple[Redaction, ...]:
        """What was cut so far: the rule and the frames (from 1) that held the secret."""
        done = []
        for cut in self._cuts:
            first, last = (_frame_of(self._ends, offset) for offset in (cut.start, cut.end - 1))
            done.append(Redaction("frames", cut.rule, first, last))
        return tuple(done)

    def _harmless(self, data: bytes) -> bool:
        """Whether a frame can be let through unread: no text is begun, and it neither holds nor begins a secret."""
        if self._policy.patterns or self._channels or self._later or self._raw.waits or self._scanner.inside_string:
            return False
        if not data.endswith(b"\n") or _shapes.SUSPECT.search(data):
            return False
        self._scanner.skip()
        return True

    def _read_channels(self, pieces: list[Piece], *, last: bool = False) -> None:
        self._settle()
        pieces = self._later + pieces
        self._later = []
        for number, piece in enumerate(pieces):
            channel = piece.channel
            if not last and not piece.settled and self._could_be_another(channel):
                span = pieces[-1].start + len(pieces[-1].raw) - piece.start
                if span <= _UNSETTLED:
                    self._later = pieces[number:]
                    break
            self._read_piece(piece, channel)
        self._channels = {
            channel: reading
            for channel, reading in self._channels.items()
            if reading.waits and reading.idle <= _PATIENCE
        }

    def _read_piece(self, piece: Piece, channel: Channel) -> None:
        if channel[0] in WHOLE_FIELDS:
            return
        reading = self._channels.get(channel) or _Reading(self._policy)
        reading.idle = 0
        self._apply(reading.read(piece.raw, piece.start))
        self._channels[channel] = reading
        if reading.waits and not piece.settled:
            self._provisional.append((channel, piece))

    def _settle(self) -> None:
        """Give the texts that were named too early the names that they turned out to have."""
        known, self._provisional = self._provisional, []
        for channel, piece in known:
            name = piece.channel
            if name != channel and channel in self._channels:
                self._channels[name] = self._channels.pop(channel)
            if not piece.settled:
                self._provisional.append((name, piece))

    def _could_be_another(self, channel: Channel) -> bool:
        """Whether a text that waits has the same keys and other indices, so that this may turn out to be its sequel."""
        keys = bare(channel)
        return any(
            known != channel and reading.waits and bare(known) == keys for known, reading in self._channels.items()
        )

    def _apply(self, cuts: Iterable[tuple[_Cut, Sequence[tuple[int, int]]]]) -> None:
        """Overwrite what is cut. What another reading of the same bytes has cut already is no second cut."""
        for cut, spans in cuts:
            new = not any(cut is known for known in self._cuts)
            fresh = False
            for start, end in spans:
                start, end = start - self._base, end - self._base
                if start < 0 or all(self._mask[start:end]):
                    continue
                named = start + self._base == cut.start and end - start >= len(MARK) and not any(self._mask[start:end])
                fresh = True
                self._window[start:end] = (MARK.encode() if named else b"").ljust(end - start, b"*")
                self._mask[start:end] = b"\x01" * (end - start)
            if fresh and new:
                self._cuts = [known for known in self._cuts if not cut.holds(known)] + [cut]

    def _release(self) -> list[tuple[bytes, int | None]]:
        holds = [reading.hold for reading in (self._raw, *self._channels.values())]
        holds += [piece.start for piece in self._later[:1]]
        hold = min((offset for offset in holds if offset is not None), default=None)
        ready: list[tuple[bytes, int | None]] = []
        done = 0
        while self._waiting and (hold is None or self._waiting[0][0] <= hold):
            end, at = self._waiting.popleft()
            ready.append((bytes(self._window[done : end - self._base]), at))
            done = end - self._base
        del self._window[:done], self._mask[:done]
        self._base += done
        return ready


def _spans(text: Text, start: int, end: int) -> list[tuple[int, int]]:
    """The spans of the body under these characters, joined where they touch."""
    spans: list[tuple[int, int]] = []
    for index in range(start, end):
        first, after = text.starts[index], text.ends[index]
        if spans and spans[-1][1] == first:
            spans[-1] = (spans[-1][0], after)
        else:
            spans.append((first, after))
    return spans


def _frame_of(ends: list[int], offset: int) -> int:
    return bisect.bisect_right(ends, offset) + 1
