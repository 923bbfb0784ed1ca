"""cohere: `ClientV2.chat_stream`, and `Client.chat_stream` of the first version."""

from __future__ import annotations

from typing import Any

import cohere
from common import answer, at, drive


def second(base: str, _: str, model: str) -> dict[str, Any]:
    text, reasoning, calls, finish, usage = "", "", {}, None, None
    client = cohere.ClientV2(**at(api_key="none", base_url=base))
    for event in client.chat_stream(model=model, messages=[{"role": "user", "content": "x"}]):
        if event.type == "content-delta":
            content = event.delta.message.content
            text += content.text or ""
            reasoning += content.thinking or ""
        elif event.type == "tool-call-start":
            call = event.delta.message.tool_calls
            calls[event.index] = [call.id, call.function.name, call.function.arguments or ""]
        elif event.type == "tool-call-delta":
            calls[event.index][2] += event.delta.message.tool_calls.function.arguments or ""
        elif event.type == "message-end":
            finish, usage = event.delta.finish_reason, event.delta.usage
    tokens = usage and usage.tokens
    return answer(
        text=text,
        reasoning=reasoning,
        calls=list(calls.values()),
        finish=finish,
        usage=tokens and [tokens.input_tokens, tokens.output_tokens],
    )


def plain(base: str, _: str, model: str) -> dict[str, Any]:
    client = cohere.ClientV2(**at(api_key="none", base_url=base))
    final = client.chat(model=model, messages=[{"role": "user", "content": "x"}])
    parts = final.message.content or ()
    tokens = final.usage and final.usage.tokens
    return answer(
        text="".join(part.text for part in parts if part.type == "text"),
        reasoning="".join(part.thinking for part in parts if part.type == "thinking"),
        calls=[[call.id, call.function.name, call.function.arguments] for call in final.message.tool_calls or ()],
        finish=final.finish_reason,
        usage=tokens and [tokens.input_tokens, tokens.output_tokens],
    )


def first(base: str, _: str, model: str) -> dict[str, Any]:
    text, finish = "", None
    for event in cohere.Client(**at(api_key="none", base_url=base)).chat_stream(model=model, message="x"):
        if event.event_type == "text-generation":
            text += event.text
        elif event.event_type == "stream-end":
            finish = event.finish_reason
    return answer(text=text, finish=finish)


drive(
    {"ClientV2.chat_stream()": second, "Client.chat_stream()": first},
    plain={"ClientV2.chat_stream()": plain},
)
