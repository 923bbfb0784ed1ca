"""ollama: `chat(stream=True)` and `generate(stream=True)`."""

from __future__ import annotations

from typing import Any

import ollama
from common import answer, at, drive


def chat(base: str, _: str, model: str) -> dict[str, Any]:
    text, reasoning, calls, last = "", "", [], None
    for last in ollama.Client(**at(host=base)).chat(model=model, messages=[], stream=True):
        text += last.message.content or ""
        reasoning += last.message.thinking or ""
        calls += [[None, call.function.name, dict(call.function.arguments)] for call in last.message.tool_calls or ()]
    return _answer(text, reasoning, calls, last)


def plain(base: str, _: str, model: str) -> dict[str, Any]:
    final = ollama.Client(**at(host=base)).chat(model=model, messages=[])
    message = final.message
    calls = [[None, call.function.name, dict(call.function.arguments)] for call in message.tool_calls or ()]
    return _answer(message.content or "", message.thinking or "", calls, final)


def generate(base: str, _: str, model: str) -> dict[str, Any]:
    text, reasoning, last = "", "", None
    for last in ollama.Client(**at(host=base)).generate(model=model, prompt="x", stream=True):
        text += last.response or ""
        reasoning += last.thinking or ""
    return _answer(text, reasoning, [], last)


def _answer(text: str, reasoning: str, calls: list[list[Any]], last: Any) -> dict[str, Any]:
    finish = last and (last.done_reason or (last.done and "done") or None)
    usage = last and [last.prompt_eval_count, last.eval_count]
    return answer(text=text, reasoning=reasoning, calls=calls, finish=finish, usage=usage)


drive({"chat(stream=True)": chat, "generate(stream=True)": generate}, plain={"chat(stream=True)": plain})
