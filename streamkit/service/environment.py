"""What a program is told so that its SDKs ask our server: base URLs in the variables that they read, and dummy keys."""

from __future__ import annotations

import os
from collections.abc import Mapping

# Variable -> path after the server's address. Each is read by its provider's own SDK or command.
BASE_URLS: Mapping[str, str] = {
    "OPENAI_BASE_URL": "/v1",
    "OPENAI_API_BASE": "/v1",
    "ANTHROPIC_BASE_URL": "",
    "AZURE_OPENAI_ENDPOINT": "",
    "GOOGLE_GEMINI_BASE_URL": "",
    "GROQ_BASE_URL": "",
    "MISTRAL_SERVER_URL": "",
    "CO_API_URL": "",
    "OLLAMA_HOST": "",
    "STREAMKIT_URL": "",
}

KEYS = (
    "OPENAI_API_KEY",
    "ANTHROPIC_API_KEY",
    "AZURE_OPENAI_API_KEY",
    "GEMINI_API_KEY",
    "GROQ_API_KEY",
    "MISTRAL_API_KEY",
    "CO_API_KEY",
)
DUMMY_KEY = "streamkit"

_NO_PROXY = ("NO_PROXY", "no_proxy")
_LOOPBACK = "127.0.0.1,localhost,::1"


def base_urls(url: str, routes: Mapping[str, str] | None = None) -> dict[str, str]:
    """The variables that send every SDK to `url`. `routes` maps a name (`anthropic`) to the path prefix of its own."""
    found = {}
    for name, path in BASE_URLS.items():
        prefix = next((prefix for route, prefix in (routes or {}).items() if route.lower() in name.lower()), "")
        found[name] = url + prefix + path
    return found


def dummy_keys(environment: Mapping[str, str] = os.environ) -> dict[str, str]:
    """A key for each SDK that would not start without one and has none."""
    return {name: DUMMY_KEY for name in KEYS if not environment.get(name)}


def reach_loopback(environment: Mapping[str, str] = os.environ) -> dict[str, str]:
    """The variables that keep an HTTP proxy of the environment out of the way to our own server."""
    found = {}
    for name in _NO_PROXY:
        before = environment.get(name)
        found[name] = f"{before},{_LOOPBACK}" if before else _LOOPBACK
    return found
