"""Servers that others wrote, each installed from its package index and started on this machine, to be probed.

    python -m tests.probes.servers           installs them, asks every case, and writes docs/probe/servers.json
    STREAMKIT_PROBE_SERVERS=1 pytest tests/probes/test_real_servers.py

The environments are outside the checkout, in `$STREAMKIT_SERVERS_CACHE`, by default `~/.cache/streamkit/servers`. They need the
network, npm and Node. `make docs` makes docs/probe/servers.md from the file.
"""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from streamkit.formats import find, read
from streamkit.model.probing import ProbeRun
from streamkit.probes import Probe, selected
from streamkit.service.endpoints import endpoint
from streamkit.service.judging import judge_folder
from streamkit.service.mock import Options
from streamkit.service.probing import plan, send
from streamkit.service.serving import serving
from tests.probes import good_server
from tests.processes import started
from tests.waiting import until

CACHE = Path(os.environ.get("STREAMKIT_SERVERS_CACHE") or Path.home() / ".cache" / "streamkit" / "servers")
RESULTS = Path(__file__).parents[2] / "docs" / "probe" / "servers.json"
COUNTED = "one, two, three, four, five, six, seven, eight, nine, ten."
LITELLM_KEY = "sk-7f3a9c1e5b8d2046a7f3c9e1b5d82046"


@dataclass(frozen=True, kw_only=True)
class RealServer:
    """A server and how it is set up. `start` yields its base URL; `package` is installed with pip, or with npm if `node`."""

    name: str
    setup: str
    package: str
    start: Callable[[RealServer], Iterator[str]] | None = None
    model: str = good_server.MODEL
    apis: tuple[str, ...] = ()
    node: bool = False
    key: str | None = None
    environment: Mapping[str, str] = field(default_factory=dict)

    @property
    def folder(self) -> Path:
        return CACHE / self.package.partition("[")[0].replace("/", "-").replace("@", "")

    @property
    def program(self) -> Path:
        return self.folder / ("node_modules/.bin" if self.node else "bin")

    @property
    def probes(self) -> list[Probe]:
        return [probe for probe in selected() if probe.api in self.apis]

    def install(self) -> None:
        """Install the newest version, unless it is there."""
        if self.folder.exists():
            return
        self.folder.mkdir(parents=True)
        if self.node:
            subprocess.run(["npm", "install", "--silent", "--prefix", str(self.folder), self.package], check=True)
        else:
            subprocess.run([sys.executable, "-m", "venv", str(self.folder)], check=True)
            subprocess.run([str(self.program / "pip"), "install", "-q", self.package], check=True)

    def version(self) -> str:
        """Return the installed version."""
        name = self.package.partition("[")[0]
        if self.node:
            manifest = self.folder / "node_modules" / name / "package.json"
            return str(json.loads(manifest.read_text(encoding="utf-8"))["version"])
        code = f"import importlib.metadata as m; print(m.version({name!r}))"
        return subprocess.run([str(self.program / "python"), "-c", code], capture_output=True, text=True).stdout.strip()


def free_port() -> int:
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        port: int = listening.getsockname()[1]
        return port


def answers(url: str) -> bool:
    """Return whether something answers at a URL, with any status."""
    try:
        urllib.request.build_opener(urllib.request.ProxyHandler({})).open(url, timeout=5).close()
    except urllib.error.HTTPError:
        return True
    except OSError:
        return False
    return True


@contextmanager
def running(command: list[str], port: int, environment: Mapping[str, str], folder: Path) -> Iterator[str]:
    """Run a server until the context ends; yield its address when it answers."""
    with (
        (folder / "log").open("wb") as log,
        started(
            command, stdout=log, stderr=log, cwd=folder, env={**os.environ, **environment}, start_new_session=True
        ) as process,
    ):
        try:
            for _ in range(3):  # a gateway takes a minute and more to import on a slow machine
                with suppress(AssertionError):
                    until(lambda: process.poll() is not None or answers(f"http://127.0.0.1:{port}/"))
                    break
            assert process.poll() is None, (folder / "log").read_text()[-2000:]
            yield f"http://127.0.0.1:{port}"
        finally:
            with suppress(ProcessLookupError):  # some servers run in children of their own
                os.killpg(process.pid, signal.SIGKILL)


