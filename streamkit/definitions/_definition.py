"""A definition: how a tool, in a range of versions, computes its numbers from a stream. One file per tool and range.

The module docstring is the manual: the formulas and their source. Results are computed from the recording alone, so that all
tools are compared on the same stream.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import field
from typing import Any

from streamkit.definitions._chat import Chat
from streamkit.frozen import dataclass
from streamkit.model.measurement import TokenCounter
from streamkit.model.stream import Stream
from streamkit.registry import Catalogue

# The fields of an answer that can be missing, by their names in JSON.
FIELDS = ("ttft_ns", "end_ns", "tokens", "per_token_ns", "gaps_ns")

REASONS = {
    "choices-empty": "the tool fails on a chunk with no choices, as a usage chunk is",
    "error-chunk": "the tool counts a stream that reports an error as failed",
    "no-content": "the tool drops a request without text content",
    "no-end-time": "the recorder did not see the end of the body",
    "no-request-time": "the time of the request is not known: the stream came from a pipe or a log",
    "no-times": "the log holds no arrival times",
    "no-token": "no chunk is a token to this tool",
    "no-tokenizer": "the tool counts tokens with a tokenizer; name one with --tokenizer",
    "no-usage": "the stream reports no usage",
    "not-chat": "the tool's formulas for this API are not computed here, only those for OpenAI Chat",
    "not-defined": "the tool defines no such number",
    "one-token": "the tool needs more than one token",
    "request-failed": "the tool counts a request whose connection broke as failed",
    "unknown-max-tokens": "the tool takes the requested number of tokens, and the request does not tell it",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """The numbers of a tool for one stream: times in nanoseconds since the request, and N with its source.

    A field that the tool does not report is None, and `missing` has the code of the reason by the field's name in JSON.
    `also` holds additional numbers (ns) by name.
    """

    ttft: float | None = None
    end: float | None = None
    tokens: int | None = None
    tokens_source: str = ""
    per_token: float | None = None
    gaps: Sequence[float] | None = None
    also: Mapping[str, float] = field(default_factory=dict)
    missing: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Definition:
    """One tool in one generation of versions. `chat_only` tools are defined on chunks of OpenAI Chat; `cut` is the code
    of the reason why a stream whose connection broke has no numbers, empty for tools that count it all the same."""

    name: str
    tool: str
    version: str
    manual: str
    of_chat: Callable[[Chat], Answer] = field(repr=False)
    chat_only: bool = True
    cut: str = "request-failed"


DEFINITIONS: Catalogue[Definition] = Catalogue("streamkit.definitions", Definition, lambda entry: entry.name)


def definition(
    tool: str, version: str, *, chat_only: bool = True, cut: str = "request-failed"
) -> Callable[[Callable[[Chat], Answer]], Definition]:
    """Decorate a function to make it the definition of its file."""

    def made(of_chat: Callable[[Chat], Answer]) -> Definition:
        module = sys.modules[of_chat.__module__]
        name = of_chat.__module__.rpartition(".")[2]
        return Definition(
            name=name,
            tool=tool,
            version=version,
            manual=(module.__doc__ or "").strip(),
            of_chat=of_chat,
            chat_only=chat_only,
            cut=cut,
        )

    return made


def answer(entry: Definition, stream: Stream, counter: TokenCounter | None = None) -> Answer:
    """Return this tool's numbers for a stream; `counter` replaces the tokenizer of a tool that uses one."""
    exchange = stream.exchange
    if entry.chat_only and stream.api != "openai_chat":
        return nothing("not-chat")
    if entry.cut and exchange.end is not None and exchange.end.reason != "eof":
        return nothing(entry.cut)
    chat = Chat(stream, counter)
    message = entry.of_chat(chat)
    if chat.untimed:
        return _without_times(message, chat.untimed)
    return message


def nothing(code: str, **known: Any) -> Answer:
    """Return an answer in which every field except those in `known` is missing for the same reason."""
    named = {"ttft": "ttft_ns", "end": "end_ns", "per_token": "per_token_ns", "gaps": "gaps_ns", "tokens": "tokens"}
    absent = dict.fromkeys(FIELDS, code)
    for name in known:
        absent.pop(named.get(name, name), None)
    return Answer(**known, missing=absent)


def answers(stream: Stream, counter: TokenCounter | None = None) -> dict[str, Any]:
    """Return the answers of all tools for one stream, as in the JSON output."""
    return {
        "file": stream.file,
        "exchange": stream.number,
        "definitions": [to_json(entry, answer(entry, stream, counter)) for entry in DEFINITIONS.values()],
    }


def to_json(entry: Definition, message: Answer) -> dict[str, Any]:
    """Return an answer as in the JSON output: times in whole nanoseconds, missing values null with a reason in `missing`."""
    return {
        "tool": entry.tool,
        "version": entry.version,
        "ttft_ns": _whole(message.ttft),
        "end_ns": _whole(message.end),
        "tokens": message.tokens,
        "tokens_source": message.tokens_source or None,
        "per_token_ns": _whole(message.per_token),
        "gaps_ns": None if message.gaps is None else [round(gap) for gap in message.gaps],
        "also": {name: round(value) for name, value in message.also.items()},
        "missing": dict(message.missing),
    }


def _without_times(message: Answer, code: str) -> Answer:
    """Return the answer without times that were not measured; token counts are kept, and the gaps if a log has them."""
    gaps = message.gaps if code == "no-request-time" else None
    missing = {**message.missing, **dict.fromkeys(("ttft_ns", "end_ns", "per_token_ns"), code)}
    if gaps is None:
        missing["gaps_ns"] = code if message.gaps is not None else message.missing.get("gaps_ns", code)
    return Answer(
        ttft=None,
        end=None,
        tokens=message.tokens,
        tokens_source=message.tokens_source,
        per_token=None,
        gaps=gaps,
        also={},
        missing=missing,
    )


def _whole(value: float | None) -> int | None:
    return None if value is None else round(value)
