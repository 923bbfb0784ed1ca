"""The shape of Cohere's events, in both versions of its chat API.

Source: cohere 7.3.1, `v2/types/v2chat_stream_response.py` and `types/streamed_chat_response.py`. Its types make almost
every field optional, and its client builds them unchecked; required here is what every recorded stream has.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from streamkit.apis._kit.misfits import misfit_checker, misfit_kinds, unknown_fields
from streamkit.apis._kit.schema import schema_builder
from streamkit.apis._kit.shape import (
    ANY,
    Field,
    array,
    boolean,
    count,
    expected,
    number,
    string,
    structure,
    variants,
    words,
)
from streamkit.model.stream import Misfit

FINISH_REASONS = ("COMPLETE", "STOP_SEQUENCE", "MAX_TOKENS", "TOOL_CALL", "ERROR", "TIMEOUT")
_FINISH_REASONS_1 = (
    "COMPLETE",
    "STOP_SEQUENCE",
    "MAX_TOKENS",
    "TIMEOUT",
    "USER_CANCEL",
    "ERROR",
    "ERROR_TOXIC",
    "ERROR_LIMIT",
)


def _delta(fields: Mapping[str, Field]) -> Field:
    """Return a `delta` whose `message` has these fields."""
    return structure({"message": structure(fields, required=True)}, required=True)


def _finish(*reasons: str) -> Field:
    return string(*reasons, required=True).called(wrong_value="unknown-finish-reason")


def _tokens(**others: Field) -> Field:
    # Counts are floats in Cohere's own types, but integers in its streams.
    return structure({"input_tokens": expected(count()), "output_tokens": expected(count()), **others})


_USAGE = structure(
    {
        "billed_units": expected(_tokens(search_units=number(), classifications=number())),
        "tokens": expected(_tokens()),
        "cached_tokens": count(),
    }
)

_FUNCTION = structure({"name": string(required=True), "arguments": string(required=True)}, required=True)

_CITATION = structure(
    {
        "start": count(required=True),
        "end": count(required=True),
        "text": string(required=True),
        "sources": expected(
            array(structure({"type": words("tool", "document", required=True), "id": expected(string())}))
        ),
        "content_index": count(),
        "type": words("TEXT_CONTENT", "THINKING_CONTENT", "PLAN"),
    },
    required=True,
)

VERSION_2 = variants(
    "type",
    {
        "message-start": {
            "id": expected(string()),
            "delta": _delta(
                {
                    "role": string("assistant", required=True).called(wrong_value="bad-role"),
                    "content": array(ANY),
                    "tool_plan": string(),
                    "tool_calls": array(ANY),
                    "citations": array(ANY),
                }
            ),
        },
        "content-start": {
            "index": count(required=True),
            "delta": _delta(
                {
                    "content": variants(
                        "type",
                        {"text": {"text": string(required=True)}, "thinking": {"thinking": string(required=True)}},
                        required=True,
                    )
                }
            ),
        },
        "content-delta": {
            "index": count(required=True),
            "delta": _delta({"content": structure({"text": string(), "thinking": string()}, required=True)}),
            "logprobs": structure(
                {"text": string(), "token_ids": array(count()), "logprobs": array(number())}, null=True
            ),
        },
        "content-end": {"index": count(required=True)},
        "tool-plan-delta": {"delta": _delta({"tool_plan": string(required=True)})},
        "tool-call-start": {
            "index": count(required=True),
            "delta": _delta(
                {
                    "tool_calls": structure(
                        {"id": string(required=True), "type": expected(words("function")), "function": _FUNCTION},
                        required=True,
                    )
                }
            ),
        },
        "tool-call-delta": {
            "index": count(required=True),
            "delta": _delta(
                {
                    "tool_calls": structure(
                        {"function": structure({"arguments": string(required=True)}, required=True)}, required=True
                    )
                }
            ),
        },
        "tool-call-end": {"index": count(required=True)},
        "citation-start": {"index": count(required=True), "delta": _delta({"citations": _CITATION})},
        "citation-end": {"index": count(required=True)},
        "message-end": {
            "id": string(null=True),
            "delta": structure(
                {"error": string(null=True), "finish_reason": _finish(*FINISH_REASONS), "usage": expected(_USAGE)},
                required=True,
            ),
        },
        "debug": {"prompt": string(null=True)},
    },
).shape

_CALL = structure({"name": string(required=True), "parameters": structure({}, required=True)})

_CITATIONS_1 = array(
    structure(
        {
            "start": count(required=True),
            "end": count(required=True),
            "text": string(required=True),
            "document_ids": array(string(), required=True),
            "type": words("TEXT_CONTENT", "PLAN"),
        }
    ),
)

_RESPONSE = structure(
    {
        "text": string(required=True),
        "generation_id": expected(string()),
        "response_id": string(),
        "finish_reason": string(*_FINISH_REASONS_1, null=True).called(wrong_value="unknown-finish-reason"),
        "citations": Field(_CITATIONS_1.shape),
        "chat_history": array(structure({"role": words("USER", "CHATBOT", "SYSTEM", "TOOL"), "message": string()})),
        "meta": structure(
            {
                "api_version": structure({"version": string(required=True)}),
                "billed_units": _tokens(),
                "tokens": _tokens(),
            }
        ),
        "tool_calls": array(_CALL),
    },
    required=True,
)


def _version_1_event(**fields: Field) -> dict[str, Field]:
    """Return the fields of an event of version 1."""
    return {"is_finished": expected(boolean()), **fields}


VERSION_1 = variants(
    "event_type",
    {
        "stream-start": _version_1_event(generation_id=string(required=True)),
        "text-generation": _version_1_event(text=string(required=True)),
        "citation-generation": _version_1_event(citations=Field(_CITATIONS_1.shape, required=True)),
        "search-queries-generation": _version_1_event(
            search_queries=array(structure({"text": string(required=True)}), required=True)
        ),
        "search-results": _version_1_event(search_results=array(structure({})), documents=array(structure({}))),
        "tool-calls-chunk": _version_1_event(
            tool_call_delta=structure({"name": string(), "index": number(), "parameters": string(), "text": string()}),
            text=string(),
        ),
        "tool-calls-generation": _version_1_event(text=string(null=True), tool_calls=array(_CALL, required=True)),
        "stream-end": _version_1_event(finish_reason=_finish(*_FINISH_REASONS_1), response=_RESPONSE),
    },
).shape

_misfits_1, _misfits_2 = misfit_checker(VERSION_1), misfit_checker(VERSION_2, error="message", unless="type")


def is_version_1(chunks: Any) -> bool:
    """Return whether a stream is of version 1, whose events have an `event_type`."""
    return any("event_type" in chunk for chunk in chunks[:8])


def misfits(chunks: Any) -> Iterator[Misfit]:
    """Yield every misfit of a stream, using the table of its version."""
    return _misfits_1(chunks) if is_version_1(chunks) else _misfits_2(chunks)


def unknown(chunks: Any, known: Any = ()) -> Iterator[Misfit]:
    """Yield the fields that are not in the table of the stream's version."""
    return unknown_fields(VERSION_1 if is_version_1(chunks) else VERSION_2, chunks, known)


def kinds() -> frozenset[str]:
    """Return the name of every misfit that either table can report."""
    return misfit_kinds(VERSION_1) | misfit_kinds(VERSION_2)


def schema() -> dict[str, Any]:
    """Return the JSON Schema of an event of either version."""
    both = [schema_builder(VERSION_2, "", error="message", unless="type")(), schema_builder(VERSION_1, "")()]
    either = [{key: value for key, value in one.items() if key not in ("$schema", "title")} for one in both]
    return {"$schema": both[0]["$schema"], "title": "An event of Cohere's chat, version 2 or 1", "anyOf": either}
