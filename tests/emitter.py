"""A scripted provider: streams written down as pieces and pauses, served over a real socket.

The samples in `recordings/` were made from these scripts by `streamkit record` (`python -m tests.emitter` makes them
again), and tests connect to the same server. Nothing here was recorded from a provider: labels say `synthetic`.
"""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from aiohttp import web

MS = 0.001
ROOT = Path(__file__).parents[1]
TEXT = "Streams are rivers of small words . Each token drifts by in its own time , and together they say something ."


@dataclass(frozen=True)
class Script:
    """One scripted answer: `pieces` are (pause in seconds before it, bytes); `cut` ends it with a reset."""

    path: str
    pieces: tuple[tuple[float, bytes], ...]
    request: dict[str, Any]
    content_type: str = "text/event-stream"
    status: int = 200
    headers: tuple[tuple[str, str], ...] = ()
    cut: bool = False


def sse(data: Any, event: str | None = None) -> bytes:
    """Return one event in the wire format."""
    body = data if isinstance(data, str) else json.dumps(data, separators=(",", ":"), ensure_ascii=False)
    return (f"event: {event}\n" if event else "").encode() + f"data: {body}\n\n".encode()


def words(text: str = TEXT) -> list[str]:
    """Split a text into the pieces that a model would send: each word with the space before it."""
    first, *rest = text.replace(" .", ".").replace(" ,", ",").split(" ")
    return [first, *(f" {word}" for word in rest)]


# --- OpenAI Chat Completions ------------------------------------------------------------------------------------------


def chat(delta: dict[str, Any], finish: str | None = None, index: int = 0, **top: Any) -> bytes:
    """Return one `chat.completion.chunk`."""
    choice = {"index": index, "delta": delta, "logprobs": None, "finish_reason": finish}
    return sse(chat_head() | {"choices": [choice]} | top)


def chat_head() -> dict[str, Any]:
    """Return what every chunk of one response repeats."""
    return {
        "id": "chatcmpl-synthetic0001",
        "object": "chat.completion.chunk",
        "created": 1790000000,
        "model": "model-s",
        "system_fingerprint": "fp_synthetic",
    }


def usage(prompt: int, completion: int, reasoning: int = 0) -> dict[str, Any]:
    """Return a usage object whose parts add up."""
    return {
        "prompt_tokens": prompt,
        "completion_tokens": completion,
        "total_tokens": prompt + completion,
        "completion_tokens_details": {"reasoning_tokens": reasoning},
    }


def chat_end(counts: dict[str, Any]) -> list[tuple[float, bytes]]:
    """Return the last chunk with the usage, and the marker."""
    return [(1 * MS, sse(chat_head() | {"choices": [], "usage": counts})), (0, sse("[DONE]"))]


def chat_request(prompt: str = "What are streams?", **more: Any) -> dict[str, Any]:
    """Return a request body as an SDK would send it."""
    messages = [{"role": "user", "content": prompt}]
    return {"model": "model-s", "messages": messages, "stream": True, "stream_options": {"include_usage": True}} | more


def plain_chat() -> Script:
    pieces = [(60 * MS, chat({"role": "assistant", "content": "", "refusal": None}))]
    pieces += [((18 + 7 * (place % 4)) * MS, chat({"content": word})) for place, word in enumerate(words())]
    pieces += [(15 * MS, chat({}, "stop")), *chat_end(usage(11, len(words())))]
    return Script("/v1/chat/completions", tuple(pieces), chat_request())


def tool_chat() -> Script:
    def call(index: int, **piece: Any) -> bytes:
        return chat({"tool_calls": [{"index": index} | piece]})

    def begin(index: int, name: str) -> bytes:
        return call(index, id=f"call_{name}", type="function", function={"name": name, "arguments": ""})

    pieces = [(80 * MS, chat({"role": "assistant", "content": None}))]
    for index, (name, arguments) in enumerate(
        (("weather", '{"city":"Zürich"}'), ("clock", '{"zone":"Europe/Zurich"}'))
    ):
        pieces.append((25 * MS, begin(index, name)))
        for start in range(0, len(arguments), 6):
            pieces.append((12 * MS, call(index, function={"arguments": arguments[start : start + 6]})))
    pieces += [(10 * MS, chat({}, "tool_calls")), *chat_end(usage(73, 34))]
    tools = [{"type": "function", "function": {"name": name}} for name in ("weather", "clock")]
    return Script(
        "/v1/chat/completions", tuple(pieces), chat_request("What is the weather in Zürich, and the time?", tools=tools)
    )


