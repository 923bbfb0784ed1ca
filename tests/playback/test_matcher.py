"""Choosing a recording: levels, the order of equal matches, reuse, and the nearest miss."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streamkit.model.exchange import Body, Request
from streamkit.playback.differences import differences
from streamkit.playback.matcher import Candidate, Level, Match, Matcher, Miss, Reuse, plain_path

ASKED = {"model": "m", "stream": True, "messages": [{"role": "user", "content": "hi"}], "temperature": 1}
CHAT = "https://api.openai.com/v1/chat/completions"


def request(body: Any = ASKED, url: str = CHAT, method: str = "POST") -> Request:
    return Request(method, url, (), None if body is None else Body("json", body))


def changed(**fields: Any) -> Request:
    return request({key: value for key, value in {**ASKED, **fields}.items() if value is not ...})


HELLO = [{"role": "user", "content": "hello"}]

# a request to a server that has recorded `request()`, and the strictest level at which it is answered
LIKENESS: dict[str, tuple[Request, Level | None]] = {
    "the same": (request(), "exact"),
    "keys in another order": (request(dict(reversed(ASKED.items()))), "exact"),
    "an integer written as a float": (changed(temperature=1.0), "exact"),
    "another host": (request(url="http://127.0.0.1:8788/v1/chat/completions"), "exact"),
    "no version in the path": (request(url="/chat/completions"), "body"),
    "a mount before the version": (request(url="/openai/v1/chat/completions"), "body"),
    "a query": (request(url="/v1/chat/completions?api-version=1"), "body"),
    "user": (changed(user="me"), "body"),
    "metadata": (changed(metadata={"run": 1}), "body"),
    "stream_options": (changed(stream_options={"include_usage": True}), "body"),
    "another temperature": (changed(temperature=0), "messages"),
    "an additional tool": (changed(tools=[]), "messages"),
    "another message": (changed(messages=HELLO), "model"),
    "a system prompt": (changed(system="be brief"), "model"),
    "another model": (changed(model="n"), "path"),
    "another path": (request(url="/v1/completions"), "any"),
    "another method": (request(method="PUT"), "any"),
    "no body": (request(None), "path"),
}
LEVELS: tuple[Level, ...] = ("exact", "body", "messages", "model", "path", "any")


@pytest.mark.parametrize(("received", "strictest"), LIKENESS.values(), ids=LIKENESS)
def test_the_strictest_matching_level(received: Request, strictest: Level) -> None:
    answered = [
        isinstance(Matcher([Candidate(request=request())], level=level).choose(received), Match) for level in LEVELS
    ]
    assert answered == [place >= LEVELS.index(strictest) for place in range(len(LEVELS))]


PATHS = {
    "/v1/chat/completions": "/chat/completions",
    "/chat/completions": "/chat/completions",
    "/api/v1/chat/completions": "/chat/completions",
    "/v1beta/models/gemini-pro:streamGenerateContent": "/models/gemini-pro:streamGenerateContent",
    "/openai/deployments/gpt-4/chat/completions": "/openai/deployments/gpt-4/chat/completions",
    "/api/chat": "/api/chat",
    "/v1": "/",
    "/": "/",
}


@pytest.mark.parametrize(("path", "plain"), PATHS.items())
def test_plain_path(path: str, plain: str) -> None:
    assert plain_path(path) == plain


EQUALS = [
    Candidate(request=request(), recorded_at="2026-01-02", path="a"),
    Candidate(request=request(), recorded_at="2026-01-01", path="c"),
    Candidate(request=request(), recorded_at="2026-01-01", path="b", number=2),
    Candidate(request=request(), recorded_at="2026-01-01", path="b", number=1),
]


@pytest.mark.parametrize(
    ("reuse", "order"),
    [("cycle", [3, 2, 1, 0, 3, 2]), ("last", [3, 2, 1, 0, 0, 0]), ("once", [3, 2, 1, 0, None, None])],
)
def test_equal_matches_are_played_in_order(reuse: Reuse, order: list[int | None]) -> None:
    matcher = Matcher(EQUALS, reuse=reuse)
    chosen = [matcher.choose(request()) for _ in order]
    assert [match.index if isinstance(match, Match) else None for match in chosen] == order
    matcher.reset()
    assert matcher.unplayed == [0, 1, 2, 3]
    assert matcher.choose(request()) == Match(3)
    assert matcher.unplayed == [0, 1, 2]


def test_used_up_is_distinguished_from_unknown() -> None:
    matcher = Matcher([Candidate(request=request())], reuse="once")
    matcher.choose(request())
    assert matcher.choose(request()) == Miss(0, used_up=True)


STREAM, PLAIN = request(), changed(stream=False)
# recordings, the request, and the match
WAYS_OF_ASKING: dict[str, tuple[list[Candidate], Request, Match | None]] = {
    "a stream for a stream": ([Candidate(request=STREAM)], STREAM, Match(0)),
    "a stream put together": ([Candidate(request=STREAM)], PLAIN, Match(0, whole=True)),
    "a stream, assembled, where the request does not mention streaming": ([Candidate(request=STREAM)], changed(stream=...), Match(0, whole=True)),
    "the plain one is preferred": ([Candidate(request=STREAM), Candidate(request=PLAIN, streamed=False, wants_stream=False)], PLAIN, Match(1)),
    "the stream is preferred": ([Candidate(request=PLAIN, streamed=False, wants_stream=False), Candidate(request=STREAM)], STREAM, Match(1)),
    "no stream is made of a plain answer": ([Candidate(request=PLAIN, streamed=False, wants_stream=False)], STREAM, None),
    "an error answers both": ([Candidate(request=PLAIN, streamed=False, wants_stream=False, failed=True)], STREAM, Match(0)),
    "an error answers both, and is never put together": ([Candidate(request=STREAM, streamed=False, failed=True)], PLAIN, Match(0)),
    "where no mention of streaming means a stream": ([Candidate(request=changed(stream=...), streamed=True, wants_stream=None)], changed(stream=...), Match(0)),
    "the path asks": (
        [Candidate(request=request({}, "/v1/m:streamGenerateContent"))], request({}, "/v1/m:streamGenerateContent"), Match(0)
    ),
}  # fmt: skip


@pytest.mark.parametrize(("recordings", "received", "played"), WAYS_OF_ASKING.values(), ids=WAYS_OF_ASKING)
def test_streaming_and_whole_answers(recordings: list[Candidate], received: Request, played: Match | None) -> None:
    chosen = Matcher(recordings).choose(received)
    assert chosen == played if played else isinstance(chosen, Miss)


@pytest.mark.parametrize("level", LEVELS)
def test_a_log_without_requests_answers_any_request_of_its_api(level: Level) -> None:
    assert Matcher([Candidate(request=None)], level=level).choose(changed(model="n")) == Match(0)
    assert isinstance(Matcher([Candidate(request=None, fits=lambda _: False)], level=level).choose(request()), Miss)


# a request to a server with a recording of `request()` and a log of the model "n" without requests, and which of the two
# answers at each level
BESIDE: dict[str, tuple[Request, list[int | None]]] = {
    "what was recorded": (request(), [1, 1, 1, 1, 1, 1]),
    "another message": (changed(messages=HELLO), [None, None, None, 1, 1, 1]),
    "the log's model": (changed(model="n"), [None, None, None, 0, 1, 1]),
    "a third model": (changed(model="o"), [None, None, None, None, 1, 1]),
    "another path": (request(url="/v1/completions"), [None, None, None, None, 0, 1]),
}


@pytest.mark.parametrize(("received", "answers"), BESIDE.values(), ids=BESIDE)
def test_a_log_without_requests_does_not_hide_misses(received: Request, answers: list[int | None]) -> None:
    both = [Candidate(request=None, model=lambda: "n"), Candidate(request=request())]
    chosen = [Matcher(both, level=level).choose(received) for level in LEVELS]
    assert [match.index if isinstance(match, Match) else None for match in chosen] == answers


TWO_PATHS = {
    "Gemini": ("/v1beta/models/m:streamGenerateContent", "/v1beta/models/m:generateContent"),
    "Bedrock Converse": ("/model/m/converse-stream", "/model/m/converse"),
    "Bedrock InvokeModel": ("/model/m/invoke-with-response-stream", "/model/m/invoke"),
}


@pytest.mark.parametrize(("streaming", "whole"), TWO_PATHS.values(), ids=TWO_PATHS)
def test_a_stream_answers_a_request_for_the_whole_at_another_path(streaming: str, whole: str) -> None:
    def requesting(path: str) -> Request:
        return request({"contents": []}, f"https://api.example.com{path}")

    stream = Candidate(request=requesting(streaming))
    plain = Candidate(request=requesting(whole), streamed=False, wants_stream=None)
    assert Matcher([stream]).choose(requesting(whole)) == Match(0, whole=True)
    assert Matcher([stream, plain]).choose(requesting(whole)) == Match(1)
    assert Matcher([plain, stream]).choose(requesting(streaming)) == Match(1)
    assert isinstance(Matcher([plain]).choose(requesting(streaming)), Miss)
    assert isinstance(Matcher([stream], level="exact").choose(requesting(whole)), Miss)


ALONE: dict[str, tuple[Request, int | None]] = {
    "the model of the second log": (changed(model="n"), 1),
    "the model of the first log": (changed(model="m"), 0),
    "a third model": (changed(model="o"), 2),
    "no model": (changed(model=...), 0),
}


@pytest.mark.parametrize(("received", "answer"), ALONE.values(), ids=ALONE)
def test_at_level_model_logs_without_requests_answer_for_their_model(received: Request, answer: int) -> None:
    models: list[str | None] = ["m", "n", None]
    logs = [Candidate(request=None, model=lambda model=model: model) for model in models]  # type: ignore[misc]
    assert Matcher(logs, level="model").choose(received) == Match(answer)
    without_unknown = Matcher(logs[:2], level="model").choose(received)
    assert without_unknown == Match(answer) if answer < 2 else isinstance(without_unknown, Miss)


def test_at_level_any_a_log_without_requests_takes_its_turn() -> None:
    matcher = Matcher([Candidate(request=None), Candidate(request=request())], level="any")
    assert {matcher.choose(request()), matcher.choose(request())} == {Match(0), Match(1)}


NEAREST = {
    "a value": (changed(temperature=2), "body.temperature: recorded 1, received 2"),
    "a missing key": (changed(temperature=...), "body.temperature: recorded 1, received nothing"),
    "an additional key": (changed(top_p=1), "body.top_p: recorded nothing, received 1"),
    "inside a list": (changed(messages=HELLO), 'body.messages[0].content: recorded "hi", received "hello"'),
    "a list that is longer": (
        changed(messages=[*ASKED["messages"], 1]),  # type: ignore[misc]
        "body.messages[1]: recorded nothing, received 1",
    ),
    "null": (changed(temperature=None), "body.temperature: recorded 1, received null"),
    "the path": (request(url="/v1/other"), 'path: recorded "/chat/completions", received "/other"'),
    "true is not 1": (changed(temperature=True), "body.temperature: recorded 1, received true"),
}


@pytest.mark.parametrize(("received", "message"), NEAREST.values(), ids=NEAREST)
def test_the_first_difference_from_the_nearest_recording(received: Request, message: str) -> None:
    far = request({"model": "x", "messages": [], "seed": 1, "stop": "a"}, "/v1/elsewhere")
    miss = Matcher([Candidate(request=far), Candidate(request=request())]).choose(received)
    assert isinstance(miss, Miss)
    assert (miss.nearest, str(miss.first)) == (1, message)


def test_the_nearest_recording_has_the_same_route_and_the_fewest_other_values() -> None:
    turns = [{"role": "user", "content": text} for text in ("one", "two", "three")]
    recorded = {
        "a body that is no object": request('{"model":'),
        "another route": request({**ASKED, "messages": turns}, "/v1/embeddings"),
        "the conversation so far": request({**ASKED, "messages": turns[:2]}),
        "a conversation of another kind": request({**ASKED, "messages": "one two three"}),
    }
    miss = Matcher([Candidate(request=one) for one in recorded.values()]).choose(request({**ASKED, "messages": turns}))
    assert isinstance(miss, Miss)
    assert list(recorded)[miss.nearest or 0] == "the conversation so far"
    assert str(miss.first) == 'body.messages[2]: recorded nothing, received {"role":"user","content":"three"}'
    assert miss.differences == 1


def test_null_and_a_missing_field_are_told_apart() -> None:
    """LiteLLM leaves out `content: null`."""
    call = {"role": "assistant", "content": None}
    recorded, received = (changed(messages=[message]) for message in (call, {"role": "assistant"}))
    miss = Matcher([Candidate(request=recorded)]).choose(received)
    assert str(miss.first) == "body.messages[0].content: recorded null, received nothing"  # type: ignore[union-attr]


def test_a_difference_in_streaming_only() -> None:
    miss = Matcher([Candidate(request=PLAIN, streamed=False, wants_stream=False)]).choose(STREAM)
    assert str(miss.first) == "body.stream: recorded false, received true"  # type: ignore[union-attr]


def test_both_sides_are_redacted_before_comparison() -> None:
    def redact(received: Request) -> Request:
        assert received.body
        return request({**received.body.json, "user_key": "[redacted]"})

    matcher = Matcher([Candidate(request=changed(user_key="[redacted]"))], redact=redact)
    assert matcher.choose(changed(user_key="secret")) == Match(0)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-9, 9) | st.text(max_size=3),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=2), inner, max_size=3),
    max_leaves=8,
)


@given(JSON, JSON)
def test_differences_are_empty_only_for_equal_values(one: Any, other: Any) -> None:
    import orjson

    alike = orjson.dumps(one, option=orjson.OPT_SORT_KEYS) == orjson.dumps(other, option=orjson.OPT_SORT_KEYS)
    assert (next(differences(one, other), None) is None) is alike
