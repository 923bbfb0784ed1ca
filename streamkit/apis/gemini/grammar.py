"""The lawful order of a Gemini stream: parts, and a finish reason with the last of them, a candidate.

Source: google-genai 3.4, `types.py` (`FinishReason`); 18 recorded streams, in which `finishReason` comes exactly once and
in the last event, and `index` is left out where it is 0.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from streamkit.apis.gemini.consistency import KINDS as CONSISTENCY_KINDS
from streamkit.apis.gemini.consistency import GeminiConsistency
from streamkit.model.grammar import Grammar, Misstep, Walk
from streamkit.model.stream import Stream

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

# With `enum-encoding=int` in the URL, which the REST transport of Google's older SDKs asks for, words come as numbers.
_NUMBERED = {1: "STOP", 2: "MAX_TOKENS", 3: "SAFETY", 4: "RECITATION", 5: "OTHER"}
_TELLING = ("finishReason", "groundingMetadata", "citationMetadata", "safetyRatings", "urlContextMetadata")
_GOOD = ("STOP", "MAX_TOKENS", "FINISH_REASON_UNSPECIFIED")


KINDS = (
    GRAMMAR.kinds
    | CONSISTENCY_KINDS
    | {"blocked", "call-without-name", "content-without-role", "empty-event", "gemini-error", "no-candidates"}
)
"""Every misstep that these checks can give, each the name of its rule."""


def missteps(stream: Stream) -> Iterator[Misstep]:
    """Every misstep of a Gemini stream, in order of events; those at its end last."""
    return _CandidateWalk(stream).missteps()


class _CandidateWalk:
    """One Gemini stream being walked."""

    def __init__(self, stream: Stream) -> None:
        self._stream = stream
        self._walk = Walk(GRAMMAR)
        self._blocked = False
        self._failed = False
        self._same = GeminiConsistency()
        self._last = max((place for place, of in enumerate(stream.chunks) if of.get("candidates")), default=-1)

    def missteps(self) -> Iterator[Misstep]:
        for chunk, response in enumerate(self._stream.chunks):
            yield from self._response(chunk, response)
        if self._failed or not self._stream.chunks:
            return
        if not self._walk.states and not self._blocked:
            yield Misstep("no-candidates", None, "no event has a candidate")
        for key, wrong in self._walk.unfinished():
            yield Misstep(wrong, None, f"no event says why candidate {key} ended")

    def _response(self, chunk: int, response: dict[str, Any]) -> Iterator[Misstep]:
        error = response.get("error")
        if error:
            self._failed = True
            message = str(error.get("message") or error.get("status")) if isinstance(error, dict) else str(error)
            yield Misstep("gemini-error", chunk, f"the stream reports an error: {message}", "$.error")
        feedback = response.get("promptFeedback")
        if isinstance(feedback, dict) and feedback.get("blockReason"):
            self._blocked = True
            message = f"the prompt was blocked: {feedback['blockReason']}"
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
        for place, candidate in enumerate(candidates if isinstance(candidates, list) else ()):
            if isinstance(candidate, dict):
                yield from self._candidate(chunk, place, candidate)

    def _candidate(self, chunk: int, place: int, candidate: dict[str, Any]) -> Iterator[Misstep]:
        path = f"$.candidates[{place}]"
        key = candidate.get("index")
        key = key if type(key) is int else 0
        content = candidate.get("content")
        parts = content.get("parts") if isinstance(content, dict) else None
        reason = _named(candidate.get("finishReason"))
        if not parts and not any(candidate.get(name) for name in _TELLING):
            yield Misstep("empty-event", chunk, f"candidate {key} has neither parts nor a finishReason", path)
        if isinstance(content, dict) and isinstance(parts, list) and parts:
            yield from _content(chunk, content, parts, f"{path}.content")
        if isinstance(parts, list) and any(map(_says_something, parts)):
            wrong = self._walk.step(key, "parts")
            if wrong:
                message = f"candidate {key} goes on after its finish"
                # Gemini 1.5 said STOP in every event, in 2024.
                yield Misstep(wrong, chunk, message, f"{path}.content.parts", "info" if reason == "STOP" else None)
        elif key not in self._walk.states:
            self._walk.states[key] = "open"
        if isinstance(reason, str) and reason:
            self._walk.step(key, "finish")
            if reason not in _GOOD:
                malformed = "MALFORMED" in reason or "UNEXPECTED" in reason or "INVALID" in reason
                message = f"candidate {key} ended with {reason}"
                yield Misstep("blocked", chunk, message, f"{path}.finishReason", "error" if malformed else None)


def _content(chunk: int, content: dict[str, Any], parts: list[Any], path: str) -> Iterator[Misstep]:
    if not content.get("role"):
        yield Misstep("content-without-role", chunk, "the content has parts and no role", f"{path}.role")
    for place, part in enumerate(parts):
        call = part.get("functionCall") if isinstance(part, dict) else None
        # The pieces of a call that comes in pieces have its name in the first alone.
        if isinstance(call, dict) and "args" in call and not call.get("name"):
            where = f"{path}.parts[{place}].functionCall.name"
            yield Misstep("call-without-name", chunk, "the functionCall has args and no name", where)


def _says_something(part: object) -> bool:
    """Whether a part holds more than an empty text or a signature."""
    return isinstance(part, dict) and any(
        value for key, value in part.items() if key not in ("thoughtSignature", "thought")
    )


def _named(reason: object) -> object:
    """A finish reason as its word, where it is one of the numbers of `enum-encoding=int`; one beyond them as text."""
    if type(reason) is not int:
        return reason
    return _NUMBERED.get(reason, f"reason {reason}" if reason else None)
