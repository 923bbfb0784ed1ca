"""What is known of providers by their hosts and paths: where the key is, and how a prompt is asked. Data only."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from streamkit.errors import UsageError

MAX_TOKENS = 1024  # what a prompt may cost where an API wants to be told


@dataclass(frozen=True, slots=True)
class Provider:
    """A host: the environment variables that may hold its key, the header that carries it, the path that a prompt goes to."""

    variables: tuple[str, ...]
    header: str = "Authorization"
    path: str = "/v1/chat/completions"


PROVIDERS = {
    "api.openai.com": Provider(("OPENAI_API_KEY",)),
    "api.anthropic.com": Provider(("ANTHROPIC_API_KEY",), "x-api-key", "/v1/messages"),
    "generativelanguage.googleapis.com": Provider(("GEMINI_API_KEY", "GOOGLE_API_KEY"), "x-goog-api-key", "/v1beta"),
    "openrouter.ai": Provider(("OPENROUTER_API_KEY",), path="/api/v1/chat/completions"),
    "api.groq.com": Provider(("GROQ_API_KEY",), path="/openai/v1/chat/completions"),
    "api.mistral.ai": Provider(("MISTRAL_API_KEY",)),
    "api.deepseek.com": Provider(("DEEPSEEK_API_KEY",), path="/chat/completions"),
    "api.together.xyz": Provider(("TOGETHER_API_KEY",)),
    "api.fireworks.ai": Provider(("FIREWORKS_API_KEY",), path="/inference/v1/chat/completions"),
    "api.x.ai": Provider(("XAI_API_KEY",)),
    "api.perplexity.ai": Provider(("PERPLEXITY_API_KEY", "PPLX_API_KEY"), path="/chat/completions"),
    "api.cohere.com": Provider(("CO_API_KEY", "COHERE_API_KEY"), path="/v2/chat"),
    "router.huggingface.co": Provider(("HF_TOKEN",)),
    "api.cerebras.ai": Provider(("CEREBRAS_API_KEY",)),
    "integrate.api.nvidia.com": Provider(("NVIDIA_API_KEY",)),
    "api.moonshot.ai": Provider(("MOONSHOT_API_KEY",)),
    "dashscope.aliyuncs.com": Provider(("DASHSCOPE_API_KEY",), path="/compatible-mode/v1/chat/completions"),
}

_CARRIES_A_KEY = frozenset(["authorization", "x-api-key", "api-key", "x-goog-api-key"])


def key_header(url: str, headers: list[tuple[str, str]]) -> tuple[str, str] | None:
    """The header with the key of a known host, from the environment; None where none is known, set or needed.

    A key goes only to its own host and only over TLS, and never beside one that was given.
    """
    parts = urlsplit(url)
    provider = PROVIDERS.get(parts.hostname or "")
    if provider is None or parts.scheme != "https" or any(name.lower() in _CARRIES_A_KEY for name, _ in headers):
        return None
    if "key=" in parts.query:
        return None
    key = next((os.environ[name] for name in provider.variables if os.environ.get(name)), None)
    if key is None:
        return None
    return provider.header, f"Bearer {key}" if provider.header == "Authorization" else key


def prompted(url: str, model: str | None, prompt: str) -> tuple[str, dict[str, Any], list[tuple[str, str]]]:
    """The URL, the body and the headers that ask this prompt. Raises UsageError where the API is not known by its path."""
    parts = urlsplit(url)
    path = parts.path
    if path in ("", "/"):
        provider = PROVIDERS.get(parts.hostname or "")
        path = provider.path if provider else "/v1/chat/completions"
    if parts.hostname == "generativelanguage.googleapis.com" and ":" not in path:
        path = f"{path.rstrip('/')}/models/{_named(model)}:streamGenerateContent"
    query = parts.query
    if path.endswith(":streamGenerateContent") and not query:
        query = "alt=sse"
    url = urlunsplit((parts.scheme, parts.netloc, path, query, ""))
    for ending, body in _BODIES.items():
        if path.endswith(ending):
            headers = [("anthropic-version", "2023-06-01")] if ending == "/v1/messages" else []
            return url, body(model, prompt), headers
    raise UsageError(f"--prompt: no API is known at {path}; give the body with --json")


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