def two_choices() -> Script:
    pieces = [
        (50 * MS, chat({"role": "assistant", "content": ""}, index=0)),
        (0, chat({"role": "assistant", "content": ""}, index=1)),
    ]
    for first, second in zip(words("Red as a rose ."), words("Blue like the sea ."), strict=True):
        pieces += [(14 * MS, chat({"content": first}, index=0)), (6 * MS, chat({"content": second}, index=1))]
    pieces += [(9 * MS, chat({}, "stop", 0)), (2 * MS, chat({}, "stop", 1)), *chat_end(usage(12, 8))]
    return Script("/v1/chat/completions", tuple(pieces), chat_request("Begin a poem.", n=2))


def reasoning_chat() -> Script:
    pieces = [(70 * MS, chat({"role": "assistant", "content": None, "reasoning_content": ""}))]
    thought = words("The user asks for a number . Six times seven is forty-two .")
    pieces += [(16 * MS, chat({"content": None, "reasoning_content": word})) for word in thought]
    answer = words("The answer is 42 .")
    pieces += [(20 * MS, chat({"content": word, "reasoning_content": None})) for word in answer]
    counts = usage(14, len(thought) + len(answer), len(thought)) | {
        "prompt_cache_hit_tokens": 0,
        "prompt_cache_miss_tokens": 14,
    }
    pieces += [
        (
            12 * MS,
            sse(
                chat_head()
                | {
                    "choices": [{"index": 0, "delta": {"content": ""}, "logprobs": None, "finish_reason": "stop"}],
                    "usage": counts,
                }
            ),
        ),
        (0, sse("[DONE]")),
    ]
    return Script("/v1/chat/completions", tuple(pieces), chat_request("What is six times seven?"))


def cut_chat() -> Script:
    pieces = plain_chat().pieces[:9]
    return Script("/v1/chat/completions", pieces, chat_request("Tell me everything."), cut=True)


def error_chat() -> Script:
    failed = {
        "error": {
            "message": "The server had an error while processing your request",
            "type": "server_error",
            "code": None,
        }
    }
    pieces = (*plain_chat().pieces[:7], (40 * MS, sse(failed)))
    return Script("/v1/chat/completions", pieces, chat_request("Break, please."))


def slow_chat() -> Script:
    waiting = tuple((90 * MS, b": keep-alive\n\n") for _ in range(4))
    pieces = (*waiting, *plain_chat().pieces)
    return Script("/v1/chat/completions", pieces, chat_request("Take your time."))


def limited_chat() -> Script:
    body = {"error": {"message": "Rate limit reached", "type": "requests", "code": "rate_limit_exceeded"}}
    return Script(
        "/v1/chat/completions",
        ((30 * MS, json.dumps(body).encode()),),
        chat_request("Once more, and again."),
        "application/json",
        429,
        (("Retry-After", "2"),),
    )


# --- others -----------------------------------------------------------------------------------------------------------


def plain_completion() -> Script:
    head = {"id": "cmpl-synthetic0001", "object": "text_completion", "created": 1790000000, "model": "model-s-instruct"}

    def piece(text: str, finish: str | None = None) -> bytes:
        return sse(head | {"choices": [{"text": text, "index": 0, "logprobs": None, "finish_reason": finish}]})

    pieces = [(20 * MS, piece(word)) for word in words("Once upon a time there was a stream .")]
    pieces += [(10 * MS, piece("", "stop")), (0, sse("[DONE]"))]
    return Script(
        "/v1/completions", tuple(pieces), {"model": "model-s-instruct", "prompt": "Tell a story.", "stream": True}
    )


def anthropic(kind: str, **rest: Any) -> bytes:
    """Return one event of Anthropic Messages."""
    return sse({"type": kind} | rest, kind)


