"""mistralai: `chat.stream`, and `beta.conversations.start_stream`."""

from __future__ import annotations

from typing import Any

from common import answer, at, drive
from mistralai.client import Mistral


def chat(base: str, _: str, model: str) -> dict[str, Any]:
    texts: dict[Any, str] = {}
    finish: dict[Any, Any] = {}
    calls: dict[Any, list[Any]] = {}
    reasoning, usage = "", None
    with Mistral(api_key="none", **at(server_url=base)) as client:
        for event in client.chat.stream(model=model, messages=[{"role": "user", "content": "x"}]):
            for choice in event.data.choices:
                content = choice.delta.content
                if isinstance(content, list):
                    reasoning += "".join(
                        part.text for item in content if item.type == "thinking" for part in item.thinking
                    )
                    content = "".join(item.text for item in content if item.type == "text")
                texts[choice.index] = texts.get(choice.index, "") + (content if isinstance(content, str) else "")
                finish[choice.index] = choice.finish_reason or finish.get(choice.index)
                for call in choice.delta.tool_calls or ():
                    known = calls.setdefault((choice.index, call.index), [None, "", ""])
                    known[0] = call.id if call.id not in (None, "null") else known[0]
                    known[1] += call.function.name or ""
                    arguments = call.function.arguments
                    known[2] += arguments if isinstance(arguments, str) else repr(arguments)
            usage = event.data.usage or usage
    return answer(
        text="\n".join(texts.values()),
        reasoning=reasoning,
        calls=list(calls.values()),
        finish=list(finish.values()),
        usage=usage and [usage.prompt_tokens, usage.completion_tokens],
    )


def conversations(base: str, _: str, model: str) -> dict[str, Any]:
    text, calls, usage = "", {}, None
    with Mistral(api_key="none", **at(server_url=base)) as client:
        for event in client.beta.conversations.start_stream(model=model, inputs="x"):
            kind = event.event
            if kind == "message.output.delta":
                content = event.data.content
                text += content if isinstance(content, str) else getattr(content, "text", "")
            elif kind == "function.call.delta":
                known = calls.setdefault(event.data.tool_call_id, [event.data.tool_call_id, event.data.name, ""])
                known[2] += event.data.arguments
            elif kind == "conversation.response.done":
                usage = event.data.usage
    return answer(
        text=text,
        calls=list(calls.values()),
        usage=usage and [usage.prompt_tokens, usage.completion_tokens],
    )


def _parts(content: Any) -> list[Any]:
    return [content] if isinstance(content, str) else content or []


def plain(base: str, _: str, model: str) -> dict[str, Any]:
    with Mistral(api_key="none", **at(server_url=base)) as client:
        final = client.chat.complete(model=model, messages=[{"role": "user", "content": "x"}])
    choices = final.choices or []
    parts = [part for choice in choices for part in _parts(choice.message.content)]
    return answer(
        text="".join(part if isinstance(part, str) else getattr(part, "text", "") for part in parts),
        reasoning="".join(
            text.text
            for part in parts
            if not isinstance(part, str) and part.type == "thinking"
            for text in part.thinking
        ),
        calls=[
            [call.id, call.function.name, call.function.arguments]
            for choice in choices
            for call in choice.message.tool_calls or ()
        ],
        finish=[choice.finish_reason for choice in choices],
        usage=final.usage and [final.usage.prompt_tokens, final.usage.completion_tokens],
    )


drive(
    {"chat.stream()": chat, "conversations.start_stream()": conversations},
    plain={"chat.stream()": plain},
)
