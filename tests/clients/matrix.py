"""Serve every case to every client of its API, and write the outcomes.

    make clients

creates or updates the environments, runs all clients, and writes `streamkit/rules/clients.json`.
"""

from __future__ import annotations

import json
import os
import subprocess
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from streamkit.model.exchange import Exchange
from streamkit.playback.player import Pace
from streamkit.service.mock import Options
from streamkit.service.serving import serving
from tests.clients.cases import Case, held, with_request
from tests.clients.environments import Client
from tests.clients.outcomes import outcome

AT_ONCE = Options(match="model", reuse="last", pace=Pace(delay=False))
NO_SETTINGS: Mapping[str, str] = {}
PATIENCE = 900
"""The time limit of a client for all its cases, in seconds."""


@dataclass(frozen=True, slots=True)
class Cell:
    """The outcome of one case with one call of a client."""

    case: int
    client: str
    call: str
    outcome: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Served:
    """The cases as a server plays them: each stream under its own model name."""

    cases: Sequence[Case]
    models: Sequence[tuple[str, str]]
    """For each case, the models of its good and its bad stream."""
    paths: Sequence[str]
    """For each case, the request path of its API."""
    exchanges: Sequence[Exchange]
    tools: Sequence[list[str]]
    """For each case, the names of the tools that its good stream calls."""


def prepared(cases: Sequence[Case]) -> Served:
    """Return every stream under its own model name; a good stream shared by several cases has one."""
    goods: dict[tuple[str, bytes], str] = {}
    exchanges, models, paths, tools = [], [], [], []
    for number, case in enumerate(cases):
        key = case.api, case.good.frames.body
        if key not in goods:
            goods[key] = f"good-{len(goods)}"
            exchanges.append(_named(with_request(case.good, case.api, goods[key]), goods[key]))
        bad = f"case-{number}"
        exchanges.append(_named(with_request(case.bad, case.api, bad), bad))
        paths.append(exchanges[-1].request.path)
        models.append((goods[key], bad))
        tools.append([name for _, name, _ in held(case.good, case.api)["calls"] if name])
    return Served(cases, models, paths, exchanges, tools)


def _named(exchange: Exchange, name: str) -> Exchange:
    return replace(exchange, origin=replace(exchange.origin, path=name, number=1))


def measured(clients: Iterable[Client], served: Served, log: Path) -> Iterator[Cell]:
    """Yield the outcome of each client for the cases of its APIs."""
    with serving(served.exchanges, AT_ONCE) as server:
        for client in clients:
            yield from _measured(client, served, server.url, log)


def _measured(client: Client, served: Served, base: str, log: Path) -> Iterator[Cell]:
    wanted = [
        (call, number)
        for call, apis in client.calls.items()
        for number, case in enumerate(served.cases)
        if case.api in apis and _PATHS.get(call, served.paths[number]) == served.paths[number]
    ]
    jobs = {
        (call, model): {"id": model, "call": call, "api": case.api, "model": model, "tools": served.tools[number]}
        for call, number in wanted
        for case in [served.cases[number]]
        for model in served.models[number]
    }
    given = driven(client, list(jobs.values()), base, log)
    for call, number in wanted:
        good, bad = served.models[number]
        usual, answer = given[call, good], given[call, bad]
        case = served.cases[number]
        whole, broken = held(case.good, case.api), held(case.bad, case.api)
        if _reads(usual, whole):
            result = outcome((usual, {**answer, "model": bad}), (whole, broken), base, pair=case.pair)
            yield Cell(number, client.name, call, result)


def _reads(usual: dict[str, Any], whole: dict[str, Any]) -> bool:
    """Return whether a client reads the good stream, or at least its first choice. If not, its result for the bad one is void."""
    return "answer" in usual and usual["answer"]["text"] in (whole["text"], whole["text"].partition("\n")[0])


# Calls with a different path: two versions of one API.
_PATHS = {
    "chat(stream=True)": "/api/chat",
    "generate(stream=True)": "/api/generate",
    "ClientV2.chat_stream()": "/v2/chat",
    "Client.chat_stream()": "/v1/chat",
    "chatStream()": "/v2/chat",
    "@ai-sdk/cohere": "/v2/chat",
    "1.0 stream into TaskManager": "/a2a",
    "0.3 stream into TaskManager": "/a2a/0.3",
}


def driven(
    client: Client, jobs: Sequence[dict[str, Any]], base: str, log: Path, settings: Mapping[str, str] = NO_SETTINGS
) -> dict[tuple[str, str], dict[str, Any]]:
    """Return the driver's result for each job, with these variables in its environment, without those that are "".

    A job that ends the process has the error `exit`, and the driver continues with the next one.
    """
    found: dict[tuple[str, str], dict[str, Any]] = {}
    left = list(jobs)
    while left:
        lines = _driven(client, left, base, log, settings)
        found |= {(line["call"], line["id"]): line for line in lines}
        if len(lines) < len(left):
            job = left[len(lines)]
            found[job["call"], job["id"]] = {"error": ["exit", "the process ended"]}
            left = left[len(lines) + 1 :]
        else:
            left = []
    return found


def _driven(
    client: Client, jobs: Sequence[dict[str, Any]], base: str, log: Path, settings: Mapping[str, str]
) -> list[dict[str, Any]]:
    with tempfile.TemporaryDirectory() as folder, log.open("a", encoding="utf-8") as talk:
        listed = Path(folder) / "jobs.json"
        listed.write_text(json.dumps(jobs), encoding="utf-8")
        environment = {**os.environ, "NO_PROXY": "*", "PYTHONWARNINGS": "ignore", "NODE_NO_WARNINGS": "1", **settings}
        environment = {name: value for name, value in environment.items() if value or name not in settings}
        done = subprocess.run(
            client.command(base, listed),
            env=environment,
            stdout=subprocess.PIPE,
            stderr=talk,
            timeout=PATIENCE,
            check=False,
        )
    return [json.loads(line) for line in done.stdout.decode("utf-8", "replace").split("\n") if line]
