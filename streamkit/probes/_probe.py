"""The contract of a probe: one case to ask of an endpoint. There is one case per file.

The docstring of the module is the manual of the case, in sections: what it sends, what it expects, why, the clause of the
reference on which it rests, and the clients that need it. The case itself is data: the requests (`Ask`), and what must be
true of the answers (`Expectation`, see `_expect.py`).

    PROBE = Probe.declare(
        __name__, api="openai_chat", group="limits", asks=(SHORT,), expects=(ends_at_limit(3, "length"),)
    )

A case only sees recordings of its answers, so that it can be judged again without the endpoint.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cache
from typing import Any, Literal, TypedDict, Unpack

import orjson

from streamkit.errors import CatalogueError, suggestion
from streamkit.frozen import dataclass
from streamkit.model.exchange import Exchange, Headers
from streamkit.model.finding import Finding
from streamkit.model.message import Message, Reply
from streamkit.model.probing import CaseVerdict
from streamkit.model.stream import Stream, Verdict
from streamkit.registry import Catalogue

MODEL = "{model}"
"""Stands for the model in the path and the body of a request, until it is sent."""

COPY = "{copy}"
"""Stands for a word in the body of a request, another one in each of its copies."""

COPY_WORDS = ("amber", "birch", "cedar", "delta", "ember", "fjord", "grove", "heron")

WRONG_KEY = "streamkit-probe-wrong-key"
"""The key that is sent by requests with a wrong key."""

GROUPS = ("answer", "stream", "usage", "limits", "tools", "json", "reasoning", "input", "errors", "http", "timing")
"""The groups of the cases."""

SECTIONS = ("Sends", "Expects", "Why", "Reference", "Clients")
_SECTION = re.compile(rf"^({'|'.join(SECTIONS)}): (.*?)(?=\n\n|\Z)", re.MULTILINE | re.DOTALL)

Build = Callable[["Answer"], Mapping[str, Any] | None]
"""Make the body of a request from the answer to the one before it; None if that cannot be done."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """A request to an endpoint.

    `name` identifies it among those of its API: cases with the same `Ask` share one exchange. `path` begins with the version
    of the API (`/v1/chat/completions`); a base URL that ends in a version replaces it. `body` is a JSON value, in which
    strings equal to MODEL are replaced, or bytes that are sent as they are. `headers` are added to those of every request.
    `key` is what is sent as the API key: that of the user, or a wrong one. `streams` means that a stream is the expected
    answer. `copies` are sent at once. With `leaves`, the connection is closed after two frames. `then` is
    sent afterwards, on the same connection if the endpoint keeps it open; its body may depend on the answer (`follows`).
    """

    name: str
    api: str
    path: str
    method: str = "POST"
    body: Any = None
    headers: Headers = ()
    key: Literal["own", "wrong"] = "own"
    streams: bool = False
    copies: int = 1
    leaves: bool = False
    then: Ask | None = None
    follows: Build | None = None

    @property
    def chain(self) -> tuple[Ask, ...]:
        """This request and those after it, in order."""
        return (self, *(self.then.chain if self.then is not None else ()))

    @property
    def input_tokens(self) -> int:
        """A rough estimate of the tokens of the input: one for four bytes of the body."""
        return 0 if self.body is None else self.copies * -(-len(self.data(MODEL) or b"") // 4)

    @property
    def output_limit(self) -> int | None:
        """The most tokens that the answer may have, as the body limits them; None if it does not."""
        fields = _fields(self.body)
        if self.method != "POST" or not fields:
            return 0
        holders = (fields, fields.get("generationConfig"), fields.get("options"))
        limits = [
            holder[name] for holder in holders if isinstance(holder, Mapping) for name in _LIMITS if name in holder
        ]
        numbers = [limit for limit in limits if isinstance(limit, int)]
        answers = fields.get("n", 1)
        return None if not numbers else min(numbers) * self.copies * (answers if isinstance(answers, int) else 1)

    def followed_by(self, follows: Callable[[Answer], Any], body: Mapping[str, Any]) -> Ask:
        """Return this request with a second one, streamed, whose body `follows` makes from the answer to this one.

        `body` has the fields of that body from which its cost is estimated. The second request is called NAME-result.
        """
        second = Ask(
            name=f"{self.name}-result",
            api=self.api,
            path=self.path,
            headers=self.headers,
            body=body,
            streams=True,
            follows=follows,
        )
        return replace(self, then=second)

    def data(self, model: str, body: Any = None, copy: int = 0) -> bytes | None:
        """Return the bytes of the body (`body` instead of the declared one, if given) for a model, and one of its copies."""
        value = self.body if body is None else body
        if isinstance(value, bytes):
            return value.replace(MODEL.encode(), orjson.dumps(model)[1:-1])
        return None if value is None else orjson.dumps(filled(value, model, copy))


def _fields(body: Any) -> Mapping[str, Any]:
    """Return the fields of a body that is a JSON object; none of any other, which is refused and costs nothing."""
    if isinstance(body, bytes):
        try:
            body = json.loads(body)  # which accepts half a surrogate pair
        except ValueError:
            return {}
    return body if isinstance(body, Mapping) else {}


_LIMITS = ("max_tokens", "max_completion_tokens", "max_output_tokens", "maxOutputTokens", "num_predict")


def filled(value: Any, model: str, copy: int = 0) -> Any:
    """Return a JSON value with MODEL and COPY replaced, at any depth."""
    if isinstance(value, Mapping):
        return {key: filled(item, model, copy) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [filled(item, model, copy) for item in value]
    return value.replace(MODEL, model).replace(COPY, COPY_WORDS[copy]) if isinstance(value, str) else value


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """The recorded answer to one request: the exchange decoded as its API (`stream`), the message in the terms common to all APIs
    (`reply`), the whole object of the API (`object`), and what lint finds in the stream. `evidence` is `file#n`."""

    ask: Ask
    stream: Stream
    reply: Reply
    object: Any
    findings: tuple[Finding, ...] = ()
    evidence: str = ""

    @property
    def exchange(self) -> Exchange:
        """The recorded exchange."""
        return self.stream.exchange

    @property
    def status(self) -> int | None:
        """The status of the response; None if there was none."""
        return self.exchange.response.status if self.exchange.response else None

    @property
    def json(self) -> Any:
        """The JSON value that is the whole body; None if the body is not JSON."""
        try:
            return orjson.loads(self.exchange.frames.body)
        except orjson.JSONDecodeError:
            return None

    @property
    def message(self) -> Message:
        """The first choice; an empty one if there is none."""
        return self.reply.messages[0] if self.reply.messages else Message()

    @property
    def refusal(self) -> str | None:
        """The reason of a refusal, from the body; None if it gives none."""
        return refusal_of(self.json)


def refusal_of(value: Any) -> str | None:
    """Return the reason that an error gives: a text or an object at `error`, a text at `message` or `detail`, or the first of the
    mistakes that FastAPI lists at `detail`."""
    value = value[0] if isinstance(value, list) and len(value) == 1 else value
    if not isinstance(value, Mapping):
        return None
    error = value.get("error")
    if isinstance(error, Mapping):
        error = error.get("message") or error.get("type")
    return next((text for text in (error, value.get("message"), _detail(value.get("detail"))) if _is_text(text)), None)


def _detail(value: Any) -> Any:
    """Return `body.messages: Field required` of FastAPI's list of mistakes; any other value as it is."""
    first = value[0] if isinstance(value, list) and value else None
    if not isinstance(first, Mapping) or not _is_text(first.get("msg")):
        return value
    place = first.get("loc")
    where = ".".join(map(str, place)) if isinstance(place, list) else ""
    return f"{where}: {first['msg']}" if where else first["msg"]


