"""anthropic: `.messages.stream()` and its final message."""

from __future__ import annotations

from typing import Any

import anthropic
from common import RETRIES, answer, at, drive


def stream(base: str, _: str, model: str) -> dict[str, Any]:
    client = client_at(base)
    with client.messages.stream(model=model, max_tokens=9, messages=[]) as streaming:
        return _message(streaming.get_final_message())


def plain(base: str, _: str, model: str) -> dict[str, Any]:
    return _message(client_at(base).messages.create(model=model, max_tokens=9, messages=[]))


def client_at(base: str) -> anthropic.Anthropic:
    return anthropic.Anthropic(**at(base_url=base, api_key="none"), **RETRIES)


def _message(final: Any) -> dict[str, Any]:
    blocks = final.content
    return answer(
        text="".join(block.text for block in blocks if block.type == "text"),
        reasoning="".join(block.thinking for block in blocks if block.type == "thinking"),
        calls=[[block.id, block.name, block.input] for block in blocks if block.type == "tool_use"],
        finish=final.stop_reason,
        usage=[final.usage.input_tokens, final.usage.output_tokens],
        role=final.role,
    )


drive({".stream()": stream}, plain={".stream()": plain})
