"""Select which clients break on a finding: those statements of a rule that apply to the stream's API and the finding's field.

A rule's `breaks` is a list of statements, separated by semicolons: `openai-python 3.52, anthropic 2.11: the last event is lost`.
Each begins with the names of clients, whose APIs are listed below; statements without a listed client apply to every API.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cache

_OPENAI = ("openai_chat", "openai_completions", "openai_responses")
_CLIENTS: Mapping[str, tuple[str, ...]] = {
    "openai-python": _OPENAI,
    "openai-node": _OPENAI,
    "Vercel AI SDK": _OPENAI,
    "langchain": _OPENAI,
    "litellm": _OPENAI,
    "anthropic": ("anthropic_messages",),
    "the TypeScript SDK": ("anthropic_messages",),
    "Claude Code": ("anthropic_messages",),
    "google-genai": ("gemini",),
    "gemini-cli": ("gemini",),
    "ollama": ("ollama",),
    "cohere": ("cohere",),
    "@ai-sdk/cohere": ("cohere",),
    "AssistantEventHandler": ("openai_assistants",),
    "botocore": ("bedrock_converse", "bedrock_invoke", "bedrock_agent"),
}
_GENERAL = ("every client", "clients that")
_INDEX = re.compile(r"\[\d+\]")


def claims(breaks: str, breaks_at: Mapping[str, str], api: str, path: str | None) -> tuple[str, ...]:
    """Return the statements that apply to this API and, if the rule has statements by field, to the field at this JSON path."""
    if breaks_at:
        field = _INDEX.sub("", path or "").rpartition(".")[2]
        breaks = breaks_at.get(field, "")
    return tuple(filter(None, (_of_api(statement, api) for statement in _statements(breaks))))


@cache
def _statements(breaks: str) -> tuple[str, ...]:
    """Split a rule's `breaks` into statements; a part that does not begin with a client belongs to the one before it."""
    found: list[str] = []
    for part in filter(None, breaks.split("; ")):
        if found and not part.startswith((*_CLIENTS, *_GENERAL)):
            found[-1] += f"; {part}"
        else:
            found.append(part)
    return tuple(found)


def _of_api(statement: str, api: str) -> str:
    """Return the statement with only the clients of this API, or "" if there are none."""
    names, colon, what = statement.partition(": ")
    if not colon:
        names, what = statement, ""
    kept = list(_clients_of(names.split(", ") if colon else [names], api))
    return ", ".join(kept) + colon + what if kept else ""


def _clients_of(names: list[str], api: str) -> Iterator[str]:
    for name in names:
        apis = next((apis for client, apis in _CLIENTS.items() if name.startswith(client)), None)
        if apis is None or api in apis:
            yield name
