"""instructor: `create_partial`, whose last object holds the arguments of the tool, and `create`.

A stream of text has no tool to parse: it is read as instructor passes it on, with `response_model=None`.
"""

from __future__ import annotations

from typing import Any

import instructor
import openai
from common import RETRIES, TOOLS, answer, at, drive
from pydantic import create_model

MESSAGES: list[Any] = [{"role": "user", "content": "x"}]


def stream(base: str, _: str, model: str) -> dict[str, Any]:
    if not TOOLS:
        text, finish, usage = "", None, None
        chunks = _client(base).create(model=model, messages=MESSAGES, response_model=None, stream=True)
        for chunk in chunks:
            usage = chunk.usage or usage
            for choice in chunk.choices:
                text += choice.delta.content or ""
                finish = choice.finish_reason or finish
        return answer(text=text, finish=finish, usage=usage and [usage.prompt_tokens, usage.completion_tokens])
    *_, last = _client(base).create_partial(model=model, messages=MESSAGES, response_model=_arguments())
    return answer(calls=[[None, TOOLS[0], last.model_dump(exclude_none=True)]])


def plain(base: str, _: str, model: str) -> dict[str, Any]:
    final = _client(base).create(model=model, messages=MESSAGES, response_model=None)
    choice, usage = final.choices[0], final.usage
    return answer(
        text=choice.message.content or "",
        finish=choice.finish_reason,
        usage=usage and [usage.prompt_tokens, usage.completion_tokens],
    )


def _client(base: str) -> Any:
    return instructor.from_openai(openai.OpenAI(**at(base_url=f"{base}/v1", api_key="none"), **RETRIES))


def _arguments() -> Any:
    """The arguments of the tool as a class of pydantic, whatever their names are."""
    return create_model(TOOLS[0], __config__={"extra": "allow"})


drive({"create_partial()": stream}, plain={"create_partial()": plain})
