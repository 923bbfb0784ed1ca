"""groq: `chat.completions.create(stream=True)`."""

from __future__ import annotations

from typing import Any

from common import RETRIES, answer, at, drive
from groq import Groq


def stream(base: str, _: str, model: str) -> dict[str, Any]:
    return _appended(
        Groq(**at(base_url=base, api_key="none"), **RETRIES).chat.completions.create(
            model=model, messages=MESSAGES, stream=True
        )
    )


def plain(base: str, _: str, model: str) -> dict[str, Any]:
    return _completion(
        Groq(**at(base_url=base, api_key="none"), **RETRIES).chat.completions.create(model=model, messages=MESSAGES)
    )


def _appended(chunks: Any) -> dict[str, Any]:
    """Deltas appended as applications do: text, and tool calls by their index."""
    text, reasoning, finish, usage = "", "", None, None
    calls: dict[Any, list[Any]] = {}
    for chunk in chunks:
        usage = chunk.usage or usage
        for choice in chunk.choices or ():
            finish = choice.finish_reason or finish
            text += choice.delta.content or ""
            reasoning += getattr(choice.delta, "reasoning", None) or ""
            for call in choice.delta.tool_calls or ():
                known = calls.setdefault(call.index, [None, "", ""])
                known[0] = call.id or known[0]
                known[1] += (call.function and call.function.name) or ""
                known[2] += (call.function and call.function.arguments) or ""
    return answer(
        text=text,
        reasoning=reasoning,
        calls=list(calls.values()),
        finish=finish,
        usage=usage and [usage.prompt_tokens, usage.completion_tokens],
    )


def _completion(final: Any) -> dict[str, Any]:
    choice, usage = final.choices[0], final.usage
    message = choice.message
    return answer(
        text=message.content or "",
        reasoning=getattr(message, "reasoning", None) or "",
        calls=[[call.id, call.function.name, call.function.arguments] for call in message.tool_calls or ()],
        finish=choice.finish_reason,
        usage=usage and [usage.prompt_tokens, usage.completion_tokens],
        role=message.role,
    )


MESSAGES: list[Any] = [{"role": "user", "content": "x"}]

drive({"create(stream=True)": stream}, plain={"create(stream=True)": plain})
