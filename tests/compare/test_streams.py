"""What `changes` finds between two streams: the whole list, for edits of one small stream."""

from __future__ import annotations

from typing import Any

import pytest

from streamkit.apis import interpret
from streamkit.compare.streams import VOLATILE, Change, changes, timing
from streamkit.model.exchange import End, Exchange, Frames, Response
from streamkit.model.stream import Stream

MS = 1_000_000
EVENT = '{"id":"c1","object":"chat.completion.chunk","created":1,"model":"m","choices":[{"index":0,"delta":%s,"finish_reason":%s}]}'
LINES = [
    EVENT % ('{"role":"assistant","content":""}', "null"),
    EVENT % ('{"content":"Hello"}', "null"),
    EVENT % ("{}", '"stop"'),
    "[DONE]",
]
PLAIN = [f"data: {line}\n\n" for line in LINES]


def stream(frames: list[str], **fields: Any) -> Stream:
    """Return a stream whose body came in these frames, 10 ms apart."""
    pieces = [frame.encode() for frame in frames]
    times = [10 * MS * number for number in range(1, len(pieces) + 1)]
    given: dict[str, Any] = {
        "source": "client",
        "clock": "monotonic",
        "response": Response(5 * MS, 200, headers=(("content-type", "text/event-stream"),)),
        "end": End(at=10 * MS * len(pieces), reason="eof"),
        **fields,
    }
    return interpret(Exchange(frames=Frames(pieces, times, [None] * len(pieces)), **given))


def changes_to(
    after: Stream, *, ids: bool = False, before: Stream | None = None
) -> list[tuple[str, str, Any, Any, str]]:
    """Return every change as (kind, where, before, after, message), and hold that the way back has as many of each kind."""
    first = before or stream(PLAIN)
    found = [(one.kind, one.where, one.before, one.after, one.message) for one in changes(first, after, ids=ids)]
    back = [one.kind for one in changes(after, first, ids=ids)]
    assert sorted(back) == sorted(kind for kind, *_ in found)
    return found


def edited(old: str, new: str) -> list[str]:
    assert any(old in line for line in PLAIN)
    return [line.replace(old, new) for line in PLAIN]


@pytest.mark.parametrize(
    ("after", "expected"),
    [
        (PLAIN, []),
        (["".join(PLAIN)], [("frames", "events a frame", "one", "several", "")]),
        (["".join(PLAIN)[:40], "".join(PLAIN)[40:]], [("frames", "events a frame", "one", "several", "")]),
        ([half for line in PLAIN for half in (line[:9], line[9:])], [("frames", "events a frame", "one", "cut across frames", "")]),
        ([line.replace("\n", "\r\n") for line in PLAIN], [("frames", "line ends", "LF", "CRLF", "")]),
        ([line.replace("\n", "\r") for line in PLAIN], [("frames", "line ends", "LF", "CR", "")]),
        ([PLAIN[0].replace("\n", "\r\n"), *PLAIN[1:]], [("frames", "line ends", "LF", "LF, CRLF", "")]),
        (edited("data: ", "data:"), [("frames", "space after data:", "yes", "no", "")]),
        ([PLAIN[0].replace("data: ", "data:"), *PLAIN[1:]], [("frames", "space after data:", "yes", "in part", "")]),
        ([": ping\n\n" + PLAIN[0], *PLAIN[1:]], [("frames", "comments", 0, 1, "")]),
        (["nonsense: 1\n" + PLAIN[0], *PLAIN[1:]], [("frames", "ignored", None, "unknown-field (×1)", "")]),
        ([PLAIN[0].replace(',"object"', ',\ndata: "object"'), *PLAIN[1:]], [("frames", "events of several data lines", 0, 1, "")]),
        (PLAIN[:3], [("frames", "events", 4, 3, ""), ("frames", "end markers", 1, 0, ""), ("order", "event 4", "[DONE]", None, "")]),
        (
            edited('"created":1', '"created":1,"tier":{"name":"x","level":{"n":2}}'),
            [("shape", "tier", None, "object", "new, in 3 of 3 chunks, with 3 fields below it")],
        ),
        (edited('"index":0', '"index":0,"native":"x"'), [("shape", "choices[].native", None, "string", "new, in 3 of 3 chunks")]),
        (edited('"index":0', '"index":[{"n":1}]'), [("shape", "choices[].index[]", None, "object", "new, in 3 of 3 chunks, with 1 field below it"), ("shape", "choices[].index", "number", "array", "another type")]),
        (edited('"created":1,', ""), [("shape", "created", "number", None, "missing; was in 3 of 3 chunks")]),
        (edited('"created":1', '"created":"1"'), [("shape", "created", "number", "string", "another type")]),
        (edited('"model":"m"', '"model":"n"'), [("value", "model", "m", "n", "")]),
        (edited("Hello", "Hellu"), [("text", "choice 0 text", "Hello", "Hellu", "from character 5 on; 5 and 5 characters")]),
        (edited("Hello", "Hello you"), [("text", "choice 0 text", "Hello", "Hello you", "from character 6 on; 5 and 9 characters")]),
        (
            edited("Hello", "x" * 60),
            [("text", "choice 0 text", "Hello", f"{'x' * 24}…", "from character 1 on; 5 and 60 characters")],
        ),
    ],
)  # fmt: skip
def test_every_change_of_a_stream(after: list[str], expected: list[tuple[str, str, Any, Any, str]]) -> None:
    seen = changes_to(stream(after))
    if not any(kind == "order" for kind, *_ in expected):
        seen = [one for one in seen if one[0] != "order"]
    assert seen == expected


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"response": Response(5 * MS, 503, headers=(("content-type", "text/event-stream"),))}, ("ending", "status", 200, 503, "")),
        ({"end": End(at=50 * MS, reason="reset")}, ("ending", "end", "eof", "reset", "")),
        ({"end": None}, ("ending", "end", "eof", None, "")),
        (
            {"response": Response(5 * MS, 200, headers=(("content-type", "text/event-stream; x=1"),))},
            ("ending", "content type", "text/event-stream", "text/event-stream; x=1", ""),
        ),
    ],
)  # fmt: skip
def test_how_it_ended(fields: dict[str, Any], expected: tuple[str, str, Any, Any, str]) -> None:
    assert expected in changes_to(stream(PLAIN, **fields))


