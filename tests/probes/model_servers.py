"""Servers that run a model, with the one of `tiny_model`: llama-cpp-python, and transformers."""

from __future__ import annotations

import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

from tests.probes.real_server import RealServer, free_port, running

TINY_MODEL = Path(__file__).with_name("tiny_model.py")
SETUP = "a model that counts from one to ten whatever it is asked, made by `tests/probes/tiny_model.py`"


def llama_cpp(server: RealServer) -> Iterator[str]:
    with tempfile.TemporaryDirectory() as name:
        folder, port = Path(name), free_port()
        python = str(server.program / "python")
        subprocess.run([python, TINY_MODEL, "gguf", folder / "tiny.gguf"], check=True)
        options = ["--model", "tiny.gguf", "--model_alias", server.model, "--n_ctx", "4096", "--port", str(port)]
        with running([python, "-m", "llama_cpp.server", "--host", "127.0.0.1", *options], port, {}, folder) as url:
            yield f"{url}/v1"


def transformers(server: RealServer) -> Iterator[str]:
    with tempfile.TemporaryDirectory() as name:
        folder, port = Path(name), free_port()
        subprocess.run([server.program / "python", TINY_MODEL, "transformers", folder / server.model], check=True)
        command = [str(server.program / "transformers"), "serve", server.model, "--host", "127.0.0.1"]
        offline = {"HF_HUB_OFFLINE": "1", "HF_HUB_DISABLE_TELEMETRY": "1"}
        with running([*command, "--port", str(port), "--device", "cpu"], port, offline, folder) as url:
            yield f"{url}/v1"


MODEL_SERVERS = (
    RealServer(
        name="llama-cpp-python",
        setup=SETUP,
        package="llama-cpp-python[server]",
        more=("gguf",),
        start=llama_cpp,
        concurrency=1,  # it ends a stream when the next request comes; the case eight-at-once shows that
        apis=("openai_chat", "openai_completions"),
    ),
    RealServer(
        name="transformers serve",
        setup=f"{SETUP}, on a CPU build of torch",
        package="transformers[serving]",
        more=("torch",),
        start=transformers,
        apis=("openai_chat", "openai_completions"),
    ),
)
