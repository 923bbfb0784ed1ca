"""Responses that the mock server generates itself: errors, the list of models, its control endpoints."""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Sequence
from datetime import datetime
from pathlib import PurePath
from typing import Any
from urllib.parse import urlsplit

import orjson

from streamkit.model.step import Finish, Head, Step, Write
from streamkit.playback.matcher import Miss
from streamkit.service.recorded_answer import RecordedAnswer

JSON = "application/json"


def reply(status: int, value: Any, *, at: int = 0, headers: tuple[tuple[str, str], ...] = ()) -> list[Step]:
    """The steps that answer with one JSON value at once, or at `at` (ns after the request)."""
    body = orjson.dumps(value)
    head = (("Content-Type", JSON), ("Content-Length", str(len(body))), *headers)
    return [Head(at, status, head), Write(at, body), Finish(at)]


def failure(status: int, kind: str, message: str, **more: Any) -> list[Step]:
    """An error in the formats of OpenAI and Anthropic at once, so that either SDK shows the message and does not retry."""
    error = {"type": kind, "message": message, "code": "streamkit", "param": None, **more}
    return reply(status, {"type": "error", "error": error}, headers=(("X-Should-Retry", "false"),))


def reason(miss: Miss, recordings: Sequence[RecordedAnswer]) -> str:
    """Why no recording matches, in one sentence."""
    if miss.nearest is None:
        return "no recording has a request to compare with"
    nearest = recordings[miss.nearest].name
    if miss.used_up:
        return f"{nearest} matches, but was already played (--reuse once)"
    more = miss.differences - 1
    others = f" (and {more} more difference{'s' if more > 1 else ''})" if more else ""
    return f"closest is {nearest}, which differs at {miss.first}{others}"


def record_command(nearest: RecordedAnswer | None) -> str:
    """The command that records what is missing next to the nearest recording, from the same API."""
    request = None if nearest is None else nearest.exchange.request
    url = urlsplit(request.url if request else "")
    upstream = f"{url.scheme}://{url.netloc.rpartition('@')[2]}" if url.scheme and url.netloc else "UPSTREAM"
    folder = "recordings" if nearest is None else str(PurePath(nearest.exchange.origin.path).parent)
    return shlex.join(["streamkit", "proxy", upstream, "--mode", "auto", "--dir", folder])


def not_found(
    miss: Miss, recordings: Sequence[RecordedAnswer], asked: str, *, details: str, command: str
) -> list[Step]:
    """A 404 with the closest recording, the first difference, the path where all are listed, and how to record anew."""
    nearest = None
    if miss.nearest is not None:
        first = miss.first
        nearest = {
            "file": recordings[miss.nearest].name,
            "differences": miss.differences,
            "first": first and first.as_json(),
        }
    all_of_them = f"; all differences: GET {details}" if details else ""
    message = f"no recording matches {asked}: {reason(miss, recordings)}{all_of_them}; to record it: {command}"
    return failure(404, "not_found_error", message, nearest=nearest)


def models(recordings: Iterable[RecordedAnswer]) -> list[dict[str, Any]]:
    """The models of the recordings, in the formats of OpenAI and Anthropic at once.

    `created` is the time of the first recording of the model; it is left out if that is unknown.
    """
    by_name: dict[str, dict[str, Any]] = {}
    for recording in recordings:
        name = recording.model
        if name is None or name in by_name:
            continue
        by_name[name] = {"id": name, "object": "model", "type": "model", "display_name": name, "owned_by": "streamkit"}
        recorded_at = recording.exchange.recorded_at
        if recorded_at is not None:
            try:
                by_name[name]["created"] = int(datetime.fromisoformat(recorded_at).timestamp())
            except ValueError:
                continue
            by_name[name]["created_at"] = recorded_at
    return list(by_name.values())


def model_list(recordings: Iterable[RecordedAnswer]) -> list[Step]:
    """The answer to `GET /v1/models`."""
    models_ = models(recordings)
    ends = (
        {"first_id": models_[0]["id"], "last_id": models_[-1]["id"]} if models_ else {"first_id": None, "last_id": None}
    )
    return reply(200, {"object": "list", "data": models_, "has_more": False, **ends})


def one_model(recordings: Iterable[RecordedAnswer], name: str) -> list[Step]:
    """The answer to `GET /v1/models/NAME`."""
    for model in models(recordings):
        if model["id"] == name:
            return reply(200, model)
    return failure(404, "not_found_error", f"no recording of model {name!r}")
