"""Streams for tests: chunks with times in milliseconds, as a server sends them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import orjson

from streamkit.apis import interpret
from streamkit.model.exchange import Body, End, Exchange, Frames, Origin, Request, Response
from streamkit.model.stream import Stream

MS = 1_000_000
URL = "https://api.example.test/v1/chat/completions"


def chunk(delta: Mapping[str, Any] | None = None, *, finish: str | None = None, index: int = 0, **more: Any) -> str:
    """Return the data of one chat chunk."""
    choice = {"index": index, "delta": dict(delta or {}), "finish_reason": finish}
    head = {"id": "c1", "object": "chat.completion.chunk", "created": 1, "model": "m-1"}
    return orjson.dumps({**head, "choices": [choice], **more}).decode()


def text(content: str, **more: Any) -> str:
    return chunk({"content": content}, **more)


def usage(output: int | None, *, prompt: int = 7, **details: Any) -> str:
    """Return the data of a chunk with usage only."""
    counts = {"prompt_tokens": prompt, "completion_tokens": output, **details}
    return orjson.dumps({"id": "c1", "object": "chat.completion.chunk", "choices": [], "usage": counts}).decode()


ROLE = chunk({"role": "assistant", "content": ""})
STOP = chunk(finish="stop")


def exchange(
    timed: Iterable[tuple[float | None, str]],
    *,
    end: float | None = None,
    headers: float | None = 5,
    together: bool = False,
    request: Mapping[str, Any] | None = None,
    **fields: Any,
) -> Exchange:
    """Return an exchange with these (milliseconds, data) events, one per frame; `together` puts all into one frame."""
    events = list(timed)
    data = [f"data: {payload}\n\n".encode() for _, payload in events]
    at = [None if when is None else round(when * MS) for when, _ in events]
    if together:
        data, at = [b"".join(data)], [at[-1]]
    last = max((when for when, _ in events if when is not None), default=None) if end is None else end
    body = {"model": "m-1", "stream": True, **(request or {})}
    given: dict[str, Any] = {
        "source": "client",
        "clock": "monotonic",
        "recorded_at": "2026-11-20T20:19:54.120031Z",
        "response": Response(
            None if headers is None else round(headers * MS), 200, headers=(("content-type", "text/event-stream"),)
        ),
        "end": None if last is None else End(at=round(last * MS), reason="eof"),
        "request": Request("POST", URL, (), Body("json", body)),
        "origin": Origin("made.jsonl", 1, 1),
        **fields,
    }
    return Exchange(frames=Frames(data, at, [None] * len(data)), **given)


def stream(timed: Sequence[tuple[float | None, str]], **fields: Any) -> Stream:
    """Return the same decoded and interpreted."""
    return interpret(exchange(timed, **fields))


def plain(
    tokens: int = 10, *, first: float = 100, gap: float = 20, role: float = 20, reported: int | None = None
) -> list[tuple[float, str]]:
    """Return a complete response: role, `tokens` words `gap` ms apart, finish, usage, `[DONE]`."""
    words = [(first + gap * place, text(f" w{place}")) for place in range(tokens)]
    last = words[-1][0] if words else first
    return [
        (role, ROLE),
        *words,
        (last + 5, STOP),
        (last + 10, usage(tokens if reported is None else reported)),
        (last + 10, "[DONE]"),
    ]
