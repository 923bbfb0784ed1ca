"""Messages of rules on odd input are plain text: no Python values, no missing names, no empty quotes.

Every rule runs over each of the odd inputs, as a whole body, as the only event, and among the events of a good stream of
every API; and over good streams with one field replaced by a value of another type.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

import pytest

from streamkit.apis import interpret
from streamkit.model.exchange import End, Exchange, Frame, Frames, Response
from streamkit.rules import RULES, lint

from .defects import GONE, Event, Good, at, body_of, events_of, paths, with_value
from .edits import edited
from .test_defects import GOOD, MAJOR

ODD = (
    *("", "not json", "{", "null", "0", "true", '""', '"x"', "[]", "{}", "[{}]", '{"a":1e999}', '{"a":NaN}', "[DONE]"),
    *('{"error":null}', '{"error":{}}', '{"error":""}', '{"error":"x"}', '{"error":[1]}', '{"error":{"code":503}}'),
    *('{"error":{"message":null}}', '{"error":{"message":{"a":1}}}', '{"error":{"message":["x"]}}'),
    *('{"error":{"status":"UNAVAILABLE"}}', '{"error":{"type":null,"message":""}}', '{"errors":[]}'),
    *(
        '{"message":"no","code":401}',
        '{"message":null,"code":null}',
        '{"message":null,"__type":"X"}',
        '{"Message":null}',
    ),
    *('{"detail":"x"}', '{"detail":null}', '{"detail":[{"loc":["body"],"msg":"m"}]}'),
    *('{"type":null}', '{"type":""}', '{"type":7}', '{"type":[]}', '{"type":{}}', '{"event_type":null}'),
    *(
        '{"type":"error"}',
        '{"type":"error","error":null}',
        '{"type":"error","error":{}}',
        '{"event_type":"error","error":null}',
    ),
    *(
        '{"type":"response.failed"}',
        '{"type":"response.failed","response":null}',
        '{"type":"response.failed","response":{}}',
    ),
    '{"type":"response.failed","response":{"error":{"code":null,"message":null}}}',
    '{"type":"response.incomplete","response":{"incomplete_details":{"reason":null}}}',
    *('{"choices":null}', '{"choices":[null]}', '{"choices":[{}]}', '{"choices":[{"delta":null}]}'),
    '{"choices":[{"index":null,"delta":{"tool_calls":[null]}}]}',
    *('{"candidates":null}', '{"candidates":[{"content":null}]}', '{"candidates":[{"finishReason":{}}]}'),
    *('{"promptFeedback":{"blockReason":null}}', '{"promptFeedback":{"blockReason":{}}}'),
)
VALUES = (None, "", 1.5, True, [], {}, [None], {"a": None}, GONE)

# A JSON path may have a name in quotes; what is a string is shown in double ones.
_PATH = re.compile(r"\['[^']+'\]")
_BAD = re.compile(
    r"\b(None|True|False|NoneType)\b|''|\{'|\['|<class| object at 0x|of type (null|an? )|:$|^\s|\s$|  |^$"
)


def messages(body: bytes, kind: str, status: int = 200, api: str = "") -> Iterator[str]:
    """What every rule says of a body, after its code."""
    exchange = Exchange(
        frames=Frames.of([Frame(body, 0)]),
        response=Response(0, status, headers=(("content-type", kind),)),
        end=End(at=0, reason="eof"),
    )
    stream = interpret(exchange, judge=True, **({"api": api} if api else {}))
    yield from (f"{finding.code}: {finding.message}" for finding in lint(stream, RULES.values()))


def bad(found: Iterator[str]) -> list[str]:
    """The messages that no person would write."""
    return [
        message
        for message in found
        if message.startswith("LINT000") or _BAD.search(_PATH.sub("", message.split(": ", 1)[1]))
    ]


def lines(good: Good) -> str:
    return "application/x-ndjson" if good.within or good.file.endswith(".ndjson") else "text/event-stream"


@pytest.mark.parametrize("odd", ODD)
def test_of_an_odd_body(odd: str) -> None:
    for status in (200, 204, 401, 500):
        for kind in ("application/json", "text/event-stream", ""):
            assert not bad(messages(odd.encode(), kind, status))


@pytest.mark.parametrize("odd", ODD)
def test_of_an_odd_event(odd: str) -> None:
    for good in (*GOOD, *MAJOR):
        events = events_of(good)
        half = len(events) // 2
        for changed in ([Event(odd)], [*events[:half], Event(odd), *events[half:]], [*events, Event(odd)]):
            assert not bad(messages(body_of(good, changed), lines(good), api=good.api)), good


@pytest.mark.parametrize("good", [*GOOD, *MAJOR], ids=lambda good: good.file)
def test_of_an_odd_field(good: Good) -> None:
    events = events_of(good)
    seen = set()
    for place, event in enumerate(events):
        for turn, path in enumerate(paths(event.data)):
            key = event.name, str(path)
            if key in seen or (type(path[-1]) is int and at(event.data, path) is None):
                continue
            seen.add(key)
            for value in (VALUES[(place + turn) % len(VALUES)], VALUES[(place + turn + 4) % len(VALUES)]):
                changed = replace(event, data=with_value(event.data, path, value))
                body = body_of(good, [*events[:place], changed, *events[place + 1 :]])
                assert not bad(messages(body, lines(good), api=good.api)), (path, value)


@pytest.mark.parametrize(
    ("edit", "message"),
    [
        ('set 15 $.response.model "other"', 'RSP821: model is "other", but was "m" in the first event'),
        (
            "set 15 $.response.parallel_tool_calls false",
            "RSP821: parallel_tool_calls is false, but was true in the first event",
        ),
        ("set 15 $.response.tools null", "RSP821: tools is null, but was an array in the first event"),
        ('set 15 $.response.tools [{"type":"x"}]', "RSP821: tools differs from the first event"),
        ("delete 15 $.response.tools", "RSP821: tools is missing, but was an array in the first event"),
    ],
)
def test_of_a_field_that_changes(edit: str, message: str) -> None:
    """A message names both values, as far as they differ in words."""
    assert message in list(messages(edited("responses", [edit]), "text/event-stream"))


def test_the_error_of_a_stream_is_quoted() -> None:
    body = b'data: {"choices":[]}\n\ndata: {"error":{"message":"overloaded","type":"server_error"}}\n\n'
    [message] = [text for text in messages(body, "text/event-stream", api="openai_chat") if text.startswith("SEQ421")]
    assert message.startswith("SEQ421: the stream reports an error") and "overloaded" in message
