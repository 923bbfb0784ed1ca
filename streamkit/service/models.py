"""Requests for the list of models, or for one of them, answered with the models of the recordings.

Only what recordings contain is in the answers: the names of the models, and when each was first recorded.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any
from urllib.parse import unquote

from streamkit.model.exchange import Request
from streamkit.model.step import Step
from streamkit.playback.matcher import plain_path
from streamkit.providers import providers_by_headers
from streamkit.service import replies
from streamkit.service.recorded_answer import RecordedAnswer

_GEMINI_PATH = re.compile(r"(?:.*/)?v\d+(?:alpha|beta)\d*/models(?:/.*)?")


def models_reply(request: Request, recordings: Sequence[RecordedAnswer]) -> tuple[str, Sequence[Step]] | None:
    """Return what is logged for a request about models, and its answer; None for other requests.

    OpenAI and Anthropic have the same path: one object has the fields of both. A client whose headers show that it
    is Anthropic's gets Anthropic's models only.
    """
    path = plain_path(request.path)
    if request.method == "GET" and (path == "/models" or path.startswith("/models/")):
        name = unquote(path.removeprefix("/models").removeprefix("/"))
        clients = providers_by_headers(request.headers)
        if "gemini" in clients or (not clients and _GEMINI_PATH.fullmatch(request.path)):
            return _gemini(_models(recordings, "gemini"), name)
        return _openai(_models(recordings, "anthropic_messages" if "anthropic" in clients else ""), name)
    if request.method == "GET" and path == "/api/tags":
        return "the list of models", replies.reply(200, {"models": [_of_ollama(one) for one in _models(recordings)]})
    if request.method == "POST" and path == "/api/show":
        body = request.body.json if request.body else None
        return "a model", _ollama_show(_models(recordings), body.get("model") if isinstance(body, dict) else None)
    return None


def _models(recordings: Iterable[RecordedAnswer], api: str = "") -> list[dict[str, Any]]:
    """Return the models of the recordings, of one API or of all, in the formats of OpenAI and Anthropic at once.

    `created` is the time of the first recording of the model; it is left out if that is unknown.
    """
    by_name: dict[str, dict[str, Any]] = {}
    for recording in recordings:
        name = recording.model
        if name is None or name in by_name or (api and recording.stream.api != api):
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


def _openai(models: list[dict[str, Any]], name: str) -> tuple[str, Sequence[Step]]:
    if name:
        return "a model", _one(models, name)
    ends = {"first_id": models[0]["id"], "last_id": models[-1]["id"]} if models else {"first_id": None, "last_id": None}
    return "the list of models", replies.reply(200, {"object": "list", "data": models, "has_more": False, **ends})


def _gemini(models: list[dict[str, Any]], name: str) -> tuple[str, Sequence[Step]]:
    """`GET /v1beta/models` and `/v1beta/models/NAME`. Limits and methods are not known, and left out."""
    listed = [{"id": one["id"], "name": f"models/{one['id']}", "displayName": one["id"]} for one in models]
    if name:
        return "a model", _one(listed, name, hidden="id")
    return "the list of models", replies.reply(200, {"models": [_without(one, "id") for one in listed]})


def _one(models: Iterable[dict[str, Any]], name: str, hidden: str = "") -> Sequence[Step]:
    for model in models:
        if model["id"] == name:
            return replies.reply(200, _without(model, hidden))
    return replies.error_reply(404, "not_found_error", f"no recording of model {name!r}")


def _without(model: dict[str, Any], field: str) -> dict[str, Any]:
    return {key: value for key, value in model.items() if key != field}


def _ollama_show(models: Iterable[dict[str, Any]], name: object) -> Sequence[Step]:
    """The answer to Ollama's `POST /api/show`: that the model exists; nothing else about it is known."""
    for model in models:
        if model["id"] == name:
            return replies.reply(200, {**_of_ollama(model), "details": {}, "model_info": {}})
    return replies.reply(404, {"error": f"no recording of model {name!r}"})


def _of_ollama(model: dict[str, Any]) -> dict[str, Any]:
    """Sizes and digests are not known, and left out."""
    known = {"name": model["id"], "model": model["id"]}
    return {**known, "modified_at": model["created_at"]} if "created_at" in model else known
