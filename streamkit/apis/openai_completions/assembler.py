"""Assemble a legacy text completion from its chunks."""

from __future__ import annotations

from typing import Any

from streamkit.apis._kit.merge import Fragments, joined, merge, to_plain
from streamkit.apis._kit.reading import as_index, nonempty_string
from streamkit.apis._openai.choices import NO_FINISH, finish_reason
from streamkit.apis._openai.usage import parse_usage
from streamkit.model.message import Message, Part, Reply

_FIRST = frozenset({"id", "created", "model"})
_ORDERED = ("id", "object", "created", "model", "choices", "usage", "system_fingerprint")


class CompletionAssembler:
    """Assembles `text_completion` objects into one."""

    def __init__(self) -> None:
        self._head: dict[str, Any] = {}
        self._choices: dict[int, _Choice] = {}

    def feed(self, chunk: dict[str, Any]) -> None:
        """Take the next chunk. Never raises on content."""
        for key, value in chunk.items():
            if key == "choices":
                for position, choice in enumerate(value if type(value) is list else ()):
                    if type(choice) is dict:
                        index = as_index(choice.get("index"), position)
                        self._choices.setdefault(index, _Choice(index)).feed(choice)
            elif value is not None and key != "obfuscation":
                known = self._head.get(key)
                self._head[key] = (known or value) if key in _FIRST else value

    @property
    def object(self) -> dict[str, Any]:
        """The `text_completion` assembled so far."""
        head: dict[str, Any] = {"id": None, "created": None, "model": None, "usage": None, **self._head}
        head["object"] = "text_completion"
        head["choices"] = [choice.object for _, choice in sorted(self._choices.items())]
        ordered = {key: head.pop(key) for key in _ORDERED if key in head}
        return {**ordered, **head}

    @property
    def message(self) -> Reply:
        """The same in the terms common to all APIs. A completion has no role."""
        head = self._head
        messages = tuple(choice.message for _, choice in sorted(self._choices.items()))
        return Reply(
            messages,
            nonempty_string(head.get("id")),
            nonempty_string(head.get("model")),
            parse_usage(head.get("usage")),
        )


class _Choice:
    """A choice under construction."""

    __slots__ = ("fields", "finish", "index", "text")

    def __init__(self, index: int) -> None:
        self.index = index
        self.text = Fragments()
        self.finish: str | None = None
        self.fields: dict[str, Any] = {}

    def feed(self, choice: dict[str, Any]) -> None:
        for key, value in choice.items():
            if value is None or key == "index":
                continue
            if key == "text" and type(value) is str:
                self.text.append(value)
            elif key == "finish_reason":
                self.finish = self.finish if value in NO_FINISH else finish_reason(choice)
            elif key == "logprobs" or type(value) is list:
                self.fields[key] = merge(self.fields.get(key), value)
            else:
                self.fields[key] = value

    @property
    def object(self) -> dict[str, Any]:
        fields = {key: to_plain(value) for key, value in self.fields.items()}
        return {
            "text": joined(self.text),
            "index": self.index,
            "logprobs": fields.pop("logprobs", None),
            "finish_reason": self.finish,
            **fields,
        }

    @property
    def message(self) -> Message:
        return Message(self.index, None, (Part("text", joined(self.text)),), self.finish)
