"""Answers that the mock server makes itself: what it has no recording for, the list of models, its control pages."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

import orjson

from streamkit.model.step import Finish, Head, Step, Write
from streamkit.playback.matcher import Miss
from streamkit.service.recorded_answer import Recording

JSON = "application/json"


def reply(status: int, value: Any, *, at: int = 0, headers: tuple[tuple[str, str], ...] = ()) -> list[Step]:
    """The steps that answer with one JSON value at once, or at `at` (ns after the request)."""
    body = orjson.dumps(value)
    head = (("Content-Type", JSON), ("Content-Length", str(len(body))), *headers)
    return [Head(at, status, head), Write(at, body), Finish(at)]


def failure(status: int, kind: str, message: str, **more: Any) -> list[Step]:
    """An error in the words of OpenAI and of Anthropic at once, so that either SDK shows the message and does not retry."""
    error = {"type": kind, "message": message, "code": "streamkit", "param": None, **more}
    return reply(status, {"type": "error", "error": error}, headers=(("X-Should-Retry", "false"),))


def told(miss: Miss, recordings: Sequence[Recording]) -> str:
    """Why no recording answers, in one sentence."""
    if miss.nearest is None:
        return "no recording with a request to compare with"
    nearest = recordings[miss.nearest].name
    if miss.used_up:
        return f"{nearest} matches, and was played as often as --reuse once allows"
    more = miss.differences - 1
    others = f" (and {more} more difference{'s' if more > 1 else ''})" if more else ""
    return f"nearest is {nearest}, which differs at {miss.first}{others}"


def not_found(miss: Miss, recordings: Sequence[Recording], asked: str) -> list[Step]:
    """404 with the nearest recording and the first difference."""
    nearest = None
    if miss.nearest is not None:
        first = miss.first
        nearest = {
            "file": recordings[miss.nearest].name,
            "differences": miss.differences,
            "first": first and {"at": first.at, "recorded": first.recorded, "asked": first.asked},
        }
    return failure(404, "not_found_error", f"no recording answers {asked}: {told(miss, recordings)}", nearest=nearest)


def models(recordings: Iterable[Recording]) -> list[dict[str, Any]]:
    """The models of the recordings, in the words of OpenAI and of Anthropic at once.

    `created` is when the first recording of the model was made; it is left out where that is not known.
    """
    found: dict[str, dict[str, Any]] = {}
    for recording in recordings:
        name = recording.model
        if name is None or name in found:
            continue
        found[name] = {"id": name, "object": "model", "type": "model", "display_name": name, "owned_by": "streamkit"}
        recorded_at = recording.exchange.recorded_at
        if recorded_at is not None:
            try:
                found[name]["created"] = int(datetime.fromisoformat(recorded_at).timestamp())
            except ValueError:
                continue
            found[name]["created_at"] = recorded_at
    return list(found.values())


def model_list(recordings: Iterable[Recording]) -> list[Step]:
    """The answer to `GET /v1/models`."""
    found = models(recordings)
    ends = {"first_id": found[0]["id"], "last_id": found[-1]["id"]} if found else {"first_id": None, "last_id": None}
    return reply(200, {"object": "list", "data": found, "has_more": False, **ends})


def one_model(recordings: Iterable[Recording], name: str) -> list[Step]:
    """The answer to `GET /v1/models/NAME`."""
    for model in models(recordings):
        if model["id"] == name:
            return reply(200, model)
    return failure(404, "not_found_error", f"no recording of a model {name!r}")
