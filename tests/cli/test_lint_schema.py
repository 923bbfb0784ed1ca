"""`lint --schema`: chunks checked against the user's own JSON Schemas."""

from __future__ import annotations

import builtins
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from streamkit.cli.main import streamkit
from streamkit.errors import StreamkitError
from tests.clicking import CliRunner

CHUNK = {"id": "c1", "object": "chat.completion.chunk", "created": 1760000000, "model": "m"}
DELTAS: tuple[tuple[dict[str, Any], str | None], ...] = (
    ({"role": "assistant", "content": "Hi"}, None),
    ({}, "stop"),
)
TENANT = {"type": "object", "required": ["tenant"], "properties": {"tenant": {"$ref": "#/$defs/name"}}}
NAME = {"type": "string", "pattern": "^[a-z]+$"}


@pytest.fixture(autouse=True)
def somewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def stream(path: Path, **extra: object) -> None:
    chunks = [
        {**CHUNK, "choices": [{"index": 0, "delta": delta, "finish_reason": finish}], **extra}
        for delta, finish in DELTAS
    ]
    events = [*map(json.dumps, chunks), "[DONE]"]
    path.write_text("".join(f"data: {event}\n\n" for event in events), encoding="utf-8")


def written(path: Path, schema: object) -> str:
    path.write_text(json.dumps(schema), encoding="utf-8")
    return path.name


def linted(*arguments: str) -> tuple[int, list[dict[str, Any]], str]:
    """Return the exit code, the findings, and the error message if the command ends with one."""
    words = ["lint", "a.sse", "--format", "json", *arguments]
    done = CliRunner().invoke(streamkit, words, standalone_mode=False)
    if isinstance(done.exception, StreamkitError):
        return done.exception.exit_code, [], str(done.exception)
    assert done.exception is None, done.exception
    return done.return_value, json.loads(done.stdout)["findings"], done.stderr


def test_a_finding_has_the_path_the_keyword_and_its_place_in_the_schema(somewhere: Path) -> None:
    stream(somewhere / "a.sse", tenant="ACME")
    house = written(somewhere / "house.json", {"$defs": {"name": NAME}, **TENANT})
    code, found, _ = linted("--schema", house)
    assert code == 1
    assert [(one["code"], one["name"], one["severity"], one["path"], one["event"], one["count"]) for one in found] == [
        ("SCH380", "user-schema", "error", "$.tenant", 1, 2)
    ]
    assert found[0]["message"] == '"ACME" does not match "^[a-z]+$" (house.json: pattern at #/$defs/name/pattern)'


@pytest.mark.parametrize(
    ("schema", "code"),
    [
        ("house.json", 1),
        ("openai_chat=house.json", 1),
        ("anthropic_messages=house.json", 0),
    ],
)
def test_a_schema_is_for_every_stream_or_for_one_api(somewhere: Path, schema: str, code: int) -> None:
    stream(somewhere / "a.sse")
    written(somewhere / "house.json", {"$defs": {"name": NAME}, **TENANT})
    assert linted("--schema", schema)[0] == code


def test_several_schemas_all_apply(somewhere: Path) -> None:
    stream(somewhere / "a.sse")
    one = written(somewhere / "one.json", {"required": ["tenant"]})
    other = written(somewhere / "other.json", {"required": ["region"]})
    _, found, _ = linted("--schema", one, "--schema", f"openai_chat={other}")
    assert [(one["code"], one["count"]) for one in found] == [("SCH380", 4)]


def test_draft_2020_12_is_the_default(somewhere: Path) -> None:
    stream(somewhere / "a.sse")
    schema = {"properties": {"choices": {"prefixItems": [{"required": ["index", "weight"]}]}}}
    _, found, _ = linted("--schema", written(somewhere / "house.json", schema))
    assert [one["path"] for one in found] == ["$.choices[0]"]


def test_an_older_draft_is_used_if_declared(somewhere: Path) -> None:
    stream(somewhere / "a.sse")
    draft = "http://json-schema.org/draft-07/schema#"
    schema = {"$schema": draft, "properties": {"choices": {"items": [{"required": ["weight"]}]}}}
    assert linted("--schema", written(somewhere / "house.json", schema))[0] == 1


