"""Which provider a request is for, and that its key reaches no other."""

from __future__ import annotations

import pytest

from streamkit.errors import UsageError
from streamkit.service.destinations import Destinations
from streamkit.transport.guard import Rejection

GROQ_KEY = "gsk_" + "a1B2" * 10
OPENAI_KEY = "sk-proj-" + "a1B2" * 12
SHARED_KEY = "sk-" + "a1B2" * 10
Headers = tuple[tuple[str, str], ...]


def bearer(key: str) -> Headers:
    return (("Authorization", f"Bearer {key}"),)


# target and headers -> where the request goes
KNOWN: dict[str, tuple[str, Headers, str]] = {
    "the name in the path": ("/openai/v1/chat/completions", bearer("x"), "https://api.openai.com/v1/chat/completions"),
    "an alias": ("/claude/v1/messages", (), "https://api.anthropic.com/v1/messages"),
    "a hyphen": ("/together-ai/v1/models", (), "https://api.together.xyz/v1/models"),
    "Anthropic's path": ("/v1/messages", (("X-Api-Key", "x"),), "https://api.anthropic.com/v1/messages"),
    "Anthropic's version": ("/v1/models", (("anthropic-version", "2023-06-01"),), "https://api.anthropic.com/v1/models"),
    "Google's header": ("/v1beta/models", (("x-goog-api-key", "x"),), "https://generativelanguage.googleapis.com/v1beta/models"),
    "Gemini's path": (
        "/v1beta/models/g:streamGenerateContent?key=x", (), "https://generativelanguage.googleapis.com/v1beta/models/g:streamGenerateContent?key=x",
    ),
    "a base URL without the version": ("/anthropic/messages", (), "https://api.anthropic.com/v1/messages"),
    "the same without a name": ("/messages", (("x-api-key", "x"),), "https://api.anthropic.com/v1/messages"),
    "OpenAI's SDKs agree": ("/openai/chat/completions", (), "https://api.openai.com/chat/completions"),
    "Cohere's path": ("/v2/chat", bearer("x"), "https://api.cohere.com/v2/chat"),
    "Ollama's path": ("/api/chat", (), "http://127.0.0.1:11434/api/chat"),
    "OpenAI's key": ("/v1/chat/completions", bearer(OPENAI_KEY), "https://api.openai.com/v1/chat/completions"),
    "Groq's key, at Groq's path": ("/openai/v1/chat/completions", bearer(GROQ_KEY), "https://api.groq.com/openai/v1/chat/completions"),
    "Groq's path after its name": ("/groq/openai/v1/models", bearer(GROQ_KEY), "https://api.groq.com/openai/v1/models"),
    "a key of Mistral, whose keys have no shape": ("/v1/chat/completions", bearer("mine"), "https://api.mistral.ai/v1/chat/completions"),
    "a provider without a variable": ("/huggingface/v1/chat/completions", bearer("x"), "https://router.huggingface.co/v1/chat/completions"),
}  # fmt: skip


@pytest.mark.parametrize("name", list(KNOWN))
def test_the_provider_is_known(name: str) -> None:
    target, headers, url = KNOWN[name]
    routing = Destinations.of({}, port=1, environment={"MISTRAL_API_KEY": "mine"}).routing
    assert routing is not None
    route = routing(target, headers)
    assert not isinstance(route, Rejection)
    assert route.url(target) == url


# target and headers -> words of the rejection
UNKNOWN: dict[str, tuple[str, Headers, str]] = {
    "no key": ("/v1/chat/completions", (), "and "),
    "a key without a shape": ("/v1/chat/completions", bearer("0123456789abcdef"), "add its name to the base URL (/"),
    "a shape that several providers have": ("/v1/chat/completions", bearer(SHARED_KEY), "DeepSeek, "),
    "an API that several providers have": ("/v1/responses", bearer(SHARED_KEY), "OpenAI, "),
    "an unknown path": ("/x", (), "cannot tell which provider /x is for: add its name to the base URL (/"),
    "a key of Azure, at a path that begins with the name of another": (
        "/openai/deployments/m/chat/completions",
        (("api-key", "x"),),
        "(Azure OpenAI): ",
    ),
    "the root": ("/", (), "cannot tell which provider / is for"),
}


@pytest.mark.parametrize("name", list(UNKNOWN))
def test_a_request_for_an_unknown_provider_is_rejected(name: str) -> None:
    target, headers, words = UNKNOWN[name]
    routing = Destinations.of({}, port=1, environment={}).routing
    assert routing is not None
    route = routing(target, headers)
    assert isinstance(route, Rejection)
    assert route.status == 400
    assert words in route.message


def test_base_urls_in_the_environment_are_the_upstreams_unless_they_are_the_proxy_itself() -> None:
    environment = {"OPENAI_BASE_URL": "http://127.0.0.1:8789/v1", "ANTHROPIC_BASE_URL": "http://gateway:9/claude"}
    destinations = Destinations.of({}, port=8789, environment=environment)
    assert destinations.routing is not None
    routes = [destinations.routing(target, ()) for target in ("/openai/v1/models", "/anthropic/v1/models")]
    assert [getattr(route, "upstream", None) for route in routes] == [
        "https://api.openai.com",
        "http://gateway:9/claude",
    ]
    assert "gateway:9" in destinations.hosts


def test_azure_is_distinguished_from_openai() -> None:
    environment = {"AZURE_OPENAI_ENDPOINT": "https://mine.openai.azure.com"}
    routing = Destinations.of({}, port=1, environment=environment).routing
    assert routing is not None
    target = "/openai/deployments/m/chat/completions"
    routes = [routing(target, (("api-key", "x"),)), routing("/openai/v1/models", bearer(OPENAI_KEY))]
    assert [getattr(route, "upstream", None) for route in routes] == [
        "https://mine.openai.azure.com",
        "https://api.openai.com",
    ]


def test_sdks_get_base_urls_with_the_name_of_their_provider() -> None:
    urls = Destinations.of({}, port=1, environment={}).base_urls("http://127.0.0.1:1")
    assert urls["OPENAI_BASE_URL"] == "http://127.0.0.1:1/openai/v1"
    assert urls["CO_API_URL"] == "http://127.0.0.1:1/cohere"
    assert urls["AZURE_OPENAI_ENDPOINT"] == "http://127.0.0.1:1"  # it has no URL of its own
    assert urls["STREAMKIT_URL"] == "http://127.0.0.1:1"


def test_fixed_routes_are_the_only_ones() -> None:
    destinations = Destinations.of({"/a": "http://x/", "/": "https://api.openai.com"}, port=1)
    assert [(route.prefix, route.upstream) for route in destinations.routes] == [
        ("/a", "http://x"),
        ("/", "https://api.openai.com"),
    ]
    assert (destinations.routing, destinations.hosts) == (None, {"x", "api.openai.com"})
    assert Destinations.of({"/": "http://x"}, port=1).hosts == frozenset()
    with pytest.raises(UsageError, match="invalid upstream 'x'"):
        Destinations.of({"/": "x"}, port=1)
