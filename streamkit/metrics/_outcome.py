"""The outcome of a request, in more detail than the verdict: a success, a failure, or neither."""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import field
from urllib.parse import urlsplit

from streamkit.frozen import dataclass
from streamkit.model.message import ERROR
from streamkit.model.stream import Stream

COMPLETE = "complete"
# Neither successes nor failures: a response without streaming, and a part of a stream.
PLAIN_ANSWER = "plain-answer"
EXCERPT = "excerpt"
NEUTRAL = (PLAIN_ANSWER, EXCERPT)

_SENTENCES = {
    "complete": "complete",
    "truncated": "truncated: the terminal event never came",
    "error": "error reported in the stream",
    "malformed": "malformed: content lost to data that cannot be decoded",
    "not-a-stream": "not a stream, although a stream was requested",
    "refused": "connection refused",
    "reset": "connection reset before an answer",
    "timeout": "timed out before an answer",
    "idle-timeout": "idle timeout before an answer",
    "protocol-error": "protocol error before an answer",
    PLAIN_ANSWER: "plain answer, no stream requested",
    EXCERPT: "excerpt of a stream",
}
# 97.5 % of the standard normal distribution.
_Z = 1.959963984540054


def outcome_of(stream: Stream) -> str:
    """Return how this request ended: `complete`; `http-STATUS` for a status of 400 and above; `refused`, `reset`, `timeout`, … where
    there was no response; `error`, `malformed`, `truncated`, `not-a-stream`; or `plain-answer` and `excerpt`, which are
    neither success nor failure."""
    exchange = stream.exchange
    if exchange.response is not None and exchange.response.status >= 400:
        return f"http-{exchange.response.status}"
    if stream.verdict == COMPLETE:
        return COMPLETE
    if stream.verdict == "not-a-stream":
        return _of_no_stream(stream)
    return EXCERPT if stream.excerpt and stream.verdict == "truncated" else stream.verdict


def _of_no_stream(stream: Stream) -> str:
    end = stream.exchange.end
    if not stream.exchange.frames and end is not None and end.reason != "eof":
        return end.reason.replace("_", "-")
    if any(flag & ERROR for flag in stream.flags):
        return "error"
    if stream.plain_answer and _may_be_empty(stream):
        return PLAIN_ANSWER
    return PLAIN_ANSWER if stream.chunks and not _streaming_requested(stream) else "not-a-stream"


def _may_be_empty(stream: Stream) -> bool:
    """Return whether a response needs no body: by its status (accepted, no content, reset content), the method of its request, or
    as a stream of MCP in which the server sends only what nobody asked for."""
    request, response = stream.exchange.request, stream.exchange.response
    if response is not None and response.status in (202, 204, 205):
        return True
    return request is not None and (request.listens or request.method in ("DELETE", "HEAD", "OPTIONS"))


def _streaming_requested(stream: Stream) -> bool:
    """Return whether the request says so, in its body or in the last part of its path (`:streamGenerateContent`)."""
    request = stream.exchange.request
    if request is None:
        return False
    body = request.body.json if request.body else None
    if isinstance(body, dict) and "stream" in body:
        return body["stream"] is True
    try:
        path = urlsplit(request.url).path
    except ValueError:
        return False
    return "stream" in path.rpartition("/")[2].lower()


def outcome_sentence(outcome: str) -> str:
    """Return the description of an outcome."""
    status = outcome.removeprefix("http-")
    return f"HTTP {status}" if status != outcome else _SENTENCES.get(outcome, outcome)


@dataclass(slots=True)
class Outcomes:
    """The outcomes of the requests of a run: counts by outcome, and how many met every limit (None without limits)."""

    counts: Counter[str] = field(default_factory=Counter)
    good: int | None = None

    def add(self, outcome: str, good: bool | None) -> None:
        """Count one request."""
        self.counts[outcome] += 1
        if good is not None:
            self.good = (self.good or 0) + good

    def merge(self, other: Outcomes) -> None:
        """Count the requests of another part of the run."""
        self.counts.update(other.counts)
        if other.good is not None:
            self.good = (self.good or 0) + other.good

    @property
    def complete(self) -> int:
        """How many streams completed."""
        return self.counts[COMPLETE]

    @property
    def judged(self) -> int:
        """How many requests either succeeded or failed: all but plain answers and excerpts."""
        return self.counts.total() - sum(self.counts[word] for word in NEUTRAL)

    @property
    def failed(self) -> int:
        """How many requests failed."""
        return self.judged - self.complete

    def of_cause(self, cause: str) -> int:
        """Return how many failed in this way: an outcome, a status (`429`), or a class of statuses (`4xx`)."""
        if cause.isdecimal():
            cause = f"http-{cause}"
        if len(cause) == 3 and cause.endswith("xx"):
            return sum(count for word, count in self.counts.items() if word.startswith(f"http-{cause[0]}"))
        return self.counts[cause]


CAUSES = (*(word for word in _SENTENCES if word not in (COMPLETE, *NEUTRAL)), "4xx", "5xx")


def is_cause(text: str) -> bool:
    """Return whether failures can be counted by this word: one of `CAUSES`, or an HTTP status from 400 on."""
    return text in CAUSES or (text.isascii() and text.isdecimal() and 400 <= int(text[:4]) <= 999)


def share_interval(successes: int, count: int) -> tuple[float, float] | None:
    """Return the 95 % interval of a share (Wilson 1927, the score interval); None if the total is 0."""
    if not count:
        return None
    share, square = successes / count, _Z * _Z
    middle = (share + square / (2 * count)) / (1 + square / count)
    half = _Z / (1 + square / count) * math.sqrt(share * (1 - share) / count + square / (4 * count * count))
    # At 0 and 1 the interval includes the end itself, in spite of rounding.
    low = 0.0 if successes == 0 else middle - half
    return low, 1.0 if successes == count else middle + half
