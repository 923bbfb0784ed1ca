"""Which clients break on a finding: of what a rule says, the part that is about the stream's API and the finding's field.

A rule's `breaks` is statements, parted by semicolons: `openai-python 3.52, anthropic 2.11: the last event is lost`. A client is
named first, and is a client of the APIs that stand here; words that name no client here hold for every API.
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
    """The statements that hold for this API and, where a rule tells its fields apart, for the field at this JSON path."""
    if breaks_at:
        field = _INDEX.sub("", path or "").rpartition(".")[2]
        breaks = breaks_at.get(field, "")
    return tuple(filter(None, (_of_api(statement, api) for statement in _statements(breaks))))


@cache
def _statements(breaks: str) -> tuple[str, ...]:
    """The statements of a rule's `breaks`; a part that names no client goes on with the statement before it."""
    found: list[str] = []
    for part in filter(None, breaks.split("; ")):
        if found and not part.startswith((*_CLIENTS, *_GENERAL)):
            found[-1] += f"; {part}"
        else:
            found.append(part)
    return tuple(found)


def _of_api(statement: str, api: str) -> str:
    """The statement with the clients of this API alone; "" where none of them is."""
    names, colon, what = statement.partition(": ")
    if not colon:
        names, what = statement, ""
    kept = list(_spoken(names.split(", ") if colon else [names], api))
    return ", ".join(kept) + colon + what if kept else ""


def _spoken(names: list[str], api: str) -> Iterator[str]:
    for name in names:
        apis = next((apis for client, apis in _CLIENTS.items() if name.startswith(client)), None)
        if apis is None or api in apis:
            yield name
