"""Providers are data: entries are consistent, hosts are recognised, keys go to their own hosts, and SDKs are pointed at
us."""

from __future__ import annotations

import ast
import re
import runpy
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from streamkit.apis import APIS
from streamkit.apis.dialects import DIALECTS
from streamkit.cli.main import streamkit
from streamkit.errors import UsageError
from streamkit.providers import ALNUM, PROVIDERS, Auth, Provider, key_shape, provider_at
from streamkit.redact.redactor import redact_text
from streamkit.service.environment import base_urls, dummy_keys, key_variables, upstreams
from streamkit.service.prompting import key_header, missing_key, prompted
from tests.clicking import CliRunner

ROOT = Path(__file__).parents[2]
EVERY = pytest.mark.parametrize("provider", PROVIDERS.values(), ids=lambda provider: provider.name)


@EVERY
def test_an_entry_names_existing_apis_and_dialects(provider: Provider) -> None:
    assert provider.api in APIS
    assert set(provider.dialects) <= set(DIALECTS)
    apis = [api for name in provider.dialects for api in DIALECTS[name].apis]
    assert len(apis) == len(set(apis)), "two dialects for one API"
    assert provider.title
    assert re.fullmatch(r"(/[\w.-]+)*", provider.prefix)
    for base in provider.base_urls:
        assert base.read_by, f"{base.variable} is read by no SDK"
        assert re.fullmatch(r"(/[\w.-]+)*", base.suffix)
        assert all(re.fullmatch(r"\S+ [\d.]+( \(npm\))?", sdk) for sdk in base.read_by)
        assert all(re.fullmatch(r"(none|/\S+): \S+ [\d.]+( \(npm\))?", sdk) for sdk in base.other_suffixes)
    assert all(re.fullmatch(r"[A-Z][A-Z0-9_]*", name) for name in provider.keys)


@EVERY
def test_an_entry_owns_the_host_of_its_url(provider: Provider) -> None:
    host = urlsplit(provider.url).hostname or ""
    if host and not host.startswith("127."):
        assert provider.url.startswith("https://")
        assert provider_at(host) is provider, f"{host}, the host of url, is not in hosts"
        assert provider.owns(host)
    for pattern in (*provider.hosts, *provider.customer_hosts):
        assert provider_at("eu." + pattern.replace("*", "us-east-1")) is provider


def test_no_base_url_variable_is_set_by_two_providers() -> None:
    variables = [base.variable for provider in PROVIDERS.values() for base in provider.base_urls]
    assert len(variables) == len(set(variables))


HOSTS = {
    "api.openai.com": "openai",
    "eu.api.openai.com": "openai",
    "API.OpenAI.com.": "openai",
    "models.inference.ai.azure.com": "github_models",  # the longer pattern, although the domain is Azure's
    "mine.inference.ai.azure.com": "azure",
    "mine.openai.azure.com": "azure",
    "us-central1-aiplatform.googleapis.com": "vertex",
    "aiplatform.eu.rep.googleapis.com": "vertex",
    "bedrock-runtime.eu-west-1.amazonaws.com": "bedrock",
    "s3.eu-west-1.amazonaws.com": None,
    "xapi.groq.com": None,
    "groq.com": None,
    "api.groq.com.example.org": None,
    "evil-bedrock-runtime.us-east-1.amazonaws.com": None,
    "localhost": None,
    "127.0.0.1": None,
    "::1": None,
    "": None,
}


@pytest.mark.parametrize(("host", "name"), HOSTS.items())
def test_a_host_belongs_to_the_most_specific_provider(host: str, name: str | None) -> None:
    found = provider_at(host)
    assert (found and found.name) == name


KEYS = [
    ("https://api.groq.com/openai/v1/x", "GROQ_API_KEY", ("Authorization", "Bearer k")),
    ("https://api.anthropic.com/v1/messages", "ANTHROPIC_API_KEY", ("x-api-key", "k")),
    ("https://mine.openai.azure.com/openai/v1/responses", "AZURE_OPENAI_API_KEY", ("api-key", "k")),
    ("https://generativelanguage.googleapis.com/v1beta/x", "GOOGLE_API_KEY", ("x-goog-api-key", "k")),
    ("https://router.huggingface.co/v1/x", "HF_TOKEN", ("Authorization", "Bearer k")),
    (
        "https://x.eu-west-1.aws.endpoints.huggingface.cloud/v1/x",
        "HF_TOKEN",
        None,
    ),  # whoever rents the host would read the key
    ("https://api.cohere.com/v2/chat", "COHERE_API_KEY", ("Authorization", "Bearer k")),
    ("https://api.groq.com.example.org/x", "GROQ_API_KEY", None),
    ("http://api.groq.com/x", "GROQ_API_KEY", None),
]


