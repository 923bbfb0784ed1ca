"""A definition: how a tool, in a range of versions, computes its numbers from a stream. One file per tool and range.

The module docstring is the manual: the formulas and their source. Results are computed from the recording alone, so that all
tools are compared on the same stream.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import field, replace
from typing import Any

from streamkit.definitions._chat import BadJson, Chat, SharedChunks
from streamkit.definitions._wire import PayloadReader, Unreadable
from streamkit.frozen import dataclass
from streamkit.model.measurement import TokenCounter
from streamkit.model.stream import Stream
from streamkit.registry import Catalogue

# The metrics that can be missing, by their names in JSON.
FIELDS = ("ttft_ns", "end_ns", "tokens", "per_token_ns", "gaps_ns")

REASONS = {
    "choices-empty": "the tool fails on a chunk with no choices, as a usage chunk is",
    "error-chunk": "the tool counts a stream that reports an error as failed",
    "error-event": "the tool counts a stream with an event named error as failed",
    "no-content": "the tool drops a request without text content",
    "no-end-time": "the recorder did not see the end of the body",
    "no-event-stream": "the tool reads a stream only where the content type is text/event-stream",
    "no-line": "the tool fails if the body has no line",
    "no-output": "the tool counts a request without text, tool calls or output tokens as failed",
    "no-request-time": "the time of the request is not known: the stream came from a pipe or a log",
    "no-terminal": "the tool counts a stream without its terminal event as failed",
    "no-times": "the log holds no arrival times",
    "no-token": "no chunk is a token to this tool",
    "no-token-times": "the tool looks for token times in `choices`, which chunks of this API do not have",
    "no-tokenizer": "the tool counts tokens with a tokenizer; name one with --tokenizer",
    "no-usage": "the stream reports no usage",
    "not-defined": "the tool defines no such number",
    "not-json": "the tool decodes a text as JSON that is not JSON, and the request fails",
    "not-supported": "the tool has no client for this API",
    "not-utf8": "the tool decodes the body strictly as UTF-8, and the request fails",
    "one-token": "the tool needs more than one token",
    "request-failed": "the tool counts a request whose connection broke as failed",
    "splintered": "the tool cannot reassemble an event that arrived in several reads, and its report fails",
    "unexpected-shape": "a field is missing or has an unexpected type, the tool raises an exception, and the request fails",
    "unknown-max-tokens": "the tool takes the requested number of tokens, and the request does not contain it",
}

NOTES = {
    "reads-unknown": "the log does not contain the boundaries of reads: each event is assumed to have arrived in its own read",
    "several-choices": "the stream has several choices, and the tool reads the first entry of every chunk, whatever its index: "
    "its times, gaps and texts are those of all choices mixed",
    "wire-unknown": "the log does not contain the bytes of the stream: the tool is assumed to read every event",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class ToolMetrics:
    """The numbers of a tool for one stream: times in nanoseconds since the request, and N with its source.

    A field that the tool does not report is None, and `missing` contains the code of the reason by the field's name in JSON.
    `also` are additional numbers of the tool (ns) by name. `fails` describes why the tool's own code would raise; empty if
    it would not. `notes` are codes of remarks on the numbers.
    """

    ttft: float | None = None
    end: float | None = None
    tokens: int | None = None
    tokens_source: str = ""
    per_token: float | None = None
    gaps: Sequence[float] | None = None
    also: Mapping[str, float] = field(default_factory=dict)
    missing: Mapping[str, str] = field(default_factory=dict)
    fails: str = ""
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Definition:
    """One tool, in one range of versions.

    `apis` are those that the tool has a client for; empty if it measures any. `cut` is the code of the reason why a
    stream whose connection broke has no numbers; empty if the tool counts it nevertheless. `reads` maps an API to the
    tool's parser; `bad_json` is what the tool does with a payload that is not JSON.
    """

    name: str
    tool: str
    version: str
    manual: str
    of_chat: Callable[[Chat], ToolMetrics] = field(repr=False)
    apis: tuple[str, ...] = ("openai_chat",)
    cut: str = "request-failed"
    reads: Mapping[str, PayloadReader] = field(default_factory=dict, repr=False)
    bad_json: BadJson = "fails"


DEFINITIONS: Catalogue[Definition] = Catalogue("streamkit.definitions", Definition, lambda entry: entry.name)


def definition(
    tool: str,
    version: str,
    *,
    reads: Mapping[str, PayloadReader] | None = None,
    apis: tuple[str, ...] | None = None,
    bad_json: BadJson = "fails",
    cut: str = "request-failed",
) -> Callable[[Callable[[Chat], ToolMetrics]], Definition]:
    """Decorate a function to make it the definition of its file.

    `reads` maps each API that the tool has a client for to the tool's parser. Without it, the tool is assumed to read every
    event of the `apis` (default: OpenAI Chat; empty: any).
    """

    def made(of_chat: Callable[[Chat], ToolMetrics]) -> Definition:
        module = sys.modules[of_chat.__module__]
        name = of_chat.__module__.rpartition(".")[2]
        return Definition(
            name=name,
            tool=tool,
            version=version,
            manual=(module.__doc__ or "").strip(),
            of_chat=of_chat,
            apis=tuple(reads) if reads is not None else ("openai_chat",) if apis is None else apis,
            cut=cut,
            reads=reads or {},
            bad_json=bad_json,
        )

    return made


def compute(
    entry: Definition, stream: Stream, counter: TokenCounter | None = None, known: SharedChunks | None = None
) -> ToolMetrics:
    """Return the result of this tool for this stream. `counter` replaces the tokenizer of a tool that uses one. `known` is shared
    by all tools for the same stream."""
    exchange = stream.exchange
    if entry.apis and stream.api not in entry.apis:
        return nothing("not-supported")
    if entry.cut and exchange.end is not None and exchange.end.reason != "eof":
        return nothing(entry.cut)
    chat = Chat(stream, counter, entry.reads.get(stream.api), entry.bad_json, known)
    try:
        metrics = entry.of_chat(chat)
        if chat.trouble is not None and not metrics.fails:
            raise chat.trouble
    except Unreadable as trouble:
        metrics = nothing(trouble.code, fails=trouble.detail)
    if chat.untimed and len(metrics.missing) < len(FIELDS):
        metrics = _without_times(metrics, chat.untimed)
    return replace(metrics, notes=_notes(entry, chat))


def _notes(entry: Definition, chat: Chat) -> tuple[str, ...]:
    """Return the codes of remarks on the numbers."""
    unwired = bool(entry.reads) and not chat.as_wired
    unread = chat.as_wired and not chat.stream.exchange.frames_timed
    several = bool(entry.apis) and chat.known.several
    return ("several-choices",) * several + ("wire-unknown",) * unwired + ("reads-unknown",) * unread


def nothing(code: str, **known: Any) -> ToolMetrics:
    """Return metrics in which every field except those in `known` is missing for the same reason."""
    named = {"ttft": "ttft_ns", "end": "end_ns", "per_token": "per_token_ns", "gaps": "gaps_ns", "tokens": "tokens"}
    absent = dict.fromkeys(FIELDS, code)
    for name in known.keys() & named.keys():
        absent.pop(named[name], None)
    return ToolMetrics(**known, missing=absent)


def compute_all(stream: Stream, counter: TokenCounter | None = None) -> dict[str, Any]:
    """Return the results of all tools for one stream, as in the JSON output."""
    known = SharedChunks(stream)
    return {
        "file": stream.file,
        "exchange": stream.number,
        "definitions": [
            metrics_to_json(entry, compute(entry, stream, counter, known)) for entry in DEFINITIONS.values()
        ],
    }


def metrics_to_json(entry: Definition, metrics: ToolMetrics) -> dict[str, Any]:
    """Return metrics as in the JSON output: times in whole nanoseconds, missing values null with a reason in `missing`."""
    return {
        "tool": entry.tool,
        "version": entry.version,
        "ttft_ns": _whole(metrics.ttft),
        "end_ns": _whole(metrics.end),
        "tokens": metrics.tokens,
        "tokens_source": metrics.tokens_source or None,
        "per_token_ns": _whole(metrics.per_token),
        "gaps_ns": None if metrics.gaps is None else [round(gap) for gap in metrics.gaps],
        "also": {name: round(value) for name, value in metrics.also.items()},
        "missing": dict(metrics.missing),
        "fails": metrics.fails or None,
        "notes": list(metrics.notes),
    }


def _without_times(metrics: ToolMetrics, code: str) -> ToolMetrics:
    """Return the metrics without times that were not measured; token counts are kept, and the gaps if a log has them."""
    gaps = metrics.gaps if code == "no-request-time" else None
    missing = {**metrics.missing, **dict.fromkeys(("ttft_ns", "end_ns", "per_token_ns"), code)}
    if gaps is None:
        missing["gaps_ns"] = code if metrics.gaps is not None else metrics.missing.get("gaps_ns", code)
    return replace(metrics, ttft=None, end=None, per_token=None, gaps=gaps, also={}, missing=missing)


def _whole(value: float | None) -> int | None:
    return None if value is None else round(value)