def litellm(server: RealServer, models: list[dict[str, Any]]) -> Iterator[str]:
    with tempfile.TemporaryDirectory() as name:
        folder, port = Path(name), free_port()
        (folder / "config.yaml").write_text(json.dumps({"model_list": models}))  # JSON is YAML
        command = [
            str(server.program / "litellm"),
            "--config",
            "config.yaml",
            "--port",
            str(port),
            "--host",
            "127.0.0.1",
        ]
        environment = {"LITELLM_MASTER_KEY": LITELLM_KEY, "LITELLM_LOCAL_MODEL_COST_MAP": "True"}
        with running([*command, "--telemetry", "False"], port, environment, folder) as url:
            yield f"{url}/v1"


def litellm_mock(server: RealServer) -> Iterator[str]:
    parameters = {"model": "openai/mock", "api_key": "x", "mock_response": COUNTED}
    yield from litellm(server, [{"model_name": server.model, "litellm_params": parameters}])


def litellm_before(model: str, suffix: str) -> Callable[[RealServer], Iterator[str]]:
    """Before the good server, as a model of OpenAI or Anthropic."""

    def start(server: RealServer) -> Iterator[str]:
        with good_server.serving() as upstream:
            parameters = {"model": model, "api_key": "x", "api_base": f"{upstream}{suffix}"}
            yield from litellm(server, [{"model_name": server.model, "litellm_params": parameters}])

    return start


def litellm_before_serve(server: RealServer) -> Iterator[str]:
    """Before `streamkit serve`, which plays the recordings of the good server."""
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        with good_server.serving() as url:
            chat = [probe for probe in selected() if probe.api == "openai_chat"]
            send(plan(chat), endpoint(f"{url}/v1", good_server.MODEL), folder)
        exchanges = [exchange for found in find([folder]) for exchange in read(found.path)]
        served = stack.enter_context(serving(exchanges, Options(match="body")))
        parameters = {"model": f"openai/{good_server.MODEL}", "api_key": "x", "api_base": served.base_url}
        yield from litellm(server, [{"model_name": server.model, "litellm_params": parameters}])


def aimock(server: RealServer) -> Iterator[str]:
    weather = {"name": "get_weather", "arguments": '{"city":"Paris"}'}
    replies: dict[str, dict[str, Any]] = {
        "Count from one": {"content": COUNTED},
        "ripe banana": {"content": "A ripe banana is yellow."},
        "What is the weather in Paris? Use": {"toolCalls": [weather]},
        "Paris and in Rome": {"toolCalls": [weather, {**weather, "arguments": '{"city":"Rome"}'}]},
        "JSON object": {"content": '{"city":"Paris","country":"France"}'},
        "prime number": {"content": "No."},
    }
    fixtures = [{"match": {"userMessage": words}, "response": reply} for words, reply in replies.items()]
    with tempfile.TemporaryDirectory() as name:
        folder, port = Path(name), free_port()
        (folder / "fixtures.json").write_text(json.dumps({"fixtures": fixtures}))
        command = [str(server.program / "llmock"), "-f", "fixtures.json", "-p", str(port)]
        with running(command, port, {}, folder) as url:
            yield f"{url}/v1"


def mockllm(server: RealServer) -> Iterator[str]:
    question = "Count from one to ten in words, separated by commas."
    replies = {"responses": {question: COUNTED}, "defaults": {"unknown_response": "A ripe banana is yellow."}}
    with tempfile.TemporaryDirectory() as name:
        folder, port = Path(name), free_port()
        (folder / "replies.yml").write_text(json.dumps(replies))
        command = [str(server.program / "mockllm"), "start", "-r", "replies.yml", "-p", str(port), "-h", "127.0.0.1"]
        with running(command, port, {}, folder) as url:
            yield f"{url}/v1"