def anthropic_script(
    blocks: list[tuple[dict[str, Any], list[dict[str, Any]]]], stop: str, output: int, **request: Any
) -> Script:
    message = {
        "id": "msg_synthetic0001",
        "type": "message",
        "role": "assistant",
        "model": "model-a",
        "content": [],
        "stop_reason": None,
        "stop_sequence": None,
        "usage": {"input_tokens": 25, "output_tokens": 1},
    }
    pieces = [(70 * MS, anthropic("message_start", message=message)), (0, anthropic("ping"))]
    for index, (block, changes) in enumerate(blocks):
        pieces.append((12 * MS, anthropic("content_block_start", index=index, content_block=block)))
        pieces += [(17 * MS, anthropic("content_block_delta", index=index, delta=change)) for change in changes]
        pieces.append((1 * MS, anthropic("content_block_stop", index=index)))
    ending = {"stop_reason": stop, "stop_sequence": None}
    pieces += [
        (8 * MS, anthropic("message_delta", delta=ending, usage={"output_tokens": output})),
        (0, anthropic("message_stop")),
    ]
    messages = [{"role": "user", "content": "What are streams?"}]
    body = {"model": "model-a", "max_tokens": 1024, "messages": messages, "stream": True} | request
    return Script("/v1/messages", tuple(pieces), body, headers=(("request-id", "req_synthetic"),))


def plain_anthropic() -> Script:
    changes = [{"type": "text_delta", "text": word} for word in words()]
    return anthropic_script([({"type": "text", "text": ""}, changes)], "end_turn", len(changes))


def tool_anthropic() -> Script:
    thinking = [{"type": "thinking_delta", "thinking": word} for word in words("The weather needs a tool .")]
    thinking.append({"type": "signature_delta", "signature": "c3ludGhldGlj"})
    deltas = [{"type": "text_delta", "text": word} for word in words("Let me look .")]
    arguments = [{"type": "input_json_delta", "partial_json": part} for part in ("", '{"ci', 'ty":"Zür', 'ich"}')]
    blocks = [
        ({"type": "thinking", "thinking": "", "signature": ""}, thinking),
        ({"type": "text", "text": ""}, deltas),
        ({"type": "tool_use", "id": "toolu_synthetic", "name": "weather", "input": {}}, arguments),
    ]
    return anthropic_script(blocks, "tool_use", 31, tools=[{"name": "weather", "input_schema": {"type": "object"}}])


def plain_responses() -> Script:
    text = "".join(words())
    head = {"id": "resp_synthetic0001", "object": "response", "created_at": 1790000000, "model": "model-s"}
    part = {"type": "output_text", "annotations": [], "logprobs": [], "text": ""}
    item = {"id": "msg_synthetic0001", "type": "message", "status": "in_progress", "content": [], "role": "assistant"}
    place = {"item_id": item["id"], "output_index": 0, "content_index": 0}
    whole = item | {"status": "completed", "content": [part | {"text": text}]}
    counts = {"input_tokens": 11, "output_tokens": len(words()), "total_tokens": 11 + len(words())}
    counts |= {"input_tokens_details": {"cached_tokens": 0}, "output_tokens_details": {"reasoning_tokens": 0}}
    started = head | {"status": "in_progress", "output": [], "usage": None}
    events: list[tuple[float, dict[str, Any]]] = [
        (55 * MS, {"type": "response.created", "response": started}),
        (0, {"type": "response.in_progress", "response": started}),
        (30 * MS, {"type": "response.output_item.added", "output_index": 0, "item": item}),
        (0, {"type": "response.content_part.added", "part": part} | place),
        *((19 * MS, {"type": "response.output_text.delta", "delta": word, "logprobs": []} | place) for word in words()),
        (2 * MS, {"type": "response.output_text.done", "text": text, "logprobs": []} | place),
        (0, {"type": "response.content_part.done", "part": part | {"text": text}} | place),
        (0, {"type": "response.output_item.done", "output_index": 0, "item": whole}),
        (
            1 * MS,
            {
                "type": "response.completed",
                "response": head | {"status": "completed", "output": [whole], "usage": counts},
            },
        ),
    ]
    pieces = tuple(
        (pause, sse(event | {"sequence_number": number}, event["type"])) for number, (pause, event) in enumerate(events)
    )
    return Script("/v1/responses", pieces, {"model": "model-s", "input": "What are streams?", "stream": True})


def plain_gemini() -> Script:
    text = words()
    groups = ["".join(text[start : start + 4]) for start in range(0, len(text), 4)]

    def answer(piece: str, number: int) -> bytes:
        candidate: dict[str, Any] = {"content": {"parts": [{"text": piece}], "role": "model"}}
        if number == len(groups) - 1:
            candidate["finishReason"] = "STOP"
        counted = sum(len(group.split()) for group in groups[: number + 1])
        counts = {"promptTokenCount": 5, "candidatesTokenCount": counted, "totalTokenCount": 5 + counted}
        body = {
            "candidates": [candidate],
            "usageMetadata": counts,
            "modelVersion": "model-g",
            "responseId": "synthetic0001",
        }
        return b"data: " + json.dumps(body).encode() + b"\r\n\r\n"

    pieces = tuple((45 * MS, answer(group, number)) for number, group in enumerate(groups))
    request = {"contents": [{"role": "user", "parts": [{"text": "What are streams?"}]}]}
    return Script("/v1beta/models/model-g:streamGenerateContent", pieces, request)


