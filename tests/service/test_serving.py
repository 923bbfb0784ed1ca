"""The mock server from outside: its responses, its lists, and its messages when it has no match."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from collections.abc import Sequence
from dataclasses import replace
from random import Random
from typing import Any

import pytest

from streamkit.apis import assemble, interpret
from streamkit.faults import parse_faults
from streamkit.model.exchange import Body, Exchange, Frame, Frames
from streamkit.model.step import Write
from streamkit.playback import player
from streamkit.playback.fields import FieldPath
from streamkit.playback.player import Pace
from streamkit.playback.tempo import Distribution, Tempo, retimed
from streamkit.service.mock import Mock, Options
from streamkit.service.recorded_answer import RecordedAnswer
from streamkit.service.serving import Served, serving
from tests.exchanges import exchange, scripted

AT_ONCE = Options(pace=Pace(delay=False))


def serve(*exchanges: Exchange, **options: Any) -> Any:
    return serving(exchanges, replace(AT_ONCE, **options))


def ask(
    server: Served, path: str, body: Any = None, method: str | None = None, fault: str | None = None
) -> tuple[int, bytes]:
    """Return the status and body of one request. A body makes it a POST."""
    data = None if body is None else json.dumps(body).encode()
    headers = {"Content-Type": "application/json"} | ({"X-Streamkit-Fault": fault} if fault else {})
    request = urllib.request.Request(server.url + path, data, headers, method=method)
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(request, timeout=10) as response:
            return response.status, response.read()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read()


def body_of(recorded: Exchange, **changed: Any) -> Any:
    assert recorded.request and recorded.request.body
    return {**recorded.request.body.json, **changed}


def played(server: Served) -> Sequence[str | None]:
    return [request.recording for request in server.requests]


def test_a_stream_is_served_byte_for_byte() -> None:
    recorded = scripted("openai_chat/plain")
    with serve(recorded) as server:
        assert ask(server, "/v1/chat/completions", body_of(recorded)) == (200, recorded.frames.body)
        assert ask(server, "/chat/completions", body_of(recorded)) == (200, recorded.frames.body)
        assert played(server) == ["recordings/openai_chat/plain.jsonl"] * 2


def test_an_error_is_served_with_its_status() -> None:
    recorded = scripted("openai_chat/rate-limited")
    with serve(recorded) as server:
        assert ask(server, "/v1/chat/completions", body_of(recorded)) == (429, recorded.frames.body)
        assert ask(server, "/v1/chat/completions", body_of(recorded, stream=False)) == (429, recorded.frames.body)


def test_a_stream_requested_without_streaming_is_assembled() -> None:
    recorded = scripted("openai_chat/plain")
    with serve(recorded) as server:
        status, body = ask(server, "/v1/chat/completions", body_of(recorded, stream=False))
    answer = json.loads(body)
    assert (status, answer["object"]) == (200, "chat.completion")
    assert answer["choices"][0]["message"]["content"].startswith("Streams are rivers")


def test_a_gemini_stream_answers_generate_content() -> None:
    recorded = scripted("gemini/plain")
    assert recorded.request is not None
    path = recorded.request.path
    assert path.endswith(":streamGenerateContent")
    with serve(recorded) as server:
        status, body = ask(server, path.replace(":streamGenerateContent", ":generateContent"), body_of(recorded))
    assert status == 200
    assert json.loads(body) == assemble(interpret(recorded)).object


def test_a_truncated_stream_cannot_be_assembled() -> None:
    recorded = scripted("openai_chat/cut-off")
    with serve(recorded) as server:
        status, body = ask(server, "/v1/chat/completions", body_of(recorded, stream=False))
    assert status == 502
    assert "truncated" in json.loads(body)["error"]["message"]


def test_a_miss_names_the_closest_recording_and_the_first_difference() -> None:
    far, near = scripted("openai_chat/tool-calls"), scripted("openai_chat/plain")
    with serve(far, near) as server:
        status, body = ask(server, "/v1/chat/completions", body_of(near, temperature=0.5))
    error = json.loads(body)["error"]
    assert status == 404
    assert error["message"] == (
        "no recording matches POST /v1/chat/completions: closest is recordings/openai_chat/plain.jsonl, "
        "which differs at body.temperature: recorded nothing, received 0.5; "
        "to record it: streamkit proxy https://api.example.com --mode auto --dir recordings/openai_chat"
    )
    assert error["nearest"] == {
        "file": "recordings/openai_chat/plain.jsonl",
        "differences": 1,
        "first": {"at": "body.temperature", "recorded": None, "asked": 0.5},
    }
    assert [miss.recording for miss in server.missed] == [None]


def test_all_differences_of_a_miss_are_listed_on_request() -> None:
    recorded = exchange(b"data: [DONE]\n\n", file="it's/one.jsonl")
    with serve(recorded) as server:
        answered, (_, body) = (
            ask(server, "/v1/chat/completions", body_of(recorded)),
            ask(server, "/v1/chat/completions", body_of(recorded, temperature=0.5, seed=1)),
        )
        message = json.loads(body)["error"]["message"]
        listed = json.loads(ask(server, "/__streamkit/requests/2")[1])
        missing = [ask(server, f"/__streamkit/requests/{number}")[0] for number in ("1", "3", "x", "9" * 5000)]
    assert answered[0] == 200
    assert "(and 1 more difference); all differences: GET /__streamkit/requests/2; to record it: " in message
    assert message.endswith("""--dir 'it'"'"'s'""")
    assert listed == {
        "n": 2,
        "nearest": "it's/one.jsonl",
        "differences": [
            {"at": "body.temperature", "recorded": None, "asked": 0.5},
            {"at": "body.seed", "recorded": None, "asked": 1},
        ],
    }
    assert missing == [404] * 4


def test_differences_are_kept_for_the_newest_hundred_misses() -> None:
    recorded = exchange(b"data: [DONE]\n\n")
    mock = Mock([recorded], AT_ONCE)
    assert recorded.request is not None
    for seed in range(101):
        mock.answer(replace(recorded.request, body=Body("json", body_of(recorded, seed=seed))))
    assert mock.differences(1) is None
    found = mock.differences(101)
    assert found is not None and [str(each) for each in found[1]] == ["body.seed: recorded nothing, received 100"]


def test_ignored_fields_are_not_compared() -> None:
    recorded = exchange(b"data: [DONE]\n\n")
    changed = body_of(recorded, messages=[{"role": "user", "content": "hi", "created": 7}])
    with serve(recorded, ignore=[FieldPath.of("$.messages[*].created")]) as server:
        assert ask(server, "/v1/chat/completions", changed)[0] == 200


def test_the_models_are_those_of_the_recordings() -> None:
    first = scripted("openai_chat/plain")
    second = exchange(b"data: [DONE]\n\n", body={"model": "other", "stream": True}, recorded_at=None)
    with serve(first, second) as server:
        _, body = ask(server, "/v1/models")
        listed = json.loads(body)["data"]
        assert [model["id"] for model in listed] == [body_of(first)["model"], "other"]
        assert listed[0]["created"] == 1767225600
        assert "created" not in listed[1]
        assert json.loads(ask(server, "/v1/models/other")[1])["id"] == "other"
        assert ask(server, "/v1/models/none")[0] == 404


def test_ollama_lists_and_shows_the_models_of_the_recordings() -> None:
    recorded = scripted("ollama/plain")
    model = body_of(recorded)["model"]
    with serve(recorded) as server:
        entry = {"name": model, "model": model, "modified_at": recorded.recorded_at}
        assert json.loads(ask(server, "/api/tags")[1]) == {"models": [entry]}
        status, shown = ask(server, "/api/show", {"model": model})
        assert (status, json.loads(shown)) == (200, {**entry, "details": {}, "model_info": {}})
        assert ask(server, "/api/show", {"model": "other"})[0] == 404
        assert server.missed == []


def test_a_recording_without_a_request_answers_requests_of_its_api() -> None:
    pasted = Exchange(frames=Frames.of([Frame(scripted("openai_chat/plain").frames.body)]))
    with serve(pasted) as server:
        status, body = ask(server, "/v1/chat/completions", {"stream": True, "anything": 1})
        assert (status, body) == (200, pasted.frames.body)
        assert ask(server, "/v1/models")[0] == 200


def test_a_recording_without_a_request_does_not_prevent_misses() -> None:
    recorded = scripted("openai_chat/plain")
    pasted = Exchange(frames=Frames.of([Frame(recorded.frames.body)]))
    with serve(pasted, recorded) as server:
        status, body = ask(server, "/v1/chat/completions", body_of(recorded, temperature=0.123))
        assert (status, b"no recording matches" in body) == (404, True)
    with serve(pasted, recorded, match="path") as server:
        assert ask(server, "/v1/chat/completions", body_of(recorded, temperature=0.123))[0] == 200


def test_control() -> None:
    recorded = exchange(b"data: [DONE]\n\n")
    with serve(recorded, reuse="once") as server:
        assert json.loads(ask(server, "/__streamkit/health")[1]) == {"status": "ok", "recordings": 1}
        assert [r.name for r in server.unplayed] == ["one.jsonl"]
        assert ask(server, "/v1/chat/completions", body_of(recorded))[0] == 200
        assert ask(server, "/v1/chat/completions", body_of(recorded))[0] == 404
        listed = json.loads(ask(server, "/__streamkit/requests")[1])
        assert [request["recording"] for request in listed["requests"]] == ["one.jsonl", None]
        assert [bool(request["said"]) for request in listed["requests"]] == [False, True]
        assert listed["unplayed"] == []
        assert ask(server, "/__streamkit/reset")[0] == 405
        assert ask(server, "/__streamkit/reset", method="POST")[0] == 200
        assert ask(server, "/v1/chat/completions", body_of(recorded))[0] == 200
        assert ask(server, "/__streamkit/other")[0] == 404


CHAT = "/v1/chat/completions"


def test_the_newest_requests_are_kept_and_the_others_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("streamkit.service.mock.MOST_REQUESTS", 3)
    recorded = exchange(b"data: [DONE]\n\n")
    with serve(recorded) as server:
        assert json.loads(ask(server, "/__streamkit/requests")[1])["dropped"] == 0
        for path in ("/v1/other", CHAT, CHAT, CHAT, CHAT):
            ask(server, path, body_of(recorded))
        listed = json.loads(ask(server, "/__streamkit/requests")[1])
        assert [(request["n"], request["path"]) for request in listed["requests"]] == [(3, CHAT), (4, CHAT), (5, CHAT)]
        assert (listed["dropped"], server.dropped) == (2, 2)
        assert [request.number for request in server.requests] == [3, 4, 5]
        assert [request.number for request in server.missed] == [
            1
        ]  # a miss is not forgotten because of what came later
        server.reset()
        assert (server.requests, server.missed, server.dropped) == ([], [], 0)


@pytest.mark.parametrize("end", ["reset", "refused"])
def test_a_reset_connection_is_reset(end: str) -> None:
    recorded = exchange(b"data: 1\n\n", end=end)
    with serve(recorded) as server, pytest.raises((ConnectionResetError, urllib.error.URLError)):
        ask(server, "/v1/chat/completions", body_of(recorded))


def test_a_fault_is_applied_as_often_as_configured() -> None:
    recorded = exchange(b"data: 1\n\n", b"data: 2\n\n")
    with serve(recorded, faults=parse_faults("status:code=429,times=2;drop:event=1,times=3")) as server:
        answers = [ask(server, CHAT, body_of(recorded)) for _ in range(4)]
        assert [status for status, _ in answers] == [429, 429, 200, 200]
        assert [body for _, body in answers[2:]] == [b"data: 2\n\n", recorded.frames.body]
        server.reset()
        assert ask(server, CHAT, body_of(recorded))[0] == 429


def test_a_request_can_select_a_fault() -> None:
    recorded = exchange(b"data: 1\n\n", b"data: 2\n\n")
    with serve(recorded) as server:
        assert ask(server, CHAT, body_of(recorded), fault="drop:event=2") == (200, b"data: 1\n\n")
        assert ask(server, CHAT, body_of(recorded)) == (200, recorded.frames.body)
        status, body = ask(server, CHAT, body_of(recorded), fault="drop:event=x")
        assert (status, json.loads(body)["error"]["message"]) == (
            400,
            "X-Streamkit-Fault: fault drop: invalid event 'x': expected a whole number from 1 on",
        )


def test_a_fault_that_does_not_apply_is_reported_and_the_stream_played() -> None:
    recorded = exchange(b"data: 1\n\n")
    with serve(recorded, faults=parse_faults("drop:event=9")) as server:
        assert ask(server, CHAT, body_of(recorded)) == (200, b"data: 1\n\n")
        assert server.requests[0].message == "fault drop does not apply: the stream has 1 event, and no event 9"


def test_the_same_seed_breaks_the_same_stream_in_the_same_place() -> None:
    recorded = exchange(*(b"data: %d\n\n" % number for number in range(50)))

    def played(seed: int) -> list[bytes]:
        with serve(recorded, faults=parse_faults("drop"), seed=seed) as server:
            return [ask(server, CHAT, body_of(recorded))[1] for _ in range(3)]

    assert played(1) == played(1) != played(2)


def test_generated_times() -> None:
    recorded = scripted("openai_chat/slow-start")
    recording = RecordedAnswer(recorded)
    tempo = Tempo(Distribution.of("40ms"), Distribution.of("5ms"))
    steps = retimed(player.steps(recorded), recording.first_token, tempo, Random(0))
    writes = [step for step in steps if isinstance(step, Write)]
    first = next(place for place, write in enumerate(writes) if b'"content":"Streams"' in write.data)
    assert recording.first_token == first > 1
    assert all(write.at <= 40_000_000 for write in writes[:first])
    assert [write.at for write in writes[first:]] == [40_000_000 + 5_000_000 * n for n in range(len(writes) - first)]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (None, "127.0.0.1,localhost,::1"),
        ("", "127.0.0.1,localhost,::1"),
        ("corp.example,10.0.0.0/8", "corp.example,10.0.0.0/8,127.0.0.1,localhost,::1"),
    ],
)
def test_a_program_does_not_use_its_proxy_for_our_server(
    monkeypatch: pytest.MonkeyPatch, before: str | None, after: str
) -> None:
    for name in ("NO_PROXY", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
        if before is not None:
            monkeypatch.setenv(name, before)
    with serve(exchange(b"data: [DONE]\n\n")) as server:
        environment = server.child_environment
    assert (environment["NO_PROXY"], environment["no_proxy"]) == (after, after)
