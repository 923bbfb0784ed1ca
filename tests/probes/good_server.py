"""A server that answers every request of the battery as the references of its APIs describe, in this process."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from streamkit.model.exchange import Request, header
from streamkit.model.step import Finish, Head, Step, Write
from streamkit.probes import WRONG_KEY
from streamkit.transport.server import Server, in_thread

MODEL = "good-1"
GAP_NS = 1_000_000

Answer = Callable[[Request], Sequence[Step]]


def good(request: Request) -> Sequence[Step]:
    """Return the steps of the right answer."""
    from tests.probes import good_chat, good_completions, good_gemini, good_messages, good_ollama, good_responses

    body = request.body.json if request.body is not None else None
    apis = (good_chat, good_responses, good_messages, good_gemini, good_ollama, good_completions)
    for api in (module.answer for module in apis):
        steps = api(request.path, request, body)
        if steps is not None:
            return steps
    return refusal(404, "unknown path")


def refusal(status: int, message: str, **more: Any) -> Sequence[Step]:
    return document(
        {"error": {"message": message, "type": "invalid_request_error", "param": None, "code": None, **more}}, status
    )


def document(value: Any, status: int = 200) -> Sequence[Step]:
    """A plain answer."""
    data = json.dumps(value).encode()
    return [
        Head(0, status, (("Content-Type", "application/json"), ("Content-Length", str(len(data))))),
        Write(0, data),
        Finish(0),
    ]


def events(lines: Iterable[str], kind: str = "text/event-stream") -> Sequence[Step]:
    """A streamed answer: each text in a frame of its own, some time after the one before."""
    frames = [line.encode() for line in lines]
    writes = [Write((place + 1) * GAP_NS, frame) for place, frame in enumerate(frames)]
    head = Head(0, 200, (("Content-Type", kind), ("Cache-Control", "no-cache")))
    return [head, *writes, Finish(len(frames) * GAP_NS)]


def is_wrong_key(request: Request) -> bool:
    return any(
        WRONG_KEY in (header(request.headers, name) or "") for name in ("authorization", "x-api-key", "x-goog-api-key")
    )


@contextmanager
def serving(answer: Answer = good) -> Iterator[str]:
    """Serve on a free port; yield the base URL."""
    with in_thread(Server(answer)) as server:
        yield server.url


def sse(values: Iterable[Mapping[str, Any] | str], *, named: bool = False) -> Iterator[str]:
    """Events of chunks, with the name of each in `event:` if `named`."""
    for value in values:
        name = f"event: {value['type']}\n" if named and isinstance(value, Mapping) else ""
        yield f"{name}data: {value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)}\n\n"
