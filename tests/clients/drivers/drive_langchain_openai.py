"""langchain-openai: `ChatOpenAI.stream`, with its chunks added."""

from __future__ import annotations

from functools import reduce
from operator import add
from typing import Any

from common import RETRIES, answer, at, drive
from langchain_openai import ChatOpenAI


def client_at(base: str, api: str, model: str) -> ChatOpenAI:
    return ChatOpenAI(
        model=model,
        **at(base_url=f"{base}/v1", api_key="none"),
        **RETRIES,
        stream_usage=True,
        use_responses_api=api == "openai_responses",
    )


def stream(base: str, api: str, model: str) -> dict[str, Any]:
    chunks = list(client_at(base, api, model).stream("x"))
    return _message(reduce(add, chunks)) if chunks else answer()


def plain(base: str, api: str, model: str) -> dict[str, Any]:
    return _message(client_at(base, api, model).invoke("x"))


def _message(whole: Any) -> dict[str, Any]:
    usage = whole.usage_metadata
    extra = whole.response_metadata
    return answer(
        text=whole.text if isinstance(whole.text, str) else whole.text(),
        calls=[[call["id"], call["name"], call["args"]] for call in whole.tool_calls]
        + [[call["id"], call["name"], f"invalid: {call['args']}"] for call in whole.invalid_tool_calls],
        finish=extra.get("finish_reason") or extra.get("status"),
        usage=usage and [usage["input_tokens"], usage["output_tokens"]],
    )


drive({".stream()": stream}, plain={".stream()": plain})