@pytest.mark.parametrize("field", sorted(VOLATILE))
def test_fields_that_change_with_every_run_are_compared_only_on_request(field: str) -> None:
    first, second = (
        stream([PLAIN[0].replace('"model"', f'"{field}":"{value}","model"'), *PLAIN[1:]]) for value in ("a", "b")
    )
    path = field
    if field in ("id", "created"):  # the stream has these already
        first, second = (
            stream(PLAIN),
            stream(edited(f'"{field}":', f'"{field}":9') if field == "created" else edited("c1", "c2")),
        )
    assert [one for one in changes_to(second, before=first) if one[0] == "value"] == []
    assert [one[:2] for one in changes_to(second, before=first, ids=True) if one[0] == "value"] == [("value", path)]


def test_the_fields_that_are_new_in_every_run() -> None:
    """By where they come from: OpenAI, the Responses API, tool calls, Gemini, Anthropic, Groq, Ollama, llama.cpp, Cerebras."""
    assert {
        "id", "created", "system_fingerprint", "obfuscation", "request_id", "created_at", "completed_at", "response_id", "item_id",
        "call_id", "tool_call_id", "message_id", "encrypted_content", "responseId", "createTime", "thoughtSignature", "signature",
        "queue_time", "prompt_time", "completion_time", "total_time", "load_duration", "prompt_eval_duration", "eval_duration",
        "total_duration", "timings", "time_info", "p",
    } == VOLATILE  # fmt: skip


USAGE = 'data: {"id":"c1","object":"chat.completion.chunk","created":1,"model":"m","choices":[],"usage":%s}\n\n'


def test_token_counts_are_compared_once() -> None:
    def reporting(*usages: str) -> Stream:
        return stream([*PLAIN[:3], *(USAGE % each for each in usages), PLAIN[3]])

    before = reporting('{"prompt_tokens":1,"completion_tokens":2}')
    assert changes_to(reporting('{"prompt_tokens":1,"completion_tokens":3}'), before=before) == [
        ("value", "usage.completion_tokens", 2, 3, "")
    ]
    # A count that grows has no one value on its path: what is compared is the last.
    growing = '{"prompt_tokens":1,"completion_tokens":1}'
    found = changes_to(
        reporting(growing, '{"prompt_tokens":1,"completion_tokens":5}'),
        before=reporting(growing, '{"prompt_tokens":1,"completion_tokens":4}'),
    )
    assert [one for one in found if one[0] == "value"] == [("value", "usage completion_tokens", 4, 5, "")]


def test_an_event_that_only_one_side_has_is_named_by_its_side() -> None:
    more = [*PLAIN[:2], PLAIN[1].replace('"content"', '"refusal"'), *PLAIN[2:]]
    assert [one[:2] for one in changes_to(stream(more)) if one[0] == "order"] == [("order", "event 3 of B")]
    found = changes_to(stream(PLAIN), before=stream(more))
    assert [one[:2] for one in found if one[0] == "order"] == [("order", "event 3")]


def test_at_most_twenty_places_are_listed() -> None:
    names = [f"event: e{number % 2}\n" for number in range(50)]
    plain = [PLAIN[0], *(name + PLAIN[1] for name in names), *PLAIN[2:]]
    other = [PLAIN[0], *(name.replace("e1", "f1") + PLAIN[1] for name in names), *PLAIN[2:]]
    found = [one for one in changes_to(stream(other), before=stream(plain)) if one[0] == "order"]
    assert len(found) == 21
    assert found[-1] == ("order", "further places", None, None, "5 more")


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ({"TTFT": 100 * MS}, {"TTFT": 110 * MS}, []),  # 10 of 110 is under a tenth
        ({"TTFT": 100 * MS}, {"TTFT": 112 * MS}, [Change("timing", "TTFT", 100 * MS, 112 * MS, "+12%")]),
        ({"TTFT": 112 * MS}, {"TTFT": 100 * MS}, [Change("timing", "TTFT", 112 * MS, 100 * MS, "-11%")]),
        ({"gap": 1 * MS}, {"gap": 2 * MS}, []),  # not more than a millisecond
        ({"gap": 0}, {"gap": 5 * MS}, [Change("timing", "gap", 0, 5 * MS, "")]),
        ({"TTFT": 1 * MS}, {}, [Change("timing", "TTFT", 1 * MS, None)]),
        ({}, {"TTFT": 1 * MS}, [Change("timing", "TTFT", None, 1 * MS)]),
    ],
)
def test_times(before: dict[str, float], after: dict[str, float], expected: list[Change]) -> None:
    assert list(timing(before, after)) == expected
