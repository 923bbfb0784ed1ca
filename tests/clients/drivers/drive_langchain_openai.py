"""langchain-openai: `ChatOpenAI.stream`, its chunks added up."""

from __future__ import annotations

from functools import reduce
from operator import add
from typing import Any

from common import RETRIES, answer, drive
from langchain_openai import ChatOpenAI


def stream(base: str, api: str, model: str) -> dict[str, Any]:
    client = ChatOpenAI(
        model=model,
        base_url=f"{base}/v1",
        api_key="none",
        **RETRIES,
        stream_usage=True,
        use_responses_api=api == "openai_responses",
    )
    chunks = list(client.stream("x"))
    if not chunks:
        return answer()
    whole: Any = reduce(add, chunks)
    usage = whole.usage_metadata
    extra = whole.response_metadata
    return answer(
        text=whole.text if isinstance(whole.text, str) else whole.text(),
        calls=[[call["id"], call["name"], call["args"]] for call in whole.tool_calls]
        + [[call["id"], call["name"], f"invalid: {call['args']}"] for call in whole.invalid_tool_calls],
        finish=extra.get("finish_reason") or extra.get("status"),
        usage=usage and [usage["input_tokens"], usage["output_tokens"]],
    )


drive({".stream()": stream})
