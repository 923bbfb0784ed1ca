"""The good server's Completions."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from streamkit.model.exchange import Request
from streamkit.model.step import Step
from tests.probes import brain, good_server

HEAD = {"id": "cmpl-1", "object": "text_completion", "created": 1790000000, "model": good_server.MODEL}


def answer(path: str, request: Request, body: Any) -> Sequence[Step] | None:
    if path != "/v1/completions":
        return None
    if not isinstance(body, dict):
        return good_server.refusal(400, "the body is not JSON")
    if body.get("model") != good_server.MODEL:
        return good_server.refusal(404, "the model does not exist")
    prompts = [body["prompt"]] if isinstance(body["prompt"], str) else body["prompt"]
    turns = [brain.answer(prompt, limit=body["max_tokens"], stops=body.get("stop", ())) for prompt in prompts]
    prompt_tokens = sum(len(prompt.split()) for prompt in prompts)
    output_tokens = sum(len(turn.tokens) for turn in turns)
    usage = {
        "prompt_tokens": prompt_tokens,
        "completion_tokens": output_tokens,
        "total_tokens": prompt_tokens + output_tokens,
    }
    if not body.get("stream"):
        choices = [choice(place, turn.text, turn) for place, turn in enumerate(turns)]
        return good_server.document({**HEAD, "choices": choices, "usage": usage})
    chunks = [
        {**HEAD, "choices": [choice(place, token, None)], "usage": None}
        for place, turn in enumerate(turns)
        for token in turn.tokens
    ]
    chunks += [{**HEAD, "choices": [choice(place, "", turn)], "usage": None} for place, turn in enumerate(turns)]
    return good_server.events(good_server.sse([*chunks, {**HEAD, "choices": [], "usage": usage}, "[DONE]"]))


def choice(index: int, text: str, ended: brain.Turn | None) -> dict[str, Any]:
    finish = None if ended is None else "length" if ended.cut else "stop"
    return {"text": text, "index": index, "logprobs": None, "finish_reason": finish}
