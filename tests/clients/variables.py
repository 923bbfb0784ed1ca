"""Which environment variables the SDKs read their base URL from: each set alone, as `serve -- CMD` sets it.

A variable counts as read if the request of a client that got no base URL in code arrives at the server. If none does, the
client has to be given its base URL in code.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from streamkit.model.exchange import Exchange
from streamkit.playback.player import Pace
from streamkit.providers import PROVIDERS
from streamkit.service.environment import DUMMY_KEY, base_urls, key_variables, reach_loopback
from streamkit.service.mock import Options
from streamkit.service.serving import Served, serving
from tests.clients.cases import with_request
from tests.clients.environments import Client
from tests.clients.faults import GOOD, dialect_stream, stream, uses
from tests.clients.matrix import driven

# By API. Clients of applications have the address of their own server in their code.
PROVIDERS_OF: Mapping[str, tuple[str, ...]] = {
    "openai_assistants": ("openai",),
    "openai_chat": ("openai",),
    "openai_completions": ("openai",),
    "openai_responses": ("openai",),
    "anthropic_messages": ("anthropic",),
    "gemini": ("gemini",),
    "gemini_interactions": ("gemini",),
    "ollama": ("ollama",),
    "cohere": ("cohere",),
    "bedrock_converse": ("bedrock",),
    "mistral_conversations": ("mistral",),
}
_MODEL = "m"
# Requests that do not go to the server go nowhere.
_NOWHERE = dict.fromkeys(("HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"), "http://127.0.0.1:9")
_PATIENCE = "20"


def measured(clients: Sequence[Client], log: Path) -> Iterator[dict[str, Any]]:
    """Yield a row for each call and API of these clients: whether each variable of its provider is read."""
    for client, call, api in uses(clients):
        if api not in PROVIDERS_OF:
            continue
        providers = (client.provider,) if client.provider else PROVIDERS_OF[api]
        good = dialect_stream(client, api) or stream(GOOD[api])
        variables = {}
        for variable in [base.variable for name in providers for base in PROVIDERS[name].base_urls]:
            with serving([with_request(good, api, _MODEL)], Options(match="path", pace=Pace(delay=False))) as server:
                variables[variable] = _read(client, call, api, variable, server, good, log)
        yield {"client": client.name, "call": call, "api": api, "option": client.option, "variables": variables}


def _read(
    client: Client, call: str, api: str, variable: str, server: Served, good: Exchange, log: Path
) -> dict[str, Any]:
    """Return the path that was requested, and whether a recording answered it; empty if there was no request."""
    job = {"id": "1", "call": call, "api": api, "model": _MODEL, "tools": [], "plain": False}
    driven(client, [job], "env", log, _settings(variable, server.url))
    if not server.requests:
        return {}
    last = server.requests[-1]
    return {"path": last.path, "answered": last.recording is not None}


def _settings(variable: str, url: str) -> Mapping[str, str]:
    urls = base_urls(url)
    others = {name: "" for name in urls if name != variable}
    keys = dict.fromkeys(key_variables(), DUMMY_KEY)
    return {
        **others,
        **keys,
        **reach_loopback(),
        **_NOWHERE,
        variable: urls[variable],
        "STREAMKIT_CLIENTS_PATIENCE": _PATIENCE,
    }