def plain_ollama() -> Script:
    def line(content: str, number: int, **rest: Any) -> bytes:
        body = {"model": "model-o", "created_at": f"2026-11-20T12:00:{number * 0.021:09.6f}Z"}
        body |= {"message": {"role": "assistant", "content": content}, "done": False} | rest
        return json.dumps(body).encode() + b"\n"

    text = words()
    pieces = [(21 * MS, line(word, number)) for number, word in enumerate(text)]
    ending = {"done": True, "done_reason": "stop", "total_duration": 620000000, "load_duration": 12000000}
    ending |= {
        "prompt_eval_count": 11,
        "prompt_eval_duration": 40000000,
        "eval_count": len(text),
        "eval_duration": 460000000,
    }
    pieces.append((21 * MS, line("", len(text), **ending)))
    messages = [{"role": "user", "content": "What are streams?"}]
    return Script("/api/chat", tuple(pieces), {"model": "model-o", "messages": messages}, "application/x-ndjson")


SCRIPTS = {
    "openai_chat/plain": plain_chat,
    "openai_chat/tool-calls": tool_chat,
    "openai_chat/two-choices": two_choices,
    "openai_chat/reasoning": reasoning_chat,
    "openai_chat/cut-off": cut_chat,
    "openai_chat/error": error_chat,
    "openai_chat/slow-start": slow_chat,
    "openai_chat/rate-limited": limited_chat,
    "openai_completions/plain": plain_completion,
    "openai_responses/plain": plain_responses,
    "anthropic_messages/plain": plain_anthropic,
    "anthropic_messages/thinking-and-tool": tool_anthropic,
    "gemini/plain": plain_gemini,
    "ollama/plain": plain_ollama,
}


def script_for(path: str, body: Any) -> Script:
    """Return the script that belongs to this request."""
    return next(
        script for script in (make() for make in SCRIPTS.values()) if (script.path, script.request) == (path, body)
    )


async def answer(request: web.Request) -> web.StreamResponse:
    """Play the script of this request, piece by piece, each on its absolute deadline."""
    script = script_for(request.path, await request.json())
    response = web.StreamResponse(
        status=script.status, headers={"Content-Type": script.content_type, **dict(script.headers)}
    )
    await response.prepare(request)
    loop = asyncio.get_running_loop()
    due = loop.time()
    for pause, piece in script.pieces:
        due += pause
        await asyncio.sleep(max(0, due - loop.time()))
        await response.write(piece)
    if script.cut:
        assert request.transport is not None
        request.transport.abort()
    return response


@contextmanager
def serving(port: int = 0) -> Iterator[str]:
    """Run the scripted provider on this machine (port 0: a free one) in a thread, and yield its base URL."""
    loop = asyncio.new_event_loop()
    address: list[str] = []
    ready = threading.Event()

    async def start() -> None:
        app = web.Application()
        app.router.add_route("*", "/{path:.*}", answer)
        runner = web.AppRunner(app, shutdown_timeout=0.1)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", port)
        await site.start()
        address.append(f"http://127.0.0.1:{runner.addresses[0][1]}")
        ready.set()

    thread = threading.Thread(target=lambda: (loop.run_until_complete(start()), loop.run_forever()), daemon=True)
    thread.start()
    ready.wait(10)
    try:
        yield address[0]
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join(5)


def make_recordings() -> None:
    """Record every script with `streamkit record` into `recordings/`."""
    with serving(8399) as base:
        for name, make in SCRIPTS.items():
            script = make()
            target = ROOT / "recordings" / f"{name}.jsonl"
            target.parent.mkdir(exist_ok=True)
            command = [
                sys.executable,
                "-m",
                "streamkit",
                "record",
                base + script.path,
                "--json",
                json.dumps(script.request),
            ]
            command += [
                "--label",
                "synthetic=true",
                "--show",
                "none",
                "--force",
                "-o",
                str(target),
            ]
            done = subprocess.run(command, check=False)
            sys.stdout.write(f"{name}: exit {done.returncode}\n")


if __name__ == "__main__":
    make_recordings()
