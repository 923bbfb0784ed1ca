"""The official SDKs' own accumulators, fed with the same chunks, and a named reason for every way in which we differ.

Objects are compared without what is not a real difference: nulls, fields that an SDK adds (`parsed`), the `index` of a
tool call (which openai-python leaves in), equal numbers of different types, and times that an SDK parses.
"""

from __future__ import annotations

import re
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

ADDED = {"parsed", "parsed_arguments", "parsed_output"}
NOTHING = "(nothing)"


def openai_chat(chunks: list[dict[str, Any]]) -> dict[str, Any]:
    """openai-python: `ChatCompletionStreamState`."""
    from openai._models import construct_type
    from openai.lib.streaming.chat._completions import ChatCompletionStreamState
    from openai.types.chat import ChatCompletionChunk

    state = ChatCompletionStreamState()
    for raw in chunks:
        chunk: Any = construct_type(type_=ChatCompletionChunk, value=raw)
        if getattr(chunk, "object", None) == "chat.completion.chunk":
            state.handle_chunk(chunk)
    answer = state.current_completion_snapshot.to_dict()
    for choice in answer["choices"]:
        for call in choice["message"].get("tool_calls") or ():
            call.pop("index", None)
    return answer


def openai_responses(chunks: list[dict[str, Any]]) -> dict[str, Any]:
    """openai-python: `ResponseStreamState`."""
    from openai._models import construct_type
    from openai._types import omit
    from openai.lib.streaming.responses._responses import ResponseStreamState
    from openai.types.responses import ResponseStreamEvent

    state: Any = ResponseStreamState(input_tools=omit, text_format=omit)
    for raw in chunks:
        state.handle_event(construct_type(type_=ResponseStreamEvent, value=raw))
    return state._completed_response.to_dict()


def anthropic_messages(chunks: list[dict[str, Any]]) -> dict[str, Any]:
    """anthropic-sdk-python: `accumulate_event`."""
    from anthropic._models import construct_type
    from anthropic.lib.streaming._messages import accumulate_event
    from anthropic.types import RawMessageStreamEvent

    snapshot: Any = None
    buffers: dict[int, bytes] = {}
    for raw in chunks:
        if raw.get("type") != "ping":  # the SDK's own stream skips pings before it accumulates
            event: Any = construct_type(type_=RawMessageStreamEvent, value=raw)
            snapshot = accumulate_event(event=event, current_snapshot=snapshot, json_bufs=buffers)
    return snapshot.to_dict()


REFEREES: dict[str, Callable[[list[dict[str, Any]]], dict[str, Any]]] = {
    "openai_chat": openai_chat,
    "openai_responses": openai_responses,
    "anthropic_messages": anthropic_messages,
}


@dataclass(frozen=True)
class Difference:
    """One place where we and a referee differ. `path` is `(raises)` if the referee raises."""

    path: str
    ours: Any
    theirs: Any


@dataclass(frozen=True)
class Reason:
    """Why we differ: who is right, why, and which differences this explains."""

    name: str
    why: str
    api: str
    explains: Callable[[Difference], bool]


