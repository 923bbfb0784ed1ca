"""Edits of recorded answers, so that a page can say how an answer is wrong.

An edit is a word and its arguments, several are separated by ` & `, and `2: ` before them names the answer of the case (from
1; the first without it):

| edit | what it changes |
|---|---|
| `status 500` | the status |
| `header NAME VALUE` | a header of the response; `-` removes it |
| `body TEXT` | the whole body |
| `replace 'A' 'B'` | a text in every frame |
| `drop N`, `repeat N`, `swap N` | frame N is missing, comes twice, or changes places with the next |
| `cut N` | the connection is reset after N frames |
| `at 3 40s` | frame 3 and those after it arrive so much later |
| `burst 2s` | all frames arrive together, so long after the request |
| `new-connection` | the request was sent on a connection of its own |
| `gone` | there is no response |
"""

from __future__ import annotations

import shlex
from dataclasses import replace
from typing import Any

from streamkit.model.exchange import End, Exchange, Frame, Frames, Response
from streamkit.model.units import duration


def edited(exchanges: list[Exchange], change: str) -> list[Exchange]:
    """Return the answers of a case with these edits."""
    changed = list(exchanges)
    for part in change.split(" & "):
        number, colon, edit = part.partition(": ")
        place = int(number) - 1 if colon and number.isdecimal() else 0
        word, *arguments = shlex.split(edit if colon and number.isdecimal() else part)
        changed[place] = EDITS[word](changed[place], *arguments)
    return changed


def frames_of(exchange: Exchange, frames: list[Frame]) -> Exchange:
    end = exchange.end and replace(exchange.end, sha256=None, bytes=None, frames=None)
    return replace(exchange, frames=Frames.of(frames), end=end)


def response_of(exchange: Exchange, **changes: Any) -> Exchange:
    assert exchange.response is not None
    return replace(exchange, response=replace(exchange.response, **changes))


def unescaped(text: str) -> bytes:
    """Return the bytes of a text in which `\\n` is a line feed."""
    return text.replace("\\n", "\n").encode()


def header(exchange: Exchange, name: str, value: str) -> Exchange:
    response: Response | None = exchange.response
    assert response is not None
    kept = tuple(pair for pair in response.headers if pair[0].lower() != name.lower())
    return response_of(exchange, headers=kept if value == "-" else (*kept, (name, value)))


def body(exchange: Exchange, text: str) -> Exchange:
    return frames_of(exchange, [Frame(unescaped(text), 2_000_000, 3)])


def replaced(exchange: Exchange, old: str, new: str) -> Exchange:
    a, b = unescaped(old), unescaped(new)
    assert any(a in frame.data for frame in exchange.frames), f"no frame contains {old!r}"
    return frames_of(exchange, [replace(frame, data=frame.data.replace(a, b)) for frame in exchange.frames])


def drop(exchange: Exchange, number: str) -> Exchange:
    frames = list(exchange.frames)
    del frames[int(number) - 1]
    return frames_of(exchange, frames)


def repeat(exchange: Exchange, number: str) -> Exchange:
    frames = list(exchange.frames)
    frames.insert(int(number), frames[int(number) - 1])
    return frames_of(exchange, frames)


def swap(exchange: Exchange, number: str) -> Exchange:
    frames, place = list(exchange.frames), int(number) - 1
    frames[place : place + 2] = [
        replace(frames[place + 1], at=frames[place].at),
        replace(frames[place], at=frames[place + 1].at),
    ]
    return frames_of(exchange, frames)


def cut(exchange: Exchange, number: str) -> Exchange:
    kept = frames_of(exchange, list(exchange.frames)[: int(number)])
    return replace(kept, end=End(at=kept.frames.at[-1], reason="reset", error="the connection was reset"))


def at(exchange: Exchange, number: str, later: str) -> Exchange:
    nanoseconds = duration(later)
    frames = [
        replace(frame, at=(frame.at or 0) + (nanoseconds if place >= int(number) else 0))
        for place, frame in enumerate(exchange.frames, 1)
    ]
    return frames_of(exchange, frames)


def burst(exchange: Exchange, later: str) -> Exchange:
    frames = [replace(frame, at=duration(later) + place) for place, frame in enumerate(exchange.frames)]
    return frames_of(exchange, frames)


def gone(exchange: Exchange) -> Exchange:
    return replace(frames_of(exchange, []), response=None, end=End(at=1, reason="reset"))


EDITS: dict[str, Any] = {
    "status": lambda exchange, status: response_of(exchange, status=int(status)),
    "header": header,
    "body": body,
    "replace": replaced,
    "drop": drop,
    "repeat": repeat,
    "swap": swap,
    "cut": cut,
    "at": at,
    "burst": burst,
    "new-connection": lambda exchange: replace(exchange, connected_at=1000),
    "gone": gone,
}
