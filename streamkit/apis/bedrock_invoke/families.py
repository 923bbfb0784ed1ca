"""The model families behind Bedrock's InvokeModel: each sends its own chunks, and the last one has Bedrock's metrics.

Source: docs.aws.amazon.com/bedrock, "Inference request parameters and response fields for foundation models".
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any

from streamkit.apis import APIS, Assembler, Chunk
from streamkit.apis._kit.merge import Pieces, joined
from streamkit.apis._kit.reading import as_index, as_object, as_string, first_count, nonempty_string, objects_in
from streamkit.model.message import FINISH, TEXT, USAGE, Delta, Message, Part, Reply, Usage

METRICS = "amazon-bedrock-invocationMetrics"
_NOVA_EVENTS = ("messageStart", "contentBlockStart", "contentBlockDelta", "contentBlockStop", "messageStop")


@dataclass(frozen=True, slots=True, kw_only=True)
class Family:
    """One kind of inner chunk: how to know it, what it adds, whether it is the last."""

    name: str
    knows: Callable[[Chunk], bool]
    flags: Callable[[Chunk], int]
    deltas: Callable[[Chunk], tuple[Delta, ...]]
    usage: Callable[[Chunk], Usage | None]
    last: Callable[[Chunk], bool]
    assembler: Callable[[], Assembler]


@dataclass(frozen=True, slots=True)
class Plain:
    """A family whose chunks have a text and, in the last one, why it ended: in these fields, of the chunk itself or of
    the first object of the list `holder`. `counts` are the fields with the tokens of the prompt and of the answer."""

    name: str
    text: str
    finish: str
    holder: str | None = None
    counts: tuple[str, str] | None = None

    def entry(self, chunk: Chunk) -> dict[str, Any]:
        """The object that has the text."""
        if self.holder is None:
            return chunk
        entries = objects_in(chunk.get(self.holder))
        return entries[0] if entries else {}

    def knows(self, chunk: Chunk) -> bool:
        """Whether a chunk is of this family."""
        return type(self.entry(chunk).get(self.text)) is str

    def flags(self, chunk: Chunk) -> int:
        """Return what a chunk carries, as flags."""
        entry = self.entry(chunk)
        found = (TEXT if entry.get(self.text) else 0) | (FINISH if entry.get(self.finish) else 0)
        return found | (USAGE if self.usage(chunk) is not None else 0)

    def deltas(self, chunk: Chunk) -> tuple[Delta, ...]:
        """Return what a chunk adds."""
        entry = self.entry(chunk)
        text, finish = as_string(entry.get(self.text)), as_string(entry.get(self.finish))
        found = (Delta("text", text),) if text else ()
        return (*found, Delta("finish", finish)) if finish else found

    def usage(self, chunk: Chunk) -> Usage | None:
        """The counts of the last chunk, the family's own or Bedrock's."""
        if self.counts is not None and self.entry(chunk).get(self.finish):
            asked, answered = (first_count(chunk, name) for name in self.counts)
            if answered is not None:
                return Usage(input=asked, output=answered, raw={name: chunk.get(name) for name in self.counts})
        return metrics_usage(chunk)

    def last(self, chunk: Chunk) -> bool:
        """Whether a chunk tells why the answer ended."""
        return bool(self.entry(chunk).get(self.finish))

    @property
    def family(self) -> Family:
        """This as a family."""
        return Family(
            name=self.name,
            knows=self.knows,
            flags=self.flags,
            deltas=self.deltas,
            usage=self.usage,
            last=self.last,
            assembler=lambda: PlainAssembler(self),
        )


class PlainAssembler:
    """Joins the texts of a plain family; `object` has the shape of the family's chunks, as its plain answer does."""

    def __init__(self, family: Plain) -> None:
        self._family = family
        self._texts: dict[int, Pieces] = {}
        self._entries: dict[int, dict[str, Any]] = {}
        self._head: dict[str, Any] = {}

    def feed(self, chunk: Chunk) -> None:
        """Take the next chunk. Never raises on content."""
        family = self._family
        entries = [chunk] if family.holder is None else objects_in(chunk.get(family.holder))
        for place, entry in enumerate(entries):
            index = as_index(entry.get("index"), place) if family.holder else 0
            text = entry.get(family.text)
            known = self._entries.setdefault(index, {})
            known.update((key, value) for key, value in entry.items() if value is not None or key not in known)
            if type(text) is str:
                self._texts.setdefault(index, Pieces()).append(text)
        if family.holder is not None:
            self._head.update((key, value) for key, value in chunk.items() if value is not None)

    @property
    def object(self) -> dict[str, Any]:
        """The answer assembled so far."""
        family = self._family
        entries = [
            {**entry, family.text: joined(self._texts.get(index, Pieces()))}
            for index, entry in sorted(self._entries.items())
        ]
        if family.holder is None:
            return entries[0] if entries else {}
        return {**self._head, family.holder: entries}

    @property
    def message(self) -> Reply:
        """The same in the terms common to all APIs."""
        family = self._family
        messages = tuple(
            Message(
                index,
                None,
                (Part("text", joined(self._texts.get(index, Pieces()))),),
                nonempty_string(entry.get(family.finish)),
            )
            for index, entry in sorted(self._entries.items())
        )
        holder = self.object
        return Reply(
            messages, nonempty_string(holder.get("id")), nonempty_string(holder.get("model")), family.usage(holder)
        )


