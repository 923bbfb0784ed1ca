"""Puts a chat completion together from its chunks."""

from __future__ import annotations

from typing import Any

from streamkit.apis._openai_usage import usage_of
from streamkit.model.message import Message, Part, Reply


class ChatAssembler:
    """Fed with `chat.completion.chunk` objects; `object` is the `chat.completion` that they add up to."""

    def __init__(self) -> None:
        self._head: dict[str, Any] = {}
        self._choices: dict[int, dict[str, Any]] = {}
        self._usage: Any = None

    def feed(self, chunk: dict[str, Any]) -> None:
        """Take the next chunk. Never raises on content."""
        for key in ("id", "created", "model"):
            if chunk.get(key) and key not in self._head:
                self._head[key] = chunk[key]
        if chunk.get("usage") is not None:
            self._usage = chunk["usage"]
        for choice in chunk.get("choices") or ():
            index = choice.get("index", 0)
            state = self._choices.setdefault(index, {"role": None, "content": None, "finish": None})
            delta = choice.get("delta") or {}
            state["role"] = state["role"] or delta.get("role")
            if isinstance(delta.get("content"), str):
                state["content"] = (state["content"] or "") + delta["content"]
            state["finish"] = choice.get("finish_reason") or state["finish"]

    @property
    def object(self) -> dict[str, Any]:
        """The `chat.completion` as far as the chunks go."""
        return {
            "id": self._head.get("id"),
            "object": "chat.completion",
            "created": self._head.get("created"),
            "model": self._head.get("model"),
            "choices": [
                {
                    "index": index,
                    "message": {"role": state["role"] or "assistant", "content": state["content"]},
                    "finish_reason": state["finish"],
                }
                for index, state in sorted(self._choices.items())
            ],
            "usage": self._usage,
        }

    @property
    def message(self) -> Reply:
        """The same in the words that all APIs share."""
        return Reply(
            tuple(
                Message(index, state["role"], (Part("text", state["content"] or ""),), state["finish"])
                for index, state in sorted(self._choices.items())
            ),
            self._head.get("id"),
            self._head.get("model"),
            usage_of(self._usage),
        )
