"""The allowed order of a chat stream: each choice starts with its role, adds content, and finishes once.

Most chunks contain only text. Such a chunk is identified by its flags, compared with the previous one and skipped. All
others take the steps of the table and go through the checks of values.

Source: openai-openapi f85dbe2 ("Each chunk has the same ID"; `stream_options.include_usage`), and OpenAI's own streams:
the role in the first delta of a choice, one finish reason per choice, usage in one chunk at the end.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator
from itertools import compress, count
from operator import itemgetter
from typing import Any

from streamkit.apis._kit.reading import as_object
from streamkit.apis._kit.values import Restated
from streamkit.apis._openai.logprobs import KINDS as LOGPROB_KINDS
from streamkit.apis._openai.logprobs import LogprobTokens
from streamkit.apis._openai.repeated_fields import KINDS as FIELD_KINDS
from streamkit.apis._openai.repeated_fields import RepeatedFields
from streamkit.apis._openai.usage_checks import KINDS as USAGE_KINDS
from streamkit.apis._openai.usage_checks import UsageChecks
from streamkit.apis.openai_chat.tool_call_checks import KINDS as TOOL_KINDS
from streamkit.apis.openai_chat.tool_call_checks import ToolCallChecks
from streamkit.model.grammar import Grammar, Misstep, Walk
from streamkit.model.message import TEXT
from streamkit.model.stream import Stream
from streamkit.wire.runs import Repeating

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
        "empty-delta",
        "finish-with-content",
        "intermittent-field",
        "repeated-delta",
    }
)
"""Every misstep that these checks can report; each is the name of a rule."""

_REPEATED = ("id", "model", "created", "system_fingerprint")
_STANDARD = frozenset({"index", "delta", "finish_reason", "logprobs"})
"""The standard fields of a choice. A choice with other fields may have an empty delta: the chunk is about those."""


def missteps(stream: Stream) -> Iterator[Misstep]:
    """Yield every misstep of a chat stream in the order of its chunks, then those at its end."""
    return _ChatWalk(stream).missteps() if stream.streamed else iter(())


class _ChatWalk:
    """A walk through one chat stream."""

    def __init__(self, stream: Stream) -> None:
        self._stream = stream
        self._walk = Walk(GRAMMAR)
        self._tools = ToolCallChecks()
        self._usage = UsageChecks()
        self._same = RepeatedFields()
        self._previous: dict[str, Any] = {}
        self._get_repeated: Callable[[dict[str, Any]], Any] | None = None
        self._values: Any = None
        self._size = 0
        self._finish: dict[object, str] = {}
        self._restated = Restated()
        self._reasoned: set[object] = set()
        self._empty: dict[object, Misstep] = {}
        self._tokens: dict[object, dict[str, LogprobTokens]] = {}
        # Of the run of chunks of one form that is being read: where it stops, which texts repeat the one before them, and
        # before which chunk only those texts are left to be checked.
        self._run_stop = 0
        self._texts: list[str] = []
        self._repeats: list[int] = []
        self._settled = 0

    def missteps(self) -> Iterator[Misstep]:
        chunks, flags = self._stream.chunks, self._stream.flags
        index = -1
        while (index := index + 1) < len(chunks):
            chunk, flag = chunks[index], flags[index]
            if flag == TEXT and self._continues(chunk):
                if isinstance(chunks, Repeating):
                    index = self._skip(chunks, index)
                    if index + 1 < self._settled:
                        yield from self._repeated_texts(index + 1)
                        index = self._run_stop - 1
                continue
            if index < self._settled:
                yield from self._repeated_text(index, chunk)
                continue
            problems = list(self._same.chunk(index, chunk))
            yield from problems
            yield from self._chunk(index, chunk, flag)
            # A problem is reported for every chunk that has it, so no chunk may be skipped as equal to a problematic one.
            self._previous = {} if problems else chunk
            repeated = [key for key in _REPEATED if key in self._previous]
            self._get_repeated = itemgetter(*repeated) if repeated else None
            self._values = self._get_repeated(self._previous) if self._get_repeated else None
            if index < self._run_stop and not problems and len(chunk["choices"][0]["delta"]) == 1:
                self._settled = self._run_stop
        yield from self._end()

    def _continues(self, chunk: dict[str, Any]) -> bool:
        """Return whether a chunk contains only text and continues the last chunk that was fully checked."""
        if self._get_repeated is None or self._usage.begun or len(chunk) != len(self._previous):
            return False
        try:
            (choice,) = chunk["choices"]
            index, text = choice["index"], choice["delta"]["content"]
            if self._get_repeated(chunk) != self._values or len(choice) != self._size:
                return False
        except (KeyError, TypeError, ValueError):  # not objects, as the shape requires
            return False
        if type(index) is not int or type(text) is not str or self._walk.states.get(index) != "open":
            return False
        if choice.get("finish_reason") == "" or choice.get("logprobs") or index in self._tokens:
            return False
        return self._restated.is_new((index, "content"), text)

    def _skip(self, chunks: Repeating[dict[str, Any]], first: int) -> int:
        """Return the last of the chunks from `first` on that continue the last one checked as `first` does.

        Those of one form without numbers differ in their texts alone. A text that repeats the one before it has to be checked.
        """
        if first >= self._run_stop:
            form, stop = chunks.forms.run_at(first)
            if form is None or form.has_numbers:
                return first
            texts = [chunk["choices"][0]["delta"]["content"] for chunk in chunks[first:stop]]
            self._repeats = list(compress(count(first + 1), map(str.startswith, texts[1:], texts)))
            self._texts = texts
            self._run_stop = stop
        index = bisect_right(self._repeats, first)
        last = self._repeats[index] - 1 if index < len(self._repeats) else self._run_stop - 1
        choice = chunks[last]["choices"][0]
        self._restated.last[choice["index"], "content"] = choice["delta"]["content"]
        return last

    def _repeated_texts(self, first: int) -> Iterator[Misstep]:
        """Check the texts of the rest of a run, from `first` on; everything else was checked with another chunk of the same form."""
        begin = self._run_stop - len(self._texts)
        number = self._stream.chunks[first]["choices"][0]["index"]
        key = number, "content"
        checked = first - 1
        for index in self._repeats[bisect_left(self._repeats, first) :]:
            if checked < index - 1:
                self._restated.put(key, self._texts[index - 1 - begin])
            yield from self._restated.add(index, "$.choices[0].delta.content", self._texts[index - begin], key=key)
            checked = index
        if checked < self._run_stop - 1:
            self._restated.put(key, self._texts[-1])

    def _repeated_text(self, index: int, chunk: dict[str, Any]) -> Iterator[Misstep]:
        """Check the text of a chunk; everything else was checked with another chunk of the same form."""
        choice = chunk["choices"][0]
        path = "$.choices[0].delta.content"
        yield from self._restated.add(index, path, choice["delta"]["content"], key=(choice["index"], "content"))

    def _chunk(self, index: int, chunk: dict[str, Any], flag: int) -> Iterator[Misstep]:
        choices = chunk.get("choices")
        choices = choices if isinstance(choices, list) else []
        usage = chunk.get("usage")
        if not choices and usage is None and not chunk.get("error") and "moderation" not in chunk:
            yield Misstep("empty-choices", index, "choices is empty, but the chunk carries no usage", "$.choices")
        for position, choice in enumerate(choices):
            if isinstance(choice, dict):
                yield from self._choice(index, position, choice, counted=usage is not None)
        yield from self._usage.chunk(index, chunk, has_content=bool(flag & TEXT))

    def _choice(self, index: int, position: int, choice: dict[str, Any], *, counted: bool) -> Iterator[Misstep]:
        path = f"$.choices[{position}]"
        number = choice.get("index")
        key = number if type(number) is int else position
        if key not in self._walk.states:
            if key != len(self._walk.states):
                message = f"choice {key} begins before choice {len(self._walk.states)}"
                yield Misstep("choice-index-order", index, message, f"{path}.index")
            if "finish_reason" not in choice:
                yield Misstep("absent-finish-reason", index, "the choice has no finish_reason key", path)
        delta = choice.get("delta")
        delta = delta if isinstance(delta, dict) else {}
        finish = choice.get("finish_reason")
        finish = finish if isinstance(finish, str) and finish not in ("", "null") else None
        has_content = _has_content(delta)
        # Reported when the choice continues: if the stream breaks off here, its finish reason is missing.
        yield from filter(None, [self._empty.pop(key, None)])
        if delta.get("role") or (delta.get("role") == "" and key not in self._walk.states):
            yield from self._step(key, "role", index, f"{path}.delta.role", f'role "{delta["role"]}"')
        elif key not in self._walk.states and not has_content and finish is None:
            yield from self._step(key, "nothing", index, f"{path}.delta", "an empty delta")
        elif self._walk.state(key) == "open" and finish is None and not counted and _is_empty(choice):
            self._empty[key] = Misstep("empty-delta", index, "the delta is empty", f"{path}.delta")
        if has_content:
            yield from self._step(key, "content", index, f"{path}.delta", "content")
        if finish is not None:
            yield from self._check_finish(key, finish, index, path, has_content)
        self._logprobs(key, choice, delta, index, path)
        self._size = len(choice)
        if "finish_reason" in choice:
            self._reasoned.add(key)
        elif key in self._reasoned:
            # Some servers send it only with the last chunk of a choice, all others with every chunk.
            message = "finish_reason is missing, but earlier chunks of the choice have it"
            yield Misstep("intermittent-field", index, message, f"{path}.finish_reason")
        for field, text in delta.items():
            if field != "role":
                yield from self._restated.add(index, f"{path}.delta.{field}", text, key=(key, field))
        yield from self._tools.delta(key, delta, index, f"{path}.delta")

    def _check_finish(self, key: object, finish: str, index: int, path: str, has_content: bool) -> Iterator[Misstep]:
        path += ".finish_reason"
        if has_content:
            yield Misstep("finish-with-content", index, f'"{finish}" and content are in the same chunk', path)
        before = self._finish.get(key)
        message = f'"{finish}" again' if before == finish else f'"{finish}", but was "{before}" before'
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
        """Collect the log probabilities of a choice. A choice whose first chunk has none is ignored."""
        logprobs = choice.get("logprobs")
        if not isinstance(logprobs, dict) and key not in self._tokens:
            return
        logprobs = logprobs if isinstance(logprobs, dict) else {}
        of_choice = self._tokens.setdefault(key, {"content": LogprobTokens(), "refusal": LogprobTokens()})
        for field, tokens in of_choice.items():
            tokens.take(delta.get(field), logprobs.get(field), index, f"{path}.logprobs.{field}")

    def _end(self) -> Iterator[Misstep]:
        for key, kind in self._walk.unfinished() if self._stream.verdict != "error" else ():
            yield Misstep(kind, None, f"no chunk carries a finish_reason for choice {key}")
        for of_choice in self._tokens.values():
            for tokens in of_choice.values():
                yield from tokens.end()
        yield from self._tools.end(self._finish, forced=_requires_tool(self._stream))
        yield from self._usage.end(any(flag & TEXT for flag in self._stream.flags))


def _is_empty(choice: dict[str, Any]) -> bool:
    """Return whether a choice is empty: its delta has no fields that are not null, and there are no other fields."""
    delta = choice.get("delta")
    return (
        isinstance(delta, dict)
        and not any(value is not None for value in delta.values())
        and choice.keys() <= _STANDARD
    )


def _has_content(delta: dict[str, Any]) -> bool:
    return any(delta.get(key) for key in delta if key not in ("role", "index"))


def _requires_tool(stream: Stream) -> bool:
    """Return whether the request, if known, names the tool to call or requires one."""
    request = stream.exchange.request
    fields = as_object(request.body.json) if request and request.body else {}
    choice = fields.get("tool_choice")
    return isinstance(choice, dict) or choice == "required"
