"""Find the recording that answers a request: match levels, an order among equal matches, and the nearest miss.

A matcher does no I/O. It gets the requests of its recordings (`Candidate`), computes their keys once, and counts how often
each was played.
"""

from __future__ import annotations

import bisect
import re
from collections.abc import Callable, Iterable, Sequence
from itertools import islice
from typing import Any, Literal, get_args

import orjson

from streamkit.frozen import dataclass
from streamkit.model.exchange import Body, Request
from streamkit.playback.differences import (
    MANY,
    RequestDifference,
    differences,
    distance,
    streaming_difference,
)
from streamkit.playback.fields import FieldPath, without_fields
from streamkit.providers import providers_by_headers

Level = Literal["exact", "body", "messages", "model", "path", "any"]
Reuse = Literal["once", "cycle", "last"]
LEVELS: tuple[Level, ...] = get_args(Level)
REUSES: tuple[Reuse, ...] = get_args(Reuse)

# Fields that do not affect the answer. `stream` is handled separately: a stream can be returned whole.
_IGNORED_FIELDS = frozenset(("stream", "stream_options", "user", "metadata"))

# The fields of the conversation and its instructions in the various APIs.
_CONVERSATION = frozenset(
    ("messages", "system", "input", "instructions", "prompt", "suffix", "contents", "systemInstruction", "system_instruction")
)  # fmt: skip

_VERSION = re.compile(r"v\d+[a-z]*\d*")