def differences(api: str, chunks: list[dict[str, Any]], ours: Any) -> list[Difference]:
    """Return where our object and the referee's differ."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # pydantic warns about fields that the SDK's types do not have
        try:
            theirs = REFEREES[api](chunks)
        except Exception as error:
            return [Difference("(raises)", ours, error)]
    return list(_differences(_plain(ours), _plain(theirs), "$"))


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _plain(field) for key, field in value.items() if field is not None and key not in ADDED}
    if isinstance(value, datetime):
        return value.isoformat().replace("+00:00", "Z")
    return [_plain(entry) for entry in value] if isinstance(value, list) else value


def _differences(ours: Any, theirs: Any, path: str) -> Iterator[Difference]:
    if isinstance(ours, dict) and isinstance(theirs, dict):
        for key in sorted(ours.keys() | theirs.keys()):
            yield from _differences(ours.get(key, NOTHING), theirs.get(key, NOTHING), f"{path}.{key}")
    elif isinstance(ours, list) and isinstance(theirs, list) and len(ours) == len(theirs):
        for index, (one, other) in enumerate(zip(ours, theirs, strict=True)):
            yield from _differences(one, other, f"{path}[{index}]")
    elif ours != theirs:
        yield Difference(path, ours, theirs)


def _at(pattern: str, when: Callable[[Difference], bool] = lambda _: True) -> Callable[[Difference], bool]:
    return lambda difference: re.fullmatch(pattern, difference.path) is not None and when(difference)


def _raises(*kinds: type[Exception]) -> Callable[[Difference], bool]:
    return lambda difference: difference.path == "(raises)" and isinstance(difference.theirs, kinds)


def _lost(difference: Difference) -> bool:
    return bool(difference.theirs == NOTHING)


REASONS = (
    Reason(
        "repeated-role-added-up",
        "openai-python joins roles like text: a role in every chunk gives `assistantassistant`. A role is not a text to append to.",
        "openai_chat",
        _at(r"\$\.choices\[\d+\]\.message\.role", lambda d: d.theirs == d.ours * (len(d.theirs) // len(d.ours))),
    ),
    Reason(
        "missing-role-left-out",
        "No chunk has a role. A plain answer always has one, and it is always `assistant`.",
        "openai_chat",
        _at(r"\$\.choices\[\d+\]\.message\.role", lambda d: d.ours == "assistant" and _lost(d)),
    ),
    Reason(
        "repeated-id-or-name-added-up",
        "openai-python joins the id and the name of a tool call like text: `call_1call_1`. The first one stands.",
        "openai_chat",
        _at(r".*\.tool_calls\[\d+\]\.(id|function\.name)", lambda d: str(d.theirs).startswith(str(d.ours))),
    ),
    Reason(
        "null-took-it-away",
        "openai-python lets a later chunk's null (or absence) take away the fingerprint, the tier and the usage that an earlier"
        " one reported: OpenAI's own moderation chunk loses the usage. What a chunk has reported is kept.",
        "openai_chat",
        _at(r"\$\.(system_fingerprint|service_tier|usage)", _lost),
    ),
    Reason(
        "later-fields-dropped",
        "openai-python keeps fields that it does not know from the first chunk alone. We keep them from every chunk.",
        "openai_chat",
        lambda d: (
            _lost(d)
            and re.match(r"\$\.(choices\[\d+\]\.)?\w+", d.path) is not None
            and not re.match(r"\$\.(id|created|model|object|usage)$|.*\.(message|logprobs|finish_reason)\b", d.path)
        ),
    ),
    Reason(
        "unknown-logprobs-dropped",
        "openai-python joins the log probabilities of `content` and `refusal`; those of DeepSeek's reasoning it drops.",
        "openai_chat",
        _at(r"\$\.choices\[\d+\]\.logprobs\.\w+", _lost),
    ),
    Reason(
        "first-value-frozen",
        "openai-python keeps an unknown field as the first chunk has it. Here the last value is kept.",
        "openai_chat",
        _at(r"\$\.(choices\[\d+\]\.)?(?!message|logprobs|usage|finish)\w+(\..*)?", lambda d: not _lost(d)),
    ),
    Reason(
        "other-objects-dropped",
        "openai-python skips every chunk whose `object` is not `chat.completion.chunk`: Perplexity's last one, with"
        " the finish reason and the costs, and every chunk of providers that leave `object` out.",
        "openai_chat",
        lambda d: _raises(AssertionError)(d) or (_at(r"\$\.(usage\..*|choices\[0\]\.finish_reason|citations.*|search_results.*)")(d)),
    ),
    Reason(
        "content-in-parts",
        "openai-python expects text: content in parts (Mistral) raises, because the parts have no index.",
        "openai_chat",
        _raises(RuntimeError, TypeError),
    ),
    Reason(
        "choice-or-call-without-index",
        "openai-python raises where a choice or a tool call has no index, or the first index is not 0.",
        "openai_chat",
        _raises(TypeError, IndexError, AttributeError),
    ),
    Reason(
        "no-arguments-left-out",
        "A tool call that got no arguments: openai-python leaves the field out, the API requires it, so it is empty here.",
        "openai_chat",
        _at(r".*\.function\.arguments", lambda d: d.ours == "" and _lost(d)),
    ),
    Reason(
        "colliding-calls-glued",
        "Parallel calls that share an index: openai-python joins them to one call. Another id is another call.",
        "openai_chat",
        _at(r".*\.tool_calls", lambda d: len(d.ours) > len(d.theirs)),
    ),
    Reason(
        "surrogates-left-apart",
        "Halves of a surrogate pair in two chunks: openai-python leaves two halves, which no encoder takes.",
        "openai_chat",
        _at(r".*\.(content|arguments)", lambda d: isinstance(d.theirs, str) and any("\ud800" <= c <= "\udfff" for c in d.theirs)),
    ),
    Reason(
        "numbers-added-up",
        "openai-python adds numbers up, a token id like a count. The last one stands.",
        "openai_chat",
        _at(r".*\.message\.\w+", lambda d: isinstance(d.ours, int) and isinstance(d.theirs, int)),
    ),
    Reason(
        "unfinished-given-up",
        "openai-python gives a response only from `response.completed`: a failed, incomplete or cut one it does not give.",
        "openai_responses",
        _raises(AttributeError),
    ),
    Reason(
        "empty-output-believed",
        "The terminal event brings an empty `output` after items were streamed. openai-python believes it, and loses them.",
        "openai_responses",
        _at(r"\$\.output", lambda d: d.theirs == [] and d.ours != []),
    ),
    Reason(
        "order-of-events-insisted-on",
        "openai-python raises where an item's id changes or an event comes before its item; the content is all there.",
        "openai_responses",
        _raises(RuntimeError, IndexError, AssertionError),
    ),
    Reason(
        "unknown-usage-dropped",
        "anthropic-sdk-python takes five counts from `message_delta` and drops the others that it holds.",
        "anthropic_messages",
        _at(r"\$\.usage\..*", _lost),
    ),
    Reason(
        "unknown-delta-dropped",
        "anthropic-sdk-python's Messages accumulator does not know deltas of the beta API (compaction): it drops them.",
        "anthropic_messages",
        _at(r"\$\.content\[\d+\]\.(content|encrypted_content)", _lost),
    ),
    Reason(
        "unknown-message-delta-dropped",
        "anthropic-sdk-python takes four fields from `message_delta` and drops the others.",
        "anthropic_messages",
        _at(r"\$\.\w+", _lost),
    ),
    Reason(
        "partial-input-parsed",
        "A tool's input that was cut: anthropic-sdk-python gives what a lenient parser makes of it, another call than"
        " the model made. We keep the text in `partial_json`.",
        "anthropic_messages",
        _at(r"\$\.content\[\d+\]\.(input.*|partial_json)"),
    ),
    Reason(
        "signature-replaced",
        "anthropic-sdk-python replaces a signature by its next piece. Pieces add up.",
        "anthropic_messages",
        _at(r"\$\.content\[\d+\]\.signature", lambda d: str(d.ours).endswith(str(d.theirs))),
    ),
    Reason(
        "order-of-blocks-insisted-on",
        "anthropic-sdk-python raises where a block was not opened, or message_start lacks content or usage.",
        "anthropic_messages",
        _raises(IndexError, AttributeError, RuntimeError, ValueError, TypeError),
    ),
)  # fmt: skip


def reason(api: str, difference: Difference) -> Reason | None:
    """Return the first reason that explains a difference, or None."""
    return next((one for one in REASONS if one.api == api and one.explains(difference)), None)
