"""google-genai: `generate_content_stream`, and `interactions.create(stream=True)`."""

from __future__ import annotations

from typing import Any

from common import answer, at, drive
from google import genai
from google.genai import types


def client(base: str) -> genai.Client:
    return genai.Client(**at(api_key="none", http_options=types.HttpOptions(base_url=base)))


def plain(base: str, _: str, model: str) -> dict[str, Any]:
    made = client(base)
    final = made.models.generate_content(model=model, contents="x")
    candidate = (final.candidates or [None])[0]
    parts = (candidate and candidate.content and candidate.content.parts) or ()
    usage, finish = final.usage_metadata, candidate and candidate.finish_reason
    return answer(
        text="".join(part.text or "" for part in parts if not part.thought and not part.function_call),
        reasoning="".join(part.text or "" for part in parts if part.thought),
        calls=[[p.function_call.id, p.function_call.name, p.function_call.args] for p in parts if p.function_call],
        finish=getattr(finish, "value", finish),
        usage=usage and [usage.prompt_token_count, usage.candidates_token_count],
    )


def content(base: str, _: str, model: str) -> dict[str, Any]:
    text, reasoning, calls, finish, usage = "", "", [], None, None
    made = client(base)  # kept, as it closes its connections when it is let go
    for chunk in made.models.generate_content_stream(model=model, contents="x"):
        for candidate in (chunk.candidates or ())[:1]:
            finish = candidate.finish_reason or finish
            for part in (candidate.content and candidate.content.parts) or ():
                if part.function_call:
                    calls.append([part.function_call.id, part.function_call.name, part.function_call.args])
                elif part.thought:
                    reasoning += part.text or ""
                else:
                    text += part.text or ""
        usage = chunk.usage_metadata or usage
    return answer(
        text=text,
        reasoning=reasoning,
        calls=calls,
        finish=getattr(finish, "value", finish),
        usage=usage and [usage.prompt_token_count, usage.candidates_token_count],
    )


def interactions(base: str, _: str, model: str) -> dict[str, Any]:
    text, reasoning, calls, finish, usage = "", "", {}, None, None
    made = client(base)
    for event in made.interactions.create(model=model, input="x", stream=True):
        kind = getattr(event, "event_type", None)
        if kind == "step.start" and event.step.type == "function_call":
            calls[event.index] = [event.step.id, event.step.name, ""]
        elif kind == "step.delta" and event.delta.type == "text":
            text += event.delta.text
        elif kind == "step.delta" and event.delta.type == "thought_summary":
            reasoning += event.delta.content.text
        elif kind == "step.delta" and event.delta.type == "arguments_delta":
            calls[event.index][2] += event.delta.arguments
        elif kind == "interaction.completed":
            finish, usage = event.interaction.status, event.interaction.usage
    return answer(
        text=text,
        reasoning=reasoning,
        calls=list(calls.values()),
        finish=finish,
        usage=usage and [usage.total_input_tokens, usage.total_output_tokens],
    )


drive(
    {"generate_content_stream()": content, "interactions.create()": interactions},
    plain={"generate_content_stream()": plain},
)
