"""Requests for token counts and lists of models, answered from what recordings contain, and distinguished by headers."""

from __future__ import annotations

import json
from typing import Any

import pytest

from streamkit.model.exchange import Body, Exchange, Request
from streamkit.model.step import Head, Write
from streamkit.playback.fields import FieldPath
from streamkit.service.mock import Mock, Options
from tests.exchanges import exchange
from tests.rules.edits import STREAMS

JSON = (("Content-Type", "application/json"),)
HI = [{"role": "user", "content": "hi"}]
ANTHROPIC = (("anthropic-version", "2023-06-01"), ("x-api-key", "k"))
GOOGLE = (("x-goog-api-key", "k"),)
BEARER = (("authorization", "Bearer k"),)


def claude(usage: dict[str, Any], file: str = "claude.jsonl", **body: Any) -> Exchange:
    message = {
        "type": "message",
        "id": "m",
        "role": "assistant",
        "model": "c",
        "content": [],
        "stop_reason": "end_turn",
    }
    request = {"model": "c", "max_tokens": 9, "messages": HI, **body}
    return exchange(
        json.dumps({**message, "usage": usage}).encode(), path="/v1/messages", body=request, headers=JSON, file=file
    )


def gemini(tokens: int | None, **body: Any) -> Exchange:
    usage = {} if tokens is None else {"usageMetadata": {"promptTokenCount": tokens, "totalTokenCount": tokens}}
    chunk = {"candidates": [{"content": {"parts": [{"text": "hi"}]}, "finishReason": "STOP"}], **usage}
    request = {"contents": [{"parts": [{"text": "hi"}]}], **body}
    path = "/v1beta/models/g-1:streamGenerateContent?alt=sse"
    return exchange(f"data: {json.dumps(chunk)}\n\n".encode(), path=path, body=request, file="gemini.jsonl")


def responses(output: list[dict[str, Any]]) -> Exchange:
    usage = {"input_tokens": 5, "output_tokens": 1, "total_tokens": 6}
    final = {"id": "r", "object": "response", "status": "completed", "model": "o", "output": output, "usage": usage}
    return exchange(
        json.dumps(final).encode(),
        path="/v1/responses",
        body={"model": "o", "input": "hi"},
        headers=JSON,
        file="r.jsonl",
    )


def converse() -> Exchange:
    request = {"messages": HI, "inferenceConfig": {"maxTokens": 9}}
    headers = (("Content-Type", "application/vnd.amazon.eventstream"),)
    stream = (STREAMS / "converse.aws").read_bytes()
    return exchange(stream, path="/model/a.b/converse-stream", body=request, headers=headers, file="b.jsonl")


def reply(mock: Mock, request: Request) -> tuple[int, Any]:
    steps = mock.answer(request)
    [head] = [step for step in steps if isinstance(step, Head)]
    return head.status, json.loads(b"".join(step.data for step in steps if isinstance(step, Write)))


def post(mock: Mock, path: str, body: Any) -> tuple[int, Any]:
    return reply(mock, Request("POST", path, (), Body("json", body)))


def get(*recordings: Exchange, path: str = "/v1/models", headers: tuple[tuple[str, str], ...] = ()) -> tuple[int, Any]:
    return reply(Mock(recordings, Options()), Request("GET", path, headers))


CLAUDE = "/v1/messages/count_tokens"
GEMINI = "/v1beta/models/g-1:countTokens"
CONTENTS = [{"parts": [{"text": "hi"}]}]
MESSAGE = {"type": "message", "role": "assistant", "content": []}
# the recording, the request for a count -> the answer
COUNTS: dict[str, tuple[Exchange, str, Any, Any]] = {
    "of the same prompt": (claude({"input_tokens": 7, "output_tokens": 1}), CLAUDE, {"model": "c", "messages": HI}, {"input_tokens": 7}),
    "with what a cache held": (
        claude({"input_tokens": 7, "cache_read_input_tokens": 30, "cache_creation_input_tokens": 2, "output_tokens": 1}),
        CLAUDE, {"model": "c", "messages": HI}, {"input_tokens": 39},
    ),
    "whatever the temperature": (
        claude({"input_tokens": 7, "output_tokens": 1}, temperature=1.0), CLAUDE, {"model": "c", "messages": HI}, {"input_tokens": 7},
    ),
    "of Gemini": (gemini(3), GEMINI, {"contents": CONTENTS}, {"totalTokens": 3}),
    "of Gemini, wrapped": (
        gemini(3, systemInstruction={"parts": []}), GEMINI,
        {"generateContentRequest": {"model": "models/g-1", "contents": CONTENTS, "systemInstruction": {"parts": []}}},
        {"totalTokens": 3},
    ),
    "of OpenAI": (
        responses([MESSAGE]), "/v1/responses/input_tokens", {"model": "o", "input": "hi"},
        {"object": "response.input_tokens", "input_tokens": 5},
    ),
    "of Bedrock": (converse(), "/model/a.b/count-tokens", {"input": {"converse": {"messages": HI}}}, {"inputTokens": 9}),
}  # fmt: skip


