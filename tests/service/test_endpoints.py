"""Where the requests of `probe` go, by the base URL."""

from __future__ import annotations

import pytest

from streamkit.probes import WRONG_KEY
from streamkit.service.endpoints import endpoint

CHAT, MODELS, MESSAGES = "/v1/chat/completions", "/v1/models", "/v1/messages"
GEMINI, OLLAMA = "/v1beta/models/{model}:generateContent", "/api/chat"


@pytest.mark.parametrize(
    ("base", "path", "url"),
    [
        ("http://localhost:8000", CHAT, "http://localhost:8000/v1/chat/completions"),
        ("localhost:8000/", CHAT, "http://localhost:8000/v1/chat/completions"),
        ("http://localhost:8000/v1", CHAT, "http://localhost:8000/v1/chat/completions"),
        ("http://localhost:8000/v1", GEMINI, "http://localhost:8000/v1beta/models/m:generateContent"),
        ("http://localhost:8000/v1", OLLAMA, "http://localhost:8000/api/chat"),
        ("http://localhost:8000/gateway", MESSAGES, "http://localhost:8000/gateway/v1/messages"),
        ("http://localhost:8000/api/paas/v4", CHAT, "http://localhost:8000/api/paas/v4/chat/completions"),
        # The URL of a request says what precedes all paths, with or without a version.
        ("http://localhost:8000/v1/chat/completions", CHAT, "http://localhost:8000/v1/chat/completions"),
        ("http://localhost:8000/v1/chat/completions", MODELS, "http://localhost:8000/v1/models"),
        ("http://localhost:8000/v1/chat/completions", MESSAGES, "http://localhost:8000/v1/messages"),
        ("http://localhost:8000/v1/chat/completions", OLLAMA, "http://localhost:8000/api/chat"),
        ("http://localhost:8000/openai/chat/completions", CHAT, "http://localhost:8000/openai/chat/completions"),
        ("http://localhost:8000/openai/chat/completions", MODELS, "http://localhost:8000/openai/models"),
        ("http://localhost:8000/v1beta/openai/responses", CHAT, "http://localhost:8000/v1beta/openai/chat/completions"),
        ("http://localhost:8000/anthropic/v1/messages", MESSAGES, "http://localhost:8000/anthropic/v1/messages"),
    ],
)
def test_the_url_of_a_request(base: str, path: str, url: str) -> None:
    assert endpoint(base, "m").url(path) == url


@pytest.mark.parametrize(
    ("api", "given", "sent"),
    [
        ("openai_chat", {"Authorization": "Bearer mine"}, {"Authorization": f"Bearer {WRONG_KEY}"}),
        # An endpoint that finds two keys accepts the right one, and would look as if it checked none.
        (
            "anthropic_messages",
            {"Authorization": "Bearer mine", "X-Team": "us"},
            {"Authorization": f"Bearer {WRONG_KEY}", "X-Team": "us", "x-api-key": WRONG_KEY},
        ),
        ("openai_chat", {"api-key": "mine"}, {"api-key": WRONG_KEY, "Authorization": f"Bearer {WRONG_KEY}"}),
        ("openai_chat", {}, {"Authorization": f"Bearer {WRONG_KEY}"}),
    ],
)
def test_a_wrong_key_replaces_those_of_the_user(api: str, given: dict[str, str], sent: dict[str, str]) -> None:
    place = endpoint("http://gateway.test/v1", "m", headers=tuple(given.items()))
    assert dict(place.headers_for(api, WRONG_KEY)) == sent
    assert dict(place.headers_for(api, None)) == given
