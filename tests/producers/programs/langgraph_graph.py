"""A graph for LangGraph's server, and the SDK's client that runs it.

MODELS=URL langgraph dev --config langgraph.json        STREAMKIT_URL=URL python langgraph_graph.py ask
"""

from __future__ import annotations

import asyncio
import os
from contextlib import suppress
from typing import Any

MODES = {
    "values": ["values"],
    "updates": ["updates"],
    "messages": ["messages"],
    "messages-tuple": ["messages-tuple", "values"],
    "custom": ["custom", "updates", "tasks"],
    "events": ["events"],
    "debug": ["debug"],
}


def made(name: str) -> Any:
    """Return a graph of one step, which asks a model."""
    from langchain_openai import ChatOpenAI
    from langgraph.config import get_stream_writer
    from langgraph.graph import END, START, MessagesState, StateGraph

    model = ChatOpenAI(
        model=name, base_url=f"{os.environ['MODELS']}/v1", api_key="none", max_retries=0, stream_usage=True
    )

    async def step(state: MessagesState) -> dict[str, Any]:
        get_stream_writer()({"progress": 0.5})
        return {"messages": [await model.ainvoke(state["messages"])]}

    graph = StateGraph(MessagesState)
    graph.add_node("model", step)
    graph.add_edge(START, "model")
    graph.add_edge("model", END)
    return graph.compile()


async def ask() -> None:
    from langgraph_sdk import get_client

    client = get_client(url=os.environ["STREAMKIT_URL"], api_key=None)
    runs = [("agent", modes) for modes in MODES.values()] + [("failing", ["values"])]
    given = {"messages": [{"role": "user", "content": "What are streams?"}]}
    for graph, modes in runs:
        with suppress(Exception):  # of the graph whose model fails
            async for _ in client.runs.stream(None, graph, input=given, stream_mode=modes):
                pass


if __name__ == "__main__":
    asyncio.run(ask())
else:
    agent, failing = made("plain"), made("error")
