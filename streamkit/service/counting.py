"""Requests for the number of tokens of a prompt (`count_tokens`), answered with the counts in recordings.

A count is the one that the provider reported when it answered the same prompt. None is computed or estimated: without such a
recording the answer is an error.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from typing import Any
from urllib.parse import urlsplit

from streamkit.apis import assemble
from streamkit.frozen import dataclass
from streamkit.model.exchange import Body, Request
from streamkit.model.step import Step
from streamkit.playback.differences import differences
from streamkit.playback.fields import FieldPath, without_fields
from streamkit.playback.matcher import Miss, plain_path, whole_path
from streamkit.redact.redactor import redact_request
from streamkit.service import replies
from streamkit.service.recorded_answer import RecordedAnswer

_MOST_DIFFERENCES = 10_000  # stop counting them here, as the matcher does


@dataclass(frozen=True, slots=True, kw_only=True)
class _Count:
    """A kind of request for a count.

    `path` is the end of its path, `prompts` that of the requests whose prompts it counts. `prompt` returns the body of such
    a request with the same prompt. `unrelated` are the fields of the body that are not part of the prompt. `answer` returns
    the response for a count. `grows` returns whether a final object counts more than its prompt: what tools of the provider
    added to it.
    """

    path: str
    prompts: str
    unrelated: frozenset[str]
    answer: Callable[[int], dict[str, Any]]
    prompt: Callable[[dict[str, Any]], Any] = lambda body: body
    grows: Callable[[dict[str, Any]], bool] = lambda _: False


def _used_server_tools(message: dict[str, Any]) -> bool:
    used = (message.get("usage") or {}).get("server_tool_use")
    return isinstance(used, dict) and any(used.values())


_OWN_ITEMS = ("message", "reasoning", "function_call", "custom_tool_call")


def _called_hosted_tools(response: dict[str, Any]) -> bool:
    return any(item.get("type") not in _OWN_ITEMS for item in response.get("output") or () if isinstance(item, dict))


def _of_gemini(body: dict[str, Any]) -> Any:
    """Return the request that is counted: `generateContentRequest` if there is one, or else the contents themselves."""
    wrapped = body.get("generateContentRequest")
    return {key: value for key, value in wrapped.items() if key != "model"} if isinstance(wrapped, dict) else body


def _of_bedrock(body: dict[str, Any]) -> Any:
    wrapped = body.get("input")
    return wrapped.get("converse") if isinstance(wrapped, dict) else None


_COUNTS = (
    _Count(
        path="/messages/count_tokens",
        prompts="/messages",
        unrelated=frozenset(
            ("max_tokens", "stream", "temperature", "top_p", "top_k", "stop_sequences", "metadata", "service_tier")
        ),
        answer=lambda tokens: {"input_tokens": tokens},
        grows=_used_server_tools,
    ),
    _Count(
        path="/responses/input_tokens",
        prompts="/responses",
        unrelated=frozenset(
            ("stream", "stream_options", "store", "metadata", "temperature", "top_p", "max_output_tokens", "user",
             "background", "include", "service_tier", "safety_identifier", "prompt_cache_key")
        ),
        answer=lambda tokens: {"object": "response.input_tokens", "input_tokens": tokens},
        grows=_called_hosted_tools,
    ),
    _Count(
        path=":countTokens",
        prompts=":generateContent",
        unrelated=frozenset(("generationConfig", "safetySettings")),
        answer=lambda tokens: {"totalTokens": tokens},
        prompt=_of_gemini,
    ),
    _Count(
        path="/count-tokens",
        prompts="/converse",
        unrelated=frozenset(("inferenceConfig", "requestMetadata", "performanceConfig", "serviceTier")),
        answer=lambda tokens: {"inputTokens": tokens},
        prompt=_of_bedrock,
    ),
)  # fmt: skip


def count_reply(
    request: Request, recordings: Sequence[RecordedAnswer], ignore: Sequence[FieldPath], command: str
) -> tuple[str, Sequence[Step]] | None:
    """Return what is logged for a request for a count, and its answer; None for other requests.

    `ignore` are fields that are not compared. `command` is the command that records what is missing, "" for that of the
    nearest recording.
    """
    path = plain_path(request.path)
    kind = next((kind for kind in _COUNTS if request.method == "POST" and path.endswith(kind.path)), None)
    if kind is None:
        return None
    path = path.removesuffix(kind.path) + kind.prompts
    received = _prompt(kind, request, ignore, counted=True)
    # How far each prompt differs, and the recording.
    nearest: tuple[int, int] | None = None
    silent: RecordedAnswer | None = None
    for index, recording in enumerate(recordings):
        recorded = recording.exchange.request
        if recorded is None or whole_path(plain_path(recorded.path)) != path:
            continue
        prompt = _prompt(kind, recorded, ignore)
        distance = sum(1 for _ in islice(differences(prompt, received), nearest[0] if nearest else _MOST_DIFFERENCES))
        if distance:
            nearest = (distance, index) if nearest is None or distance < nearest[0] else nearest
            continue
        tokens = _prompt_tokens(kind, recording)
        if tokens is not None:
            return f"the token count of {recording.name}", replies.reply(200, kind.answer(tokens))
        silent = silent or recording
    return _no_count(request, recordings, silent, nearest and (nearest[1], kind, received, ignore), command)


def _no_count(
    request: Request,
    recordings: Sequence[RecordedAnswer],
    silent: RecordedAnswer | None,
    nearest: tuple[int, _Count, Any, Sequence[FieldPath]] | None,
    command: str,
) -> tuple[str, Sequence[Step]]:
    """Return why there is no count, and the 404 that says it."""
    reason, closest = "no recording has a prompt of this API and model", silent
    if silent is not None:
        reason = f"{silent.name} has this prompt, but no count of it alone"
    elif nearest is not None:
        index, kind, received, ignore = nearest
        closest = recordings[index]
        recorded = closest.exchange.request
        assert recorded is not None
        found: Iterator[Any] = differences(_prompt(kind, recorded, ignore), received, "body")
        miss = Miss(index, next(found), 1 + sum(1 for _ in islice(found, _MOST_DIFFERENCES)))
        reason = replies.mismatch_reason(miss, recordings)
    command = command or replies.record_command(closest)
    message = (
        f"no token count for {request.method} {urlsplit(request.url).path}: {reason}; "
        f"counts are never computed: to record this one: {command}"
    )
    return f"no match: {reason}", replies.error_reply(404, "not_found_error", message)


def _prompt(kind: _Count, request: Request, ignore: Sequence[FieldPath], *, counted: bool = False) -> Any:
    """Return the part of a body that decides the count: of a request for one (`counted`), or of one that was answered."""
    request = redact_request(Request(request.method, request.url, (), request.body))[0]
    body = request.body.json if isinstance(request.body, Body) else None
    if not isinstance(body, dict):
        return body
    body = without_fields(kind.prompt(body) if counted else body, ignore)
    if not isinstance(body, dict):
        return body
    return {key: value for key, value in body.items() if key not in kind.unrelated and value is not None}


def _prompt_tokens(kind: _Count, recording: RecordedAnswer) -> int | None:
    """Return the count of the prompt that the provider reported, or None if it reported none for the prompt alone."""
    if recording.failed:
        return None
    assembled = assemble(recording.stream)
    final = assembled.object
    if isinstance(final, dict) and kind.grows(final):
        return None
    usage = assembled.message.usage
    return None if usage is None else usage.input
