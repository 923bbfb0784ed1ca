"""Streams that LiteLLM's proxy makes of clean recordings, and what real clients make of them.

    python -m tests.probes.litellm_streams   records and lints them, plays them to the clients, and writes docs/probe/clients.json

It needs the proxy (`python -m tests.probes.servers LiteLLM` installs it) and the clients (`make clients`). `make docs` makes
docs/probe/clients.md from the file.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from streamkit.apis import interpret
from streamkit.formats import read
from streamkit.model.exchange import Exchange
from streamkit.playback.player import Pace
from streamkit.rules import RULES, lint
from streamkit.service.mock import Options
from streamkit.service.serving import serving
from tests.clients.cases import held
from tests.clients.environments import CLIENTS, version
from tests.clients.playing import Play, Played, played
from tests.probes.gateways import GATEWAYS, LITELLM_KEY, litellm
from tests.probes.real_server import COUNTED, today

ROOT = Path(__file__).parents[2]
RESULTS = ROOT / "docs" / "probe" / "clients.json"
RECORDINGS = ("anthropic_messages/thinking-and-tool", "openai_chat/tool-calls", "openai_responses/plain")
MODELS = {"claude": "an Anthropic model", "gpt": "an OpenAI model", "mock": "`mock_response`"}
QUESTION = [{"role": "user", "content": "Hello"}]
REQUESTS: dict[str, tuple[str, dict[str, Any]]] = {
    "openai_chat": ("chat/completions", {"messages": QUESTION}),
    "openai_responses": ("responses", {"input": "Hello"}),
    "anthropic_messages": ("messages", {"messages": QUESTION, "max_tokens": 2048}),
}
NAMES = ("openai-python", "langchain-openai", "pydantic-ai", "openai-node", "ai", "anthropic", "@anthropic-ai/sdk")
_LONGEST = 120


@contextmanager
def proxied() -> Iterator[str]:
    """LiteLLM's proxy, in front of `streamkit serve` with clean recordings; yield its base URL."""
    exchanges = [one for name in RECORDINGS for one in read(str(ROOT / "recordings" / f"{name}.jsonl"))]
    with serving(exchanges, Options(match="path", reuse="last", pace=Pace(speed=4))) as served:
        models = {
            "claude": {"model": "anthropic/claude", "api_base": served.url},
            "gpt": {"model": "openai/gpt", "api_base": f"{served.url}/v1"},
            "mock": {"model": "openai/mock", "mock_response": COUNTED},
        }
        listed = [{"model_name": name, "litellm_params": {"api_key": "x", **given}} for name, given in models.items()]
        with contextmanager(litellm)(GATEWAYS[0], listed) as url:
            yield url


def recorded(folder: Path) -> dict[tuple[str, str], Exchange]:
    """Ask the proxy for a stream of each API from each model, unless they are in the folder, and return the recordings."""
    found = {(api, model): folder / f"{api}-{model}.jsonl" for api in REQUESTS for model in MODELS}
    if all(file.exists() for file in found.values()):
        return {key: next(iter(read(str(file)))) for key, file in found.items()}
    with proxied() as url:
        for api, (path, body) in REQUESTS.items():
            for model in MODELS:
                request = json.dumps({"model": model, "stream": True, **body})
                command = [sys.executable, "-m", "streamkit", "record", f"{url}/{path}", "--json", request, "--quiet"]
                options = ["-H", f"Authorization: Bearer {LITELLM_KEY}", "-o", str(found[api, model])]
                subprocess.run([*command, *options], stdout=subprocess.DEVNULL)  # a refusal is recorded as well
    return {key: next(iter(read(str(file)))) for key, file in found.items()}


def findings(exchange: Exchange, api: str) -> list[dict[str, Any]]:
    """Return what lint finds, by code."""
    rules = [rule for rule in RULES.values() if rule.default]
    counts: Counter[str] = Counter()
    for finding in lint(interpret(exchange, api=api, judge=True), rules):
        counts[finding.code] += finding.count
    return [{"code": code, "count": count} for code, count in sorted(counts.items())]


def outcome(result: Played, exchange: Exchange, api: str) -> str:
    """Return what a client made of a stream, compared with what is in it: its text, its calls, and whether it was ended."""
    if result.line.get("hangs"):
        return "waits"
    if "error" in result.line:
        kind, message = result.line["error"]
        return f"raises {kind}: {' '.join(message.split())[:_LONGEST]}".removesuffix(": ")
    whole, given = _compared(held(exchange, api)), _compared(result.line["answer"])
    wrong = [f"{name} {given[name]!r}, not {whole[name]!r}" for name in whole if given[name] != whole[name]]
    return "; ".join(wrong)[:_LONGEST] or "reads it"


def _compared(answer: dict[str, Any]) -> dict[str, Any]:
    """Return what all clients report alike: they name finish reasons as they like, and parse arguments or not."""
    calls = [[name, json.loads(text) if isinstance(text, str) else text] for _, name, text in answer["calls"]]
    finish = answer["finish"] if isinstance(answer["finish"], list) else [answer["finish"]]
    return {"text": answer["text"], "calls": calls, "finished": any(finish)}


def main() -> None:
    """Record, lint, and play everything, and write the results."""
    clients = [client for client in CLIENTS if client.name in NAMES]
    with tempfile.TemporaryDirectory() as name:
        streams = recorded(Path(sys.argv[1] if sys.argv[1:] else name))
        plays = [
            Play(client, call, api, exchange)
            for (api, _), exchange in streams.items()
            for client in clients
            for call, apis in client.calls.items()
            if api in apis
        ]
        results = played(plays, Path(name) / "log", patience=60)
    rows = [
        {
            "api": api,
            "model": MODELS[model],
            "status": exchange.response and exchange.response.status,
            "findings": findings(exchange, api),
            "clients": [
                {"client": play.client.name, "call": play.call, "outcome": outcome(result, exchange, api)}
                for play, result in zip(plays, results, strict=True)
                if play.good is exchange
            ],
        }
        for (api, model), exchange in streams.items()
    ]
    about = {
        "version": 1,
        "measured": today().isoformat(),
        "proxy": GATEWAYS[0].version,
        "clients": {client.name: version(client, client.package) for client in clients},
    }
    text = json.dumps({**about, "streams": rows}, indent=1, ensure_ascii=False)
    RESULTS.write_text(f"{text}\n", encoding="utf-8")


if __name__ == "__main__":
    main()
