"""The lawful order of a chat stream: each choice opens with its role, adds, and finishes once.

Usually nothing but text comes, chunk after chunk: such a chunk is told by its flags, compared with the one before and
passed over. All others take the table's steps, and the checks that are about values and not about order.

Source: openai-openapi f85dbe2 ("Each chunk has the same ID"; `stream_options.include_usage`), and the streams of OpenAI
itself: role in the first delta of a choice, one finish a choice, usage in one chunk at the end.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from operator import itemgetter
from typing import Any

from streamkit.apis._kit.reading import as_object
from streamkit.apis._kit.repeats import repeats
from streamkit.apis._openai.logprobs import KINDS as LOGPROB_KINDS
from streamkit.apis._openai.logprobs import Tokens
from streamkit.apis._openai.repeated_fields import KINDS as FIELD_KINDS
from streamkit.apis._openai.repeated_fields import RepeatedFields
from streamkit.apis._openai.usage_checks import KINDS as USAGE_KINDS
from streamkit.apis._openai.usage_checks import UsageChecks
from streamkit.apis.openai_chat.tool_call_checks import KINDS as TOOL_KINDS
from streamkit.apis.openai_chat.tool_call_checks import ToolCallChecks
from streamkit.model.grammar import Grammar, Misstep, Walk
from streamkit.model.message import TEXT
from streamkit.model.stream import Stream

GRAMMAR = Grammar(
    name="a choice of a chat stream",
    start="new",
    steps={
        ("new", "role"): "open",
        ("new", "content"): "open",
        ("new", "finish"): "finished",
        ("new", "nothing"): "open",
        ("open", "finish"): "finished",
    },
    missteps={
        ("new", "content"): "missing-first-role",
        ("new", "finish"): "missing-first-role",
        ("new", "nothing"): "missing-first-role",
        ("open", "role"): "repeated-role",
        ("finished", "role"): "repeated-role",
        ("finished", "content"): "delta-after-finish",
        ("finished", "finish"): "repeated-finish",
    },
    ends=frozenset({"finished"}),
    unfinished={"new": "missing-finish", "open": "missing-finish"},
)

KINDS = (
    GRAMMAR.kinds
    | TOOL_KINDS
    | USAGE_KINDS
    | FIELD_KINDS
    | LOGPROB_KINDS
    | {
        "absent-finish-reason",
        "choice-index-order",
        "cumulative-content",
        "empty-choices",
        "finish-with-content",
        "repeated-delta",
    }
)
"""Every misstep that these checks can give, each the name of its rule."""

_REPEATED = ("id", "model", "created", "system_fingerprint")
_RESTATED = 16
"""Characters: a delta that repeats fewer of the delta before it may well be what the model wrote."""


def missteps(stream: Stream) -> Iterator[Misstep]:
    """Every misstep of a chat stream, in order of chunks; those at its end last."""
    return _ChatWalk(stream).missteps() if stream.streamed else iter(())


class _ChatWalk:
    """One chat stream being walked."""

    def __init__(self, stream: Stream) -> None:
        self._stream = stream
        self._walk = Walk(GRAMMAR)
        self._tools = ToolCallChecks()
        self._usage = UsageChecks()
        self._same = RepeatedFields()
        self._previous: dict[str, Any] = {}
        self._values_of: Callable[[dict[str, Any]], Any] | None = None
        self._values: Any = None
        self._finish: dict[object, str] = {}
        self._last_text: dict[object, str] = {}
        self._restated: dict[object, int] = {}
        self._tokens: dict[object, dict[str, Tokens]] = {}

    def missteps(self) -> Iterator[Misstep]:
        for index, (chunk, flag) in enumerate(zip(self._stream.chunks, self._stream.flags, strict=True)):
            if flag == TEXT and self._goes_on(chunk):
                continue
            oddities = list(self._same.chunk(index, chunk))
            yield from oddities
            yield from self._chunk(index, chunk, flag)
            # What is odd about a chunk is told of each that has it: none may pass for going on from it.
            self._previous = {} if oddities else chunk
            repeated = [key for key in _REPEATED if key in self._previous]
            self._values_of = itemgetter(*repeated) if repeated else None
            self._values = self._values_of(self._previous) if self._values_of else None
        yield from self._end()

    def _goes_on(self, chunk: dict[str, Any]) -> bool:
        """Whether a chunk of nothing but text goes on where the last one that was looked at left off."""
        if self._values_of is None or self._usage.begun or len(chunk) != len(self._previous):
            return False
        try:
            same = self._values_of(chunk) == self._values
        except KeyError:
            return False
        choices = chunk.get("choices")
        if not same or type(choices) is not list or len(choices) != 1:
            return False
        choice = choices[0]
        index = choice.get("index")
        if type(index) is not int or self._walk.states.get(index) != "open" or choice.get("finish_reason") == "":
            return False
        if choice.get("logprobs") or index in self._tokens:
            return False
        text = as_object(choice.get("delta")).get("content")
        if type(text) is not str:
            return False
        last = self._last_text.get(index, "")
        if len(text) > _RESTATED and len(last) >= _RESTATED and text.startswith(last):
            return False
        self._last_text[index] = text
        return True

    def _chunk(self, index: int, chunk: dict[str, Any], flag: int) -> Iterator[Misstep]:
        choices = chunk.get("choices")
        choices = choices if isinstance(choices, list) else []
        usage = chunk.get("usage")
        if not choices and usage is None and not chunk.get("error") and "moderation" not in chunk:
            yield Misstep("empty-choices", index, "choices is empty and the chunk carries no usage", "$.choices")
        for place, choice in enumerate(choices):
            if isinstance(choice, dict):
                yield from self._choice(index, place, choice)
        yield from self._usage.chunk(index, chunk, has_content=bool(flag & TEXT))

    def _choice(self, index: int, place: int, choice: dict[str, Any]) -> Iterator[Misstep]:
        path = f"$.choices[{place}]"
        number = choice.get("index")
        key = number if type(number) is int else place
        if key not in self._walk.states:
            if key != len(self._walk.states):
                message = f"choice {key} begins before choice {len(self._walk.states)}"
                yield Misstep("choice-index-order", index, message, f"{path}.index")
            if "finish_reason" not in choice:
                yield Misstep("absent-finish-reason", index, "the choice has no key finish_reason", path)
        delta = choice.get("delta")
        delta = delta if isinstance(delta, dict) else {}
        finish = choice.get("finish_reason")
        finish = finish if isinstance(finish, str) and finish not in ("", "null") else None
        has_content = _has_content(delta)
        if delta.get("role") or (delta.get("role") == "" and key not in self._walk.states):
            yield from self._step(key, "role", index, f"{path}.delta.role", f'role "{delta["role"]}"')
        elif key not in self._walk.states and not has_content and finish is None:
            yield from self._step(key, "nothing", index, f"{path}.delta", "a delta with nothing in it")
        if has_content:
            yield from self._step(key, "content", index, f"{path}.delta", "content")
        if finish is not None:
            yield from self._finished(key, finish, index, path, has_content)
        self._logprobs(key, choice, delta, index, path)
        yield from self._restating(key, delta, index, path)
        yield from self._tools.delta(key, delta, index, f"{path}.delta")

    def _finished(self, key: object, finish: str, index: int, path: str, has_content: bool) -> Iterator[Misstep]:
        path += ".finish_reason"
        if has_content:
            yield Misstep("finish-with-content", index, f'"{finish}" comes with content in one chunk', path)
        before = self._finish.get(key)
        message = f'"{finish}" again' if before == finish else f'"{finish}", and was "{before}" before'
        yield from self._step(key, "finish", index, path, f"finish_reason {message if before else finish}")
        self._finish.setdefault(key, finish)

    def _step(self, key: object, symbol: str, index: int, path: str, what: str) -> Iterator[Misstep]:
        before = self._walk.state(key)
        kind = self._walk.step(key, symbol)
        if kind is not None:
            where = {
                "new": "as the first of choice",
                "open": "again in choice",
                "finished": "after the finish of choice",
            }
            message = f"{what} {where[before]} {key}"
            if kind == "missing-first-role":
                message = f"choice {key} begins without a role"
            yield Misstep(kind, index, message, path)

    def _logprobs(self, key: object, choice: dict[str, Any], delta: dict[str, Any], index: int, path: str) -> None:
        """Put aside what a choice says of its tokens. A choice that begins without is not looked at again."""
        logprobs = choice.get("logprobs")
        if not isinstance(logprobs, dict) and key not in self._tokens:
            return
        logprobs = logprobs if isinstance(logprobs, dict) else {}
        of_choice = self._tokens.setdefault(key, {"content": Tokens(), "refusal": Tokens()})
        for field, tokens in of_choice.items():
            tokens.take(delta.get(field), logprobs.get(field), index, f"{path}.logprobs.{field}")

    def _restating(self, key: object, delta: dict[str, Any], index: int, path: str) -> Iterator[Misstep]:
        """A delta that begins with the whole delta before it and goes on, twice in a row: text so far, not what is new."""
        text = delta.get("content")
        if not isinstance(text, str) or not text:
            return
        last = self._last_text.get(key, "")
        self._last_text[key] = text
        if text == last and repeats(text):
            yield Misstep("repeated-delta", index, "the same delta twice in a row", f"{path}.delta.content")
        if len(last) >= _RESTATED and len(text) > len(last) and text.startswith(last):
            self._restated[key] = self._restated.get(key, 0) + 1
            if self._restated[key] >= 2:
                message = "content repeats all of the delta before and goes on: the text so far, not what is new"
                yield Misstep("cumulative-content", index, message, f"{path}.delta.content")
        else:
            self._restated[key] = 0

    def _end(self) -> Iterator[Misstep]:
        for key, kind in self._walk.unfinished() if self._stream.verdict != "error" else ():
            yield Misstep(kind, None, f"no chunk carries a finish_reason for choice {key}")
        for of_choice in self._tokens.values():
            for tokens in of_choice.values():
                yield from tokens.end()
        yield from self._tools.end(self._finish, forced=_forces_a_tool(self._stream))
        yield from self._usage.end(any(flag & TEXT for flag in self._stream.flags))


def _has_content(delta: dict[str, Any]) -> bool:
    return any(delta.get(key) for key in delta if key not in ("role", "index"))


def _forces_a_tool(stream: Stream) -> bool:
    """Whether the request, where it is known, names the tool to call or requires one."""
    request = stream.exchange.request
    fields = as_object(request.body.json) if request and request.body else {}
    choice = fields.get("tool_choice")
    return isinstance(choice, dict) or choice == "required"
