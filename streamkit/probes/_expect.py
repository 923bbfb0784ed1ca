"""What cases expect of answers, in the terms common to all APIs. Each function here returns an `Expectation`."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

import orjson

from streamkit.model.exchange import header
from streamkit.model.message import MAX_COUNT, Part
from streamkit.probes._probe import Answer, Expectation, Flaw, each
from streamkit.text import shorten

_QUOTE = 60
_NO_FINISH = ("SEQ410",)
_WORD = re.compile(r"\w+")
_PIECE = re.compile(r"\w+|[^\w\s]")  # roughly a token
_COUNTING = "programs that count costs: the same question has two prices"


def quoted(text: str) -> str:
    """Return text of an endpoint in quotation marks, shortened."""
    return f"“{shorten(' '.join(text.split()), _QUOTE)}”"


def has_text() -> Expectation:
    """The answer has text. A model that reasons may need all its tokens for that, which is a deviation."""

    def check(answer: Answer) -> str | Flaw | None:
        if answer.message.text.strip():
            return None
        if answer.message.reasoning:
            return Flaw("deviates", f"the answer has no text, only reasoning ({answer.message.finish or 'no finish'})")
        return "the answer has no text"

    return each(check)


def has_role(name: str) -> Expectation:
    """The message has this role."""

    def check(answer: Answer) -> str | None:
        role = answer.message.role
        return None if role == name else f"role {role!r}, expected {name!r}" if role else f"no role, expected {name!r}"

    return each(check)


def finish(*reasons: str) -> Expectation:
    """Each choice ended for one of these reasons."""

    def check(answer: Answer) -> Flaw | None:
        found = [message.finish for message in answer.reply.messages] or [None]
        wrong = next((reason for reason in found if reason not in reasons), reasons[0])
        return None if wrong in reasons else _wrong_finish(wrong, *reasons)

    return each(check)


def _wrong_finish(found: str | None, *expected: str) -> Flaw:
    why = f"finish reason {found!r}, expected {' or '.join(map(repr, expected))}"
    return Flaw("fail", why, known_as=_NO_FINISH if found is None else ())


def fields(expected: Mapping[str, type | tuple[type, ...] | str]) -> Expectation:
    """The JSON body of a plain answer has these fields: of a type, or equal to a text. `a.0.b` names a field further down."""

    def check(answer: Answer) -> str | None:
        value = answer.json
        if not isinstance(value, Mapping):
            return "the body is not a JSON object"
        for path, wanted in expected.items():
            found = at(value, path)
            if isinstance(wanted, str):
                if found != wanted:
                    return f"{path} is {shorten(repr(found), _QUOTE)}, expected {wanted!r}"
            elif isinstance(found, bool) or not isinstance(found, wanted):
                return f"{path} is {'missing' if found is None else shorten(repr(found), _QUOTE)}"
        return None

    return each(check)


def at(value: Any, path: str) -> Any:
    """Return the value at a path such as `choices.0.message`; None if there is none."""
    for part in path.split("."):
        if isinstance(value, Mapping):
            value = value.get(part)
        elif isinstance(value, list) and part.isdecimal():
            value = value[int(part)] if int(part) < len(value) else None
        else:
            return None
    return value


def usage_adds_up() -> Expectation:
    """The answer reports its tokens, and the total is the sum of input and output."""

    def check(answer: Answer) -> str | Flaw | None:
        usage = answer.reply.usage
        if usage is None or usage.output is None:
            return Flaw("deviates", "no usage is reported")
        if usage.output == 0 and answer.message.text:
            return Flaw("deviates", f"usage: 0 tokens of output for {quoted(answer.message.text)}")
        if usage.total is not None and usage.input is not None and usage.total < usage.input + usage.output:
            return f"usage: {usage.input} + {usage.output} tokens are more than the total {usage.total}"
        if usage.total is not None and usage.input is not None and usage.total > usage.input + usage.output:
            return Flaw("deviates", f"usage: the total {usage.total} is not {usage.input} + {usage.output}")
        return None

    return each(check)


def ends_at_limit(limit: int, reason: str) -> Expectation:
    """The answer was cut off after `limit` tokens, with this finish reason. One that ended before the limit shows nothing."""

    def found(answers: Sequence[Answer]) -> Iterator[Flaw]:
        for index, answer in enumerate(answers):
            output = answer.reply.usage.output if answer.reply.usage else None
            if answer.message.finish != reason:
                yield replace(_uncut(answer, limit, reason, output), at=index)
            if output is not None and output > limit:
                yield Flaw("fail", f"{output} tokens of output, expected at most {limit}", index)

    return found


def _uncut(answer: Answer, limit: int, reason: str, output: int | None) -> Flaw:
    tokens = output or len(_PIECE.findall(answer.message.text))
    if answer.message.finish is not None and 0 < tokens < limit:
        return Flaw("deviates", f"the answer ended before the limit: {quoted(answer.message.text)}")
    return _wrong_finish(answer.message.finish, reason)


def content_type(*kinds: str) -> Expectation:
    """The response has one of these content types."""

    def check(answer: Answer) -> str | None:
        kind = (answer.exchange.content_type or "").partition(";")[0].strip().lower()
        return None if kind in kinds else f"content type {kind or 'missing'}, expected {' or '.join(kinds)}"

    return each(check)


def uncompressed() -> Expectation:
    """The response has no content coding."""

    def check(answer: Answer) -> str | None:
        coding = header(answer.exchange.response.headers, "content-encoding") if answer.exchange.response else None
        plain = coding is None or coding.lower() == "identity"
        return None if plain else f"content coding {coding}, which the request did not accept"

    return each(check)


def only(index: int, expectation: Expectation) -> Expectation:
    """The expectation applies to the answer at `index` alone, from 0."""

    def found(answers: Sequence[Answer]) -> Iterator[Flaw]:
        if index < len(answers):
            for flaw in expectation(answers[index : index + 1]):
                yield replace(flaw, at=index)

    return found


def agree(*, text: bool = True) -> Expectation:
    """All answers have the same role, finish reason, number of input tokens and tool calls; and, if `text`, the same text.

    A model may word its answer differently each time, which is a deviation only.
    """

    def found(answers: Sequence[Answer]) -> Iterator[Flaw]:
        first = answers[0]
        for index, answer in enumerate(answers[1:], 1):
            for what, one, other in (
                ("role", first.message.role, answer.message.role),
                ("finish reason", first.message.finish, answer.message.finish),
                ("input tokens", _input(first), _input(answer)),
                ("tool calls", _names(first), _names(answer)),
            ):
                if one != other and (what != "input tokens" or None not in (one, other)):
                    known_as = _NO_FINISH if what == "finish reason" and None in (one, other) else ()
                    why = f"{what}: {one!r} in the first answer, {other!r} in the other"
                    breaks = (_COUNTING,) if what == "input tokens" else None
                    yield Flaw("fail", why, index, breaks, known_as)
            if text and first.message.text != answer.message.text:
                yield _worded(first.message.text, answer.message.text, index)

    return found


def _worded(one: str, other: str, index: int) -> Flaw:
    """Return the flaw of two texts that differ: a missing part or another order is a failure, another text a deviation."""
    both = f"{quoted(one)} and {quoted(other)}"
    if one and other and (_is_within(other, one) or _is_within(one, other)):
        return Flaw("fail", f"a part of the text is missing: {both}", index, misplaced=True)
    if sorted(_WORD.findall(one)) == sorted(_WORD.findall(other)):
        return Flaw("fail", f"the words come in another order: {both}", index, misplaced=True)
    return Flaw("deviates", f"two texts for one question: {both}", index)


def _is_within(part: str, whole: str) -> bool:
    """Return whether `part` is `whole` with something left out at one place."""
    start = next((i for i, (a, b) in enumerate(zip(part, whole, strict=False)) if a != b), min(len(part), len(whole)))
    rest = len(part) - start
    return len(part) < len(whole) and (rest == 0 or whole.endswith(part[start:]))


def _input(answer: Answer) -> int | None:
    return answer.reply.usage.input if answer.reply.usage else None


def calls_of(answer: Answer) -> list[Part]:
    """Return the calls, without those that are repeated as `function_call`, the older form, which has no id."""
    calls = answer.message.tool_calls
    known = {(call.name, call.text) for call in calls if call.id}
    return [call for call in calls if call.id or (call.name, call.text) not in known]


def _names(answer: Answer) -> list[str | None]:
    return [call.name for call in calls_of(answer)]


def lacking(text: str, names: Sequence[str], being: str, lacks: str) -> str | None:
    """Return how a text differs from a JSON object with these fields; None if it does not.

    Messages begin with `being` (`the text is`) or `lacks` (`the object lacks`).
    """
    try:
        value = orjson.loads(text)
    except orjson.JSONDecodeError:
        return f"{being} not JSON: {quoted(text)}"
    if not isinstance(value, dict):
        return f"{being} not a JSON object: {quoted(text)}"
    missing = [name for name in names if name not in value]
    return f"{lacks} {missing[0]!r}: {quoted(text)}" if missing else None


def json_text(*names: str) -> Expectation:
    """The text of the answer is a JSON object with these fields."""
    return each(lambda answer: lacking(answer.message.text, names, "the text is", "the object lacks"))


def without(word: str) -> Expectation:
    """The text of the answer does not contain this word."""

    def check(answer: Answer) -> str | None:
        text = answer.message.text
        return f"the text contains {word!r}: {quoted(text)}" if word in text else None

    return each(check)


def stops_at(word: str, *, before: str, reason: str) -> Expectation:
    """The answer ends before the stop sequence `word`, with this finish reason. A text without `before`, which comes ahead of it,
    shows nothing."""

    def check(answer: Answer) -> str | Flaw | None:
        text, found = answer.message.text, answer.message.finish
        flaw = None if found == reason else _wrong_finish(found, reason)
        if word in text:
            why = f"the text contains {word!r}: {quoted(text)}"
            return f"{flaw.why}; {why}" if flaw is not None else why
        if before not in text.lower():
            return Flaw("deviates", f"the model did not count, so nothing was stopped: {quoted(text)}")
        return flaw

    return each(check)


def lists_model(path: str, field: str) -> Expectation:
    """The list at `path` has objects with a name in `field`, among them the requested model."""

    def check(answer: Answer) -> str | Flaw | None:
        models = at(answer.json, path)
        names = [model.get(field) for model in models if isinstance(model, Mapping)] if isinstance(models, list) else []
        if not all(isinstance(name, str) for name in names):
            return f"a model without {field}"
        wanted = answer.exchange.labels.get("model")
        return Flaw("deviates", f"{wanted} is not listed") if wanted not in (None, *names) else None

    return each(check)


def whole_characters() -> Expectation:
    """No character of the answer was cut in two: there is no U+FFFD in its text."""

    def check(answer: Answer) -> str | None:
        text = answer.message.text
        return f"a character was cut in two: {quoted(text)}" if "\ufffd" in text else None

    return each(check)


def same_connection() -> Expectation:
    """The later requests went over the connection of the first."""

    def found(answers: Sequence[Answer]) -> Iterator[Flaw]:
        for index, answer in enumerate(answers[1:], 1):
            if answer.exchange.connected_at is not None:
                yield Flaw("deviates", "the connection was closed after the answer", index)

    return found


def arrives_in_pieces() -> Expectation:
    """The first content arrives before the end, so that the answer is streamed, and not only sent as a stream.

    A stream that takes less than a tenth of a second after its head, or has few chunks, shows nothing.
    """

    def check(answer: Answer) -> Flaw | None:
        times = [when for when in answer.stream.chunk_times() if when is not None]
        head = answer.exchange.response.at if answer.exchange.response else None
        if len(times) < _FEW_CHUNKS or head is None:
            return None
        first, last = times[1], times[-1]
        waited = first - (answer.exchange.sent_at or 0)
        if last - first < max(waited // 100, 1) and waited > _NOTICED_NS:
            return Flaw("deviates", f"all chunks arrived at once, {waited / 1e6:.0f} ms after the request")
        return None

    return each(check)


_FEW_CHUNKS = 5
_NOTICED_NS = 100_000_000


def counts_are_numbers() -> Expectation:
    """Every reported token count is an integer that is not negative."""

    def check(answer: Answer) -> str | None:
        usage = answer.reply.usage
        counts = (usage.input, usage.output, usage.total) if usage else ()
        wrong = [count for count in counts if count is not None and not 0 <= count <= MAX_COUNT]
        return f"a token count is {wrong[0]}" if wrong else None

    return each(check)
