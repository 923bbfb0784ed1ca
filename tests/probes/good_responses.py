"""The good server's Responses."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import count
from typing import Any

from streamkit.model.exchange import Request
from streamkit.model.step import Step
from tests.probes import brain, good_server


def answer(path: str, request: Request, body: Any) -> Sequence[Step] | None:
    if path != "/v1/responses":
        return None
    if good_server.is_wrong_key(request):
        return good_server.refusal(401, "Incorrect API key provided")
    if not isinstance(body, dict):
        return good_server.refusal(400, "the body is not JSON")
    if body.get("model") != good_server.MODEL:
        return good_server.refusal(404, "the model does not exist")
    given = body["input"]
    prompt = given if isinstance(given, str) else str(given[0]["content"])
    answered = isinstance(given, list) and given[-1].get("type") == "function_call_output"
    if answered and not {"call_id", "name", "arguments"} <= given[-2].keys():
        return good_server.refusal(400, "a call has an identifier, a name and arguments")
    choice = body.get("tool_choice", "auto")
    turn = brain.answer(
        "" if answered else prompt,
        limit=body.get("max_output_tokens"),
        tool="get_weather" if body.get("tools") and not answered and choice != "none" else None,
        forced=isinstance(choice, dict),
        as_json="text" in body,
    )
    if not body.get("stream"):
        return good_server.document(response(prompt, turn, items(turn)))
    return good_server.events(good_server.sse(numbered(events(turn, prompt)), named=True))


def response(prompt: str, turn: brain.Turn | None, output: list[dict[str, Any]]) -> dict[str, Any]:
    input_tokens = len(prompt.split())
    output_tokens = 0 if turn is None else len(turn.tokens) + 8 * len(turn.calls)
    cut = turn is not None and turn.cut
    return {
        "id": "resp_1",
        "object": "response",
        "created_at": 1790000000,
        "status": "in_progress" if turn is None else "incomplete" if cut else "completed",
        "error": None,
        "incomplete_details": {"reason": "max_output_tokens"} if cut else None,
        "instructions": None,
        "metadata": {},
        "model": good_server.MODEL,
        "output": output,
        "parallel_tool_calls": True,
        "temperature": 0,
        "tool_choice": "auto",
        "tools": [],
        "top_p": 1,
        "usage": None
        if turn is None
        else {
            "input_tokens": input_tokens,
            "input_tokens_details": {"cached_tokens": 0},
            "output_tokens": output_tokens,
            "output_tokens_details": {"reasoning_tokens": 0},
            "total_tokens": input_tokens + output_tokens,
        },
    }


def part(text: str) -> dict[str, Any]:
    return {"type": "output_text", "text": text, "annotations": [], "logprobs": []}


def items(turn: brain.Turn, status: str = "completed") -> list[dict[str, Any]]:
    if turn.tokens:
        done = "incomplete" if turn.cut and status == "completed" else status
        content = [part(turn.text)] if status == "completed" else []
        return [{"id": "msg_1", "type": "message", "status": done, "role": "assistant", "content": content}]
    return [
        {
            "id": f"fc_{place}",
            "type": "function_call",
            "status": status,
            "call_id": f"call_{place}",
            "name": name,
            "arguments": arguments if status == "completed" else "",
        }
        for place, (name, arguments) in enumerate(turn.calls)
    ]


def numbered(values: Iterator[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    for number, value in zip(count(), values, strict=False):
        yield {**value, "sequence_number": number}


def events(turn: brain.Turn, prompt: str) -> Iterator[dict[str, Any]]:
    yield {"type": "response.created", "response": response(prompt, None, [])}
    yield {"type": "response.in_progress", "response": response(prompt, None, [])}
    for index, (begun, done) in enumerate(zip(items(turn, "in_progress"), items(turn), strict=True)):
        yield {"type": "response.output_item.added", "output_index": index, "item": begun}
        place = {"item_id": done["id"], "output_index": index}
        yield from (
            message_events(turn, {**place, "content_index": 0})
            if done["type"] == "message"
            else call_events(done, place)
        )
        yield {"type": "response.output_item.done", "output_index": index, "item": done}
    final = response(prompt, turn, items(turn))
    yield {"type": f"response.{final['status']}", "response": final}


def message_events(turn: brain.Turn, place: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield {"type": "response.content_part.added", **place, "part": part("")}
    for token in turn.tokens:
        yield {"type": "response.output_text.delta", **place, "delta": token, "logprobs": []}
    yield {"type": "response.output_text.done", **place, "text": turn.text, "logprobs": []}
    yield {"type": "response.content_part.done", **place, "part": part(turn.text)}


def call_events(item: dict[str, Any], place: dict[str, Any]) -> Iterator[dict[str, Any]]:
    text = item["arguments"]
    for piece in (text[:5], text[5:]):
        yield {"type": "response.function_call_arguments.delta", **place, "delta": piece}
    yield {"type": "response.function_call_arguments.done", **place, "name": item["name"], "arguments": text}
