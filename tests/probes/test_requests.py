"""What the requests of all cases have in common."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from streamkit.probes import PROBES, Ask

RESPONSES = {
    ask.name: ask
    for probe in PROBES.values()
    for ask in probe.chain
    if probe.api == "openai_responses" and isinstance(ask.body, dict) and ask.follows is None
}


def test_requests_have_names_of_their_own() -> None:
    asks: dict[tuple[str, str], Ask] = {}
    for probe in PROBES.values():
        for ask in probe.chain:
            assert re.fullmatch("[a-z0-9]+(-[a-z0-9]+)*", ask.name), (probe.name, ask.name)
            assert asks.setdefault((probe.api, ask.name), ask) == ask, (probe.name, ask.name)


@pytest.mark.parametrize("ask", RESPONSES.values(), ids=RESPONSES)
def test_a_provider_is_told_to_store_nothing(ask: Ask) -> None:
    assert isinstance(ask.body, dict)
    assert ask.body.get("store") is False


def closed(schema: Any) -> Any:
    """Return a JSON schema in which no object may have members that it does not list."""
    if isinstance(schema, list):
        return [closed(part) for part in schema]
    if not isinstance(schema, dict):
        return schema
    parts = {name: closed(part) for name, part in schema.items()}
    return {"additionalProperties": False, **parts} if "properties" in parts else parts


# The types of the official SDKs for the bodies of requests, and the requests that are not of this type, by name.
PARAMETERS: dict[str, tuple[str, str, set[str]]] = {
    "openai_chat": (
        "openai.types.chat.completion_create_params",
        "CompletionCreateParams",
        {"no-messages", "unknown-field", "wrong-type", "continuous"},  # the last is an option of vLLM
    ),
    "openai_completions": ("openai.types.completion_create_params", "CompletionCreateParams", set()),
    "openai_responses": ("openai.types.responses.response_create_params", "ResponseCreateParams", set()),
    "anthropic_messages": ("anthropic.types.message_create_params", "MessageCreateParams", {"no-limit", "counted"}),
}


@pytest.mark.parametrize("api", PARAMETERS)
def test_the_official_sdk_could_send_the_request(api: str) -> None:
    module, name, others = PARAMETERS[api]
    parameters = getattr(pytest.importorskip(module), name)
    adapter = pytest.importorskip("pydantic").TypeAdapter(parameters)
    valid = pytest.importorskip("jsonschema_rs").validator_for(closed(adapter.json_schema()))
    asks = {ask.name: ask for probe in PROBES.values() if probe.api == api for ask in probe.chain}
    bodies = {
        name: json.loads(ask.data("m") or b"")
        for name, ask in asks.items()
        if isinstance(ask.body, dict) and not ask.follows
    }
    assert len(bodies) >= 7
    assert {name for name, body in bodies.items() if not valid.is_valid(body)} == others
