"""Where the requests of `probe` go, by the base URL."""

from __future__ import annotations

import pytest

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
