"""Deltas and the messages they add up to, in common terms for all APIs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import KW_ONLY, field
from typing import Any, Literal

from streamkit.frozen import dataclass
from streamkit.model._display import brief

DeltaKind = Literal[
    "role", "text", "reasoning", "refusal", "tool", "audio", "citation", "finish", "usage", "error", "other"
]
PartKind = Literal["text", "reasoning", "refusal", "tool_call", "audio", "citation", "data"]

# The content of a chunk as bits, so that metrics can examine a million chunks without a million objects.
ROLE = 1  # a role or other metadata at the beginning, without readable content
TEXT = 2  # non-empty answer text, including refusals
REASONING = 4  # non-empty reasoning (thinking) text
TOOL = 8  # a piece of a tool call: name or arguments, not empty
FINISH = 16  # the reason why a choice ended
USAGE = 32  # token counts
ERROR = 64  # the stream reports an error
OTHER_CONTENT = 128  # audio, images, citations: content other than text

TOKEN = TEXT | REASONING | TOOL  # what counts as the first token


@dataclass(frozen=True, slots=True)
class Delta:
    """One addition of a chunk to the message.

    `choice` counts alternatives from 0, `part` is the place of the block, item or tool call in its choice. `text` is
    what is appended (text, reasoning, tool arguments, a finish reason, an error's message, token counts); `id` and `name` are a tool
    call's, if this chunk contains them.
    """

    kind: DeltaKind
    text: str = ""
    _: KW_ONLY
    choice: int = 0
    part: int = 0
    id: str | None = None
    name: str | None = None

    __repr__ = brief


MAX_COUNT = 2**53 - 1
"""The largest token count that is accepted, here and in every API, metric and definition. Beyond it, implementations of JSON do
not agree on the value of an integer (RFC 8259, section 6)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Usage:
    """Token counts as the provider reported them; None is not reported. `raw` is the provider's own object.

    `output` counts reasoning tokens too, as every known provider's total does; `reasoning`, `cached` and `audio` are
    parts of the others and are never added to them.
    """

    input: int | None = None
    output: int | None = None
    total: int | None = None
    reasoning: int | None = None
    cached: int | None = None
    audio: int | None = None
    raw: Mapping[str, Any] = field(default_factory=dict)

    __repr__ = brief


@dataclass(frozen=True, slots=True)
class Part:
    """A piece of a message: text, reasoning, a refusal, a tool call (`text` holds the arguments), or other data."""

    kind: PartKind
    text: str = ""
    id: str | None = None
    name: str | None = None
    data: Any = None

    __repr__ = brief


@dataclass(frozen=True, slots=True)
class Message:
    """One assembled choice. `finish` is the provider's own value, or None if the stream has none."""

    choice: int = 0
    role: str | None = None
    parts: tuple[Part, ...] = ()
    finish: str | None = None

    __repr__ = brief

    @property
    def text(self) -> str:
        """The answer's text, including refusals."""
        return "".join(part.text for part in self.parts if part.kind in ("text", "refusal"))

    @property
    def reasoning(self) -> str:
        """The reasoning text."""
        return "".join(part.text for part in self.parts if part.kind == "reasoning")

    @property
    def tool_calls(self) -> tuple[Part, ...]:
        """The tool calls, in order."""
        return tuple(part for part in self.parts if part.kind == "tool_call")


@dataclass(frozen=True, slots=True)
class Reply:
    """The complete response of one stream: a message per choice, and their common fields."""

    messages: tuple[Message, ...] = ()
    id: str | None = None
    model: str | None = None
    usage: Usage | None = None

    __repr__ = brief