_LITELLM_APIS = ("openai_chat", "openai_responses", "anthropic_messages", "gemini", "openai_completions")
SERVERS = (
    RealServer(
        name="LiteLLM proxy, before an OpenAI model",
        setup="in front of the good server of our tests, as `openai/…`",
        package="litellm[proxy]",
        start=litellm_before(f"openai/{good_server.MODEL}", "/v1"),
        apis=_LITELLM_APIS,
        key=LITELLM_KEY,
    ),
    RealServer(
        name="LiteLLM proxy, before an Anthropic model",
        setup="in front of the good server of our tests, as `anthropic/…`",
        package="litellm[proxy]",
        start=litellm_before(f"anthropic/{good_server.MODEL}", ""),
        apis=_LITELLM_APIS,
        key=LITELLM_KEY,
    ),
    RealServer(
        name="LiteLLM proxy, before streamkit serve",
        setup="in front of `streamkit serve` with recordings of the good server",
        package="litellm[proxy]",
        start=litellm_before_serve,
        apis=("openai_chat",),
        key=LITELLM_KEY,
    ),
    RealServer(
        name="LiteLLM proxy, mock responses",
        setup="`mock_response`, one text for all requests",
        package="litellm[proxy]",
        start=litellm_mock,
        apis=_LITELLM_APIS,
        key=LITELLM_KEY,
    ),
    RealServer(
        name="aimock",
        setup="fixtures for the prompts of the cases",
        package="@copilotkit/aimock",
        start=aimock,
        apis=("openai_chat", "openai_responses", "anthropic_messages", "gemini", "ollama"),
        node=True,
    ),
    RealServer(
        name="mockllm",
        setup="one reply for the plain question, another one for everything else",
        package="mockllm",
        start=mockllm,
        apis=("openai_chat", "anthropic_messages"),
    ),
)


def probed(server: RealServer, folder: Path) -> ProbeRun:
    """Start a server, ask all cases of its APIs, and return the verdicts."""
    assert server.start is not None
    headers = () if server.key is None else (("Authorization", f"Bearer {server.key}"),)
    with contextmanager(server.start)(server) as url:
        send(plan(server.probes), endpoint(url, server.model, headers), str(folder))
    return judge_folder(str(folder), server.probes)


def measured(server: RealServer, folder: Path) -> dict[str, Any]:
    """Return what the results file holds about a server."""
    run = probed(server, folder)
    cases = {case.key: {"verdict": case.verdict, "why": case.why, "breaks": list(case.breaks)} for case in run.cases}
    about = {"name": server.name, "version": server.version(), "setup": server.setup, "measured": f"{date(*_today())}"}
    return {**about, "cases": cases}


def _today() -> tuple[int, int, int]:
    text = subprocess.run(["date", "-u", "+%Y %m %d"], capture_output=True, text=True, check=True).stdout
    year, month, day = map(int, text.split())
    return year, month, day


def main(names: list[str]) -> None:
    """Measure these servers (all, without names), and write the results of all."""
    known = {one["name"]: one for one in json.loads(RESULTS.read_text())["servers"]} if RESULTS.exists() else {}
    for server in SERVERS:
        if not names or any(name in server.name for name in names):
            server.install()
            with tempfile.TemporaryDirectory() as folder:
                known[server.name] = measured(server, Path(folder) / "probed")
    order = [known[server.name] for server in SERVERS if server.name in known]
    RESULTS.write_text(
        json.dumps({"version": 1, "servers": order}, indent=1, ensure_ascii=False) + "\n", encoding="utf-8"
    )


if __name__ == "__main__":
    main(sys.argv[1:])