def metrics_usage(chunk: Chunk) -> Usage | None:
    """The counts that Bedrock itself adds to the last chunk of every family."""
    raw = as_object(chunk.get(METRICS))
    answered = first_count(raw, "outputTokenCount")
    if answered is None:
        return None
    cached = first_count(raw, "cacheReadInputTokenCount")
    return Usage(input=first_count(raw, "inputTokenCount"), output=answered, cached=cached, raw=raw)


def _is_anthropic(chunk: Chunk) -> bool:
    kind = as_string(chunk.get("type"))
    return kind.startswith(("message_", "content_block_")) or kind in ("ping", "error")


def _is_nova(chunk: Chunk) -> bool:
    return "usage" in as_object(chunk.get("metadata")) or any(type(chunk.get(event)) is dict for event in _NOVA_EVENTS)


def _is_cohere(chunk: Chunk) -> bool:
    """Events of version 2 are named with hyphens where Anthropic's have underscores; those of version 1 in another
    field."""
    kind = as_string(chunk.get("type"))
    return kind.startswith(("message-", "content-", "tool-", "citation-")) or "-" in as_string(chunk.get("event_type"))


def _is_chat(chunk: Chunk) -> bool:
    return any("delta" in choice or "message" in choice for choice in objects_in(chunk.get("choices")))


def _ends_chat(chunk: Chunk) -> bool:
    return bool(APIS["openai_chat"].flags(chunk) & FINISH)


def _speaking(api: str, knows: Callable[[Chunk], bool], last: Callable[[Chunk], bool]) -> Family:
    """A family whose chunks are those of an API of the catalogue."""
    spoken = APIS[api]
    return Family(
        name=api,
        knows=knows,
        flags=spoken.flags,
        deltas=spoken.deltas,
        usage=spoken.usage,
        last=last,
        assembler=spoken.assembler,
    )


_PLAIN = (
    Plain("cohere-command", "text", "finish_reason", "generations").family,
    Plain("mistral", "text", "stop_reason", "outputs").family,
    Plain("ai21", "text", "finish_reason", "completions").family,
    Plain("deepseek", "text", "stop_reason", "choices").family,
    Plain("cohere-stream", "text", "finish_reason").family,
    Plain("titan", "outputText", "completionReason", None, ("inputTextTokenCount", "totalOutputTextTokenCount")).family,
    Plain("llama", "generation", "stop_reason", None, ("prompt_token_count", "generation_token_count")).family,
    Plain("anthropic-text", "completion", "stop_reason").family,
)


@cache
def families() -> tuple[Family, ...]:
    """Every family, in the order in which a chunk is held against them."""
    return (
        _speaking("anthropic_messages", _is_anthropic, lambda chunk: chunk.get("type") == "message_stop"),
        _speaking("bedrock_converse", _is_nova, lambda chunk: "messageStop" in chunk),
        _speaking(
            "cohere",
            _is_cohere,
            lambda chunk: chunk.get("event_type") == "stream-end" or chunk.get("type") == "message-end",
        ),
        _speaking("openai_chat", _is_chat, _ends_chat),
        *_PLAIN,
    )


def find_family(chunk: Chunk) -> Family | None:
    """The family of an inner chunk, or None."""
    return next((family for family in families() if family.knows(chunk)), None)
