"""Exchanges made in a line or two, and those of the scripted provider, for tests that serve them."""

from __future__ import annotations

from typing import Any

from streamkit.model.exchange import Body, End, Exchange, Frame, Frames, Origin, Request, Response
from tests.emitter import SCRIPTS

SSE = (("Content-Type", "text/event-stream"),)


def exchange(
    *frames: bytes | tuple[int, bytes],
    path: str = "/v1/chat/completions",
    body: Any = None,
    status: int = 200,
    headers: tuple[tuple[str, str], ...] = SSE,
    end: str = "eof",
    file: str = "one.jsonl",
    **more: Any,
) -> Exchange:
    """Return an exchange with these frames; a number with a frame is its time in milliseconds after the request."""
    timed = [frame if isinstance(frame, tuple) else (0, frame) for frame in frames]
    last = timed[-1][0] * 1_000_000 if timed else 0
    if body is None:
        body = {"model": "m", "stream": True, "messages": [{"role": "user", "content": "hi"}]}
    return Exchange(
        frames=Frames.of([Frame(data, at * 1_000_000) for at, data in timed]),
        request=Request(
            "POST", f"https://api.example.com{path}", (("content-type", "application/json"),), Body("json", body)
        ),
        response=Response(0, status, headers=headers),
        end=End(at=last, reason=end),
        source="client",
        clock="monotonic",
        origin=Origin(file),
        **{"recorded_at": "2026-01-01T00:00:00.000000Z", **more},
    )


def scripted(name: str) -> Exchange:
    """Return what the scripted provider answers, as a recorder would see it (`openai_chat/plain`)."""
    script = SCRIPTS[name]()
    at, frames = 0.0, []
    for pause, piece in script.pieces:
        at += pause
        frames.append((round(at * 1000), piece))
    return exchange(
        *frames,
        path=script.path,
        body=script.request,
        status=script.status,
        headers=(("Content-Type", script.content_type), *script.headers),
        end="reset" if script.cut else "eof",
        file=f"recordings/{name}.jsonl",
    )


class Nowhere:
    """A file that keeps nothing, for recorders whose outcome is looked at."""

    path = "nowhere"

    def write(self, data: bytes) -> None:
        """Take a line."""

    def close(self) -> None:
        """There is nothing to close."""
