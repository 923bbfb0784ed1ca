"""The additions of `record` to a request for a known provider: the API key, and the path and body of a prompt."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from streamkit.errors import UsageError
from streamkit.providers import Provider, provider_at

MAX_TOKENS = 1024  # for APIs that require a limit

CARRIES_A_KEY = frozenset(["authorization", "x-api-key", "api-key", "x-goog-api-key"])
"""The headers in which providers and gateways expect a key, in lower case."""
_DEFAULT_PATH = "/v1/chat/completions"

# The endpoint after a provider's prefix, for each API that can be prompted.
_ENDPOINTS = {
    "openai_chat": "/chat/completions",
    "anthropic_messages": "/messages",
    "cohere": "/chat",
    "ollama": "/chat",
    "gemini": "",  # the path names the model
}


def key_header(url: str, headers: Sequence[tuple[str, str]]) -> tuple[str, str] | None:
    """Return the header with the API key of a known host, from the environment; None if there is none, or the request has one.

    A key is sent to its provider's own hosts only, and only over TLS.
    """
    provider = _expecting_a_key(url, headers)
    key = provider.key(os.environ) if provider is not None else None
    return None if provider is None or key is None else provider.auth.header_for(key)


def missing_key(url: str, headers: Sequence[tuple[str, str]]) -> str | None:
    """Return the variable that would hold the API key of a known host, if the request has no key; None for other hosts."""
    provider = _expecting_a_key(url, headers)
    return provider.keys[0] if provider is not None and provider.keys else None


def _expecting_a_key(url: str, headers: Sequence[tuple[str, str]]) -> Provider | None:
    """Return the provider whose own host this is, if the request goes there over TLS without a key."""
    parts = urlsplit(url)
    if parts.scheme != "https":
        return None
    host = parts.hostname or ""
    provider = provider_at(host)
    if provider is None or not provider.owns(host):
        return None
    names = {name.lower() for name, _ in headers}
    if names & CARRIES_A_KEY or provider.auth.header.lower() in names or "key=" in parts.query:
        return None
    return provider


def prompted(url: str, model: str | None, prompt: str) -> tuple[str, dict[str, Any], list[tuple[str, str]]]:
    """Return the URL, body and headers for this prompt. Raises UsageError if the path does not identify an API."""
    parts = urlsplit(url)
    path = _endpoint_path(parts.path, provider_at(parts.hostname or ""), model)
    query = parts.query
    if path.endswith(":streamGenerateContent") and not query:
        query = "alt=sse"
    url = urlunsplit((parts.scheme, parts.netloc, path, query, ""))
    for ending, body in _BODIES.items():
        if path.endswith(ending):
            headers = [("anthropic-version", "2023-06-01")] if ending == "/v1/messages" else []
            return url, body(model, prompt), headers
    raise UsageError(f"--prompt: unknown API at {path}; pass a body with --json instead")


def _endpoint_path(path: str, provider: Provider | None, model: str | None) -> str:
    """Return the path as given or, if it names no endpoint, the one of the provider."""
    if path in ("", "/"):
        if provider is None:
            return _DEFAULT_PATH
        path = provider.prefix + _ENDPOINTS.get(provider.api, "")
    if provider is not None and provider.api == "gemini" and ":" not in path and not path.endswith(tuple(_BODIES)):
        path = f"{path.rstrip('/')}/models/{_required_model(model)}:streamGenerateContent"
    return path


def _required_model(model: str | None) -> str:
    if model is None:
        raise UsageError("--prompt requires --model for this API")
    return model


def _messages(prompt: str) -> list[dict[str, str]]:
    return [{"role": "user", "content": prompt}]


def _chat(model: str | None, prompt: str) -> dict[str, Any]:
    fields = {"model": _required_model(model), "messages": _messages(prompt)}
    return {**fields, "stream": True, "stream_options": {"include_usage": True}}


# By the end of the path, the most specific first.
_BODIES: dict[str, Callable[[str | None, str], dict[str, Any]]] = {
    "/chat/completions": _chat,
    "/completions": lambda model, prompt: {"model": _required_model(model), "prompt": prompt, "stream": True},
    "/responses": lambda model, prompt: {"model": _required_model(model), "input": prompt, "stream": True},
    "/v1/messages": lambda model, prompt: {
        "model": _required_model(model),
        "max_tokens": MAX_TOKENS,
        "messages": _messages(prompt),
        "stream": True,
    },
    "/v2/chat": lambda model, prompt: {"model": _required_model(model), "messages": _messages(prompt), "stream": True},
    "/api/chat": lambda model, prompt: {"model": _required_model(model), "messages": _messages(prompt), "stream": True},
    "/api/generate": lambda model, prompt: {"model": _required_model(model), "prompt": prompt, "stream": True},
    ":streamGenerateContent": lambda model, prompt: {"contents": [{"role": "user", "parts": [{"text": prompt}]}]},
}
