"""pydantic-ai: `model_request_stream_sync` and `model_request_sync`, over the model class of each API."""

from __future__ import annotations

from typing import Any

from common import answer, at, drive
from pydantic_ai.direct import model_request_stream_sync, model_request_sync
from pydantic_ai.messages import ModelRequest, TextPart, ThinkingPart, ToolCallPart
from pydantic_ai.models.anthropic import AnthropicModel
from pydantic_ai.models.google import GoogleModel
from pydantic_ai.models.openai import OpenAIChatModel, OpenAIResponsesModel
from pydantic_ai.providers.anthropic import AnthropicProvider
from pydantic_ai.providers.google import GoogleProvider
from pydantic_ai.providers.openai import OpenAIProvider

MESSAGES = [ModelRequest.user_text_prompt("x")]


def stream(base: str, api: str, model: str) -> dict[str, Any]:
    with model_request_stream_sync(_model(base, api, model), MESSAGES) as events:
        for _ in events:
            pass
        return _answer(events.response)


def plain(base: str, api: str, model: str) -> dict[str, Any]:
    return _answer(model_request_sync(_model(base, api, model), MESSAGES))


def _model(base: str, api: str, model: str) -> Any:
    if api == "anthropic_messages":
        return AnthropicModel(model, provider=AnthropicProvider(**at(base_url=base, api_key="none")))
    if api == "gemini":
        return GoogleModel(model, provider=GoogleProvider(**at(base_url=base, api_key="none")))
    made = OpenAIResponsesModel if api == "openai_responses" else OpenAIChatModel
    return made(model, provider=OpenAIProvider(**at(base_url=f"{base}/v1", api_key="none")))


def _answer(final: Any) -> dict[str, Any]:
    parts = final.parts
    return answer(
        text="".join(part.content for part in parts if isinstance(part, TextPart)),
        reasoning="".join(part.content for part in parts if isinstance(part, ThinkingPart)),
        calls=[[part.tool_call_id, part.tool_name, part.args] for part in parts if isinstance(part, ToolCallPart)],
        finish=final.finish_reason,
        usage=[final.usage.input_tokens, final.usage.output_tokens],
    )


drive({"model_request_stream_sync()": stream}, plain={"model_request_stream_sync()": plain})