@pytest.mark.parametrize("name", list(COUNTS))
def test_the_recorded_count_is_returned(name: str) -> None:
    recorded, path, body, answer = COUNTS[name]
    mock = Mock([recorded], Options())
    assert post(mock, path, body) == (200, answer)
    assert not mock.missed


# the recording, the request for a count -> words of the 404
MISSING: dict[str, tuple[Exchange, str, Any, str]] = {
    "another prompt": (
        claude({"input_tokens": 7, "output_tokens": 1}), CLAUDE, {"model": "c", "messages": []},
        'closest is claude.jsonl, which differs at body.messages[0]: recorded {"role":"user","content":"hi"}, received nothing',
    ),
    "more tools": (
        claude({"input_tokens": 7, "output_tokens": 1}), CLAUDE, {"model": "c", "messages": HI, "tools": [{"name": "f"}]},
        "differs at body.tools: recorded nothing",
    ),
    "no usage": (claude({}), CLAUDE, {"model": "c", "messages": HI}, "claude.jsonl has this prompt, but no count of it alone"),
    "the results of server tools are counted too": (
        claude({"input_tokens": 90, "output_tokens": 1, "server_tool_use": {"web_search_requests": 1}}),
        CLAUDE, {"model": "c", "messages": HI}, "has this prompt, but no count of it alone",
    ),
    "of hosted tools too": (
        responses([{"type": "web_search_call", "id": "w", "status": "completed"}, MESSAGE]),
        "/v1/responses/input_tokens", {"model": "o", "input": "hi"}, "has this prompt, but no count of it alone",
    ),
    "a system instruction was counted": (
        gemini(3, systemInstruction={"parts": []}), GEMINI, {"contents": CONTENTS}, "differs at body.systemInstruction",
    ),
    "Gemini reported none": (gemini(None), GEMINI, {"contents": CONTENTS}, "gemini.jsonl has this prompt, but no count of it alone"),
    "another model": (
        gemini(3), "/v1beta/models/g-2:countTokens", {"contents": CONTENTS}, "no recording has a prompt of this API and model",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", list(MISSING))
def test_a_count_that_is_not_recorded_is_an_error_with_the_remedy(name: str) -> None:
    recorded, path, body, words = MISSING[name]
    mock = Mock([recorded], Options(match="path"))
    status, answer = post(mock, path, body)
    message = answer["error"]["message"]
    assert status == 404
    assert words in message
    known = name != "another model"
    command = f"streamkit proxy {'https://api.example.com --mode auto --dir .' if known else 'UPSTREAM --mode auto'}"
    assert f"to record this one: {command}" in message
    assert len(mock.missed) == 1


def test_ignored_fields_do_not_change_the_prompt() -> None:
    recorded = claude({"input_tokens": 7, "output_tokens": 1})
    body = {"model": "c", "messages": [{**HI[0], "created": 3}]}
    mock = Mock([recorded], Options(ignore=[FieldPath.of("$.messages[*].created")]))
    assert post(mock, CLAUDE, body) == (200, {"input_tokens": 7})


def test_a_recorded_count_comes_first() -> None:
    counted = exchange(
        b'{"input_tokens": 8}', path=CLAUDE, body={"model": "c", "messages": HI}, headers=JSON, file="count.jsonl"
    )
    mock = Mock([claude({"input_tokens": 7, "output_tokens": 1}), counted], Options())
    assert post(mock, CLAUDE, {"model": "c", "messages": HI}) == (200, {"input_tokens": 8})


def test_gemini_lists_its_models_in_its_own_form() -> None:
    recordings = gemini(3), claude({"input_tokens": 7})
    model = {"name": "models/g-1", "displayName": "g-1"}
    assert get(*recordings, path="/v1beta/models?pageSize=50") == (200, {"models": [model]})
    assert get(*recordings, headers=GOOGLE) == (200, {"models": [model]})
    assert get(*recordings, path="/v1beta/models/g-1") == (200, model)
    assert get(*recordings, path="/v1beta/models/c")[0] == 404


def test_anthropic_lists_its_models_only() -> None:
    recordings = gemini(3), claude({"input_tokens": 7})
    assert [model["id"] for model in get(*recordings, headers=ANTHROPIC)[1]["data"]] == ["c"]
    assert [model["id"] for model in get(*recordings, headers=BEARER)[1]["data"]] == ["g-1", "c"]


def listed(name: str, host: str, headers: tuple[tuple[str, str], ...]) -> Exchange:
    made = exchange(json.dumps({"data": [], "from": name}).encode(), headers=JSON, file=f"{name}.jsonl")
    return Exchange(
        frames=made.frames,
        request=Request("GET", f"https://{host}/v1/models", headers),
        response=made.response,
        end=made.end,
        source="proxy",
        recorded_at=made.recorded_at,
        origin=made.origin,
    )


OPENAI_LIST = listed("openai", "api.openai.com", BEARER)
ANTHROPIC_LIST = listed("anthropic", "api.anthropic.com", ANTHROPIC)


@pytest.mark.parametrize(
    ("headers", "answered"),
    [(ANTHROPIC, "anthropic"), (ANTHROPIC, "anthropic"), (BEARER, "openai"), (BEARER, "openai"), ((), "openai")],
)
def test_providers_with_one_path_are_distinguished_by_headers(
    headers: tuple[tuple[str, str], ...], answered: str
) -> None:
    assert get(ANTHROPIC_LIST, OPENAI_LIST, headers=headers)[1]["from"] == answered


def test_the_list_of_one_provider_does_not_answer_another() -> None:
    assert "from" not in get(OPENAI_LIST, headers=ANTHROPIC)[1]
    assert get(ANTHROPIC_LIST, headers=BEARER)[1]["from"] == "anthropic"


def chat(host: str, path: str) -> Exchange:
    made = exchange(b"data: [DONE]\n\n", file=f"{host}.jsonl")
    assert made.request is not None
    request = Request("POST", f"https://{host}{path}", made.request.headers, made.request.body)
    return Exchange(
        frames=made.frames,
        request=request,
        response=made.response,
        end=made.end,
        source="proxy",
        recorded_at=made.recorded_at,
        origin=made.origin,
    )


OPENAI, GROQ = chat("api.openai.com", "/v1/chat/completions"), chat("api.groq.com", "/openai/v1/chat/completions")


# the URL asked (a proxy knows the host), the hosts that a proxy has as upstreams -> the recordings that answer, in turn
HOSTS = [
    ("/v1/chat/completions", (), ["api.openai.com"] * 2),
    ("/openai/v1/chat/completions", (), ["api.groq.com"] * 2),
    ("/chat/completions", (), ["api.groq.com", "api.openai.com"]),
    ("https://api.groq.com/v1/chat/completions", (), ["api.groq.com"] * 2),
    ("https://api.example.com/chat/completions", ("api.groq.com",), ["api.openai.com"] * 2),
    ("https://api.example.com/chat/completions", ("api.groq.com", "api.openai.com"), [None, None]),
]


@pytest.mark.parametrize(("url", "hosts", "answered"), HOSTS)
def test_equal_requests_to_several_providers_are_distinguished(
    url: str, hosts: tuple[str, ...], answered: list[str | None]
) -> None:
    mock = Mock([OPENAI, GROQ], Options(hosts=frozenset(hosts)))
    assert OPENAI.request is not None
    for _ in range(2):
        mock.answer(Request("POST", url, (), OPENAI.request.body))
    assert [request.recording and request.recording.removesuffix(".jsonl") for request in mock.requests] == answered
