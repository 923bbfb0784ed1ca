"""The clients, each in its own environment with the newest versions.

The environments are outside the checkout, in `$STREAMKIT_CLIENTS_CACHE`, by default `~/.cache/streamkit/clients`.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

CACHE = Path(os.environ.get("STREAMKIT_CLIENTS_CACHE") or Path.home() / ".cache" / "streamkit" / "clients")
DRIVERS = Path(__file__).parent / "drivers"
INSTALL = Path(__file__).parents[2] / "scripts" / "install.sh"
_CHAT = "openai_chat"


@dataclass(frozen=True, slots=True)
class Client:
    """A measured client.

    `calls` maps the ways to use it, as named in the driver, to the APIs requested through them. `package` is the package to
    install, `packages` are additional ones. `only` limits it to these dialects: mistralai uses the chat API with Mistral only.
    `label` is its name in claims. `plain` maps calls to their counterparts without streaming. `provider` is the provider whose
    base-URL variables it may read, if it has only one. `option` sets its base URL in code. Without `rules`, the bad streams
    of rules are not played to it: it reads them with the code of another client, or is too far from them to be named in claims. `explained` says why it does not
    read a feature, by the feature's name. `alone` gives it a folder of its own: the older versions that it requires would be
    those of all other npm packages.
    """

    name: str
    package: str
    driver: str
    calls: Mapping[str, tuple[str, ...]]
    packages: tuple[str, ...] = ()
    label: str = ""
    only: tuple[str, ...] = field(default=())
    plain: Mapping[str, str] = field(default_factory=dict)
    provider: str = ""
    option: str = "base_url"
    rules: bool = True
    explained: Mapping[str, str] = field(default_factory=dict)
    alone: bool = False

    @property
    def node(self) -> bool:
        """Whether it runs in Node."""
        return self.driver.endswith(".mjs")

    @property
    def folder(self) -> Path:
        """The folder of its environment."""
        name = self.name.replace("/", "-").replace("@", "")
        return CACHE / (f"py-{self.name}" if not self.node else f"node-{name}" if self.alone else "node")

    def command(self, base: str, jobs: Path) -> list[str]:
        """Return the command that runs its driver for a list of jobs."""
        if self.node:
            return ["node", str(self.folder / self.driver), base, str(jobs)]
        return [str(self.folder / "bin" / "python"), str(DRIVERS / self.driver), base, str(jobs)]


_OPENAI = {
    "create(stream=True)": (_CHAT, "openai_completions", "openai_responses"),
    ".stream()": (_CHAT, "openai_responses", "openai_assistants"),
}
_OPENAI_NODE = {"create({stream: true})": _OPENAI["create(stream=True)"], ".stream()": _OPENAI[".stream()"]}
_AI = {
    "@ai-sdk/openai": (_CHAT, "openai_completions", "openai_responses"),
    "@ai-sdk/openai-compatible": (_CHAT,),
    "@ai-sdk/anthropic": ("anthropic_messages",),
    "@ai-sdk/google": ("gemini",),
    "@ai-sdk/cohere": ("cohere",),
}
_PYDANTIC_AI = ("openai_chat", "openai_responses", "anthropic_messages", "gemini")
CLIENTS = (
    Client("openai-python", "openai", "drive_openai.py", _OPENAI, plain={"create(stream=True)": "create()"}),
    Client(
        "anthropic",
        "anthropic",
        "drive_anthropic.py",
        {".stream()": ("anthropic_messages",)},
        plain={".stream()": "create()"},
    ),
    Client(
        "litellm",
        "litellm",
        "drive_litellm.py",
        {"completion(stream=True)": (_CHAT, "anthropic_messages")},
        plain={"completion(stream=True)": "completion()"},
        option="api_base",
    ),
    Client(
        "langchain-openai",
        "langchain-openai",
        "drive_langchain_openai.py",
        {".stream()": (_CHAT, "openai_responses")},
        plain={".stream()": ".invoke()"},
    ),
    Client(
        "google-genai",
        "google-genai",
        "drive_google_genai.py",
        {"generate_content_stream()": ("gemini",), "interactions.create()": ("gemini_interactions",)},
        plain={"generate_content_stream()": "generate_content()"},
        option="http_options",
    ),
    Client(
        "ollama",
        "ollama",
        "drive_ollama.py",
        {"chat(stream=True)": ("ollama",), "generate(stream=True)": ("ollama",)},
        plain={"chat(stream=True)": "chat()"},
        option="host",
    ),
    Client(
        "mistralai",
        "mistralai",
        "drive_mistralai.py",
        {"chat.stream()": (_CHAT,), "conversations.start_stream()": ("mistral_conversations",)},
        only=("mistral",),
        plain={"chat.stream()": "chat.complete()"},
        provider="mistral",
        option="server_url",
    ),
    Client(
        "cohere",
        "cohere",
        "drive_cohere.py",
        {"ClientV2.chat_stream()": ("cohere",), "Client.chat_stream()": ("cohere",)},
        plain={"ClientV2.chat_stream()": "ClientV2.chat()"},
    ),
    Client(
        "langgraph-sdk",
        "langgraph-sdk",
        "drive_langgraph.py",
        {"runs.stream()": ("langgraph",)},
        packages=("langchain-core",),
    ),
    Client("mcp", "mcp", "drive_mcp.py", {"call_tool()": ("mcp",)}),
    Client(
        "a2a-sdk",
        "a2a-sdk",
        "drive_a2a.py",
        {"1.0 stream into TaskManager": ("a2a",), "0.3 stream into TaskManager": ("a2a",)},
    ),
    Client(
        "boto3",
        "boto3",
        "drive_boto3.py",
        {"converse_stream()": ("bedrock_converse",)},
        plain={"converse_stream()": "converse()"},
        option="endpoint_url",
    ),
    Client(
        "groq",
        "groq",
        "drive_groq.py",
        {"create(stream=True)": (_CHAT,)},
        plain={"create(stream=True)": "create()"},
        provider="groq",
        rules=False,
    ),
    Client(
        "together",
        "together",
        "drive_together.py",
        {"create(stream=True)": (_CHAT,)},
        plain={"create(stream=True)": "create()"},
        provider="together",
        rules=False,
    ),
    Client(
        "huggingface_hub",
        "huggingface_hub",
        "drive_huggingface_hub.py",
        {"chat_completion(stream=True)": (_CHAT,)},
        plain={"chat_completion(stream=True)": "chat_completion()"},
        provider="huggingface",
        rules=False,
    ),
    Client(
        "llama-index",
        "llama-index-llms-openai-like",
        "drive_llama_index.py",
        {"stream_chat()": (_CHAT,)},
        plain={"stream_chat()": "chat()"},
        option="api_base",
        rules=False,
    ),
    Client(
        "pydantic-ai",
        "pydantic-ai-slim",
        "drive_pydantic_ai.py",
        {"model_request_stream_sync()": _PYDANTIC_AI},
        packages=("openai", "anthropic", "google-genai"),
        plain={"model_request_stream_sync()": "model_request_sync()"},
        rules=False,
    ),
    Client(
        "instructor",
        "instructor",
        "drive_instructor.py",
        {"create_partial()": (_CHAT,)},
        plain={"create_partial()": "create()"},
        explained={"tools": "instructor returns one object: the arguments of the first call, of two in this stream"},
        rules=False,
    ),
    Client(
        "openai-node",
        "openai",
        "drive_openai.mjs",
        _OPENAI_NODE,
        plain={"create({stream: true})": "create()"},
        option="baseURL",
    ),
    Client(
        "ai",
        "ai",
        "drive_ai.mjs",
        _AI,
        packages=tuple(_AI),
        label="Vercel AI SDK",
        plain=dict.fromkeys(_AI, "generateText()"),
        option="baseURL",
    ),
    Client(
        "@anthropic-ai/sdk",
        "@anthropic-ai/sdk",
        "drive_anthropic.mjs",
        {".stream()": ("anthropic_messages",)},
        plain={".stream()": "create()"},
        option="baseURL",
    ),
    Client(
        "@google/genai",
        "@google/genai",
        "drive_google_genai.mjs",
        {"generateContentStream()": ("gemini",)},
        plain={"generateContentStream()": "generateContent()"},
        option="httpOptions.baseUrl",
    ),
    Client(
        "@mistralai/mistralai",
        "@mistralai/mistralai",
        "drive_mistralai.mjs",
        {"chat.stream()": (_CHAT,)},
        only=("mistral",),
        plain={"chat.stream()": "chat.complete()"},
        provider="mistral",
        option="serverURL",
        rules=False,
    ),
    Client(
        "cohere-ai",
        "cohere-ai",
        "drive_cohere.mjs",
        {"chatStream()": ("cohere",)},
        plain={"chatStream()": "chat()"},
        option="environment",
        rules=False,
    ),
    Client(
        "ollama-js",
        "ollama",
        "drive_ollama.mjs",
        {"chat({stream: true})": ("ollama",)},
        plain={"chat({stream: true})": "chat()"},
        option="host",
        rules=False,
    ),
    Client(
        "ai-ui",
        "ai",
        "drive_ai_ui.mjs",
        {"useChat": ("ai_sdk_ui",), "readUIMessageStream()": ("ai_sdk_ui",)},
        label="AI SDK UI",
    ),
    Client(
        "@ai-sdk/ui-utils",
        "@ai-sdk/ui-utils",
        "drive_ai_data.mjs",
        {"useChat of ai 4": ("ai_data_stream",)},
        rules=False,
        alone=True,
    ),
    Client(
        "@ag-ui/client",
        "@ag-ui/client",
        "drive_ag_ui.mjs",
        {"HttpAgent.runAgent()": ("ag_ui",)},
    ),
)  # fmt: skip

ASSEMBLING = (
    Client("langserve", "langserve", "reassemble_langserve.py", {}, packages=("httpx-sse", "sse-starlette", "fastapi")),
)  # fmt: skip
"""Clients to which only the streams of producers are played."""


def is_made(client: Client) -> bool:
    """Return whether its environment exists."""
    return (
        client.folder / "node_modules" / client.package if client.node else client.folder / "bin" / "python"
    ).exists()


def make(client: Client, *, upgrade: bool = True) -> dict[str, str]:
    """Create or update the environment of a client; return the versions of its packages. Raises CalledProcessError."""
    (_make_node if client.node else _make_python)(client, upgrade)
    return {package: version(client, package) for package in (client.package, *client.packages)}


def _make_python(client: Client, upgrade: bool) -> None:
    python = client.folder / "bin" / "python"
    uv = shutil.which("uv")
    if not python.exists():
        client.folder.parent.mkdir(parents=True, exist_ok=True)
        maker = [uv, "venv", "-q", "-p", sys.executable] if uv else [sys.executable, "-m", "venv"]
        _run([*maker, str(client.folder)])
        upgrade = True
    if upgrade:
        _run(["sh", str(INSTALL), str(client.folder), "--upgrade", client.package, *client.packages])


def _make_node(client: Client, upgrade: bool) -> None:
    """Install npm packages into one folder for all clients, beside the drivers; npm keeps their dependencies apart."""
    client.folder.mkdir(parents=True, exist_ok=True)
    for script in DRIVERS.glob("*.mjs"):
        shutil.copy(script, client.folder / script.name)
    missing = [
        package
        for package in (client.package, *client.packages)
        if not (client.folder / "node_modules" / package).exists()
    ]
    wanted = (client.package, *client.packages) if upgrade else missing
    if wanted:
        npm = ["npm", "install", "--no-audit", "--no-fund", "--silent", "--prefix", str(client.folder)]
        _run([*npm, *(f"{package}@latest" for package in wanted)])


def version(client: Client, package: str) -> str:
    if client.node:
        manifest = client.folder / "node_modules" / package / "package.json"
        return str(json.loads(manifest.read_text(encoding="utf-8"))["version"])
    [folder] = (client.folder / "lib").glob("python*/site-packages")
    [found] = folder.glob(f"{package.replace('-', '_')}-[0-9]*.dist-info")
    return found.name.removesuffix(".dist-info").rpartition("-")[2]


def runtime(client: Client) -> str:
    """Return its runtime: `Python 3.12.1`, `Node 20.19.5`."""
    if client.node:
        return f"Node {_run(['node', '--version']).strip().removeprefix('v')}"
    return _run([str(client.folder / "bin" / "python"), "--version"]).strip()


def _run(command: list[str]) -> str:
    return subprocess.run(command, check=True, capture_output=True, text=True, timeout=900).stdout