def _is_text(value: Any) -> bool:
    return isinstance(value, str) and bool(value)


@dataclass(frozen=True, slots=True)
class Flaw:
    """A way in which answers differ from what a case expects. `at` is the place of the answer, from 0; None means all. If
    `breaks` is None, the clients of the manual are named. `known_as` are codes of lint for the same flaw: if another case has
    reported one, that case is named instead. `code` is that of the finding which the flaw is. `misplaced` means that events of
    the answer are missing, repeated or out of place."""

    verdict: CaseVerdict
    why: str
    at: int | None = None
    breaks: tuple[str, ...] | None = None
    known_as: tuple[str, ...] = ()
    code: str | None = None
    misplaced: bool = False


Expectation = Callable[[Sequence[Answer]], Iterable[Flaw]]
"""Yield what is wrong with the answers of a case, in the order of its requests."""

Refusal = Literal["unsupported", "fail", "expected"]


class Traits(TypedDict, total=False):
    """The optional arguments of a probe; see the fields of `Probe`."""

    expects: tuple[Expectation, ...]
    finds: tuple[str, ...]
    damage: tuple[Verdict, ...]
    allows: tuple[str, ...]
    refusal: Refusal


@dataclass(frozen=True, slots=True, kw_only=True)
class Probe:
    """A case of the battery.

    `asks` are its requests, each followed by its `then`; `expects` is applied to all their answers. `refusal` is the verdict
    for an answer that is a clear refusal: `fail` for the cases without which an API is not offered, and `expected` if the case
    judges the status itself.

    Every API has cases that judge the parts of its plain streamed answer, so that a defect of all its streams is reported
    once: `finds` are the beginnings of the codes of lint that a case reports, the longest of all cases counting; `damage` are
    the verdicts on a whole stream that it reports. All other cases report only what these have not, and
    none of the codes in `allows`, which the request asks for.
    """

    name: str
    api: str
    group: str
    docstring: str
    asks: tuple[Ask, ...]
    expects: tuple[Expectation, ...] = ()
    finds: tuple[str, ...] = ()
    damage: tuple[Verdict, ...] = ()
    allows: tuple[str, ...] = ()
    refusal: Refusal = "unsupported"

    @staticmethod
    def declare(module: str, *, api: str, group: str, asks: tuple[Ask, ...], **traits: Unpack[Traits]) -> Probe:
        """Return the case of a file, which provides its name and its manual. Raises CatalogueError for an unknown group."""
        name = module.rpartition(".")[2].replace("_", "-")
        if group not in GROUPS:
            raise CatalogueError(f"{module}: unknown group {group!r}; {suggestion(group, GROUPS)}")
        docstring = (sys.modules[module].__doc__ or "").strip()
        return Probe(name=name, api=api, group=group, docstring=docstring, asks=asks, **traits)

    @property
    def key(self) -> str:
        """The name among the cases of all APIs: `openai_chat/plain-answer`."""
        return f"{self.api}/{self.name}"

    @property
    def title(self) -> str:
        """The first line of the manual."""
        return self.docstring.partition("\n")[0].rstrip(".")

    @property
    def judges_streams(self) -> bool:
        """Whether this is one of the cases that judge the parts of the plain streamed answer."""
        return bool(self.finds or self.damage)

    @property
    def chain(self) -> tuple[Ask, ...]:
        """All requests, in order."""
        return tuple(ask for first in self.asks for ask in first.chain)

    @property
    def clients(self) -> tuple[str, ...]:
        """The clients that need what the case checks, as its manual names them."""
        named = sections(self.docstring).get("Clients", "").removesuffix(".")
        return (named,) if named else ()


@cache
def sections(docstring: str) -> Mapping[str, str]:
    """Return the sections of a manual by name, each as one line of text."""
    return {match[1]: " ".join(match[2].split()) for match in _SECTION.finditer(docstring)}


PROBES: Catalogue[Probe] = Catalogue("streamkit.probes", Probe, lambda probe: probe.key, families=True)


def each(check: Callable[[Answer], str | Flaw | None]) -> Expectation:
    """Return an expectation of every answer on its own: `check` returns what is wrong with one (a text means `fail`), or None."""

    def found(answers: Sequence[Answer]) -> Iterator[Flaw]:
        for index, answer in enumerate(answers):
            wrong = check(answer)
            if isinstance(wrong, str):
                yield Flaw("fail", wrong, index)
            elif wrong is not None:
                yield replace(wrong, at=index)

    return found
