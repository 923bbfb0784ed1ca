"""A call that a gateway also gives in the deprecated field `function_call` is one call, as it is for a reader of `tool_calls`."""

from __future__ import annotations

from typing import Any

import pytest

from streamkit.apis import APIS
from tests.apis.referees import openai_chat

CALL = {"name": "weather", "arguments": '{"city":"Bern"}'}
LISTED = [{"index": 0, "id": "call_1", "type": "function", "function": CALL}]
HEAD = {"id": "c", "object": "chat.completion.chunk", "created": 1, "model": "m"}


@pytest.mark.parametrize(
    ("delta", "names"),
    [
        ({"tool_calls": LISTED}, ["weather"]),
        ({"tool_calls": LISTED, "function_call": CALL}, ["weather"]),
        ({"function_call": CALL, "tool_calls": LISTED}, ["weather"]),
        ({"function_call": CALL}, ["weather"]),
        ({"tool_calls": LISTED, "function_call": {**CALL, "name": "clock"}}, ["weather", "clock"]),
    ],
)
def test_the_calls_of_a_stream(delta: dict[str, Any], names: list[str]) -> None:
    api = APIS["openai_chat"]
    chunk = {**HEAD, "choices": [{"index": 0, "delta": {"role": "assistant", **delta}, "finish_reason": "tool_calls"}]}
    assembler = api.assembler()
    assembler.feed(chunk)
    [message] = assembler.message.messages
    assert [part.name for part in message.parts] == names
    assert [one.name for one in api.deltas(chunk) if one.kind == "tool"] == names

    [choice] = openai_chat([chunk])["choices"]
    whole = choice["message"]
    by_name = [call["function"]["name"] for call in whole.get("tool_calls") or ()]
    assert by_name == names[: len(by_name)]
    [ours] = assembler.object["choices"]
    assert ours["message"].get("function_call") == whole.get("function_call")