@pytest.mark.parametrize(("url", "variable", "header"), KEYS)
def test_a_key_goes_to_its_own_host_in_its_own_header(
    url: str, variable: str, header: tuple[str, str] | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in {name for provider in PROVIDERS.values() for name in provider.keys}:
        monkeypatch.delenv(name, raising=False)
    assert key_header(url, []) is None
    monkeypatch.setenv(variable, "k")
    assert key_header(url, []) == header
    assert key_header(url, [("Authorization", "Bearer other")]) is None
    assert (missing_key(url, []) is None) == (header is None)
    assert missing_key(url, [("Authorization", "Bearer other")]) is None


def test_a_request_without_a_key_says_which_variable_would_hold_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The note comes before the request, which fails here: nothing listens at the proxy."""
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    words = ["record", "https://api.openai.com/v1/chat/completions", "--json", "{}", "-o", str(tmp_path / "run.jsonl")]
    result = CliRunner().invoke(streamkit, [*words, "-x", "http://127.0.0.1:9"], standalone_mode=False, obj={})
    first, *_ = result.stderr.splitlines()
    assert first == "note: no API key for api.openai.com: set OPENAI_API_KEY, or send one with -H"


PATHS = {
    "https://api.openai.com": "/v1/chat/completions",
    "https://api.groq.com/": "/openai/v1/chat/completions",
    "https://api.deepseek.com": "/chat/completions",
    "https://api.perplexity.ai": "/chat/completions",
    "https://openrouter.ai": "/api/v1/chat/completions",
    "https://api.fireworks.ai": "/inference/v1/chat/completions",
    "https://dashscope.aliyuncs.com": "/compatible-mode/v1/chat/completions",
    "https://api.anthropic.com": "/v1/messages",
    "https://api.cohere.com": "/v2/chat",
    "https://ollama.com": "/api/chat",
    "https://generativelanguage.googleapis.com": "/v1beta/models/m:streamGenerateContent",
    "https://generativelanguage.googleapis.com/v1": "/v1/models/m:streamGenerateContent",
    "https://generativelanguage.googleapis.com/v1beta/openai/chat/completions": "/v1beta/openai/chat/completions",
    "http://localhost:8000": "/v1/chat/completions",
}


@pytest.mark.parametrize(("url", "path"), PATHS.items())
def test_a_prompt_goes_to_the_url_of_the_provider(url: str, path: str) -> None:
    assert urlsplit(prompted(url, "m", "hi")[0]).path == path


ASKED = [{"role": "user", "content": "hi"}]
BODIES: dict[str, dict[str, Any]] = {
    "/v1/chat/completions": {
        "model": "m",
        "messages": ASKED,
        "stream": True,
        "stream_options": {"include_usage": True},
    },
    "/v1/completions": {"model": "m", "prompt": "hi", "stream": True},
    "/v1/responses": {"model": "m", "input": "hi", "stream": True},
    "/v1/messages": {"model": "m", "max_tokens": 1024, "messages": ASKED, "stream": True},
    "/v2/chat": {"model": "m", "messages": ASKED, "stream": True},
    "/api/chat": {"model": "m", "messages": ASKED, "stream": True},
    "/api/generate": {"model": "m", "prompt": "hi", "stream": True},
    "/v1beta/models/m:streamGenerateContent": {"contents": [{"role": "user", "parts": [{"text": "hi"}]}]},
}


@pytest.mark.parametrize(("path", "body"), BODIES.items())
def test_a_prompt_is_the_body_that_the_api_documents(path: str, body: dict[str, Any]) -> None:
    url, prompt_body, headers = prompted(f"http://localhost:1{path}", "m", "hi")
    assert prompt_body == body
    assert url == f"http://localhost:1{path}" + ("?alt=sse" if path.endswith(":streamGenerateContent") else "")
    assert headers == ([("anthropic-version", "2023-06-01")] if path == "/v1/messages" else [])
    if "model" in body:
        with pytest.raises(UsageError, match="--prompt requires --model for this API"):
            prompted(f"http://localhost:1{path}", None, "hi")


def test_what_a_url_states_is_kept() -> None:
    google = "https://generativelanguage.googleapis.com/v1beta/models/m:streamGenerateContent?key=k"
    assert prompted(google, None, "hi")[0] == google
    assert prompted("http://localhost:1/v1/responses?api-version=2", "m", "hi")[0].endswith(
        "/v1/responses?api-version=2"
    )


def test_a_prompt_needs_a_known_api() -> None:
    with pytest.raises(UsageError, match="--prompt: unknown API at /v1/other; pass a body with --json instead"):
        prompted("http://localhost:1/v1/other", "m", "hi")
    with pytest.raises(UsageError, match="--prompt requires --model"):
        prompted("https://generativelanguage.googleapis.com", None, "hi")


@pytest.mark.parametrize(
    ("url", "headers"),
    [
        ("https://api.openai.com/v1/responses?key=x", []),
        ("https://api.openai.com/v1", [("AUTHORIZATION", "x")]),
        ("https://api.openai.com/v1", [("x-api-key", "x")]),
        ("https://api.openai.com/v1", [("Api-Key", "x")]),
        ("https://api.openai.com/v1", [("X-Goog-Api-Key", "x")]),
    ],
)
def test_a_request_with_a_key_gets_no_other(
    url: str, headers: list[tuple[str, str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "k")
    assert key_header("https://api.openai.com/v1", [("accept", "*/*")]) == ("Authorization", "Bearer k")
    assert key_header(url, headers) is None


AT = "http://127.0.0.1:1"
SENT = {
    "OPENAI_BASE_URL": "/v1",
    "OPENAI_API_BASE": "/v1",
    "ANTHROPIC_BASE_URL": "",
    "AZURE_OPENAI_ENDPOINT": "",
    "GOOGLE_GEMINI_BASE_URL": "",
    "GROQ_BASE_URL": "",
    "CO_API_URL": "",
    "OLLAMA_HOST": "",
    "STREAMKIT_URL": "",
    "TOGETHER_BASE_URL": "",
    "AWS_ENDPOINT_URL_BEDROCK_RUNTIME": "",
    "MISTRAL_AZURE_API_BASE": "/v1",
    "OLLAMA_API_BASE": "",
    "COHERE_API_BASE": "/v2/chat",
    "FIREWORKS_BASE_URL": "/inference",
    "ZAI_BASE_URL": "/api/paas/v4",
}


def test_sdks_are_pointed_at_us_by_the_variables_they_read() -> None:
    found = base_urls(AT)
    assert {name: found[name] for name in SENT} == {name: AT + path for name, path in SENT.items()}
    assert "MISTRAL_SERVER_URL" not in found  # no SDK reads it


SDKS = {
    "openai.OpenAI": "/v1/",
    "anthropic.Anthropic": "",
    "groq.Groq": "",
    "together.Together": "",
    "fireworks.Fireworks": "/inference/",
    "cerebras.cloud.sdk.Cerebras": "",
    "perplexity.Perplexity": "",
    "writerai.Writer": "",
    "sambanova.SambaNova": "/v1/",
}


@pytest.mark.parametrize(("name", "path"), SDKS.items())
def test_the_official_sdks_read_these_variables(name: str, path: str, monkeypatch: pytest.MonkeyPatch) -> None:
    module, _, client = name.rpartition(".")
    sdk = pytest.importorskip(module)
    for variable, value in {**base_urls(AT), **dummy_keys({})}.items():
        monkeypatch.setenv(variable, value)
    assert str(getattr(sdk, client)().base_url).rstrip("/") == (AT + path).rstrip("/")


ROUTES = [
    ({"cohere": "/cohere"}, {"CO_API_URL": "/cohere", "OPENAI_BASE_URL": "/v1"}),
    ({"co": "/co"}, {"CO_API_URL": "/co"}),
    ({"google": "/g"}, {"GOOGLE_GEMINI_BASE_URL": "/g"}),
    ({"Azure-OpenAI": "/a", "openai": "/o"}, {"AZURE_OPENAI_ENDPOINT": "/a", "OPENAI_BASE_URL": "/o/v1"}),
    ({"openai": "/o"}, {"AZURE_OPENAI_ENDPOINT": "/o", "OPENAI_BASE_URL": "/o/v1"}),
    ({"groq": "/groq"}, {"GROQ_BASE_URL": "/groq", "ANTHROPIC_BASE_URL": ""}),
]


@pytest.mark.parametrize(("routes", "expected"), ROUTES)
def test_a_route_is_named_after_its_provider(routes: dict[str, str], expected: dict[str, str]) -> None:
    found = base_urls(AT, routes)
    assert {name: found[name] for name in expected} == {name: AT + path for name, path in expected.items()}


def test_providers_without_a_route_are_not_changed() -> None:
    assert base_urls(AT, {"groq": "/groq"}, routed_only=True) == {
        "STREAMKIT_URL": AT, "GROQ_BASE_URL": f"{AT}/groq", "GROQ_API_BASE": f"{AT}/groq",
    }  # fmt: skip


def test_dummy_keys_are_set_unless_they_give_access_to_more() -> None:
    variables = key_variables()
    assert {
        "OPENAI_API_KEY", "ANTHROPIC_API_KEY", "AZURE_OPENAI_API_KEY", "GEMINI_API_KEY", "GROQ_API_KEY", "MISTRAL_API_KEY",
        "CO_API_KEY", "TOGETHER_API_KEY",
    } <= set(variables)  # fmt: skip
    # A dummy for one of these would lock a program out of a hub, a cloud or its repositories.
    assert not {
        "HF_TOKEN",
        "GITHUB_TOKEN",
        "GITHUB_API_KEY",
        "DATABRICKS_TOKEN",
        "SNOWFLAKE_TOKEN",
        "GOOGLE_API_KEY",
    } & set(variables)
    assert dummy_keys(dict.fromkeys(variables, "mine")) == {}
    assert "GROQ_API_KEY" not in dummy_keys({"GROQ_API_KEY": "mine"})


UPSTREAMS = [
    ({}, "groq", "https://api.groq.com"),
    ({"GROQ_BASE_URL": "http://gateway/groq"}, "groq", "http://gateway/groq"),
    ({"OPENAI_BASE_URL": "http://gateway/v1/"}, "openai", "http://gateway"),
    ({"OPENAI_BASE_URL": "http://gateway"}, "openai", "http://gateway"),
    ({}, "ollama", "http://127.0.0.1:11434"),
    ({"OLLAMA_HOST": "box:11434"}, "ollama", "http://box:11434"),
    ({}, "azure", None),
    ({"AZURE_OPENAI_ENDPOINT": "https://mine.openai.azure.com/"}, "azure", "https://mine.openai.azure.com"),
]


@pytest.mark.parametrize(("environment", "name", "url"), UPSTREAMS)
def test_requests_go_where_the_sdk_would_have_sent_them(
    environment: dict[str, str], name: str, url: str | None
) -> None:
    assert upstreams(environment).get(name) == url


@pytest.mark.parametrize("parts", [("",), ("abc-",), ("", (ALNUM, 20))])
def test_a_key_shape_that_would_match_anything_is_rejected(parts: tuple[str, ...]) -> None:
    with pytest.raises(ValueError, match="key shape 'acme-key': expected a fixed prefix first"):
        key_shape("acme-key", *parts)


def test_the_header_for_a_key() -> None:
    assert Auth().header_for("k") == ("Authorization", "Bearer k")
    assert Auth("api-key", scheme="").header_for("k") == ("api-key", "k")
    assert str(Auth("x-api-key", scheme="")) == "x-api-key: KEY"


def literals(path: Path) -> set[str]:
    """Return the string literals in a module that are not docstrings."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    docs = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    found = (node for node in ast.walk(tree) if isinstance(node, ast.Constant) and id(node) not in docs)
    return {node.value for node in found if isinstance(node.value, str)}


def test_hosts_and_variables_appear_nowhere_else() -> None:
    known = {host for provider in PROVIDERS.values() for host in (*provider.hosts, *provider.customer_hosts)}
    known |= {name for provider in PROVIDERS.values() for name in provider.keys}
    known |= {base.variable for provider in PROVIDERS.values() for base in provider.base_urls}
    named = re.compile("|".join(map(re.escape, sorted(known, key=len, reverse=True))))
    streamkit = ROOT / "streamkit"
    files = [path for path in streamkit.rglob("*.py") if not path.is_relative_to(streamkit / "providers")]
    assert len(files) > 100
    assert {
        str(path.relative_to(streamkit)): text for path in files for text in literals(path) if named.search(text)
    } == {}


def test_the_page_matches_the_catalogue() -> None:
    page = runpy.run_path(str(ROOT / "docs" / "_providers.py"))["page"]()
    assert (ROOT / "docs" / "providers.md").read_text(encoding="utf-8") == page, "run: python docs/generate.py"


def test_keys_of_every_provider_are_redacted() -> None:
    for provider in PROVIDERS.values():
        for shape in provider.key_shapes:
            least = "".join(
                part if isinstance(part, str) else {"[0-9a-f]": "a1b2c3d4"}.get(part[0], "aB3dE5gH") * 8
                for part in shape.parts
            )
            assert redact_text(f"key: {least}")[1] == [shape.name]
