"""Streams in odd forms that servers send, or that a client must reckon with: what the tools' own parsers make of them.

Times are milliseconds since the request, a frame is what one read delivers. `python -m tests.definitions.wire_cases` writes
them as JSON, for the programs that run the tools' own code (`referees.py`).
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from tests.metrics.making import ROLE, STOP, chunk, text, usage

CLOSED = 171.0

Timed = list[tuple[float, str]]
Frames = list[tuple[float, bytes]]


@dataclass(frozen=True, slots=True)
class Case:
    """One body: its API, its frames with their times in milliseconds, its content type."""

    frames: Frames
    api: str = "openai_chat"
    content_type: str = "text/event-stream"


WORDS: Timed = [(20, ROLE), (100, text("Hello")), (120, text(" big")), (160, text(" world"))]
END: Timed = [(165, STOP), (170, usage(4)), (170, "[DONE]")]
PLAIN: Timed = [*WORDS, *END]


def wired(timed: Iterable[tuple[float, str]], form: str = "data: {}\n\n") -> Frames:
    """One frame per event, each in this form."""
    return [(at, form.replace("{}", data).encode()) for at, data in timed]


def case(timed: Iterable[tuple[float, str]], form: str = "data: {}\n\n", api: str = "openai_chat") -> Case:
    return Case(wired(timed, form), api)


def joined(frames: Frames, *groups: int) -> Frames:
    """The frames in groups of these sizes, each at the time of its last."""
    made, rest = [], list(frames)
    for size in groups or (len(rest),):
        part, rest = rest[:size], rest[size:]
        made.append((part[-1][0], b"".join(data for _, data in part)))
    return made + rest


def cut(frames: Frames, at: Callable[[bytes], int]) -> Frames:
    """Every frame in two: the rest of each comes a millisecond later."""
    made: Frames = []
    for when, data in frames:
        place = at(data)
        made += [(when, data[:place]), (when + 1, data[place:])] if 0 < place < len(data) else [(when, data)]
    return made


def between(frames: Frames, extra: bytes, at: float = 110) -> Frames:
    """One more frame at this time."""
    return sorted([*frames, (at, extra)], key=lambda frame: frame[0])


def _completion(words: str, **more: Any) -> str:
    choice = {"index": 0, "text": words, "finish_reason": None}
    return json.dumps({"id": "c", "object": "text_completion", "model": "m", "choices": [choice], **more})


def _event(kind: str, **fields: Any) -> str:
    return json.dumps({"type": kind, **fields})


NO_CHOICES = '{"id":"c1","object":"chat.completion.chunk","choices":[],"prompt_filter_results":[]}'
FILTERED: Timed = [(10, NO_CHOICES), *PLAIN]
CONTINUOUS: Timed = [
    (20, ROLE),
    (100, text("Hello", usage={"prompt_tokens": 7, "completion_tokens": 1})),
    (120, text(" big", usage={"prompt_tokens": 7, "completion_tokens": 2})),
    (160, text(" world", usage={"prompt_tokens": 7, "completion_tokens": 4})),
    (165, STOP),
    (170, "[DONE]"),
]
CALL = [
    chunk({"tool_calls": [{"index": 0, "id": "c", "type": "function", "function": {"name": "f", "arguments": ""}}]}),
    chunk({"tool_calls": [{"index": 0, "function": {"arguments": '{"a":1}'}}]}),
]
COMPLETION: Timed = [
    (100, _completion("Hello")),
    (120, _completion(" big")),
    (160, _completion(" world")),
    (165, _completion("")),
]
COMPLETION_USAGE = (
    '{"id":"c","object":"text_completion","choices":[],"usage":{"prompt_tokens":7,"completion_tokens":4}}'
)
RESPONSE_USAGE = {
    "id": "r",
    "status": "completed",
    "usage": {"input_tokens": 7, "output_tokens": 4, "total_tokens": 11},
}
RESPONSE: Timed = [
    (20, _event("response.created", response={"id": "r", "object": "response", "status": "in_progress"})),
    (60, _event("response.reasoning_summary_text.delta", delta="hm", item_id="i", output_index=0, summary_index=0)),
    (80, _event("response.reasoning_text.delta", delta="hm", item_id="i", output_index=0, content_index=0)),
    (100, _event("response.output_text.delta", delta="Hello", item_id="j", output_index=1, content_index=0)),
    (120, _event("response.output_text.delta", delta=" world", item_id="j", output_index=1, content_index=0)),
    (150, _event("response.output_text.done", text="Hello world", item_id="j", output_index=1, content_index=0)),
    (165, _event("response.completed", response=RESPONSE_USAGE)),
]
RESPONSE_CALL: Timed = [
    (20, _event("response.created", response={"id": "r", "object": "response", "status": "in_progress"})),
    (
        80,
        _event(
            "response.output_item.added",
            output_index=0,
            item={"type": "function_call", "call_id": "c", "name": "f", "arguments": ""},
        ),
    ),
    (100, _event("response.function_call_arguments.delta", delta="{}", output_index=0)),
    (120, _event("response.function_call_arguments.done", arguments="{}", output_index=0)),
    (165, _event("response.completed", response=RESPONSE_USAGE)),
]
ANTHROPIC: Timed = [
    (
        20,
        _event(
            "message_start",
            message={
                "id": "m",
                "type": "message",
                "role": "assistant",
                "content": [],
                "model": "m",
                "usage": {"input_tokens": 7, "output_tokens": 1},
            },
        ),
    ),
    (25, _event("content_block_start", index=0, content_block={"type": "thinking", "thinking": ""})),
    (60, _event("content_block_delta", index=0, delta={"type": "thinking_delta", "thinking": "hm"})),
    (80, _event("content_block_start", index=1, content_block={"type": "text", "text": ""})),
    (100, _event("content_block_delta", index=1, delta={"type": "text_delta", "text": "Hello"})),
    (120, _event("content_block_delta", index=1, delta={"type": "text_delta", "text": " world"})),
    (165, _event("message_delta", delta={"stop_reason": "end_turn"}, usage={"output_tokens": 4})),
    (170, _event("message_stop")),
]
TGI: Timed = [
    (at, json.dumps({"index": place, "token": {"id": place, "text": words, "logprob": 0, "special": False}}))
    for place, (at, words) in enumerate([(100, "Hello"), (120, " big"), (160, " world")])
]


def _named(timed: Timed) -> Frames:
    """Events with their type in an `event:` line too, as Responses and Anthropic send them."""
    return [(at, f"event: {json.loads(data)['type']}\ndata: {data}\n\n".encode()) for at, data in timed]


CASES: dict[str, Case] = {
    "plain": case(PLAIN),
    "no space after the colon": case(PLAIN, "data:{}\n\n"),
    "two spaces after the colon": case(PLAIN, "data:  {}\n\n"),
    "CRLF": case(PLAIN, "data: {}\r\n\r\n"),
    "CRLF, two events in a read": Case(joined(wired(PLAIN, "data: {}\r\n\r\n"), 1, 2)),
    "CRLF, no space": case(PLAIN, "data:{}\r\n\r\n"),
    "CR": case(PLAIN, "data: {}\r\r"),
    "comment in a read of its own": Case(between(wired(PLAIN), b": ping\n\n")),
    "comment with CRLF": Case(between(wired(PLAIN, "data: {}\r\n\r\n"), b": ping\r\n\r\n")),
    "comment before the data": Case(between(wired(PLAIN), b": ping\ndata: " + text("!").encode() + b"\n\n")),
    "comment behind the data": case(PLAIN, "data: {}\n: ping\n\n"),
    "comment without an empty line": Case(between(wired(PLAIN), b": ping\n")),
    "event line": case(PLAIN, "event: message\ndata: {}\n\n"),
    "id line": case(PLAIN, "id: 1\ndata: {}\n\n"),
    "id line behind": case(PLAIN, "data: {}\nid: 1\n\n"),
    "retry line": Case([(1, b"retry: 1000\n\n"), *wired(PLAIN)]),
    "data on two lines": Case(
        wired([*WORDS[:3], (160, text(" world").replace(',"choices"', ',\ndata: "choices"', 1)), *END])
    ),
    "empty data": Case(between(wired(PLAIN), b"data:\n\n")),
    "empty data with a space": Case(between(wired(PLAIN), b"data: \n\n")),
    "empty lines alone": Case(between(wired(PLAIN), b"\n\n")),
    "one empty line more": case(PLAIN, "data: {}\n\n\n"),
    "byte order mark": Case([(10, b"\xef\xbb\xbf"), *wired(PLAIN)]),
    "trailing spaces": case(PLAIN, "data: {}  \n\n"),
    "reads cut in the JSON": Case(cut(wired(PLAIN), lambda data: len(data) // 2)),
    "reads cut before the empty line": Case(cut(wired(PLAIN), lambda data: len(data) - 2)),
    "reads cut in the empty line": Case(cut(wired(PLAIN), lambda data: len(data) - 1)),
    "reads cut in the field name": Case(cut(wired(PLAIN), lambda _: 3)),
    "reads cut in the line end of CRLF": Case(cut(wired(PLAIN, "data: {}\r\n\r\n"), lambda data: len(data) - 3)),
    "reads cut in a character": Case(
        cut(wired([(20, ROLE), (100, text("é")), (120, text("ö b")), *END]), lambda data: data.find(b"\xc3") + 1)
    ),
    "all in one read": Case(joined(wired(PLAIN))),
    "two events in a read": Case(joined(wired(PLAIN), 1, 2)),
    "[DONE] without a space": Case([*wired(PLAIN[:-1]), (170, b"data:[DONE]\n\n")]),
    "[DONE] without an empty line": Case([*wired(PLAIN[:-1]), (170, b"data: [DONE]")]),
    "[DONE] with a space behind": Case([*wired(PLAIN[:-1]), (170, b"data: [DONE] \n\n")]),
    "no [DONE]": case(PLAIN[:-1]),
    "last event without an empty line": Case([*wired([*WORDS, (165, STOP)]), (170, b"data: " + usage(4).encode())]),
    "data after [DONE]": case([*PLAIN, (171, text(" late"))]),
    "no choices first": case(FILTERED),
    "choices null": case([*WORDS, (165, '{"object":"chat.completion.chunk","choices":null}'), *END]),
    "delta null": case([*WORDS, (165, STOP.replace("{}", "null", 1)), *END[1:]]),
    "no delta": case([*WORDS, (165, STOP.replace('"delta":{},', "", 1)), *END[1:]]),
    "usage on every chunk": case(CONTINUOUS),
    "usage null on every chunk": case(
        [(at, json.dumps({"usage": None, **json.loads(data)})) for at, data in WORDS] + END
    ),
    "usage on the finish chunk": case(
        [*WORDS, (165, chunk(finish="stop", usage={"prompt_tokens": 7, "completion_tokens": 4})), (170, "[DONE]")]
    ),
    "usage of zero": case([*WORDS, (165, STOP), (170, usage(0)), (170, "[DONE]")]),
    "usage twice": case([*WORDS, (165, STOP), (168, usage(9)), *END[1:]]),
    "no usage": case([*WORDS, (165, STOP), (170, "[DONE]")]),
    "one token": case([(20, ROLE), (100, text("Hello")), (165, STOP), (170, usage(1)), (170, "[DONE]")]),
    "no token": case([(20, ROLE), (165, STOP), (170, usage(0)), (170, "[DONE]")]),
    "error in the stream": case([*WORDS[:2], (120, '{"error":{"message":"overloaded","code":500}}'), (120, "[DONE]")]),
    "error event": Case([*wired(WORDS[:2]), (120, b'event: error\ndata: {"message":"overloaded"}\n\n')]),
    "two choices": case(
        [
            (20, ROLE),
            (100, text("Hello")),
            (110, text("Good", index=1)),
            (120, text(" world")),
            (150, text(" day", index=1)),
            *END,
        ]
    ),
    "U+2028 in a string": case([(20, ROLE), (100, text("Hello")), (120, text("a\u2028b")), *END]),
    "no object": case([(at, data.replace('"object":"chat.completion.chunk",', "")) for at, data in PLAIN]),
    "empty content without a role": case([(20, ROLE), (90, text("")), *WORDS[1:], *END]),
    "content null": case([(20, chunk({"role": "assistant", "content": None})), *WORDS[1:], *END]),
    "tool call": case([(20, ROLE), (100, CALL[0]), (120, CALL[1]), *END]),
    "tool call without an index": case([(20, ROLE), (100, CALL[0].replace('"index":0,"id"', '"id"')), *END]),
    "function call": case(
        [
            (20, ROLE),
            (100, chunk({"function_call": {"name": "f"}})),
            (120, chunk({"function_call": {"arguments": "{}"}})),
            *END,
        ]
    ),
    "reasoning_content": case([(20, ROLE), (60, chunk({"reasoning_content": "hm"})), *WORDS[1:], *END]),
    "reasoning": case([(20, ROLE), (60, chunk({"reasoning": "hm"})), *WORDS[1:], *END]),
    "reasoning alone": case([(20, ROLE), (60, chunk({"reasoning": "hm"})), (90, chunk({"reasoning": "so"})), *END]),
    "not JSON": Case(between(wired(PLAIN), b"data: {oops\n\n")),
    "a JSON array": Case(between(wired(PLAIN), b"data: [1]\n\n")),
    "JSON null": Case(between(wired(PLAIN), b"data: null\n\n")),
    "invalid UTF-8": Case(between(wired(PLAIN), b'data: {"choices":[{"delta":{"content":"\xff"}}]}\n\n')),
    "empty body": Case([]),
    "another content type": Case(wired(PLAIN), content_type="text/plain"),
    "completions": case([*COMPLETION, (170, "[DONE]")], api="openai_completions"),
    "completions with usage": case([*COMPLETION, (170, COMPLETION_USAGE), (170, "[DONE]")], api="openai_completions"),
    "completions with usage on a chunk": case(
        [*COMPLETION[:2], (160, _completion(" world", usage={"completion_tokens": 4})), (170, "[DONE]")],
        api="openai_completions",
    ),
    "Responses": Case(_named(RESPONSE), "openai_responses"),
    "Responses with CRLF": Case(
        [(at, data.replace(b"\n", b"\r\n")) for at, data in _named(RESPONSE)], "openai_responses"
    ),
    "Responses without a space": Case(
        [(at, data.replace(b": {", b":{", 1)) for at, data in _named(RESPONSE)], "openai_responses"
    ),
    "Responses without the end": Case(_named(RESPONSE[:-1]), "openai_responses"),
    "Responses with a function call": Case(_named(RESPONSE_CALL), "openai_responses"),
    "Anthropic": Case(_named(ANTHROPIC), "anthropic_messages"),
    "Anthropic with CRLF": Case(
        [(at, data.replace(b"\n", b"\r\n")) for at, data in _named(ANTHROPIC)], "anthropic_messages"
    ),
    "text generation inference": case(TGI, "data:{}\n\n", api="tgi"),
}


def document() -> dict[str, Any]:
    """All cases for a program that does not import this: bytes as Latin-1 text."""
    return {
        name: {
            "api": one.api,
            "content_type": one.content_type,
            "closed": CLOSED,
            "frames": [[at, data.decode("latin-1")] for at, data in one.frames],
        }
        for name, one in CASES.items()
    }


if __name__ == "__main__":
    json.dump(document(), sys.stdout)
