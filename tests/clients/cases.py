"""The measured streams: the bad example of every rule, and the small defects of its page in `tests/specs/rules`.

A case is a stream that breaks a rule, and the good stream it was made from. It is served to clients like any recording.
"""

from __future__ import annotations

import json
import re
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from streamkit.apis import assemble, interpret
from streamkit.formats import read
from streamkit.model.exchange import Body, Exchange, Frame, Frames, Request
from streamkit.rules import RULES, Manuals, Rule, lint
from streamkit.wire import aws_eventstream
from tests.rules.edits import edited
from tests.rules.examples import examples
from tests.rules.test_pages import ROWS

_INDEX = re.compile(r"\[\d+\]")
_BASE = re.compile(r"^Bad(?:, with [A-Z0-9, ]+ beside it)?: (?P<base>[a-z-]+)$", re.MULTILINE)
# Rules about our own files and clock, which have no counterpart in a client.
_OURS = ("REC", "LOG", "TIM")


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A bad stream: the rule that it breaks, its API, how it was made, and the corresponding good stream.

    `paths` are the JSON paths in the findings, without indices; "" if there is none. The streams of a `pair` differ only in
    the defect.
    """

    rule: str
    api: str
    paths: tuple[str, ...]
    stream: str
    edits: tuple[str, ...]
    good: Exchange
    bad: Exchange
    pair: bool = True


def cases() -> list[Case]:
    """Return every case, in order of rules; each bad stream once per rule."""
    found: dict[tuple[str, bytes, int], Case] = {}
    with tempfile.TemporaryDirectory() as folder:
        for case in (*_of_manuals(Path(folder)), *_of_pages(Path(folder))):
            response = case.bad.response
            found.setdefault((case.rule, case.bad.frames.body, response.status if response else 0), case)
    return sorted(found.values(), key=lambda case: (case.rule, case.api))


def _of_manuals(folder: Path) -> Iterator[Case]:
    for rule in RULES.values():
        if not rule.code.startswith(_OURS):
            shown = examples(rule.manual)
            base = _BASE.search(rule.docstring)
            if base:
                shown["Good"] = examples(Manuals({"": f"Good: {base['base']}"})[""])["Good"]
            made = _case(rule, folder, shown["Good"].data, shown["Bad"].data, "manual", ())
            if made is not None:
                yield replace(made, pair=base is not None)


def _of_pages(folder: Path) -> Iterator[Case]:
    for row in ROWS:
        if row.page in RULES and not row.page.startswith(_OURS) and row.page in {code[:6] for code in row.found}:
            bad = edited(row.stream, list(row.edits))
            made = _case(RULES[row.page], folder, edited(row.stream, []), bad, row.stream, row.edits)
            if made is not None:
                yield made


def _case(rule: Rule, folder: Path, good: bytes, bad: bytes, stream: str, edits: tuple[str, ...]) -> Case | None:
    whole, broken = _exchange(good, folder), _exchange(bad, folder)
    if whole is None or broken is None:
        return None
    api = interpret(whole).api
    # Findings are looked up as in lint, by the API that the stream is judged as.
    found = [finding for finding in lint(interpret(broken, api=api, judge=True), [rule]) if finding.code == rule.code]
    paths = tuple(dict.fromkeys(_INDEX.sub("[]", finding.place.path or "") for finding in found))
    return (
        Case(rule=rule.code, api=api, paths=paths, stream=stream, edits=edits, good=whole, bad=broken)
        if found
        else None
    )


def _exchange(data: bytes, folder: Path) -> Exchange | None:
    file = folder / "example"
    file.write_bytes(data)
    return next(iter(read(str(file))), None)


# How to request a stream by name from each API: the path and the body.
_ASKED: dict[str, Callable[[str], tuple[str, dict[str, Any]]]] = {
    "openai_chat": lambda model: ("/v1/chat/completions", {"model": model}),
    "openai_completions": lambda model: ("/v1/completions", {"model": model}),
    "openai_responses": lambda model: ("/v1/responses", {"model": model}),
    "openai_assistants": lambda model: (f"/v1/threads/{model}/runs", {}),
    "anthropic_messages": lambda model: ("/v1/messages", {"model": model}),
    "gemini": lambda model: (f"/v1beta/models/{model}:streamGenerateContent", {}),
    "gemini_interactions": lambda model: ("/v1beta/interactions", {"model": model}),
    "ollama": lambda model: ("/api/chat", {"model": model}),
    "mistral_conversations": lambda model: ("/v1/conversations", {"model": model}),
    "cohere": lambda model: ("/v2/chat", {"model": model}),
    "ag_ui": lambda model: ("/agent", {"model": model}),
    "a2a": lambda model: ("/a2a", {"model": model}),
    "langgraph": lambda model: ("/runs/stream", {"model": model}),
    "mcp": lambda model: ("/mcp", {"model": model}),
    "ai_sdk_ui": lambda model: ("/api/chat", {"model": model}),
    "ai_data_stream": lambda model: ("/api/data", {"model": model}),
    "bedrock_converse": lambda model: (f"/model/{model}/converse-stream", {}),
}


def with_request(exchange: Exchange, api: str, model: str) -> Exchange:
    """Return the exchange as the response to a request for this model."""
    path, fields = _ASKED[api](model)
    if api == "ollama" and b'"message"' not in exchange.frames.body[:400]:
        path = "/api/generate"
    if api == "a2a" and b'"kind"' in exchange.frames.body[:400]:
        path = "/a2a/0.3"
    if api == "cohere" and b'"event_type"' in exchange.frames.body[:400]:
        path = "/v1/chat"
    if api == "bedrock_converse" and interpret(exchange).framing != "aws_eventstream":
        exchange = replace(exchange, frames=Frames.of([Frame(message) for message in _sealed(exchange)]), response=None)
    body = Body("json", {**fields, "stream": True})
    return replace(exchange, request=Request("POST", f"http://127.0.0.1{path}", (), body))


def truncated(case: Case) -> bool:
    """Return whether the bad stream is truncated."""
    return interpret(case.bad, api=case.api).verdict == "truncated"


def _sealed(exchange: Exchange) -> Iterator[bytes]:
    """Yield the events of a stream that a log shows as `{"messageStop": {…}}` as AWS sends them: one message each."""
    for chunk in interpret(exchange, api="bedrock_converse").chunks:
        for name, value in list(chunk.items())[:1]:
            yield aws_eventstream.encode(name, json.dumps(value).encode(), {":content-type": "application/json"})


def held(exchange: Exchange, api: str) -> dict[str, Any]:
    """Return the assembled content of a stream, in the format of the drivers' results."""
    reply = assemble(interpret(exchange, api=api)).message
    messages, usage = reply.messages, reply.usage
    return {
        "text": "\n".join(message.text for message in messages),
        "reasoning": "".join(message.reasoning for message in messages),
        "calls": [[part.id, part.name, part.text] for message in messages for part in message.tool_calls],
        "finish": [message.finish for message in messages],
        "usage": usage and [usage.input, usage.output],
        "role": [message.role for message in messages],
    }
