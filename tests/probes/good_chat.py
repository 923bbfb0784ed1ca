"""The good server's Chat Completions."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from streamkit.model.exchange import Request
from streamkit.model.step import Step
from tests.probes import brain, good_server

ID, CREATED = "chatcmpl-1", 1790000000
ROLES = {"system", "developer", "user", "assistant", "tool"}


def answer(path: str, request: Request, body: Any) -> Sequence[Step] | None:
    if path == "/v1/models":
        model = {"id": good_server.MODEL, "object": "model", "created": CREATED, "owned_by": "good"}
        return good_server.document({"object": "list", "data": [model]})
    if path != "/v1/chat/completions":
        return None
    problem = wrong(request, body)
    if problem is not None:
        return problem
    turns = [turn_of(body) for _ in range(body.get("n", 1))]
    if not body.get("stream"):
        return good_server.document(whole(turns, body))
    return good_server.events(good_server.sse([*chunks(turns, body), "[DONE]"]))


def wrong(request: Request, body: Any) -> Sequence[Step] | None:
    """The refusal of a request that cannot be answered."""
    if request.method != "POST":
        return good_server.refusal(405, "use POST")
    if good_server.is_wrong_key(request):
        return good_server.refusal(401, "Incorrect API key provided")
    if not isinstance(body, dict):
        return good_server.refusal(400, "the body is not JSON")
    if not isinstance(body.get("messages"), list):
        return good_server.refusal(400, "messages is required")
    if body.get("model") != good_server.MODEL:
        return good_server.refusal(404, "the model does not exist", code="model_not_found")
    if not isinstance(body.get("max_tokens", 1), int):
        return good_server.refusal(400, "max_tokens is not an integer")
    return None


def turn_of(body: dict[str, Any]) -> brain.Turn:
    last = body["messages"][-1]
    content = last.get("content") or ""
    prompt = content if isinstance(content, str) else " ".join(part.get("text", "") for part in content)
    choice = body.get("tool_choice", "auto")
    tool = None if choice == "none" or last["role"] == "tool" else "get_weather" if body.get("tools") else None
    return brain.answer(
        prompt,
        limit=body.get("max_completion_tokens", body.get("max_tokens")),
        stops=body.get("stop", ()),
        tool=tool,
        forced=isinstance(choice, dict) and last["role"] != "tool",
        as_json="response_format" in body,
    )


def finish(turn: brain.Turn) -> str:
    return "length" if turn.cut else "tool_calls" if turn.calls else "stop"


def usage(turns: Sequence[brain.Turn], body: dict[str, Any], sent: int | None = None) -> dict[str, int]:
    prompt_tokens = sum(len(str(message.get("content")).split()) for message in body["messages"])
    output_tokens = sum(len(turn.tokens) + 8 * len(turn.calls) for turn in turns) if sent is None else sent
    return {
        "prompt_tokens": prompt_tokens,
        "completion_tokens": output_tokens,
        "total_tokens": prompt_tokens + output_tokens,
    }


def logprobs(token: str) -> dict[str, Any]:
    entry = {"token": token, "logprob": -0.1, "bytes": list(token.encode())}
    return {"content": [{**entry, "top_logprobs": [entry]}], "refusal": None}


def whole(turns: Sequence[brain.Turn], body: dict[str, Any]) -> dict[str, Any]:
    choices = [
        {"index": place, "message": message(turn), "logprobs": None, "finish_reason": finish(turn)}
        for place, turn in enumerate(turns)
    ]
    head = {"id": ID, "object": "chat.completion", "created": CREATED, "model": good_server.MODEL}
    return {**head, "choices": choices, "usage": usage(turns, body)}


def message(turn: brain.Turn) -> dict[str, Any]:
    calls = [call(place, name, text) for place, (name, text) in enumerate(turn.calls)]
    fields: dict[str, Any] = {"role": "assistant", "content": turn.text if turn.tokens else None, "refusal": None}
    return {**fields, "tool_calls": calls} if calls else fields


def call(place: int, name: str, arguments: str) -> dict[str, Any]:
    return {"id": f"call_{place}", "type": "function", "function": {"name": name, "arguments": arguments}}


def chunks(turns: Sequence[brain.Turn], body: dict[str, Any]) -> Iterator[dict[str, Any]]:
    options = body.get("stream_options") or {}
    head = {"id": ID, "object": "chat.completion.chunk", "created": CREATED, "model": good_server.MODEL}
    more = {"usage": None} if options.get("include_usage") else {}
    sent = 0
    for index, delta, reason in deltas(turns, body):
        sent += bool(delta.get("content"))
        probs = logprobs(delta["content"]) if body.get("logprobs") and delta.get("content") else None
        choice = {"index": index, "delta": delta, "logprobs": probs, "finish_reason": reason}
        if options.get("continuous_usage_stats"):
            more = {"usage": usage(turns, body, sent)}
        yield {**head, "choices": [choice], **more}
    if options.get("include_usage"):
        yield {**head, "choices": [], "usage": usage(turns, body)}


def deltas(turns: Sequence[brain.Turn], body: dict[str, Any]) -> Iterator[tuple[int, dict[str, Any], str | None]]:
    for index, turn in enumerate(turns):
        yield index, {"role": "assistant", "content": None if turn.calls else ""}, None
        if "reasoning_effort" in body:
            yield index, {"reasoning_content": "91 is 7 times 13."}, None
    for index, turn in enumerate(turns):
        for token in turn.tokens:
            yield index, {"content": token}, None
        for place, (name, text) in enumerate(turn.calls):
            yield index, {"tool_calls": [{"index": place, **call(place, name, "")}]}, None
            for piece in (text[:5], text[5:]):
                yield index, {"tool_calls": [{"index": place, "function": {"arguments": piece}}]}, None
        yield index, {}, finish(turn)
