"""What the official SDKs do with a stream: it is served to them over their own HTTP client, without a network.

An outcome is a few words: the exception that was raised, or what differs from the message that the stream holds, or
`same`. What the stream holds is what `streamkit reassemble` gives.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from streamkit.apis import assemble, interpret
from streamkit.formats import read

URL = "http://127.0.0.1:9/v1"


def transport(body: bytes) -> Any:
    """An HTTP client whose every answer is this event stream."""
    import httpx2

    def answer(_: object) -> Any:
        return httpx2.Response(200, headers={"content-type": "text/event-stream"}, content=body)

    return httpx2.Client(transport=httpx2.MockTransport(answer))


def openai_chat(body: bytes) -> dict[str, Any]:
    """openai-python's `.stream()`: what its final snapshot says of choice 0."""
    from openai import OpenAI

    client = OpenAI(api_key="x", base_url=URL, max_retries=0, http_client=transport(body))
    with client.chat.completions.stream(model="m", messages=[]) as stream:
        for _ in stream:
            pass
        final = stream.current_completion_snapshot.to_dict()
    choice: Any = final["choices"][0]  # type: ignore[index]
    message = choice["message"]
    calls = [
        (call.get("id"), call["function"].get("name"), call["function"].get("arguments"))
        for call in message.get("tool_calls") or []
    ]
    usage: Any = final.get("usage")
    return {
        "role": message.get("role"),
        "content": message.get("content") or "",
        "finish": choice.get("finish_reason"),
        "calls": calls,
        "tokens": usage and usage.get("total_tokens"),
    }


def anthropic_messages(body: bytes) -> dict[str, Any]:
    """anthropic's `.messages.stream()`: what its final message says."""
    from anthropic import Anthropic

    client = Anthropic(api_key="x", base_url=URL, max_retries=0, http_client=transport(body))
    with client.messages.stream(model="m", max_tokens=9, messages=[]) as stream:
        final = stream.get_final_message().to_dict()
    return _anthropic(final)


def _anthropic(final: Any) -> dict[str, Any]:
    blocks = final["content"]
    return {
        "content": "".join(block.get("text", "") for block in blocks if block["type"] == "text"),
        "calls": [(b["id"], b["name"], b["input"]) for b in blocks if b["type"] == "tool_use"],
        "finish": final.get("stop_reason"),
        "tokens": final["usage"]["output_tokens"],
    }


def openai_responses(body: bytes) -> dict[str, Any]:
    """openai-python's `.responses.stream()`: what its final response says."""
    from openai import OpenAI

    client = OpenAI(api_key="x", base_url=URL, max_retries=0, http_client=transport(body))
    with client.responses.stream(model="m", input="x") as stream:
        for _ in stream:
            pass
        final = stream.get_final_response()
    calls = [(item.call_id, item.name, item.arguments) for item in final.output if item.type == "function_call"]
    return {"content": final.output_text, "calls": calls}


CLIENTS: dict[str, Callable[[bytes], dict[str, Any]]] = {
    "openai_chat": openai_chat,
    "anthropic_messages": anthropic_messages,
    "openai_responses": openai_responses,
}


def outcome(api: str, good: bytes, body: bytes, folder: Path) -> str:
    """What the API's own SDK makes of a body, against what it makes of the good one and what the body itself says."""
    held = _held(api, body, folder)
    try:
        given = CLIENTS[api](body)
    except Exception as error:
        return f"raises {type(error).__name__}"
    usual = CLIENTS[api](good)
    differing = {
        key: given[key] for key in given if given[key] != usual[key] and (key not in held or given[key] != held[key])
    }
    if not differing:
        return "same"
    return "; ".join(f"{key} {_short(value)}" for key, value in differing.items())


def _held(api: str, body: bytes, folder: Path) -> dict[str, Any]:
    """The same facts as the stream holds them."""
    path = folder / "stream.sse"
    path.write_bytes(body)
    stream = interpret(next(iter(read(str(path), format="event-stream"))), api=api)
    assembler = assemble(stream)
    if assembler is None or not assembler.message.messages:
        return {}
    message = assembler.message.messages[0]
    usage = assembler.message.usage
    tokens = usage and (usage.total if api == "openai_chat" else usage.output)
    calls = [(part.id, part.name, part.text) for part in message.tool_calls]
    if api == "anthropic_messages":
        calls = [(part.id, part.name, _parsed(part.text)) for part in message.tool_calls]
    held = {"content": message.text, "finish": message.finish, "role": message.role, "tokens": tokens}
    return {**held, "calls": calls}


def _parsed(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return None


def _short(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 60 else text[:59] + "…"
