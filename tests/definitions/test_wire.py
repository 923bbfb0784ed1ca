"""Odd forms of a stream, and what each tool's own code made of them: our definitions say the same, failures included.

The answers were written by `referees.py`, which runs the tools. With the tools at hand they are taken anew: name in
STREAMKIT_REFEREES a file of JSON that maps a definition to the command that runs its referee, as in
`{"guidellm": ["venv/bin/python", "tests/definitions/referees.py", "guidellm"]}`.
"""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path
from typing import Any

import pytest

from streamkit.apis import interpret
from streamkit.definitions import DEFINITIONS, ToolMetrics, compute
from streamkit.model.exchange import Body, End, Exchange, Frames, Origin, Request, Response
from streamkit.model.measurement import TokenCounter
from streamkit.model.stream import Stream
from tests.definitions.wire_cases import CASES, CLOSED, document
from tests.metrics.making import MS

ANSWERS = Path(__file__).with_name("wire_answers.json")
TOLD: dict[str, Any] = json.loads(ANSWERS.read_text(encoding="utf-8"))
REFEREES = os.environ.get("STREAMKIT_REFEREES", "")
COUNTER = TokenCounter("words", lambda text: len(text.split()))
WITHIN = 2
PATHS = {
    "openai_chat": "/v1/chat/completions",
    "openai_completions": "/v1/completions",
    "openai_responses": "/v1/responses",
    "anthropic_messages": "/v1/messages",
    "tgi": "/generate_stream",
}


def stream(name: str) -> Stream:
    case = CASES[name]
    frames = [data for _, data in case.frames]
    return interpret(
        Exchange(
            frames=Frames(frames, [round(at * MS) for at, _ in case.frames], [None] * len(frames)),
            source="client",
            clock="monotonic",
            response=Response(5 * MS, 200, headers=(("content-type", case.content_type),)),
            request=Request(
                "POST",
                f"https://api.example.test{PATHS[case.api]}",
                (),
                Body("json", {"model": "m-1", "stream": True, "max_tokens": 10}),
            ),
            end=End(at=round(CLOSED * MS), reason="eof"),
            origin=Origin("made.jsonl", 1, 1),
        )
    )


def differing(ours: ToolMetrics, theirs: dict[str, Any] | None) -> list[str]:
    """What differs between our answer and the tool's own."""
    failed = (
        bool(ours.missing) and set(ours.missing.values()) != {"not-supported"} and len(set(ours.missing.values())) == 1
    )
    failed = failed and len(ours.missing) >= 4 and ours.end is None
    if theirs is None:
        return [] if set(ours.missing.values()) == {"not-supported"} else ["the tool has no client for it"]
    if "fails" in theirs:
        if not failed:
            return [f"the tool fails: {theirs['fails']}"]
        # llmperf keeps the TTFT that it saw before.
        return [] if ours.ttft == theirs.get("ttft_ns") else [f"TTFT {ours.ttft}, the tool {theirs.get('ttft_ns')}"]
    if failed:
        return [f"the tool does not fail: {ours.missing} {ours.fails}"]
    found = []
    pairs = {
        "ttft_ns": ours.ttft,
        "end_ns": ours.end,
        "tokens": ours.tokens,
        "per_token_ns": ours.per_token,
        **{name: ours.also.get(name) for name in theirs.get("also", {})},
    }
    for name, mine in pairs.items():
        reported = theirs["also"][name] if name in theirs.get("also", {}) else theirs[name]
        if (mine is None) != (reported is None) or (
            mine is not None and reported is not None and abs(mine - reported) > WITHIN
        ):
            found.append(f"{name}: {mine}, the tool {reported}")
    mine, reported = ours.gaps, theirs["gaps_ns"]
    if (mine is None) != (reported is None) or (
        mine is not None and list(map(round, mine)) != list(map(round, reported))
    ):
        found.append(f"gaps: {mine}, the tool {reported}")
    return found


@pytest.mark.parametrize("name", CASES)
@pytest.mark.parametrize("tool", TOLD)
def test_what_the_tool_itself_makes_of_it(tool: str, name: str) -> None:
    ours = compute(DEFINITIONS[tool], stream(name), COUNTER)
    assert differing(ours, TOLD[tool]["answers"][name]) == []


@pytest.mark.skipif(not REFEREES, reason="STREAMKIT_REFEREES does not name the commands of the referees")
@pytest.mark.parametrize("tool", TOLD)
def test_the_answers_are_those_of_the_installed_tools(tool: str) -> None:
    command = json.loads(Path(REFEREES).read_text(encoding="utf-8")).get(tool)
    if command is None:
        pytest.skip(f"no referee for {tool}")
    run = subprocess.run(command, input=json.dumps(document()), capture_output=True, text=True, timeout=300, check=True)
    taken = json.loads(run.stdout)
    assert {name: differing(compute(DEFINITIONS[tool], stream(name), COUNTER), taken[name]) for name in CASES} == {
        name: [] for name in CASES
    }


def test_the_answers_are_of_every_case_and_of_the_versions_that_are_defined() -> None:
    for tool, reported in TOLD.items():
        assert set(reported["answers"]) == set(CASES)
        known = DEFINITIONS[tool].version
        assert reported["version"] == known or known in {"<=0.29", "0.30-0.32", ">=0.33"}
