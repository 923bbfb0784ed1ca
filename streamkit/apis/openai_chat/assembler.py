"""Assemble a chat completion from its chunks.

Choices are distinguished by `index`, in whatever order they arrive. `id`, `created` and `model` keep their first
nonempty value, `system_fingerprint` and `service_tier` their last. Roles, ids and names are set, never concatenated;
text is concatenated. The usage is the last one reported, never a sum. A finish reason is never invented. All other
fields are kept: those of deltas are merged (`_kit.merge`), those of choices and chunks keep their last value.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from streamkit.apis._kit.merge import Fragments, join_surrogates, joined, joined_base64, merge, merge_fields, to_plain
from streamkit.apis._kit.reading import as_index, as_object, as_string, nonempty_string, objects_in
from streamkit.apis._openai.choices import NO_FINISH, finish_reason
from streamkit.apis._openai.usage import parse_usage
from streamkit.apis.openai_chat.content import REASONING_KEYS, choice_delta, content_texts
from streamkit.apis.openai_chat.tool_calls import ToolCalls
from streamkit.model.message import Message, Part, Reply

_FIRST = frozenset({"id", "created", "model"})
_ORDERED = ("id", "object", "created", "model", "choices", "usage", "service_tier", "system_fingerprint")
# Padding against attacks on the length of encrypted chunks, not part of the response.
_PADDING = "obfuscation"


class ChatAssembler:
    """Assembles `chat.completion.chunk` objects into a `chat.completion`."""

    def __init__(self) -> None:
        self._head: dict[str, Any] = {}
        self._choices: dict[int, _Choice] = {}
        self._fed = 0
        self._whole: dict[str, Any] | None = None

    def feed(self, chunk: dict[str, Any]) -> None:
        """Take the next chunk. Never raises on content."""
        self._fed += 1
        head = self._head
        for key, value in chunk.items():
            if key == "choices":
                if type(value) is list:
                    for index, choice in enumerate(value):
                        if type(choice) is dict:
                            self._feed_choice(index, choice, chunk)
            elif value is not None and key not in ("object", _PADDING):
                known = head.get(key)
                if known is None:
                    head[key] = value
                elif key in _FIRST:
                    head[key] = known or value
                elif type(value) is dict and type(known) is dict and key != "usage":
                    head[key] = {**known, **{name: field for name, field in value.items() if field is not None}}
                elif value != "":
                    head[key] = value

    def _feed_choice(self, position: int, choice: dict[str, Any], chunk: dict[str, Any]) -> None:
        index = as_index(choice.get("index"), position)
        state = self._choices.get(index)
        if state is None:
            state = self._choices[index] = _Choice(index)
        delta = choice.get("delta")
        if type(delta) is dict:
            state.feed(delta)
        elif "delta" not in choice:
            state.feed(choice_delta(choice))
            if "message" in choice and self._fed == 1:
                self._whole = chunk
        state.feed_fields(choice)

    @property
    def object(self) -> dict[str, Any]:
        """The `chat.completion` assembled so far; a non-streaming response is returned unchanged."""
        if self._whole is not None and self._fed == 1:
            return self._whole
        head = dict(self._head)
        if head.get("usage") is None:
            head["usage"] = as_object(head.get("x_groq")).get("usage")
        head.setdefault("id", None)
        head.setdefault("created", None)
        head.setdefault("model", None)
        head["object"] = "chat.completion"
        head["choices"] = [state.object for _, state in sorted(self._choices.items())]
        ordered = {key: head.pop(key) for key in _ORDERED if key in head}
        return {**ordered, **head}

    @property
    def message(self) -> Reply:
        """The same in the terms common to all APIs."""
        head = self._head
        usage = head.get("usage")
        return Reply(
            tuple(state.message for _, state in sorted(self._choices.items())),
            nonempty_string(head.get("id")),
            nonempty_string(head.get("model")),
            parse_usage(usage if usage is not None else as_object(head.get("x_groq")).get("usage")),
        )


class _Choice:
    """A choice under construction."""

    __slots__ = (
        "audio",
        "calls",
        "content",
        "fields",
        "finish",
        "function",
        "index",
        "parts",
        "refusal",
        "rest",
        "role",
    )

    def __init__(self, index: int) -> None:
        self.index = index
        self.role: str | None = None
        self.content: Fragments | None = None
        self.parts: list[dict[str, Any]] | None = None
        self.refusal: Fragments | None = None
        self.calls: ToolCalls | None = None
        self.function: ToolCalls | None = None
        self.audio: dict[str, Any] = {}
        self.rest: dict[str, Any] = {}
        self.fields: dict[str, Any] = {}
        self.finish: str | None = None

    def feed(self, delta: dict[str, Any]) -> None:
        """Add one delta."""
        for key, value in delta.items():
            if value is None:
                continue
            if key == "content":
                if type(value) is str and self.parts is None:
                    if self.content is None:
                        self.content = Fragments()
                    self.content.append(value)
                else:
                    self._feed_parts(value)
            elif key == "role":
                self.role = self.role or nonempty_string(value)
            elif key == "tool_calls" and type(value) is list:
                self.calls = self.calls or ToolCalls()
                self.calls.feed(value)
            elif key == "refusal" and type(value) is str:
                if self.refusal is None:
                    self.refusal = Fragments()
                self.refusal.append(value)
            elif key == "function_call" and type(value) is dict:
                self.function = self.function or ToolCalls()
                self.function.feed([{"index": 0, "function": value}])
            elif key == "audio" and type(value) is dict:
                merge_fields(self.audio, {name: field for name, field in value.items() if name != "data"})
                if type(value.get("data")) is str:
                    self.audio.setdefault("data", Fragments()).append(value["data"])
            else:
                merge_fields(self.rest, {key: value})

    def _feed_parts(self, value: Any) -> None:
        """Add content that is not a string, or follows such content. The content then becomes a list of parts."""
        if type(value) not in (str, list):
            self.content = self.content or Fragments()
            self.content.extend(text for _, text in content_texts(value))
            return
        if self.parts is None:
            self.parts = []
            if self.content:
                _add_part(self.parts, {"type": "text", "text": joined(self.content)})
        for part in [{"type": "text", "text": value}] if type(value) is str else value:
            if type(part) is dict:
                _add_part(self.parts, part)
            elif type(part) is str:
                _add_part(self.parts, {"type": "text", "text": part})

    def feed_fields(self, choice: dict[str, Any]) -> None:
        """Add the fields of a choice other than its delta."""
        for key, value in choice.items():
            if value is None or key in ("index", "delta", "message", "messages"):
                continue
            if key == "finish_reason":
                if value not in NO_FINISH:
                    self.finish = finish_reason(choice)
            elif key == "logprobs" or type(value) is list:
                self.fields[key] = merge(self.fields.get(key), value)
            elif type(value) is dict and type(self.fields.get(key)) is dict:
                self.fields[key] = {**self.fields[key], **value}
            else:
                self.fields[key] = value

    @property
    def object(self) -> dict[str, Any]:
        """The choice, as in a non-streaming response."""
        fields = {key: to_plain(value) for key, value in self.fields.items()}
        return {
            "index": self.index,
            "message": self._message(),
            "logprobs": fields.pop("logprobs", None),
            "finish_reason": self.finish,
            **fields,
        }

    def _message(self) -> dict[str, Any]:
        message: dict[str, Any] = {"role": self.role or "assistant", "content": None, "refusal": None}
        if self.parts is not None:
            message["content"] = [_plain_part(part) for part in self.parts]
        elif self.content is not None:
            message["content"] = joined(self.content)
        if self.refusal is not None:
            message["refusal"] = joined(self.refusal)
        message.update((key, to_plain(value)) for key, value in self.rest.items())
        if self.calls:
            message["tool_calls"] = self.calls.objects
        if self.function:
            message["function_call"] = self.function.objects[0]["function"]
        if self.audio:
            message["audio"] = {
                key: joined_base64(value) if key == "data" else to_plain(value) for key, value in self.audio.items()
            }
        return message

    @property
    def message(self) -> Message:
        """The choice in the common terms."""
        return Message(self.index, self.role, tuple(self._parts()), self.finish)

    def _parts(self) -> Iterator[Part]:
        for key in REASONING_KEYS:
            reasoning = to_plain(self.rest.get(key))
            if reasoning and type(reasoning) is str:
                yield Part("reasoning", reasoning)
                break
        for part in self.parts or ():
            known = False
            for kind, text in content_texts([_plain_part(part)]):
                known = kind != "other"
                if known and text:
                    yield Part(kind, text, data=None if kind != "citation" else part)  # type: ignore[arg-type]
            if not known:
                yield Part("data", data=_plain_part(part))
        if self.content and self.parts is None and (content := joined(self.content)):
            yield Part("text", content)
        if self.refusal and (refusal := joined(self.refusal)):
            yield Part("refusal", refusal)
        yield from self._call_parts()
        if self.audio:
            audio = self._message()["audio"]
            yield Part("audio", as_string(audio.get("transcript")), nonempty_string(audio.get("id")), data=audio)
        for citation in objects_in(to_plain(self.rest.get("annotations"))):
            yield Part("citation", as_string(as_object(citation.get("url_citation")).get("url")), data=citation)

    def _call_parts(self) -> Iterator[Part]:
        listed = self.calls.parts if self.calls else []
        yield from listed
        known = {(call.name, call.text) for call in listed}
        # Some gateways repeat a call in the field that it had in older versions.
        for call in self.function.parts if self.function else ():
            if (call.name, call.text) not in known:
                yield call


def _add_part(parts: list[dict[str, Any]], part: dict[str, Any]) -> None:
    """Add a content part. Text is appended to a preceding text part, and thinking to a preceding thinking part."""
    last = parts[-1] if parts else {}
    kind = part.get("type")
    if (
        kind == last.get("type") == "text"
        and type(part.get("text")) is str
        and type(last.get("text")) in (str, Fragments)
    ):
        last["text"] = merge(last["text"], part["text"])
        return
    if kind == last.get("type") == "thinking" and type(last.get("thinking")) is list:
        for thought in objects_in(part.get("thinking")):
            _add_part(last["thinking"], thought)
        merge_fields(last, {key: value for key, value in part.items() if key != "thinking"})
        return
    part = dict(part)
    if kind == "thinking" and type(part.get("thinking")) is list:
        part["thinking"] = [dict(thought) for thought in objects_in(part["thinking"])]
    parts.append(part)


def _plain_part(part: dict[str, Any]) -> dict[str, Any]:
    """Return a content part with its text joined."""
    thoughts = part.get("thinking")
    whole = {key: to_plain(value) for key, value in part.items()}
    if type(thoughts) is list:
        whole["thinking"] = [{key: to_plain(value) for key, value in thought.items()} for thought in thoughts]
    elif type(thoughts) is str:
        whole["thinking"] = join_surrogates(thoughts)
    return whole
