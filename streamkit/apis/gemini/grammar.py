"""The allowed order of a Gemini stream: for each candidate, parts, and a finish reason with the last of them.

Source: google-genai 3.4, `types.py` (`FinishReason`); 18 recorded streams, in which `finishReason` comes exactly once,
in the last event, and `index` is omitted if it is 0.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from streamkit.apis.gemini.consistency import KINDS as CONSISTENCY_KINDS
from streamkit.apis.gemini.consistency import GeminiConsistency
from streamkit.model.grammar import Grammar, Misstep, Walk
from streamkit.model.stream import Stream
from streamkit.model.wording import describe, with_error

GRAMMAR = Grammar(
    name="a candidate of a Gemini stream",
    start="new",
    steps={
        ("new", "parts"): "open",
        ("new", "finish"): "finished",
        ("open", "parts"): "open",
        ("open", "finish"): "finished",
    },
    missteps={("finished", "parts"): "parts-after-finish"},
    ends=frozenset({"finished"}),
    unfinished={"new": "no-finish", "open": "no-finish"},
)

# Google's older SDKs request `enum-encoding=int` over REST; enumeration values are then numbers.
_NUMBERED = {1: "STOP", 2: "MAX_TOKENS", 3: "SAFETY", 4: "RECITATION", 5: "OTHER"}
_MEANINGFUL = ("finishReason", "groundingMetadata", "citationMetadata", "safetyRatings", "urlContextMetadata")
_NORMAL_ENDS = ("STOP", "MAX_TOKENS", "FINISH_REASON_UNSPECIFIED")


KINDS = (
    GRAMMAR.kinds
    | CONSISTENCY_KINDS
    | {"blocked", "call-without-name", "content-without-role", "empty-event", "gemini-error", "no-candidates"}
)
"""Every misstep that these checks can report; each is the name of a rule."""


def missteps(stream: Stream) -> Iterator[Misstep]:
    """Yield every misstep of a Gemini stream in the order of its events, then those at its end."""
    return _CandidateWalk(stream).missteps()


class _CandidateWalk:
    """A walk through one Gemini stream."""

    def __init__(self, stream: Stream) -> None:
        self._stream = stream
        self._walk = Walk(GRAMMAR)
        self._blocked = False
        self._failed = False
        self._same = GeminiConsistency()
        self._last = max((index for index, chunk in enumerate(stream.chunks) if chunk.get("candidates")), default=-1)

    def missteps(self) -> Iterator[Misstep]:
        for chunk, response in enumerate(self._stream.chunks):
            yield from self._response(chunk, response)
        if self._failed or not self._stream.chunks:
            return
        if not self._walk.states and not self._blocked:
            yield Misstep("no-candidates", None, "no event has a candidate")
        for key, wrong in self._walk.unfinished():
            yield Misstep(wrong, None, f"no event gives a finishReason for candidate {key}")
        yield from self._same.end()

    def _response(self, chunk: int, response: dict[str, Any]) -> Iterator[Misstep]:
        error = response.get("error")
        if error:
            self._failed = True
            yield Misstep("gemini-error", chunk, with_error("the stream reports an error", error), "$.error")
        feedback = response.get("promptFeedback")
        if isinstance(feedback, dict) and feedback.get("blockReason"):
            self._blocked = True
            reason = feedback["blockReason"]
            message = f"the prompt was blocked: {reason if isinstance(reason, str) else describe(reason)}"
            yield Misstep("blocked", chunk, message, "$.promptFeedback.blockReason")
        yield from self._same.event(chunk, response)
        candidates = response.get("candidates")
        if (
            candidates in (None, [])
            and not error
            and not feedback
            and (chunk < self._last or "usageMetadata" not in response)
        ):
            yield Misstep("empty-event", chunk, "the event has no candidate", "$.candidates")
        for index, candidate in enumerate(candidates if isinstance(candidates, list) else ()):
            if isinstance(candidate, dict):
                yield from self._candidate(chunk, index, candidate)

    def _candidate(self, chunk: int, index: int, candidate: dict[str, Any]) -> Iterator[Misstep]:
        path = f"$.candidates[{index}]"
        key = candidate.get("index")
        key = key if type(key) is int else 0
        content = candidate.get("content")
        parts = content.get("parts") if isinstance(content, dict) else None
        reason = _reason_name(candidate.get("finishReason"))
        if not parts and not any(candidate.get(name) for name in _MEANINGFUL):
            yield Misstep("empty-event", chunk, f"candidate {key} has neither parts nor a finishReason", path)
        if isinstance(content, dict) and isinstance(parts, list) and parts:
            yield from _content(chunk, content, parts, f"{path}.content")
            yield from self._same.parts(chunk, key, parts, f"{path}.content.parts")
        if isinstance(parts, list) and any(map(_has_content, parts)):
            wrong = self._walk.step(key, "parts")
            if wrong:
                message = f"candidate {key} continues after its finishReason"
                # In 2024, Gemini 1.5 sent STOP in every event.
                yield Misstep(wrong, chunk, message, f"{path}.content.parts", "info" if reason == "STOP" else None)
        elif key not in self._walk.states:
            self._walk.states[key] = "open"
        if isinstance(reason, str) and reason:
            self._walk.step(key, "finish")
            if reason not in _NORMAL_ENDS:
                malformed = "MALFORMED" in reason or "UNEXPECTED" in reason or "INVALID" in reason
                message = f"candidate {key} ended with {reason}"
                yield Misstep("blocked", chunk, message, f"{path}.finishReason", "error" if malformed else None)


def _content(chunk: int, content: dict[str, Any], parts: list[Any], path: str) -> Iterator[Misstep]:
    if not content.get("role"):
        yield Misstep("content-without-role", chunk, "the content has parts but no role", f"{path}.role")
    for index, part in enumerate(parts):
        call = part.get("functionCall") if isinstance(part, dict) else None
        if isinstance(part, dict) and not part.keys() - {"thought"}:
            yield Misstep("empty-event", chunk, f"part {index} is empty", f"{path}.parts[{index}]")
        # If a call comes in fragments, only the first has its name.
        if isinstance(call, dict) and "args" in call and not call.get("name"):
            where = f"{path}.parts[{index}].functionCall.name"
            yield Misstep("call-without-name", chunk, "the functionCall has args but no name", where)


def _has_content(part: object) -> bool:
    """Return whether a part contains more than an empty text or a signature."""
    return isinstance(part, dict) and any(
        value for key, value in part.items() if key not in ("thoughtSignature", "thought")
    )


def _reason_name(reason: object) -> object:
    """Return a finish reason by name if it is a number, as `enum-encoding=int` gives it."""
    if type(reason) is not int:
        return reason
    return _NUMBERED.get(reason, f"reason {reason}" if reason else None)
