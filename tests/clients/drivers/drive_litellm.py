"""litellm: `completion(stream=True)` and `stream_chunk_builder`, over the provider whose API it is."""

from __future__ import annotations

import os
from typing import Any

os.environ["LITELLM_LOCAL_MODEL_COST_MAP"] = "True"

import litellm
from common import RETRIES, answer, at, drive

litellm.suppress_debug_info = True
litellm.telemetry = False

PROVIDERS = {"openai_chat": ("openai", "/v1"), "anthropic_messages": ("anthropic", "")}


def completion(base: str, api: str, model: str) -> dict[str, Any]:
    chunks = list(_sent(base, api, model, stream=True, stream_options={"include_usage": True}))
    whole = litellm.stream_chunk_builder(chunks)
    return answer() if whole is None else _completion(whole)


def plain(base: str, api: str, model: str) -> dict[str, Any]:
    return _completion(_sent(base, api, model))


def _sent(base: str, api: str, model: str, **options: Any) -> Any:
    provider, suffix = PROVIDERS[api]
    return litellm.completion(
        model=f"{provider}/{model}",
        **at(api_base=base + suffix, api_key="none"),
        messages=[{"role": "user", "content": "x"}],
        max_tokens=9,
        **RETRIES,
        **options,
    )


def _completion(whole: Any) -> dict[str, Any]:
    choices = whole.choices
    message = choices[0].message
    usage = getattr(whole, "usage", None)
    return answer(
        text="\n".join(choice.message.content or "" for choice in choices),
        reasoning=getattr(message, "reasoning_content", None) or "",
        calls=[[call.id, call.function.name, call.function.arguments] for call in message.tool_calls or ()],
        finish=[choice.finish_reason for choice in choices],
        usage=usage and [usage.prompt_tokens, usage.completion_tokens],
        role=message.role,
    )


drive({"completion(stream=True)": completion}, plain={"completion(stream=True)": plain})
