"""The good server's Messages."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Any

from streamkit.model.exchange import Request
from streamkit.model.step import Step
from tests.probes import brain, good_server


def answer(path: str, request: Request, body: Any) -> Sequence[Step] | None:
    if path == "/v1/messages/count_tokens":
        if not isinstance(body, dict) or body.get("model") != good_server.MODEL:
            return refusal(404, "not_found_error", "the model does not exist")
        return good_server.document({"input_tokens": 10})
    if path != "/v1/messages":
        return None
    if good_server.is_wrong_key(request):
        return refusal(401, "authentication_error", "invalid x-api-key")
    if not isinstance(body, dict):
        return refusal(400, "invalid_request_error", "the body is not JSON")
    if body.get("model") != good_server.MODEL:
        return refusal(404, "not_found_error", "the model does not exist")
    if not isinstance(body.get("max_tokens"), int):
        return refusal(400, "invalid_request_error", "max_tokens: expected an integer")
    content = body["messages"][-1]["content"]
    blocks = [{"type": "text", "text": content}] if isinstance(content, str) else content
    prompt = " ".join(block.get("text", "") for block in blocks)
    choice = body.get("tool_choice", {"type": "auto"})
    offered = [tool["name"] for tool in body.get("tools", ())]
    may_call = offered and choice["type"] != "none" and all(block["type"] == "text" for block in blocks)
    tool = choice.get("name", offered[0]) if may_call else None
    turn = brain.answer(
        prompt,
        limit=body["max_tokens"],
        stops=body.get("stop_sequences", ()),
        tool=tool,
        forced=choice["type"] in ("tool", "any"),
    )
    if not body.get("stream"):
        return good_server.document(
            {**head(prompt), "content": content_of(turn), **end(turn), "usage": usage(prompt, turn)}
        )
    return good_server.events(good_server.sse(chunks(turn, prompt), named=True))


def refusal(status: int, kind: str, message: str) -> Sequence[Step]:
    return good_server.document(
        {"type": "error", "error": {"type": kind, "message": message}, "request_id": "req_1"}, status
    )


def head(prompt: str) -> dict[str, Any]:
    return {"id": "msg_1", "type": "message", "role": "assistant", "model": good_server.MODEL}


def end(turn: brain.Turn) -> dict[str, Any]:
    reason = "max_tokens" if turn.cut else "tool_use" if turn.calls else "stop_sequence" if turn.stopped else "end_turn"
    return {"stop_reason": reason, "stop_sequence": turn.stopped}


def usage(prompt: str, turn: brain.Turn | None) -> dict[str, int]:
    output_tokens = 1 if turn is None else len(turn.tokens) + 8 * len(turn.calls)
    return {"input_tokens": len(prompt.split()), "output_tokens": output_tokens}


def content_of(turn: brain.Turn) -> list[dict[str, Any]]:
    text = [{"type": "text", "text": turn.text}] if turn.tokens else []
    calls = [
        {"type": "tool_use", "id": f"toolu_{place}", "name": name, "input": json.loads(arguments)}
        for place, (name, arguments) in enumerate(turn.calls)
    ]
    return [*text, *calls]


def chunks(turn: brain.Turn, prompt: str) -> Iterator[dict[str, Any]]:
    empty = {"content": [], "stop_reason": None, "stop_sequence": None, "usage": usage(prompt, None)}
    yield {"type": "message_start", "message": {**head(prompt), **empty}}
    for index, block in enumerate(content_of(turn)):
        start = {**block, "text": ""} if block["type"] == "text" else {**block, "input": {}}
        yield {"type": "content_block_start", "index": index, "content_block": start}
        pieces = turn.tokens if block["type"] == "text" else halves(json.dumps(block["input"]))
        kind, field = ("text_delta", "text") if block["type"] == "text" else ("input_json_delta", "partial_json")
        for piece in pieces:
            yield {"type": "content_block_delta", "index": index, "delta": {"type": kind, field: piece}}
        yield {"type": "content_block_stop", "index": index}
    yield {
        "type": "message_delta",
        "delta": end(turn),
        "usage": {"output_tokens": usage(prompt, turn)["output_tokens"]},
    }
    yield {"type": "message_stop"}


def halves(text: str) -> list[str]:
    return [text[:5], text[5:]]
