"""The good server's Gemini."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Any

from streamkit.model.exchange import Request
from streamkit.model.step import Step
from tests.probes import brain, good_server

BASE = "/v1beta/models/"


def answer(path: str, request: Request, body: Any) -> Sequence[Step] | None:
    if not path.startswith(BASE):
        return None
    model, _, method = path.removeprefix(BASE).partition(":")
    if not isinstance(body, dict):
        return refusal(400, "INVALID_ARGUMENT", "the body is not JSON")
    if model != good_server.MODEL:
        return refusal(404, "NOT_FOUND", "the model does not exist")
    prompt, config = body["contents"][-1]["parts"][0]["text"], body["generationConfig"]
    turn = brain.answer(
        prompt,
        limit=config.get("maxOutputTokens"),
        stops=config.get("stopSequences", ()),
        tool="get_weather" if body.get("tools") else None,
        forced="toolConfig" in body,
        as_json="responseSchema" in config,
    )
    if method == "generateContent":
        parts = [{"text": turn.text}] if turn.tokens else calls(turn)
        return good_server.document(chunk(parts, turn, usage(prompt, turn)))
    return good_server.events(good_server.sse(chunks(turn, prompt)))


def refusal(status: int, name: str, message: str) -> Sequence[Step]:
    return good_server.document({"error": {"code": status, "message": message, "status": name}}, status)


def calls(turn: brain.Turn) -> list[dict[str, Any]]:
    return [{"functionCall": {"name": name, "args": json.loads(text)}} for name, text in turn.calls]


def usage(prompt: str, turn: brain.Turn) -> dict[str, int]:
    prompt_tokens, output_tokens = len(prompt.split()), len(turn.tokens) + 8 * len(turn.calls)
    return {
        "promptTokenCount": prompt_tokens,
        "candidatesTokenCount": output_tokens,
        "totalTokenCount": prompt_tokens + output_tokens,
    }


def chunk(parts: list[dict[str, Any]], ended: brain.Turn | None, used: dict[str, int]) -> dict[str, Any]:
    candidate: dict[str, Any] = {"content": {"parts": parts, "role": "model"}, "index": 0}
    if ended is not None:
        candidate["finishReason"] = "MAX_TOKENS" if ended.cut else "STOP"
    return {"candidates": [candidate], "usageMetadata": used, "modelVersion": good_server.MODEL, "responseId": "r1"}


def chunks(turn: brain.Turn, prompt: str) -> Iterator[dict[str, Any]]:
    pieces = [[{"text": token}] for token in turn.tokens] or [[call] for call in calls(turn)]
    for place, parts in enumerate(pieces):
        last = place == len(pieces) - 1
        used = usage(prompt, turn) if last else usage(prompt, brain.Turn(turn.tokens[: place + 1], []))
        yield chunk(parts, turn if last else None, used)
