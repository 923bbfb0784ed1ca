"""Record, replay, lint, reassemble and measure the event streams of LLM APIs.

    import streamkit

    for exchange in streamkit.read("answer.sse"):
        stream = streamkit.interpret(exchange)
        print(stream.api, stream.verdict, streamkit.assemble(stream).object)

Importing this costs nothing: each name is fetched when it is first used.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from streamkit.lazy import door

if TYPE_CHECKING:
    from collections.abc import Iterable

    from streamkit.apis import APIS as APIS
    from streamkit.apis import Assembler as Assembler
    from streamkit.apis import assemble as assemble
    from streamkit.apis import interpret as interpret
    from streamkit.errors import StreamkitError as StreamkitError
    from streamkit.errors import UnreadableInput as UnreadableInput
    from streamkit.formats import read as read
    from streamkit.metrics import METRICS as METRICS
    from streamkit.metrics import Metric as Metric
    from streamkit.model.exchange import Exchange as Exchange
    from streamkit.model.exchange import Frame as Frame
    from streamkit.model.exchange import Frames as Frames
    from streamkit.model.exchange import Request as Request
    from streamkit.model.exchange import Response as Response
    from streamkit.model.finding import Finding as Finding
    from streamkit.model.measurement import Measurement as Measurement
    from streamkit.model.message import Delta as Delta
    from streamkit.model.message import Message as Message
    from streamkit.model.message import Part as Part
    from streamkit.model.message import Reply as Reply
    from streamkit.model.message import Usage as Usage
    from streamkit.model.stream import Stream as Stream
    from streamkit.model.timeline import timeline as timeline
    from streamkit.rules import RULES as RULES
    from streamkit.rules import Rule as Rule

_PLACES = {
    "APIS": "apis",
    "Assembler": "apis",
    "Delta": "model.message",
    "Exchange": "model.exchange",
    "Finding": "model.finding",
    "Frame": "model.exchange",
    "Frames": "model.exchange",
    "METRICS": "metrics",
    "Measurement": "model.measurement",
    "Message": "model.message",
    "Metric": "metrics",
    "Part": "model.message",
    "RULES": "rules",
    "Reply": "model.message",
    "Request": "model.exchange",
    "Response": "model.exchange",
    "Rule": "rules",
    "Stream": "model.stream",
    "StreamkitError": "errors",
    "UnreadableInput": "errors",
    "Usage": "model.message",
    "assemble": "apis",
    "interpret": "apis",
    "read": "formats",
    "timeline": "model.timeline",
}

__all__ = sorted([*_PLACES, "lint", "measure"])


def lint(stream: Stream, rules: Iterable[Rule] | None = None) -> list[Finding]:
    """What is wrong with a stream, by these rules, or by those that `streamkit lint` asks without options."""
    from streamkit.apis import interpret
    from streamkit.rules import RULES
    from streamkit.rules import lint as findings

    judged = interpret(stream.exchange, api=stream.api, dialect=stream.dialect or None, judge=True)
    return list(findings(judged, [rule for rule in RULES.values() if rule.default] if rules is None else rules))


def measure(stream: Stream, metrics: Iterable[Metric] | None = None) -> Measurement:
    """The numbers of a stream, by these metrics, or by all that there are."""
    from streamkit.metrics import METRICS, in_order
    from streamkit.metrics import measure as measured

    return measured(stream, in_order(METRICS.values()) if metrics is None else metrics)


__getattr__, __dir__ = door(__name__, _PLACES)
