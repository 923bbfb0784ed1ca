"""The largest token count that is accepted: 2^53 - 1, the same in every API and in the definitions of benchmark tools."""

from __future__ import annotations

from typing import Any

import pytest

from streamkit.apis import APIS, interpret
from streamkit.definitions import Chat
from streamkit.model.exchange import End, Exchange, Frame, Frames
from streamkit.model.message import MAX_COUNT

REPORTS: dict[str, Any] = {
    "ag_ui": lambda n: {"type": "RUN_FINISHED", "usage": [{"outputTokens": n}]},
    "anthropic_messages": lambda n: {"type": "message_delta", "delta": {}, "usage": {"output_tokens": n}},
    "bedrock_converse": lambda n: {"metadata": {"usage": {"outputTokens": n}}},
    "bedrock_invoke": lambda n: {"amazon-bedrock-invocationMetrics": {"outputTokenCount": n}},
    "cloudflare": lambda n: {"response": "", "usage": {"completion_tokens": n}},
    "cohere": lambda n: {"type": "message-end", "delta": {"usage": {"tokens": {"output_tokens": n}}}},
    "gemini": lambda n: {"usageMetadata": {"candidatesTokenCount": n}},
    "gemini_interactions": lambda n: {
        "event_type": "interaction.completed",
        "interaction": {"usage": {"total_output_tokens": n}},
    },
    "langgraph": lambda n: {"event": "messages", "data": [{"usage_metadata": {"output_tokens": n}}, {}]},
    "mistral_conversations": lambda n: {"type": "conversation.response.done", "usage": {"completion_tokens": n}},
    "ollama": lambda n: {"done": True, "message": {}, "eval_count": n},
    "openai_assistants": lambda n: {"object": "thread.run", "usage": {"completion_tokens": n}},
    "openai_chat": lambda n: {"choices": [], "usage": {"completion_tokens": n}},
    "openai_completions": lambda n: {"choices": [], "usage": {"completion_tokens": n}},
    "openai_responses": lambda n: {"type": "response.completed", "response": {"usage": {"output_tokens": n}}},
    "openai_transcription": lambda n: {
        "type": "transcript.text.done",
        "text": "",
        "usage": {"type": "tokens", "output_tokens": n},
    },
    "tgi": lambda n: {"details": {"generated_tokens": n}},
    "watsonx": lambda n: {"results": [{"generated_text": "", "generated_token_count": n}]},
}
"""A chunk of each API that reports output tokens, with this count of them."""


@pytest.mark.parametrize(("count", "read"), [(MAX_COUNT, MAX_COUNT), (MAX_COUNT + 1, None), (10**400, None)])
@pytest.mark.parametrize("api", REPORTS)
def test_a_count_is_read_up_to_the_limit(api: str, count: int, read: int | None) -> None:
    usage = APIS[api].usage(REPORTS[api](count))
    assert (usage.output if usage else None) == read


@pytest.mark.parametrize(("count", "read"), [(MAX_COUNT, MAX_COUNT), (MAX_COUNT + 1, None)])
def test_definitions_read_counts_up_to_the_same_limit(count: int, read: int | None) -> None:
    body = f'data: {{"object":"chat.completion.chunk","choices":[],"usage":{{"completion_tokens":{count}}}}}\n\ndata: [DONE]\n\n'.encode()
    stream = interpret(Exchange(frames=Frames.of([Frame(body, 0)]), end=End(at=0, reason="eof")))
    assert Chat(stream).reported == read
    assert (stream.usage.output if stream.usage else None) == read


def test_the_limit_is_the_largest_integer_that_all_implementations_of_json_agree_on() -> None:
    assert MAX_COUNT == 9_007_199_254_740_991