def test_a_valid_stream_has_no_findings(somewhere: Path) -> None:
    stream(somewhere / "a.sse", tenant="acme")
    assert linted("--schema", written(somewhere / "house.json", {"$defs": {"name": NAME}, **TENANT}))[:2] == (0, [])


def test_paths_in_the_table_are_relative_to_it(somewhere: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    written(somewhere / "house.json", {"required": ["tenant"]})
    (somewhere / "pyproject.toml").write_text('[tool.streamkit.lint]\nschema = ["openai_chat=house.json"]\n')
    below = somewhere / "below"
    below.mkdir()
    monkeypatch.chdir(below)
    stream(below / "a.sse")
    assert [one["code"] for one in linted()[1]] == ["SCH380"]
    assert linted("--no-config")[:2] == (0, [])


def test_it_is_a_rule_like_any_other(somewhere: Path) -> None:
    stream(somewhere / "a.sse")
    house = written(somewhere / "house.json", {"required": ["tenant"]})
    assert linted("--schema", house, "--ignore", "SCH380")[0] == 0


def no_library(monkeypatch: pytest.MonkeyPatch) -> None:
    imported: Callable[..., Any] = builtins.__import__

    def importing(name: str, *rest: Any, **named: Any) -> Any:
        if name == "jsonschema_rs":
            raise ImportError(name)
        return imported(name, *rest, **named)

    monkeypatch.setattr(builtins, "__import__", importing)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{", "house.json: invalid JSON: "),
        ("[]", 'house.json: invalid JSON Schema: [] is not of types "boolean", "object"'),
        ('{"type": "objekt"}', 'house.json: invalid JSON Schema: "objekt" is not valid'),
        ('{"$ref": "#/$defs/none"}', "house.json: invalid JSON Schema: Pointer '/$defs/none' does not exist"),
        (
            '{"$ref": "http://127.0.0.1:9/x.json"}',
            "house.json: invalid JSON Schema: $ref 'http://127.0.0.1:9/x.json' points outside the file; "
            "move its target into $defs",
        ),
        ('{"$ref": "other.json"}', "house.json: invalid JSON Schema: $ref 'other.json' points outside the file"),
        ('{"properties": {"a": {"pattern": "("}}}', 'house.json: invalid JSON Schema: "(" is not a "regex"'),
    ],
)
def test_an_invalid_schema_is_reported_in_one_line(somewhere: Path, text: str, message: str) -> None:
    stream(somewhere / "a.sse")
    (somewhere / "house.json").write_text(text, encoding="utf-8")
    code, _, errors = linted("--schema", "house.json")
    assert code == 2
    assert message in errors
    assert len(errors.splitlines()) == 1


def test_a_missing_file_and_an_unknown_api(somewhere: Path) -> None:
    stream(somewhere / "a.sse")
    code, _, errors = linted("--schema", "none.json")
    assert (code, errors.count("\n")) == (2, 0)
    assert "none.json: cannot be read: No such file or directory" in errors
    code, _, errors = linted("--schema", "openai_chta=none.json")
    assert code == 2
    assert "did you mean 'openai_chat'" in errors


def test_without_the_library_the_message_names_the_remedy(somewhere: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    stream(somewhere / "a.sse")
    house = written(somewhere / "house.json", {})
    no_library(monkeypatch)
    code, _, errors = linted("--schema", house)
    assert code == 2
    assert errors.endswith("jsonschema-rs is not installed; pip install 'llm-streamkit[schema]'")


def test_a_mistake_in_the_table_names_the_table(somewhere: Path) -> None:
    stream(somewhere / "a.sse")
    (somewhere / "pyproject.toml").write_text('[tool.streamkit.lint]\nschema = ["none.json"]\n')
    code, _, errors = linted()
    assert code == 2
    assert "[tool.streamkit.lint] schema: " in errors
    assert "\n" not in errors


def test_values_that_json_cannot_hold_are_checked(somewhere: Path) -> None:
    stream(somewhere / "a.sse")
    text = (somewhere / "a.sse").read_text(encoding="utf-8").replace("1760000000", "NaN", 1)
    (somewhere / "a.sse").write_text(text, encoding="utf-8")
    house = written(somewhere / "house.json", {"properties": {"created": {"type": "integer"}}})
    assert "SCH380" in {one["code"] for one in linted("--schema", house)[1]}
    assert "LINT000" not in {one["code"] for one in linted("--schema", house)[1]}
