"""Dialects are data: every mark identifies its dialect, hosts take precedence, and the reason is reported."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from streamkit.apis import APIS, interpret
from streamkit.apis.dialects import DIALECTS, Dialect, detect_dialect
from streamkit.model.exchange import Exchange, Frame, Frames, Request, Response
from streamkit.providers import PROVIDERS
from streamkit.rules import RULES

CHUNK = {"id": "c1", "object": "chat.completion.chunk", "model": "m"}


def exchange(host: str = "", header: str = "", body: bytes = b"") -> Exchange:
    request = Request("POST", f"https://{host}/v1/chat/completions") if host else None
    response = Response(1, 200, headers=((header, "x"),) if header else ())
    return Exchange(frames=Frames.of([Frame(body)]), request=request, response=response)


def marks(dialect: Dialect) -> Iterator[tuple[str, Exchange, dict[str, Any]]]:
    """Yield each mark of a dialect alone, in an exchange without any other mark."""
    plain = exchange()
    for provider in PROVIDERS.values():
        for host in (*provider.hosts, *provider.customer_hosts) if dialect.name in provider.dialects else ():
            yield host, exchange(host="eu." + host.replace("*", "us-1")), CHUNK
    for header in dialect.headers:
        yield header, exchange(header=header.title() + "1"), CHUNK
    for comment in dialect.comments:
        yield comment, exchange(body=b": " + comment.encode() + b"\n\n"), CHUNK
    for key in dialect.chunk_keys:
        yield key, plain, {**CHUNK, key: 1}
    for key in dialect.choice_keys:
        yield key, plain, {**CHUNK, "choices": [{"index": 0, key: 1}]}
    for key in dialect.delta_keys:
        yield key, plain, {**CHUNK, "choices": [{"index": 0, "delta": {key: 1}}]}
    for key in dialect.usage_keys:
        yield key, plain, {**CHUNK, "usage": {key: 1}}
    for prefix in dialect.id_prefixes:
        yield prefix, plain, {**CHUNK, "id": prefix + "x"}
    for prefix in dialect.model_prefixes:
        yield prefix, plain, {**CHUNK, "model": prefix + "x"}
    for prefix in dialect.fingerprint_prefixes:
        yield prefix, plain, {**CHUNK, "system_fingerprint": prefix + "x"}


MARKS = [
    pytest.param(dialect, exchange, chunk, id=f"{dialect.name}: {mark}")
    for dialect in DIALECTS.values()
    for mark, exchange, chunk in marks(dialect)
]


@pytest.mark.parametrize(("dialect", "shown", "chunk"), MARKS)
def test_every_mark_identifies_its_dialect(dialect: Dialect, shown: Exchange, chunk: dict[str, Any]) -> None:
    for api in dialect.apis:
        found = detect_dialect(api, shown, [chunk])
        assert found is not None
        assert found[0].name == dialect.name, f"{found[1]} is taken for {found[0].name}"


@pytest.mark.parametrize("dialect", list(DIALECTS.values()), ids=lambda dialect: dialect.name)
def test_a_dialect_names_existing_apis_and_rules(dialect: Dialect) -> None:
    assert set(dialect.apis) <= set(APIS)
    assert set(dialect.lawful) <= {rule.code for rule in RULES.values()}
    assert all(path.startswith("$.") for path in dialect.extra_fields)
    assert {f"$.choices[].{key}" for key in dialect.choice_keys} <= set(dialect.extra_fields)
    assert {f"$.choices[].delta.{key}" for key in dialect.delta_keys} <= set(dialect.extra_fields)
    assert dialect.title
    assert list(marks(dialect)), "nothing shows it"


def test_the_host_takes_precedence_over_the_chunks() -> None:
    found = detect_dialect("openai_chat", exchange(host="api.groq.com"), [{**CHUNK, "prompt_filter_results": []}])
    assert found is not None
    assert (found[0].name, found[1]) == ("groq", "the request's host is api.groq.com")


@pytest.mark.parametrize("host", ["evil-api.groq.com.example", "xapi.groq.com", "groq.com"])
def test_a_similar_host_is_not_recognised(host: str) -> None:
    assert detect_dialect("openai_chat", exchange(host=host), [CHUNK]) is None


def test_fields_shared_with_another_dialect_are_reported_as_ambiguous() -> None:
    shared = {**CHUNK, "prompt_filter_results": []}
    found = detect_dialect("openai_chat", exchange(), [shared])
    assert found is not None
    assert (found[0].name, found[1]) == (
        "azure",
        "chunks hold 'prompt_filter_results' (or github-copilot: the same fields)",
    )
    for mark in ({"prompt_annotations": []}, {"copilot_usage": {}}):  # the only provider that sends this
        own = detect_dialect("openai_chat", exchange(), [{**shared, **mark}])
        assert own is not None
        assert "or " not in own[1]


def test_a_plain_stream_has_no_dialect() -> None:
    assert detect_dialect("openai_chat", exchange(), [CHUNK]) is None


def test_the_reason_is_reported_and_an_option_overrides_detection() -> None:
    body = b'data: {"object":"chat.completion.chunk","x_groq":{"id":"r"},"choices":[]}\n\n'
    seen = interpret(Exchange(frames=Frames.of([Frame(body)])))
    assert (seen.dialect, seen.detected) == (
        "groq",
        "object is 'chat.completion.chunk'; groq: chunks hold 'x_groq'",
    )
    stream = interpret(Exchange(frames=Frames.of([Frame(body)])), dialect="azure")
    assert (stream.dialect, stream.detected) == ("azure", "object is 'chat.completion.chunk'; azure: as requested")
    assert stream.lawful
    assert not interpret(Exchange(frames=Frames.of([Frame(body)])), dialect="azure", strict=True).lawful
