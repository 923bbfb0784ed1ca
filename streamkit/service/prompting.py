"""What `record` adds to a request for a known provider: its key, and the path and the body that ask a prompt."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from streamkit.errors import UsageError
from streamkit.providers import Provider, provider_at

MAX_TOKENS = 1024  # what a prompt may cost where an API wants to be told

_CARRIES_A_KEY = frozenset(["authorization", "x-api-key", "api-key", "x-goog-api-key"])
_DEFAULT_PATH = "/v1/chat/completions"

# What follows a provider's prefix, for each API that a prompt can be asked in.
_ENDPOINTS = {
    "openai_chat": "/chat/completions",
    "anthropic_messages": "/messages",
    "cohere": "/chat",
    "ollama": "/chat",
    "gemini": "",  # the model is named in the path
}


def key_header(url: str, headers: list[tuple[str, str]]) -> tuple[str, str] | None:
    """The header with the key of a known host, from the environment; None where none is known, set or needed.

    A key goes only to its provider's own hosts and only over TLS, and never beside one that was given.
    """
    parts = urlsplit(url)
    if parts.scheme != "https":
        return None
    host = parts.hostname or ""
    provider = provider_at(host)
    if provider is None or not provider.owns(host):
        return None
    given = {name.lower() for name, _ in headers}
    if given & _CARRIES_A_KEY or provider.auth.header.lower() in given or "key=" in parts.query:
        return None
    key = provider.key(os.environ)
    return None if key is None else provider.auth.placed(key)


def prompted(url: str, model: str | None, prompt: str) -> tuple[str, dict[str, Any], list[tuple[str, str]]]:
    """The URL, the body and the headers that ask this prompt. Raises UsageError where the API is not known by its path."""
    parts = urlsplit(url)
    path = _asked_path(parts.path, provider_at(parts.hostname or ""), model)
    query = parts.query
    if path.endswith(":streamGenerateContent") and not query:
        query = "alt=sse"
    url = urlunsplit((parts.scheme, parts.netloc, path, query, ""))
    for ending, body in _BODIES.items():
        if path.endswith(ending):
            headers = [("anthropic-version", "2023-06-01")] if ending == "/v1/messages" else []
            return url, body(model, prompt), headers
    raise UsageError(f"--prompt: no API is known at {path}; give the body with --json")


def _asked_path(path: str, provider: Provider | None, model: str | None) -> str:
    """The path as given, or where it names no endpoint the one that the provider is asked at."""
    if path in ("", "/"):
        if provider is None:
            return _DEFAULT_PATH
        path = provider.prefix + _ENDPOINTS.get(provider.api, "")
    if provider is not None and provider.api == "gemini" and ":" not in path and not path.endswith(tuple(_BODIES)):
        path = f"{path.rstrip('/')}/models/{_named(model)}:streamGenerateContent"
    return path


def _named(model: str | None) -> str:
    if model is None:
        raise UsageError("--prompt needs --model for this API")
    return model


def _messages(prompt: str) -> list[dict[str, str]]:
    return [{"role": "user", "content": prompt}]


def _chat(model: str | None, prompt: str) -> dict[str, Any]:
    asked = {"model": _named(model), "messages": _messages(prompt)}
    return {**asked, "stream": True, "stream_options": {"include_usage": True}}


# By the end of the path; the particular before the general.
_BODIES: dict[str, Callable[[str | None, str], dict[str, Any]]] = {
    "/chat/completions": _chat,
    "/completions": lambda model, prompt: {"model": _named(model), "prompt": prompt, "stream": True},
    "/responses": lambda model, prompt: {"model": _named(model), "input": prompt, "stream": True},
    "/v1/messages": lambda model, prompt: {
        "model": _named(model),
        "max_tokens": MAX_TOKENS,
        "messages": _messages(prompt),
        "stream": True,
    },
    "/v2/chat": lambda model, prompt: {"model": _named(model), "messages": _messages(prompt), "stream": True},
    "/api/chat": lambda model, prompt: {"model": _named(model), "messages": _messages(prompt), "stream": True},
    "/api/generate": lambda model, prompt: {"model": _named(model), "prompt": prompt, "stream": True},
    ":streamGenerateContent": lambda model, prompt: {"contents": [{"role": "user", "parts": [{"text": prompt}]}]},
}
