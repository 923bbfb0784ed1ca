"""The good server's Ollama."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Any

from streamkit.model.exchange import Request
from streamkit.model.step import Step
from tests.probes import brain, good_server

AT = "2026-11-21T20:00:00.000000Z"


def answer(path: str, request: Request, body: Any) -> Sequence[Step] | None:
    if path == "/api/tags":
        model = {"name": good_server.MODEL, "model": good_server.MODEL, "modified_at": AT, "size": 1, "digest": "d"}
        return good_server.document({"models": [model]})
    if path != "/api/chat":
        return None
    if not isinstance(body, dict):
        return good_server.document({"error": "the body is not JSON"}, 400)
    if body.get("model") != good_server.MODEL:
        return good_server.document({"error": "model not found"}, 404)
    prompt, options = body["messages"][-1]["content"], body.get("options", {})
    tool = "get_weather" if body.get("tools") else None
    limit, stops = options.get("num_predict"), options.get("stop", ())
    turn = brain.answer(prompt, limit=limit, stops=stops, tool=tool, as_json="format" in body)
    if not body.get("stream", True):
        return good_server.document({**chunk(turn.text, calls(turn)), **end(turn, prompt)})
    return good_server.events((f"{json.dumps(one)}\n" for one in chunks(turn, prompt)), "application/x-ndjson")


def calls(turn: brain.Turn) -> list[dict[str, Any]]:
    return [{"function": {"name": name, "arguments": json.loads(text)}} for name, text in turn.calls]


def chunk(text: str, tools: list[dict[str, Any]]) -> dict[str, Any]:
    message = {"role": "assistant", "content": text, **({"tool_calls": tools} if tools else {})}
    return {"model": good_server.MODEL, "created_at": AT, "message": message, "done": False}


def chunks(turn: brain.Turn, prompt: str) -> Iterator[dict[str, Any]]:
    yield from (chunk(token, []) for token in turn.tokens)
    if turn.calls:
        yield chunk("", calls(turn))
    yield {**chunk("", []), **end(turn, prompt)}


def end(turn: brain.Turn, prompt: str) -> dict[str, Any]:
    times = {"total_duration": 9, "load_duration": 1, "prompt_eval_duration": 2, "eval_duration": 3}
    counts = {"prompt_eval_count": len(prompt.split()), "eval_count": len(turn.tokens) + 8 * len(turn.calls)}
    return {"done": True, "done_reason": "length" if turn.cut else "stop", **times, **counts}
