"""llama-index: `OpenAILike.stream_chat`, and `chat`."""

from __future__ import annotations

from typing import Any

from common import RETRIES, answer, at, drive
from llama_index.core.llms import ChatMessage
from llama_index.llms.openai_like import OpenAILike

MESSAGES = [ChatMessage(role="user", content="x")]


def stream(base: str, _: str, model: str) -> dict[str, Any]:
    last, finish, usage = None, None, None
    for last in _client(base, model).stream_chat(MESSAGES, stream_options={"include_usage": True}):
        finish = next((choice.finish_reason for choice in last.raw.choices), None) or finish
        usage = last.raw.usage or usage
    return answer() if last is None else _answer(last.message, finish, usage)


def plain(base: str, _: str, model: str) -> dict[str, Any]:
    final = _client(base, model).chat(MESSAGES)
    return _answer(final.message, final.raw.choices[0].finish_reason, final.raw.usage)


def _client(base: str, model: str) -> OpenAILike:
    return OpenAILike(model=model, **at(api_base=f"{base}/v1", api_key="none"), is_chat_model=True, **RETRIES)


def _answer(message: Any, finish: Any, usage: Any) -> dict[str, Any]:
    calls = message.additional_kwargs.get("tool_calls") or ()
    return answer(
        text=message.content or "",
        calls=[[call.id, call.function.name, call.function.arguments] for call in calls],
        finish=finish,
        usage=usage and [usage.prompt_tokens, usage.completion_tokens],
        role=message.role.value,
    )


drive({"stream_chat()": stream}, plain={"stream_chat()": plain})
