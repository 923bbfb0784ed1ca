"""`probe --rename-field`, `--remove-field` and `--set-field`: for models that refuse a field or need one."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from streamkit.cli.main import streamkit
from streamkit.errors import UsageError
from streamkit.model.exchange import Body, Request
from streamkit.model.step import Step
from streamkit.probes import Ask
from streamkit.service.field_changes import field_changes
from tests.clicking import CliRunner, Result
from tests.probes import good_server

OPTIONS = ["--rename-field", "max_tokens=max_completion_tokens", "--remove-field", "temperature", "--set-field", "reasoning_effort=none"]  # fmt: skip


@pytest.mark.parametrize(
    ("body", "renamed", "removed", "values", "expected"),
    [
        ({"a": 1, "b": 2}, ["a=c"], [], [], {"b": 2, "c": 1}),
        ({"a": 1, "c": 2}, ["a=c"], [], [], {"c": 2}),
        ({"a": 1, "b": 2}, [], ["a"], [], {"b": 2}),
        ({"b": 2}, ["a=c"], ["d"], [], {"b": 2}),
        ({"a": 1}, [], [], ["b=2", "c=x", "d=null", "a=[3]"], {"a": [3], "b": 2, "c": "x", "d": None}),
        ({"g": {"x": 1, "y": 2}}, ["g.x=g.z"], ["g.y"], ["g.t.u=0"], {"g": {"z": 1, "t": {"u": 0}}}),
        ({"g": 1}, ["g.x=g.z"], ["g.y"], [], {"g": 1}),
        (b'{"a":1,"b":"\\ud83d"}', [], ["a"], [], b'{"b": "\\ud83d"}'),
        (b'{"a":1', [], ["a"], ["b=1"], b'{"a":1'),
        (b"[1]", [], [], ["b=1"], b"[1]"),
        (None, [], [], ["b=1"], None),
    ],
)
def test_the_fields_of_a_body(
    body: Any, renamed: list[str], removed: list[str], values: list[str], expected: Any
) -> None:
    ask = Ask(name="one", api="openai_chat", path="/v1/x", body=body)
    assert field_changes(renamed, removed, values).changed(ask) == replace(ask, body=expected)


def test_without_changes_a_request_is_the_same() -> None:
    ask = Ask(name="one", api="openai_chat", path="/v1/x", body={"a": 1})
    assert field_changes([], [], []).changed(ask) is ask


def test_the_path_of_a_field_leads_through_objects() -> None:
    ask = Ask(name="one", api="openai_chat", path="/v1/x", body={"model": "m"})
    with pytest.raises(UsageError, match=r"invalid field .model\.size.: 'model' is not an object"):
        field_changes([], [], ["model.size=1"]).changed(ask)


def reasons(request: Request) -> Sequence[Step]:
    """A server with a reasoning model: it refuses fields of other models, and generates nothing without a given effort."""
    body = request.body.json if request.body is not None else None
    if not isinstance(body, dict) or "messages" not in body:
        return good_server.good(request)
    for field in ("max_tokens", "temperature"):
        if field in body:
            return good_server.refusal(
                400, f"Unsupported parameter: '{field}'", param=field, code="unsupported_parameter"
            )
    assert body.pop("reasoning_effort") == "none"
    body["max_tokens"] = body.pop("max_completion_tokens")
    return good_server.good(replace(request, body=Body.of(json.dumps(body).encode())))


def probed(folder: Path, *options: str) -> Result:
    words = [
        "--model",
        good_server.MODEL,
        "--api",
        "openai_chat",
        "--select",
        "answer,limits,tools",
        "--format",
        "json",
    ]
    with good_server.serving(reasons) as url:
        return CliRunner().invoke(streamkit, ["probe", url, *words, "-o", str(folder), *options], standalone_mode=False)


def verdicts(result: Result) -> set[str]:
    return {case["verdict"] for case in json.loads(result.stdout)["cases"]}


def test_a_model_that_refuses_fields_is_judged_without_them(tmp_path: Path) -> None:
    assert "pass" not in verdicts(probed(tmp_path / "usual"))
    assert verdicts(probed(tmp_path / "changed", *OPTIONS)) == {"pass"}
    again = CliRunner().invoke(streamkit, ["probe", "--from", str(tmp_path / "changed"), "--format", "json"])
    assert verdicts(again) == {"pass"}


def test_the_cost_is_that_of_the_changed_requests() -> None:
    words = ["probe", "--dry-run", "--api", "openai_chat", "--select", "plain-answer"]
    usual, unlimited = (
        CliRunner().invoke(streamkit, [*words, *more]).stdout.splitlines()[-1]
        for more in ([], ["--remove-field", "max_tokens"])
    )
    assert usual == "1 case: 1 request, about 37 tokens of input, at most 64 of output"
    assert unlimited == "1 case: 1 request, about 33 tokens of input, at most 0 of output, 1 without a limit"


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--remove-field", "temprature"], "no request has the field 'temprature'"),
        (["--rename-field", "a=b"], "no request has the field 'a'"),
        (["--rename-field", "max_tokens"], "invalid field 'max_tokens': expected OLD=NEW"),
        (["--rename-field", "a.b=c.d"], "invalid field 'a.b=c.d': a renamed field stays in its object"),
        (["--set-field", "=1"], "invalid field '=1': expected FIELD=VALUE"),
    ],
)
def test_usage_errors(options: list[str], message: str) -> None:
    with pytest.raises(UsageError, match=message):
        CliRunner().invoke(streamkit, ["probe", "--dry-run", *options], standalone_mode=False, catch_exceptions=False)
