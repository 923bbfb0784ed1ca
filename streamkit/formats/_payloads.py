"""Classifies a document in a pasted log: a chunk of a stream, a plain response, or something that looks like one."""

from __future__ import annotations

from typing import Any, Literal

from streamkit.frozen import dataclass
from streamkit.patterns import pattern

Role = Literal["chunk", "answer", "error", "request", "other"]

# The names that providers give their events: dotted ones, and those of two protocols without a dot.
_TYPED = pattern(
    r"[a-z_]+(?:\.[a-z_]+)+|message_(?:start|delta|stop)|content_block_(?:start|delta|stop)|ping"
    r"|(?:message|content|citation|tool-call)-(?:start|delta|end)|tool-plan-delta|text-generation|stream-(?:start|end)"
)
_CONVERSATION = frozenset({"conversation", "message", "tool", "agent", "function"})
_BEDROCK = ("messageStart", "contentBlockStart", "contentBlockDelta", "contentBlockStop", "messageStop")
_REQUEST = ("messages", "prompt", "input", "contents", "inputs", "instances")


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """The identity of a stream: the family of the chunk, its id if it has one, and whether it begins or ends the stream.

    `begins`: the first event of its stream; `ends`: the last one; `closes`: a choice has finished, and little may follow;
    `opens_choice`: it names the role; `made`: the model and the second that made it, or None.
    """

    family: str
    id: str | None = None
    begins: bool = False
    ends: bool = False
    closes: bool = False
    opens_choice: bool = False
    made: object = None


def role(document: Any) -> Role:
    """Return the kind of a document, from its shape."""
    if not isinstance(document, dict):
        return "other"
    if _is_answer(document):
        return "answer"
    if _is_chunk(document):
        return "chunk"
    if isinstance(document.get("error"), dict | str) and document["error"]:
        return "error"
    return "request" if any(key in document for key in _REQUEST) else "other"


def identity(document: dict[str, Any]) -> Identity:
    """Return the stream that a chunk belongs to, as far as known."""
    kind, object_ = document.get("type"), document.get("object")
    if isinstance(document.get("choices"), list) or object_ == "chat.completion.chunk":
        return _openai(document)
    if isinstance(object_, str):
        return Identity(family=object_.partition(".")[0])
    if isinstance(kind, str) and "." in kind and isinstance(document.get("event_id"), str):
        return Identity(family="realtime", begins=kind == "session.created")  # of several responses
    if isinstance(kind, str) and kind:
        return _typed(kind)
    if isinstance(document.get("error"), dict | str):
        return Identity(family="error", closes=True)
    if isinstance(document.get("done"), bool):
        return Identity(family="ollama", ends=document["done"])
    if "candidates" in document or "usageMetadata" in document:
        return Identity(family="gemini", id=_text(document.get("responseId")))
    return Identity(family="other", ends=document.get("is_finished") is True)


def _openai(document: dict[str, Any]) -> Identity:
    given = document.get("choices")  # some gateways leave out an empty list
    choices = [choice for choice in given if isinstance(choice, dict)] if isinstance(given, list) else []
    return Identity(
        family="choices",
        id=_text(document.get("id")),
        closes=any(choice.get("finish_reason") for choice in choices),
        opens_choice=any(isinstance(delta := choice.get("delta"), dict) and "role" in delta for choice in choices),
        made=(document.get("model"), document["created"]) if document.get("created") else None,
    )


def _typed(kind: str) -> Identity:
    head = kind.partition(".")[0]
    if head == "response":
        ends = kind in ("response.completed", "response.failed", "response.incomplete")
        return Identity(family="responses", begins=kind == "response.created", ends=ends)
    if "." in kind and head in _CONVERSATION:
        return Identity(
            family="conversation",
            begins=kind == "conversation.response.started",
            ends=kind.endswith(".done") and head == "conversation",
        )
    if kind == "error":
        return Identity(family="error", closes=True)
    if "-" in kind:
        return Identity(family="cohere", begins=kind == "message-start", ends=kind == "message-end")
    if "." not in kind:
        return Identity(family="messages", begins=kind == "message_start", ends=kind == "message_stop")
    return Identity(family=head)


def _is_answer(document: dict[str, Any]) -> bool:
    """Return a whole object of a plain answer, as the APIs give it without streaming."""
    choices = document.get("choices")
    if isinstance(choices, list) and choices and isinstance(choices[0], dict):
        return "message" in choices[0] and "delta" not in choices[0]
    if document.get("type") == "message" and isinstance(document.get("content"), list):
        return True
    return document.get("object") == "response" and isinstance(document.get("output"), list)


def _is_chunk(document: dict[str, Any]) -> bool:
    """Return a chunk of any API that is known, by the fields that make it one."""
    kind, object_ = document.get("type"), document.get("object")
    return (
        isinstance(document.get("choices"), list)
        or (isinstance(object_, str) and (object_.endswith(".chunk") or object_.startswith("thread.")))
        or (isinstance(kind, str) and bool(_TYPED.fullmatch(kind)))
        or isinstance(document.get("candidates"), list)
        or (isinstance(document.get("done"), bool) and ("response" in document or "message" in document))
        or isinstance(document.get("is_finished"), bool)
        or ("token" in document and "generated_text" in document)
        or (isinstance(document.get("stop"), bool) and "content" in document)
        or (isinstance(document.get("event_type"), str) and _TYPED.fullmatch(document["event_type"]) is not None)
        or any(isinstance(document.get(key), dict) for key in _BEDROCK)
        or (isinstance(inner := document.get("chunk"), dict) and isinstance(inner.get("bytes"), str))
        or ("usageMetadata" in document or "promptFeedback" in document)
    )


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) and value else None
