"""A producer of streams that applications send on: how it is installed, started and asked, and how that is recorded.

A producer is a program in `programs/`. Started with `serve PORT`, it answers over a protocol, with a framework of others; with
`ask`, it sends the requests, with the client of the same framework where that has one. Its models are this project's synthetic
recordings, played by `streamkit serve`, and `streamkit proxy` records what passes between the two. `ask` may write to
`clients.json` what the clients make of what they receive.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from streamkit.formats import read
from streamkit.model.exchange import Exchange
from tests.installed import Installed
from tests.probes.real_server import free_port, running

HERE = Path(__file__).parent
PROGRAMS = HERE / "programs"
RECORDINGS = HERE.parents[1] / "recordings"
MODELS = {
    "plain": ("openai_chat/plain",),
    "turns": ("openai_chat/tool-calls", "openai_chat/plain"),
    "tools": ("openai_chat/tool-calls",),
    "reasoning": ("openai_chat/reasoning",),
    "error": ("openai_chat/error",),
    "cut": ("openai_chat/cut-off",),
    "limited": ("openai_chat/rate-limited",),
    "model-s": ("openai_responses/plain",),
    "model-a": ("anthropic_messages/thinking-and-tool",),
}
"""The names by which models are asked for, and the recordings with which they answer, in turn."""

STREAMKIT = (sys.executable, "-m", "streamkit")


@dataclass(frozen=True, kw_only=True)
class Producer(Installed):
    """A producer. `command` starts it, in place of its program with `serve PORT`; PORT stands for the port."""

    name: str
    script: str
    command: tuple[str, ...] = ()

    @property
    def label(self) -> str:
        """Its name and version."""
        return f"{self.name} {self.version}"

    def serving(self, folder: Path, port: int) -> list[str]:
        """The command that starts it, for programs in this folder."""
        if not self.command:
            return [*self._run(folder), "serve", str(port)]
        program, *arguments = self.command
        return [str(self.program / program), *(word.replace("PORT", str(port)) for word in arguments)]

    def asking(self, folder: Path) -> list[str]:
        """The command that sends its requests."""
        return [*self._run(folder), "ask"]

    def place(self, folder: Path) -> Path:
        """Copy its program to where it can import its packages: for Node, that is beside them."""
        place = self.folder if self.node else folder
        for name in (self.script, *(("langgraph.json",) if self.command else ())):
            shutil.copy(PROGRAMS / name, place / name)
        return place

    def _run(self, folder: Path) -> list[str]:
        return [("node" if self.node else str(self.program / "python")), str(folder / self.script)]


PRODUCERS = (
    # With a tag, as npm otherwise installs a version for the Node that is there.
    Producer(
        name="ai",
        package="ai@latest",
        more=("@ai-sdk/openai@latest", "@ai-sdk/openai-compatible@latest", "@ai-sdk/anthropic@latest", "zod"),
        node=True,
        script="ai_ui.mjs",
    ),
    Producer(
        name="ai",
        package="ai@6",
        more=("@ai-sdk/openai@3", "@ai-sdk/openai-compatible@2", "@ai-sdk/anthropic@3", "zod"),
        node=True,
        script="ai_ui.mjs",
    ),
    Producer(
        name="ai", package="ai@4", more=("@ai-sdk/openai@1", "@ai-sdk/ui-utils@1", "zod@3"), node=True, script="ai_data.mjs"
    ),
    Producer(
        name="pydantic-ai",
        package="pydantic-ai-slim[ag-ui,openai]",
        more=("uvicorn", "starlette"),
        script="pydantic_ai_ui.py",
    ),
    Producer(name="FastMCP", package="fastmcp", script="fastmcp_server.py"),
    Producer(name="a2a-sdk", package="a2a-sdk[http-server]", more=("uvicorn", "openai"), script="a2a_agent.py"),
    Producer(
        name="LangGraph",
        package="langgraph-cli[inmem]",
        more=("langchain-openai",),
        script="langgraph_graph.py",
        command=("langgraph", "dev", "--no-browser", "--no-reload", "--port", "PORT", "--config", "langgraph.json"),
    ),
    Producer(
        name="LangServe", package="langserve[all]", more=("langchain-openai", "uvicorn"), script="langserve_app.py"
    ),
    Producer(name="openai", package="openai[realtime]", more=("openai-agents",), script="openai_websocket.py"),
)  # fmt: skip


def recorded(producer: Producer, folder: Path) -> Path:
    """Start a producer over its models, send it its requests through the proxy, and return the recording."""
    output = folder / "recorded.jsonl"
    port, between = free_port(), free_port()
    with ExitStack() as stack:
        place = producer.place(folder)
        models = stack.enter_context(_models(folder))
        settings = {"MODELS": models, "PUBLIC": f"http://127.0.0.1:{between}", "LANGSMITH_TRACING": "false"}
        # `running` runs its program in the folder of its log.
        upstream = stack.enter_context(running(producer.serving(place, port), port, settings, folder))
        proxy = [*STREAMKIT, "proxy", upstream, "--port", str(between), "-o", str(output), "-q", "--"]
        command = [*proxy, *producer.asking(place)]
        done = subprocess.run(command, capture_output=True, text=True, timeout=300, cwd=folder, env=os.environ)
    assert done.returncode == 0, done.stderr
    return output


@contextmanager
def _models(folder: Path) -> Iterator[str]:
    """Serve the models; yield the base URL."""
    scripts = folder / "models"
    scripts.mkdir()
    for name, recordings in MODELS.items():
        texts = [(RECORDINGS / f"{recording}.jsonl").read_text(encoding="utf-8") for recording in recordings]
        (scripts / f"{name}.jsonl").write_text("".join(texts).replace("model-s", name), encoding="utf-8")
    port, log = free_port(), folder / "serve"
    log.mkdir()
    command = [*STREAMKIT, "serve", str(scripts), "--match", "model", "--port", str(port)]
    with running(command, port, {}, log) as url:
        yield url


def request_of(exchange: Exchange) -> str:
    """Return what was asked for: the method and the path, or the method of JSON-RPC and what names the call."""
    request = exchange.request
    assert request is not None
    body = json.loads(request.body.bytes) if request.body and request.body.bytes else {}
    path = "/" + request.url.split("/", 3)[3]
    if "jsonrpc" not in body:
        modes = body.get("stream_mode")
        return f"{request.method} {path}" + (f" {'+'.join(modes)} of {body['assistant_id']}" if modes else "")
    parameters = body.get("params") or {}
    named = parameters.get("name") or "".join(part["text"] for part in parameters.get("message", {}).get("parts", ()))
    return " ".join(filter(None, (request.method, path, body.get("method", "response"), named)))


def exchanges(recording: Path) -> list[Exchange]:
    """Return the exchanges of a recording."""
    return list(read(str(recording)))
