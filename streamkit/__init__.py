"""Record, replay, lint, reassemble and measure the event streams of LLM APIs.

    import streamkit

    for exchange in streamkit.read("answer.sse"):
        stream = streamkit.interpret(exchange)
        print(stream.api, stream.verdict, streamkit.assemble(stream).object)

Importing this costs nothing: each name is fetched when it is first used. No name here is that of a subpackage:
`streamkit.redact`, `streamkit.reduce` and `streamkit.compare` are packages, so the functions name what they take:
`redact_exchange`, `reduce_stream`, `compare_runs`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from streamkit.lazy import door

if TYPE_CHECKING:
    from streamkit.apis import APIS as APIS
    from streamkit.apis import Assembler as Assembler
    from streamkit.apis import assemble as assemble
    from streamkit.apis import interpret as interpret
    from streamkit.compare.streams import changes as changes
    from streamkit.errors import StreamkitError as StreamkitError
    from streamkit.errors import UnreadableInput as UnreadableInput
    from streamkit.formats import FORMATS as FORMATS
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
    from streamkit.redact.redactor import redact_exchange as redact_exchange
    from streamkit.rules import RULES as RULES
    from streamkit.rules import Rule as Rule
    from streamkit.service.calls import lint as lint
    from streamkit.service.calls import measure as measure
    from streamkit.service.calls import proxying as proxying
    from streamkit.service.calls import record as record
    from streamkit.service.comparing import Comparison as Comparison
    from streamkit.service.comparing import compare_runs as compare_runs
    from streamkit.service.converting import convert as convert
    from streamkit.service.converting import write as write
    from streamkit.service.measuring import Statistics as Statistics
    from streamkit.service.measuring import stats as stats
    from streamkit.service.reducing import reduce_stream as reduce_stream
    from streamkit.service.serving import serving as serving

_PLACES = {
    "APIS": "apis",
    "Assembler": "apis",
    "Comparison": "service.comparing",
    "Delta": "model.message",
    "Exchange": "model.exchange",
    "FORMATS": "formats",
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
    "Statistics": "service.measuring",
    "Stream": "model.stream",
    "StreamkitError": "errors",
    "UnreadableInput": "errors",
    "Usage": "model.message",
    "assemble": "apis",
    "changes": "compare.streams",
    "compare_runs": "service.comparing",
    "convert": "service.converting",
    "interpret": "apis",
    "lint": "service.calls",
    "measure": "service.calls",
    "proxying": "service.calls",
    "read": "formats",
    "record": "service.calls",
    "redact_exchange": "redact.redactor",
    "reduce_stream": "service.reducing",
    "serving": "service.serving",
    "stats": "service.measuring",
    "timeline": "model.timeline",
    "write": "service.converting",
}

__all__ = sorted(_PLACES)

__getattr__, __dir__ = door(__name__, _PLACES)
