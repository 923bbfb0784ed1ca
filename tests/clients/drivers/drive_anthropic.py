"""anthropic: `.messages.stream()` and its final message."""

from __future__ import annotations

from typing import Any

import anthropic
from common import RETRIES, answer, drive


def stream(base: str, _: str, model: str) -> dict[str, Any]:
    client = anthropic.Anthropic(base_url=base, api_key="none", **RETRIES)
    with client.messages.stream(model=model, max_tokens=9, messages=[]) as streaming:
        final = streaming.get_final_message()
    blocks = final.content
    return answer(
        text="".join(block.text for block in blocks if block.type == "text"),
        reasoning="".join(block.thinking for block in blocks if block.type == "thinking"),
        calls=[[block.id, block.name, block.input] for block in blocks if block.type == "tool_use"],
        finish=final.stop_reason,
        usage=[final.usage.input_tokens, final.usage.output_tokens],
        role=final.role,
    )


drive({".stream()": stream})
