"""The columns shared by the metrics of one stream, each computed once and only if a metric needs it.

Therefore any number of metrics needs only one pass over a stream.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from functools import cached_property
from itertools import compress
from math import gcd
from operator import sub
from typing import cast

from streamkit.metrics._server import server_times
from streamkit.metrics._tokens import Tokens, count_tokens, disagreement
from streamkit.model.measurement import ChoiceTimes, Samples, TokenCounter
from streamkit.model.message import FINISH, REASONING, TOKEN
from streamkit.model.stream import Stream

# Gaps under this are an artefact of one read that held several chunks (recording format, rule 2).
COALESCED_NS = 100_000
# Rates and means need a period of at least this many steps of the clock.
_STEPS = 10
# With fewer different times than this, the resolution of a clock cannot be determined.
_TIMES = 4
_SECOND, _MILLISECOND = 1_000_000_000, 1_000_000
# A stall is a gap of more than this many medians.
STALL_FACTOR = 5

# Steps from here on get a note: they are a considerable part of a gap.
_TELLING = _MILLISECOND
_CONTENT_KINDS = frozenset({"text", "reasoning", "refusal", "tool"})
# Flags are tested in bulk: each table maps a byte of flags to 1 if the bit is set.
_IS_TOKEN = bytes(bool(flag & TOKEN) for flag in range(256))
_IS_FINISH = bytes(bool(flag & FINISH) for flag in range(256))
# A stream of several choices ends more than once, was requested with them, or has them in its first content chunks.
_FIRST_CHUNKS = 8


class Timeline:
    """One stream with derived data. Times are in nanoseconds; chunks are identified by index."""

    def __init__(self, stream: Stream, counter: TokenCounter | None = None) -> None:
        self.stream = stream
        self.counter = counter

    @cached_property
    def since_start(self) -> str:
        """Why times since the request are unknown (`no-times`, `no-request-time`); empty if they are known."""
        if not self.stream.exchange.timed:
            return "no-times"
        return "no-request-time" if self.stream.exchange.began_at is None else ""

    @cached_property
    def resolution(self) -> int:
        """The resolution of the clock (ns): from the digits of a log's timestamps, and from the times themselves, if all are whole
        seconds or milliseconds apart. 1 for a recorder's clock."""
        exchange = self.stream.exchange
        if exchange.clock != "log":
            return 1
        known = {at for at in exchange.frames.at if at is not None}
        common = gcd(*(at - min(known) for at in known)) if len(known) >= _TIMES else 1
        seen = next((step for step in (_SECOND, _MILLISECOND) if common % step == 0), 1)
        return max(exchange.resolution or 1, seen)

    def too_coarse(self, times: Sequence[int]) -> str:
        """Return why there is no rate or mean for these times; empty if there is one."""
        span = times[-1] - times[0]
        if span < 0:
            return "clock-went-back"
        if self.resolution > COALESCED_NS:
            return "coarse-clock" if span < _STEPS * self.resolution else ""
        return "one-read" if span < COALESCED_NS else ""

    @cached_property
    def chunk_times(self) -> Sequence[int | None]:
        """When each chunk was complete."""
        return self.stream.chunk_times()

    @cached_property
    def flags(self) -> bytes:
        """The flags of all chunks, one byte per chunk."""
        return bytes(self.stream.flags)

    @cached_property
    def content(self) -> Sequence[int]:
        """The chunks that carry answer text, reasoning or a piece of a tool call."""
        carries = self.flags.translate(_IS_TOKEN)
        first, last = carries.find(1), carries.rfind(1)
        if first >= 0 and carries.count(1) == last - first + 1:
            return range(first, last + 1)
        return list(compress(range(len(carries)), carries))

    @cached_property
    def content_times(self) -> Sequence[int]:
        """The times of the content chunks that have one."""
        return self.times_of(self.content) if self.stream.exchange.frames_timed else []

    @cached_property
    def choices(self) -> dict[int, list[int]]:
        """The content chunks of each choice; empty if the stream has one choice only."""
        if not self._may_have_choices():
            return {}
        found: dict[int, list[int]] = {}
        for chunk in self.content:
            for choice in self._choices_of(chunk):
                found.setdefault(choice, []).append(chunk)
        return dict(sorted(found.items())) if len(found) > 1 else {}

    def _may_have_choices(self) -> bool:
        """Return whether it is worthwhile to determine the choice of every chunk."""
        if self.flags.translate(_IS_FINISH).count(1) > 1:
            return True
        request = self.stream.exchange.request
        body = request.body.json if request and request.body else None
        if isinstance(body, dict) and body.get("n", 1) != 1:
            return True
        some = [*self.content[:_FIRST_CHUNKS], *self.content[-1:]]
        return any(self._choices_of(chunk) - {0} for chunk in some)

    def _choices_of(self, chunk: int) -> set[int]:
        return {delta.choice for delta in self.stream.deltas(chunk) if delta.kind in _CONTENT_KINDS}

    @cached_property
    def raw_gaps(self) -> list[int]:
        """The time from each content chunk to the next of the same choice, in order; negative if the clock went back."""
        times = self.content_times
        if self.choices:
            return [gap for chunks in self.choices.values() for gap in self.gaps_of(chunks)]
        return list(map(sub, times[1:], times))

    @cached_property
    def gaps(self) -> list[int]:
        """The gaps that are not negative, in ascending order."""
        ordered = sorted(self.raw_gaps)
        return ordered[bisect_left(ordered, 0) :]

    @cached_property
    def gaps_missing(self) -> str:
        """Why there are no gaps; empty if there are some."""
        if self.gaps:
            return "coarse-clock" if sum(self.gaps) < self.resolution * len(self.gaps) and self.coarse else ""
        if not self.stream.exchange.frames_timed:
            return "no-times"
        if not self.content:
            return "no-token"
        return "clock-went-back" if self.raw_gaps else "one-token"

    @cached_property
    def coalesced(self) -> int:
        """The number of gaps that are artefacts, because their chunks came in one read. Unknown with a coarse clock."""
        return 0 if self.coarse else bisect_left(self.gaps, COALESCED_NS)

    @property
    def coarse(self) -> bool:
        """Whether the clock is too coarse to distinguish chunks of one read."""
        return self.resolution > COALESCED_NS

    @cached_property
    def stall_limit(self) -> float | None:
        """The gap above which it is a stall: a multiple of the median of the gaps that are not coalesced; None without gaps."""
        true = self.gaps[self.coalesced :]
        return STALL_FACTOR * (true[(len(true) - 1) // 2] + true[len(true) // 2]) / 2 if true else None

    @cached_property
    def stalls(self) -> list[tuple[int, int]]:
        """The stalls: for each, the chunk that ended it and its duration."""
        limit = self.stall_limit
        if limit is None or self.gaps_missing or self.gaps[-1] <= limit:
            return []
        lists: list[Sequence[int]] = list(self.choices.values()) or [self.content]
        return [
            (chunk, gap)
            for chunks in lists
            for chunk, gap in zip(chunks[1:], self.gaps_of(chunks), strict=False)
            if gap > limit
        ]

    @cached_property
    def tokens(self) -> Tokens:
        """The number of output tokens, where it comes from, or why it is not known."""
        return count_tokens(self.stream, self.content, self.counter)

    @cached_property
    def streamed_tokens(self) -> int | None:
        """The output tokens that the stream's chunks carry: without reasoning that was counted and never shown."""
        tokens, usage = self.tokens, self.stream.usage
        if tokens.count is None:
            return None
        if self.hidden_reasoning and usage and usage.reasoning:
            return tokens.count.value - usage.reasoning
        return tokens.count.value

    @cached_property
    def hidden_reasoning(self) -> int:
        """The reasoning tokens that are in the usage but in no chunk."""
        usage, tokens = self.stream.usage, self.tokens
        if not usage or not usage.reasoning or not tokens.count or "usage" not in tokens.count.source:
            return 0
        if any(flag & REASONING for flag in self.flags) or usage.reasoning > tokens.count.value:
            return 0
        return usage.reasoning

    @cached_property
    def server(self) -> dict[str, float]:
        """The times reported by the server (ns), by metric name."""
        return server_times(self.stream)

    def each_choice(self) -> tuple[ChoiceTimes, ...]:
        """Return the choices of a stream that has several; empty if it has one."""
        began = self.stream.exchange.began_at
        found = []
        for number, chunks in self.choices.items():
            times = self.times_of(chunks) if self.stream.exchange.timed else []
            known = bool(times) and began is not None
            first, last = (times[0] - (began or 0), times[-1] - (began or 0)) if known else (None, None)
            gaps = [] if self.gaps_missing else sorted(gap for gap in map(sub, times[1:], times) if gap >= 0)
            found.append(ChoiceTimes(number, len(chunks), first, last, gaps))
        return tuple(found)

    @cached_property
    def notes(self) -> tuple[str, ...]:
        """Notes on the reliability of the numbers."""
        found: list[str] = []
        if self.stream.excerpt:
            found.append("an excerpt: counts and totals are those of the excerpt, not of the whole stream")
        back = len(self.raw_gaps) - len(self.gaps)
        if back:
            found.append(f"the clock went back {back} times; those gaps are left out")
        if self.resolution >= _TELLING:
            found.append(f"the log's stamps have steps of {_step(self.resolution)}: what is finer is not known")
        if self.coalesced:
            found.append(
                f"{self.coalesced} of {len(self.gaps)} gaps are under 0.1 ms: their chunks came in one read, "
                "so that small percentiles say nothing"
            )
        if len(self.choices) > 1:
            found.append(f"{len(self.choices)} choices: gaps are those within each choice")
        if self.hidden_reasoning:
            found.append(
                f"usage counts {self.hidden_reasoning} reasoning tokens that no chunk shows; rates leave them out"
            )
        differs = disagreement(self.stream, self.content, self.tokens, self.counter, self.hidden_reasoning)
        found += [*self.tokens.notes, *differs]
        return tuple(found)

    def since_request(self, at: int | None, absent: str) -> Samples:
        """Return the time from the request to `at`, or why there is none; `absent` is the reason where `at` is None."""
        if self.since_start:
            return Samples(missing=self.since_start)
        if at is None:
            return Samples(missing=absent)
        return self.between(at, self.stream.exchange.began_at or 0)

    def since_turn(self, at: int | None, absent: str) -> Samples:
        """Return the same from the last request for a response before `at`: over a WebSocket, which may hold several, the
        client's last `response.create`. Without one, the server decided when to respond, and there is no such time."""
        exchange = self.stream.exchange
        if not exchange.websocket or at is None or self.since_start:
            return self.since_request(at, absent)
        before = [
            message.at
            for message in exchange.sent
            if message.at is not None and message.at <= at and message.type == "response.create"
        ]
        return self.between(at, before[-1]) if before else Samples(missing="no-request-time")

    def between(self, later: int, earlier: int) -> Samples:
        """Return a duration; missing if the clock went back, or is too coarse for it."""
        if self.coarse and 0 <= later - earlier < self.resolution:
            return Samples(missing="coarse-clock")
        return Samples((later - earlier,)) if later >= earlier else Samples(missing="clock-went-back")

    def gaps_of(self, chunks: Sequence[int]) -> list[int]:
        """Return the gaps between these chunks, in order."""
        times = self.times_of(chunks)
        return list(map(sub, times[1:], times))

    def times_of(self, chunks: Sequence[int]) -> Sequence[int]:
        """Return the times of those chunks that have one."""
        times = self.chunk_times
        if isinstance(chunks, range):
            found: Sequence[int | None] = times[chunks.start : chunks.stop]
        else:
            found = list(map(times.__getitem__, chunks))
        return [at for at in found if at is not None] if None in found else cast("Sequence[int]", found)


def _step(resolution: int) -> str:
    return f"{resolution // _SECOND} s" if resolution >= _SECOND else f"{resolution / _MILLISECOND:g} ms"
