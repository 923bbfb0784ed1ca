"""The allowed order of an InvokeAgent stream: traces and pieces of the response in turn, with no event that ends them.

Source: docs.aws.amazon.com/bedrock, "Trace events"; botocore 1.44.5, `bedrock-agent-runtime/2023-07-26/service-2.json`.
Recorded streams: each step of the agent has its own `traceId`, under which the model is invoked and responds and the
outcome is observed; the times of traces never decrease.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterator
from typing import Any

from streamkit.apis._bedrock import exception_in
from streamkit.apis._kit.reading import as_object, as_string
from streamkit.apis._kit.values import Counter, PartTexts, Repeated, instant
from streamkit.model.grammar import Grammar, Misstep, Walk
from streamkit.model.stream import Stream
from streamkit.model.wording import describe

STEP = Grammar(
    name="a step of an agent",
    start="new",
    steps={
        ("new", "modelInvocationInput"): "requested",
        ("requested", "modelInvocationInput"): "requested",
        ("requested", "modelInvocationOutput"): "answered",
        ("answered", "modelInvocationInput"): "requested",
        ("new", "invocationInput"): "called",
        ("answered", "invocationInput"): "called",
        ("answered", "observation"): "observed",
        ("called", "observation"): "observed",
        ("observed", "modelInvocationInput"): "requested",
        ("observed", "invocationInput"): "called",
    },
    missteps={
        ("new", "modelInvocationOutput"): "unopened-part",
        ("answered", "modelInvocationOutput"): "unopened-part",
        ("observed", "modelInvocationOutput"): "unopened-part",
        ("called", "modelInvocationOutput"): "unopened-part",
    },
    ends=frozenset({"new", "answered", "called", "observed"}),
    unfinished={"requested": "unclosed-part"},
)
"""Observations without an invocation, and calls that the application has to make, are allowed."""

KINDS = STEP.kinds | {
    "after-end",
    "counter-order",
    "cumulative-content",
    "incomplete-end",
    "repeated-delta",
    "unknown-event",
    "value-changed",
    "whole-differs",
}
"""Every misstep that these checks can report; each is the name of a rule."""

_EVENTS = ("chunk", "trace", "returnControl", "files")
_TRACES = frozenset(
    {
        "customOrchestrationTrace",
        "failureTrace",
        "guardrailTrace",
        "orchestrationTrace",
        "postProcessingTrace",
        "preProcessingTrace",
        "routingClassifierTrace",
    }
)
_OF_STEP = frozenset(
    {"invocationInput", "modelInvocationInput", "modelInvocationOutput", "observation", "rationale", "event"}
)


def missteps(stream: Stream) -> Iterator[Misstep]:
    """Yield every misstep of an InvokeAgent stream in the order of its events, then those at its end."""
    return _AgentWalk(stream).missteps()


class _AgentWalk:
    """A walk through one InvokeAgent stream."""

    def __init__(self, stream: Stream) -> None:
        self._stream = stream
        self._steps = Walk(STEP)
        self._same = Repeated()
        self._texts = PartTexts()
        self._times: dict[str, Counter] = {}
        self._final: tuple[int, str] | None = None
        self._edited = False
        self._orchestrated = False
        self._observed = False
        self._returned = False

    def missteps(self) -> Iterator[Misstep]:
        last: dict[str, Any] = {}
        for chunk, event in enumerate(self._stream.chunks):
            known = [name for name in event if name in _EVENTS]
            if not known and exception_in(event) is None:
                name = next(iter(event), "")
                yield Misstep("unknown-event", chunk, f"unknown event {describe(name)}", "$")
            if self._returned and known:
                yield Misstep("after-end", chunk, f"{known[0]} comes after returnControl", "$", "warning")
            if "chunk" in event:
                yield from self._piece(chunk, as_object(event["chunk"]))
            if "trace" in event:
                if event == last:
                    yield Misstep("counter-order", chunk, "the trace repeats the previous trace", "$.trace")
                yield from self._trace(chunk, as_object(event["trace"]))
            self._returned = self._returned or "returnControl" in event
            last = event
        if self._stream.verdict != "error":
            yield from self._end()

    def _piece(self, chunk: int, payload: dict[str, Any]) -> Iterator[Misstep]:
        encoded = as_string(payload.get("bytes"))
        try:
            text = base64.b64decode(encoded, validate=True).decode("utf-8", "replace")
        except (binascii.Error, ValueError):
            yield Misstep("unknown-event", chunk, "the bytes of this chunk are not base64", "$.chunk.bytes")
            return
        yield from self._texts.add(chunk, "$.chunk.bytes", text)
        self._edited = self._edited or bool(payload.get("attribution"))

    def _trace(self, chunk: int, payload: dict[str, Any]) -> Iterator[Misstep]:
        collaborator = as_string(payload.get("collaboratorName"))
        times = self._times.setdefault(collaborator, Counter(repeats=True))
        yield from times.next(chunk, "$.trace.eventTime", instant(payload.get("eventTime")))
        yield from self._same.check(chunk, "$.trace.sessionId", payload.get("sessionId"), key=collaborator)
        for name in ("agentId", "agentAliasId", "agentVersion"):
            yield from self._same.check(chunk, f"$.trace.{name}", payload.get(name), key=collaborator)
        trace = as_object(payload.get("trace"))
        if not _TRACES & trace.keys():
            yield Misstep("unknown-event", chunk, "a trace without a known type", "$.trace.trace")
        for name in trace:
            if name in ("postProcessingTrace", "guardrailTrace", "failureTrace"):
                self._edited = True
            if name.endswith("Trace") and name not in ("guardrailTrace", "failureTrace"):
                yield from self._step(chunk, name, collaborator, as_object(trace[name]))

    def _step(self, chunk: int, name: str, collaborator: str, step: dict[str, Any]) -> Iterator[Misstep]:
        path = f"$.trace.trace.{name}"
        if not _OF_STEP & step.keys():
            yield Misstep("unknown-event", chunk, "a step without a known type", path)
        for symbol in step:
            content = as_object(step[symbol])
            identifier = as_string(content.get("traceId"))
            if symbol not in _OF_STEP or not identifier:
                continue
            wrong = self._steps.step((name, identifier), symbol)
            if wrong is not None:
                message = f"{symbol} without a modelInvocationInput before it in the step {describe(identifier)}"
                yield Misstep(wrong, chunk, message, f"{path}.{symbol}", "warning")
            if name == "orchestrationTrace" and not collaborator:
                self._orchestrated = self._orchestrated or symbol.startswith("model")
                self._observed = symbol == "observation"
                final = as_object(content.get("finalResponse")).get("text")
                if type(final) is str:
                    self._final = (chunk, final)

    def _end(self) -> Iterator[Misstep]:
        """Yield the missteps that show only after the last event: unfinished steps, and a response other than the one
        observed."""
        for key, wrong in self._steps.unfinished():
            assert isinstance(key, tuple)
            yield Misstep(wrong, None, f"the model was invoked in the step {describe(key[1])} but never responds")
        if self._orchestrated and not self._observed and not self._returned and not self._edited:
            yield Misstep("incomplete-end", None, "the agent's last step ends without an observation")
        # Guardrails, post-processing and citations may change the text.
        if self._final is not None and not self._edited and self._texts.text():
            chunk, text = self._final
            yield from self._texts.check_whole(
                chunk, "$.trace.trace.orchestrationTrace.observation.finalResponse.text", text
            )