_STREAMING_PATHS = (
    (":streamGenerateContent", ":generateContent"),
    ("/converse-stream", "/converse"),
    ("/invoke-with-response-stream", "/invoke"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """What a matcher knows about one recording.

    `request` is None if the log did not keep it; `fits` then decides whether this could be the answer to a request, and
    `model` returns the model that answered. `streamed` is whether the answer is a stream, `wants_stream` whether a stream
    was requested (None: the request does not say), `failed` whether the answer is an HTTP error, which answers requests
    with and without streaming. Equal matches are ordered by `recorded_at`, `path` and `number`.
    """

    request: Request | None
    streamed: bool = True
    wants_stream: bool | None = True
    failed: bool = False
    fits: Callable[[Request], bool] = lambda _: True
    model: Callable[[], str | None] = lambda: None
    recorded_at: str | None = None
    path: str = ""
    number: int = 1


@dataclass(frozen=True, slots=True)
class _Recipient:
    """What distinguishes providers whose requests are equal: the host, the provider whose own headers the request has, the whole path."""

    host: str
    """Host and port, as in the URL."""
    marks: frozenset[str]
    path: str
    headers: bool

    @staticmethod
    def of(request: Request | None) -> _Recipient:
        if request is None:
            return _Recipient(host="", marks=frozenset(), path="", headers=False)
        headers = bool(request.headers)
        return _Recipient(
            host=_authority(request.url),
            marks=providers_by_headers(request.headers),
            path=whole_path(request.path),
            headers=headers,
        )


@dataclass(frozen=True, slots=True)
class Match:
    """The recording that answers, by index. `whole`: it is a stream, but the request does not ask for one."""

    index: int
    whole: bool = False


@dataclass(frozen=True, slots=True)
class Miss:
    """No recording answers. `nearest` is the index of the most similar one, or None: of those with the same method and path,
    if there are any, the one in which the fewest values differ. `differences` is the number of places where it does.

    `used_up`: recordings do match, but each was already played.
    """

    nearest: int | None = None
    first: RequestDifference | None = None
    differences: int = 0
    used_up: bool = False


class Matcher:
    """Choose among recordings, by their index in `recordings`.

    `ignore` lists fields of the body that are not compared, in addition to those that the level leaves out. `redact` is
    applied to the URL and the body of both sides before they are compared, so that a redacted recording still matches.

    Several providers may have equal requests. A recording of one of these `hosts` answers no request to another one. If
    several recordings match, those of the same host, with the same provider's headers, and with the same whole path are
    preferred, in this order.
    """

    def __init__(
        self,
        recordings: Iterable[Candidate],
        *,
        level: Level = "body",
        reuse: Reuse = "cycle",
        ignore: Sequence[FieldPath] = (),
        redact: Callable[[Request], Request] = lambda request: request,
        hosts: frozenset[str] = frozenset(),
    ) -> None:
        self._recordings: list[Candidate] = []
        self._hosts = hosts
        self._recipients: dict[int, _Recipient] = {}
        self._level = level
        self._reuse = reuse
        self._ignore = ignore
        self._redact = redact
        self._keys: dict[bytes, bytes] = {}
        self.plays: list[int] = []
        self._views: list[dict[str, Any] | None] = []
        self._by_key: dict[bytes, list[int]] = {}
        self._anonymous: list[int] = []
        for recorded in recordings:
            self.add(recorded)

    def add(self, recorded: Candidate) -> None:
        """Add a recording; it gets the next index."""
        index = len(self._recordings)
        self._recordings.append(recorded)
        self.plays.append(0)
        view = None if recorded.request is None else self._view(recorded.request)
        self._views.append(view)
        equals = self._anonymous if view is None else self._by_key.setdefault(_key(view), [])
        bisect.insort(equals, index, key=lambda other: _order(self._recordings[other]))

    def choose(self, request: Request) -> Match | Miss:
        """Return the recording for this request and count it as played, or return why there is none."""
        streaming = request.asks_for_stream
        same_key = self._by_key.get(self._key_of(request), [])
        if self._level == "any":
            both = sorted([*same_key, *self._fitting(request)], key=lambda index: _order(self._recordings[index]))
            candidates = self._answering(both, streaming)
        else:
            candidates = self._answering(self._of_provider(same_key, request), streaming) or self._answering(
                self._fitting(request), streaming
            )
        index = self._next(candidates)
        if index is not None:
            self.plays[index] += 1
            recorded = self._recordings[index]
            return Match(index, not streaming and recorded.streamed and recorded.wants_stream is not streaming)
        return Miss(candidates[-1], used_up=True) if candidates else self._miss(self._view(request), streaming)

    def compare(self, request: Request, index: int) -> list[RequestDifference]:
        """Return the differences between a request and the recorded one with this index, at most 10,000."""
        found = list(islice(differences(self._views[index], self._view(request)), MANY))
        if not found:
            found = [streaming_difference(self._recordings[index].wants_stream, request.asks_for_stream)]
        return found

    def reset(self) -> None:
        """Set all play counts to zero."""
        self.plays = [0] * len(self._recordings)

    @property
    def unplayed(self) -> list[int]:
        """The indices of the recordings that were never played."""
        return [index for index, plays in enumerate(self.plays) if not plays]

    def _fitting(self, request: Request) -> list[int]:
        """Return the recordings without a request that may answer this one.

        If there are recordings with a request, these only answer if they have what the level compares: otherwise every
        request would match, and a test that sends a new one would not notice. If there are none, the level `model` still
        compares the model that answered, where it is known.
        """
        fitting = [index for index in self._anonymous if self._recordings[index].fits(request)]
        if self._level in ("path", "any"):
            return fitting
        body = _value(request.body)
        model = body.get("model") if isinstance(body, dict) else None
        if self._level != "model" or model is None:
            return [] if self._by_key else fitting
        models = [(index, self._recordings[index].model()) for index in fitting]
        same = [index for index, known in models if known == model]
        if same or self._by_key:
            return same
        return [index for index, known in models if known is None]

    def _answering(self, indices: Sequence[int], streaming: bool | None) -> list[int]:
        """Return those that can answer with or without streaming, as requested; those recorded that way are preferred."""
        recordings = self._recordings
        same = [index for index in indices if recordings[index].wants_stream is streaming]
        if same or not streaming:
            return same or list(indices)
        return [index for index in indices if recordings[index].failed or recordings[index].streamed]

    def _of_provider(self, indices: Sequence[int], request: Request) -> Sequence[int]:
        """Return those of the provider that is asked, or all if it is not known."""
        if not indices or (len(indices) == 1 and not self._hosts and request.method != "GET"):
            return indices
        received = _Recipient.of(request)
        recipients = self._recipients
        for index in indices:
            if index not in recipients:
                recipients[index] = _Recipient.of(self._recordings[index].request)
        found = [index for index in indices if self._may_answer(recipients[index], received, request.method)]
        for part in ("host", "marks", "path"):
            same = [index for index in found if getattr(recipients[index], part) == getattr(received, part)]
            found = same or found
        return found

    def _may_answer(self, recorded: _Recipient, received: _Recipient, method: str) -> bool:
        """Return whether a recording is not that of another provider.

        The body of a POST shows the API. Without one, the headers decide: `GET /v1/models` is the same at OpenAI and Anthropic.
        """
        if recorded.host in self._hosts and recorded.host != received.host:
            return False
        return method != "GET" or not received.marks or not recorded.headers or recorded.marks == received.marks

    def _next(self, candidates: Sequence[int]) -> int | None:
        if not candidates:
            return None
        plays = self.plays
        least = min(candidates, key=plays.__getitem__)  # the first of them in order
        if plays[least] and self._reuse == "once":
            return None
        return candidates[-1] if plays[least] and self._reuse == "last" else least

    def _key_of(self, request: Request) -> bytes:
        """Return the key of a request, cached because redacting takes longer than everything else."""
        body = request.body
        request_key = b"\n".join(
            (request.method.encode(), request.url.encode("utf-8", "replace"), body.bytes if body else b"")
        )
        key = self._keys.get(request_key)
        if key is None:
            if len(self._keys) >= _KEYS_KEPT:
                self._keys.clear()
            key = self._keys[request_key] = _key(self._view(request))
        return key

    def _view(self, request: Request) -> dict[str, Any]:
        """Return the parts of a request that are compared at this level, as one JSON-like value."""
        level = self._level
        if level == "any":
            return {}
        request = self._redact(Request(request.method, request.url, (), request.body))
        if level == "exact":
            path = request.path + (f"?{request.query}" if request.query else "")
            return {"method": request.method, "path": path, "body": self._body(request)}
        view: dict[str, Any] = {"method": request.method, "path": whole_path(plain_path(request.path))}
        body = self._body(request)
        if level == "path":
            return view
        if not isinstance(body, dict):
            return view if level == "model" else {**view, "body": body}
        if level == "body":
            view["body"] = {key: value for key, value in body.items() if key not in _IGNORED_FIELDS}
        else:
            fields = {"model"} | (_CONVERSATION if level == "messages" else frozenset())
            view["body"] = {key: value for key, value in body.items() if key in fields}
        return view

    def _body(self, request: Request) -> Any:
        return without_fields(_value(request.body), self._ignore)

    def _miss(self, view: dict[str, Any], streaming: bool | None) -> Miss:
        nearest: tuple[tuple[bool, int], int] | None = None
        for index, recorded in enumerate(self._views):
            if recorded is not None:
                away = distance(recorded, view, nearest[0] if nearest else (True, MANY))
                if nearest is None or away < nearest[0]:
                    nearest = away, index
        if nearest is None:
            return Miss()
        index = nearest[1]
        found = list(islice(differences(self._views[index], view), MANY))
        # Without one, they differ in streaming only.
        first = found[0] if found else streaming_difference(self._recordings[index].wants_stream, streaming)
        return Miss(index, first, len(found) or 1)


_KEYS_KEPT = 256
# Floats above this cannot represent every integer.
_EXACT = 1 << 53


def plain_path(path: str) -> str:
    """Return a path without the prefix up to its version: `/chat/completions` for `/openai/v1/chat/completions`."""
    parts = path.strip("/").split("/")
    for index in range(len(parts) - 1, -1, -1):
        if _VERSION.fullmatch(parts[index]):
            return "/" + "/".join(parts[index + 1 :])
    return "/" + "/".join(parts)


def _authority(url: str) -> str:
    """Return the host and the port of a URL; "" for a path."""
    scheme, separator, rest = url.partition("://")
    return re.split("[/?#]", rest, maxsplit=1)[0].rpartition("@")[2].lower() if separator and "/" not in scheme else ""


def whole_path(path: str) -> str:
    """Return the path of the same request without streaming, for APIs that have two: `…:generateContent` (Gemini),
    `…/converse` and `…/invoke` (Bedrock)."""
    for streaming, whole in _STREAMING_PATHS:
        if path.endswith(streaming):
            return path.removesuffix(streaming) + whole
    return path


def _value(body: Body | None) -> Any:
    if body is None:
        return None
    return {"base64": body.value.hex()} if body.form == "base64" else body.value


def _key(view: dict[str, Any]) -> bytes:
    return orjson.dumps(_canonical(view), option=orjson.OPT_SORT_KEYS)


def _canonical(value: Any) -> Any:
    """Return the same JSON value with integral floats as integers: 1.0 becomes 1."""
    if isinstance(value, float):
        return int(value) if value.is_integer() and abs(value) < _EXACT else value
    if isinstance(value, dict):
        return {key: _canonical(item) for key, item in value.items()}
    return [_canonical(item) for item in value] if isinstance(value, list) else value


def _order(recorded: Candidate) -> tuple[str, str, int]:
    return recorded.recorded_at or "", recorded.path, recorded.number
