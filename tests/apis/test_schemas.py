"""The table that lint uses and the JSON Schema made from it agree, with a third-party validator as referee."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest

from streamkit.apis import APIS, Api, interpret
from streamkit.cli.main import streamkit
from streamkit.formats import read
from tests.clicking import CliRunner

STREAMS = Path(__file__).parents[1] / "specs" / "streams"
OTHERS: tuple[Any, ...] = (None, 7, -1.5, "odd", "", True, [], [None], {}, {"index": 0})

JUDGED = [api for api in APIS.values() if api.judge is not None]


def chunks(path: Path) -> Iterator[tuple[Api, dict[str, Any]]]:
    for exchange in read(str(path)):
        stream = interpret(exchange)
        if stream.api in APIS:
            yield from ((APIS[stream.api], chunk) for chunk in stream.chunks)


def places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Yield every position in a JSON value."""
    pairs = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in pairs:
        yield (*path, key)
        yield from places(inner, (*path, key))


def mutants(chunk: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield the chunk itself, and copies with each of its positions removed or replaced."""
    yield chunk
    for path in places(chunk):
        for value in (*OTHERS, "gone"):
            changed = copy.deepcopy(chunk)
            holder: Any = changed
            for step in path[:-1]:
                holder = holder[step]
            if value == "gone":
                del holder[path[-1]]
            else:
                holder[path[-1]] = value
            yield changed


def referee(api: Api) -> Any:
    assert api.judge is not None
    return jsonschema_rs.Draft202012Validator(api.judge().schema())


def accepts(api: Api, chunk: dict[str, Any]) -> bool:
    assert api.judge is not None
    return not list(api.judge().misfits([chunk]))


@pytest.mark.parametrize("api", JUDGED, ids=lambda api: api.name)
def test_table_and_schema_agree_on_every_small_change(api: Api) -> None:
    checker = referee(api)
    seen: dict[str, dict[str, Any]] = {}
    for path in sorted([*STREAMS.glob("*.sse"), *STREAMS.glob("*.ndjson"), STREAMS / "data-stream.txt"]):
        for owner, chunk in chunks(path):
            if owner is api:
                kind = chunk.get("type"), chunk.get("event_type"), chunk.get("code")
                seen.setdefault(json.dumps([kind, sorted(map(str, places(chunk)))]), chunk)
    assert seen, f"no stream of {api.name} in {STREAMS}"
    wrong = [
        changed
        for chunk in seen.values()
        for changed in mutants(chunk)
        if accepts(api, changed) != checker.is_valid(changed)
    ]
    assert wrong == []


def test_table_and_schema_agree_on_real_chunks(shared: Path) -> None:
    referees = {api.name: referee(api) for api in JUDGED}
    wrong = []
    for path in sorted((shared / "corpora" / "streams").glob("*")):
        if path.suffix in (".sse", ".jsonl"):
            try:
                found = list(chunks(path))
            except Exception:  # unreadable formats are covered by other tests
                continue
            wrong += [
                (path.name, chunk)
                for api, chunk in found
                if api.name in referees and accepts(api, chunk) != referees[api.name].is_valid(chunk)
            ]
    assert wrong == []


@pytest.mark.parametrize("api", JUDGED, ids=lambda api: api.name)
def test_the_schema_is_valid(api: Api) -> None:
    assert api.judge is not None
    jsonschema_rs.meta.validate(api.judge().schema())


def test_the_command_prints_it_and_lists_the_apis() -> None:
    shown = CliRunner().invoke(streamkit, ["schema", "openai_chat"], standalone_mode=False)
    document = json.loads(shown.output)
    assert document["title"] == "A chunk of OpenAI Chat Completions"
    assert document["anyOf"][0]["required"] == ["id", "object", "created", "model", "choices"]
    listed = CliRunner().invoke(streamkit, ["schema"], standalone_mode=False).output
    assert [line.split()[0] for line in listed.splitlines()] == [api.name for api in JUDGED]


def test_an_unknown_api_is_rejected() -> None:
    error = CliRunner().invoke(streamkit, ["schema", "openai_chta"], standalone_mode=False).exception
    assert "did you mean 'openai_chat'" in str(error)
