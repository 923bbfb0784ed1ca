"""LiteLLM's proxy, in front of the good server, of `streamkit serve`, and of nothing."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from streamkit.formats import find, read
from streamkit.probes import selected
from streamkit.service.endpoints import endpoint
from streamkit.service.mock import Options
from streamkit.service.probing import plan, send
from streamkit.service.serving import serving
from tests.probes import good_server
from tests.probes.real_server import COUNTED, RealServer, free_port, running

LITELLM_KEY = "sk-7f3a9c1e5b8d2046a7f3c9e1b5d82046"


def litellm(server: RealServer, models: list[dict[str, Any]]) -> Iterator[str]:
    with tempfile.TemporaryDirectory() as name:
        folder, port = Path(name), free_port()
        # Otherwise a model that refused one case is not asked again for seconds, and the next cases get status 429.
        config = {"model_list": models, "router_settings": {"disable_cooldowns": True}}
        (folder / "config.yaml").write_text(json.dumps(config))  # JSON is YAML
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


_LITELLM_APIS = ("openai_chat", "openai_responses", "anthropic_messages", "gemini", "openai_completions")
GATEWAYS = (
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
)
