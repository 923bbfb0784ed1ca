"""Agents of pydantic-ai behind its adapters for AG-UI and the AI SDK, and plain requests to them.

MODELS=URL python pydantic_ai_ui.py serve PORT        STREAMKIT_URL=URL python pydantic_ai_ui.py ask
"""

from __future__ import annotations

import json
import os
import sys
import urllib.request
from typing import Any

AGENTS = {"text": "plain", "reasoning": "reasoning", "tools": "turns", "error": "error", "limited": "limited"}
"""The routes, and the model behind each."""

SUBMITTED = {
    "trigger": "submit-message",
    "id": "c-1",
    "messages": [{"id": "u-1", "role": "user", "parts": [{"type": "text", "text": "x"}]}],
}
RUN = {
    "threadId": "t-1",
    "runId": "r-1",
    "state": {},
    "messages": [{"id": "u-1", "role": "user", "content": "x"}],
    "tools": [],
    "context": [],
    "forwardedProps": {},
}


def agent(model: str) -> Any:
    from openai import AsyncOpenAI
    from pydantic_ai import Agent
    from pydantic_ai.models.openai import OpenAIChatModel
    from pydantic_ai.providers.openai import OpenAIProvider

    client = AsyncOpenAI(base_url=f"{os.environ['MODELS']}/v1", api_key="none", max_retries=0)
    made = Agent(OpenAIChatModel(model, provider=OpenAIProvider(openai_client=client)))

    @made.tool_plain
    def weather(city: str) -> dict[str, bool]:
        return {"rain": True}

    @made.tool_plain
    def clock(zone: str) -> str:
        return "12:00"

    return made


def serve(port: int) -> None:
    import uvicorn
    from pydantic_ai.ui.ag_ui import AGUIAdapter
    from pydantic_ai.ui.vercel_ai import VercelAIAdapter
    from starlette.applications import Starlette
    from starlette.requests import Request
    from starlette.responses import Response
    from starlette.routing import Route

    agents = {name: agent(model) for name, model in AGENTS.items()}

    async def ui(request: Request) -> Response:
        return await VercelAIAdapter.dispatch_request(request, agent=agents[request.path_params["name"]], sdk_version=6)

    async def ag_ui(request: Request) -> Response:
        return await AGUIAdapter.dispatch_request(request, agent=agents[request.path_params["name"]])

    routes = [Route("/ui/{name}", ui, methods=["POST"]), Route("/ag-ui/{name}", ag_ui, methods=["POST"])]
    uvicorn.run(Starlette(routes=routes), port=port, log_level="warning")


def ask() -> None:
    for path, body in (("ui", SUBMITTED), ("ag-ui", RUN)):
        for name in AGENTS:
            headers = {"content-type": "application/json", "accept": "text/event-stream"}
            url = f"{os.environ['STREAMKIT_URL']}/{path}/{name}"
            urllib.request.urlopen(urllib.request.Request(url, json.dumps(body).encode(), headers)).read()


if __name__ == "__main__":
    serve(int(sys.argv[2])) if sys.argv[1] == "serve" else ask()
