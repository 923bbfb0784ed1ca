"""The allowed order of a transcription: deltas, with segments in between if speakers are distinguished, then one
`done`.

Source: openai-python 3.54, `types/audio/transcription_text_delta_event.py` ("also the first event emitted when the
transcription starts") and `transcription_text_done_event.py` ("Contains the complete transcription text").
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from streamkit.apis._kit.reading import as_string
from streamkit.apis._kit.values import PartTexts, check_total
from streamkit.apis._openai.logprobs import KINDS as LOGPROBS_KINDS
from streamkit.apis._openai.logprobs import LogprobTokens
from streamkit.model.grammar import Grammar, Misstep, Walk
from streamkit.model.stream import Stream
from streamkit.model.wording import describe, with_field

GRAMMAR = Grammar(
    name="a transcription",
    start="open",
    steps={("open", "delta"): "open", ("open", "segment"): "open", ("open", "done"): "ended"},
    missteps={("ended", "delta"): "after-end", ("ended", "segment"): "after-end", ("ended", "done"): "after-end"},
    ends=frozenset({"open", "ended"}),
)

KINDS = (
    GRAMMAR.kinds
    | LOGPROBS_KINDS
    | {
        "counter-order",
        "cumulative-content",
        "empty-id",
        "repeated-delta",
        "unknown-event",
        "usage-total-mismatch",
        "whole-differs",
    }
)
"""Every misstep that these checks can report; each is the name of a rule."""

_SYMBOLS = {
    "transcript.text.delta": "delta",
    "transcript.text.segment": "segment",
    "transcript.text.done": "done",
}


def missteps(stream: Stream) -> Iterator[Misstep]:
    """Yield every misstep of a transcription in the order of its events, then those at its end."""
    return _TranscriptionWalk(stream).missteps()


class _TranscriptionWalk:
    """A walk through one transcription."""

    def __init__(self, stream: Stream) -> None:
        self._stream = stream
        self._walk = Walk(GRAMMAR)
        self._texts = PartTexts()
        self._tokens = LogprobTokens()
        self._segments: dict[str, float] = {}
        self._started = 0.0

    def missteps(self) -> Iterator[Misstep]:
        for chunk, event in enumerate(self._stream.chunks):
            kind = event.get("type")
            symbol = _SYMBOLS.get(as_string(kind))
            if symbol is None:
                if kind != "error" and "error" not in event:
                    message = with_field("unknown event", event, "type")
                    yield Misstep("unknown-event", chunk, message, "$.type")
                continue
            wrong = self._walk.step(0, symbol)
            if wrong is not None:
                yield Misstep(wrong, chunk, "the stream continues after transcript.text.done", "$.type")
            if symbol == "delta":
                yield from self._texts.add(chunk, "$.delta", event.get("delta"))
                self._tokens.take(event.get("delta"), event.get("logprobs"), chunk, "$.logprobs")
            elif symbol == "segment":
                yield from self._segment(chunk, event)
            elif wrong is None:
                yield from self._done(chunk, event)
        if self._stream.terminal:
            yield from self._tokens.end()

    def _segment(self, chunk: int, event: dict[str, Any]) -> Iterator[Misstep]:
        """Check that a segment does not start before the previous one, nor end before it starts."""
        identifier, start, end = event.get("id"), event.get("start"), event.get("end")
        if identifier == "":
            yield Misstep("empty-id", chunk, "the id of the segment is empty", "$.id")
        elif type(identifier) is str and self._segments.setdefault(identifier, chunk) != chunk:
            yield Misstep("counter-order", chunk, f"the segment {describe(identifier)} is repeated", "$.id")
        if not isinstance(start, int | float) or not isinstance(end, int | float):
            return  # reported by the shape check
        if end < start:
            yield Misstep("counter-order", chunk, f"end is {end}, but start is {start}", "$.end")
        if start < self._started:
            yield Misstep("counter-order", chunk, f"start is {start} after {self._started}", "$.start")
        self._started = start

    def _done(self, chunk: int, event: dict[str, Any]) -> Iterator[Misstep]:
        # If speakers are distinguished, the text may be in segments only.
        if self._texts.text() or not self._segments:
            yield from self._texts.check_whole(chunk, "$.text", event.get("text"))
        whole = LogprobTokens()
        whole.take(event.get("text"), event.get("logprobs"), chunk, "$.logprobs")
        yield from whole.end()
        yield from check_total(chunk, "$.usage", event.get("usage"), "total_tokens", ("input_tokens", "output_tokens"))
