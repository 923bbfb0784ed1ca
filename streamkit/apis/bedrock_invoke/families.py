"""The model families behind Bedrock's InvokeModel. Each sends its own chunks, the last one with Bedrock's metrics.

Source: docs.aws.amazon.com/bedrock, "Inference request parameters and response fields for foundation models".
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

from streamkit.apis import APIS, Assembler, Chunk
from streamkit.apis._kit.merge import Fragments, joined
from streamkit.apis._kit.reading import as_index, as_object, as_string, first_count, nonempty_string, objects_in
from streamkit.frozen import dataclass
from streamkit.model.message import FINISH, TEXT, USAGE, Delta, Message, Part, Reply, Usage

METRICS = "amazon-bedrock-invocationMetrics"
_NOVA_EVENTS = ("messageStart", "contentBlockStart", "contentBlockDelta", "contentBlockStop", "messageStop")


@dataclass(frozen=True, slots=True, kw_only=True)
class Family:
    """A kind of inner chunk: how to recognise it, what it adds, and whether it is the last."""

    name: str
    recognises: Callable[[Chunk], bool]
    flags: Callable[[Chunk], int]
    deltas: Callable[[Chunk], tuple[Delta, ...]]
    usage: Callable[[Chunk], Usage | None]
    last: Callable[[Chunk], bool]
    assembler: Callable[[], Assembler]


@dataclass(frozen=True, slots=True)
class Plain:
    """A family whose chunks have a text and, in the last one, a finish reason.

    `text` and `finish` are the names of these fields, of the chunk itself or of the first object in the array `holder`.
    `counts` are the names of the fields with the tokens of the prompt and of the response.
    """

    name: str
    text: str
    finish: str
    holder: str | None = None
    counts: tuple[str, str] | None = None

    def entry(self, chunk: Chunk) -> dict[str, Any]:
        """Return the object with the text."""
        if self.holder is None:
            return chunk
        entries = objects_in(chunk.get(self.holder))
        return entries[0] if entries else {}

    def recognises(self, chunk: Chunk) -> bool:
        """Return whether a chunk belongs to this family."""
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
        """Return the counts of the last chunk, the family's own or Bedrock's."""
        if self.counts is not None and self.entry(chunk).get(self.finish):
            prompt, output = (first_count(chunk, name) for name in self.counts)
            if output is not None:
                return Usage(input=prompt, output=output, raw={name: chunk.get(name) for name in self.counts})
        return metrics_usage(chunk)

    def last(self, chunk: Chunk) -> bool:
        """Return whether a chunk has a finish reason."""
        return bool(self.entry(chunk).get(self.finish))

    @property
    def family(self) -> Family:
        """The equivalent `Family`."""
        return Family(
            name=self.name,
            recognises=self.recognises,
            flags=self.flags,
            deltas=self.deltas,
            usage=self.usage,
            last=self.last,
            assembler=lambda: PlainAssembler(self),
        )


class PlainAssembler:
    """Joins the texts of a plain family. `object` has the shape of the family's chunks."""

    def __init__(self, family: Plain) -> None:
        self._family = family
        self._texts: dict[int, Fragments] = {}
        self._entries: dict[int, dict[str, Any]] = {}
        self._head: dict[str, Any] = {}

    def feed(self, chunk: Chunk) -> None:
        """Take the next chunk. Never raises on content."""
        family = self._family
        entries = [chunk] if family.holder is None else objects_in(chunk.get(family.holder))
        for position, entry in enumerate(entries):
            index = as_index(entry.get("index"), position) if family.holder else 0
            text = entry.get(family.text)
            known = self._entries.setdefault(index, {})
            known.update((key, value) for key, value in entry.items() if value is not None or key not in known)
            if type(text) is str:
                self._texts.setdefault(index, Fragments()).append(text)
        if family.holder is not None:
            self._head.update((key, value) for key, value in chunk.items() if value is not None)

    @property
    def object(self) -> dict[str, Any]:
        """The response assembled so far."""
        family = self._family
        entries = [
            {**entry, family.text: joined(self._texts.get(index, Fragments()))}
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
                (Part("text", joined(self._texts.get(index, Fragments()))),),
                nonempty_string(entry.get(family.finish)),
            )
            for index, entry in sorted(self._entries.items())
        )
        holder = self.object
        return Reply(
            messages, nonempty_string(holder.get("id")), nonempty_string(holder.get("model")), family.usage(holder)
        )


def metrics_usage(chunk: Chunk) -> Usage | None:
    """Return the counts that Bedrock adds to the last chunk of every family, or None."""
    raw = as_object(chunk.get(METRICS))
    output = first_count(raw, "outputTokenCount")
    if output is None:
        return None
    cached = first_count(raw, "cacheReadInputTokenCount")
    return Usage(input=first_count(raw, "inputTokenCount"), output=output, cached=cached, raw=raw)


def _is_anthropic(chunk: Chunk) -> bool:
    kind = as_string(chunk.get("type"))
    return kind.startswith(("message_", "content_block_")) or kind in ("ping", "error")


def _is_nova(chunk: Chunk) -> bool:
    return "usage" in as_object(chunk.get("metadata")) or any(type(chunk.get(event)) is dict for event in _NOVA_EVENTS)


def _is_cohere(chunk: Chunk) -> bool:
    """Tell Cohere's events from Anthropic's: hyphens instead of underscores in `type`, or, in version 1, an
    `event_type`."""
    kind = as_string(chunk.get("type"))
    return kind.startswith(("message-", "content-", "tool-", "citation-")) or "-" in as_string(chunk.get("event_type"))


def _is_chat(chunk: Chunk) -> bool:
    return any("delta" in choice or "message" in choice for choice in objects_in(chunk.get("choices")))


def _ends_chat(chunk: Chunk) -> bool:
    return bool(APIS["openai_chat"].flags(chunk) & FINISH)


def _api_family(api: str, recognises: Callable[[Chunk], bool], last: Callable[[Chunk], bool]) -> Family:
    """Return the family whose chunks are those of an API in the catalogue."""
    api_entry = APIS[api]
    return Family(
        name=api,
        recognises=recognises,
        flags=api_entry.flags,
        deltas=api_entry.deltas,
        usage=api_entry.usage,
        last=last,
        assembler=api_entry.assembler,
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
    """Return every family, in the order in which they are tried."""
    return (
        _api_family("anthropic_messages", _is_anthropic, lambda chunk: chunk.get("type") == "message_stop"),
        _api_family("bedrock_converse", _is_nova, lambda chunk: "messageStop" in chunk),
        _api_family(
            "cohere",
            _is_cohere,
            lambda chunk: chunk.get("event_type") == "stream-end" or chunk.get("type") == "message-end",
        ),
        _api_family("openai_chat", _is_chat, _ends_chat),
        *_PLAIN,
    )


def find_family(chunk: Chunk) -> Family | None:
    """Return the family of an inner chunk, or None."""
    return next((family for family in families() if family.recognises(chunk)), None)
