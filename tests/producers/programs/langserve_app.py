"""Chains behind langserve, and its own client that streams them.

MODELS=URL python langserve_app.py serve PORT        STREAMKIT_URL=URL python langserve_app.py ask
"""

from __future__ import annotations

import os
import sys
from contextlib import suppress


def serve(port: int) -> None:
    import uvicorn
    from fastapi import FastAPI
    from langchain_core.output_parsers import StrOutputParser
    from langchain_openai import ChatOpenAI
    from langserve import add_routes

    base = f"{os.environ['MODELS']}/v1"
    models = {name: ChatOpenAI(model=name, base_url=base, api_key="none", max_retries=0) for name in ("plain", "error")}
    app = FastAPI()
    add_routes(app, models["plain"], path="/model")
    add_routes(app, models["plain"] | StrOutputParser(), path="/text")
    add_routes(app, models["error"] | StrOutputParser(), path="/failing")
    uvicorn.run(app, port=port, log_level="critical")


def ask() -> None:
    from langserve import RemoteRunnable

    for name in ("model", "text", "failing"):
        with suppress(Exception):  # of the chain whose model fails
            for _ in RemoteRunnable(f"{os.environ['STREAMKIT_URL']}/{name}/").stream("What are streams?"):
                pass


if __name__ == "__main__":
    serve(int(sys.argv[2])) if sys.argv[1] == "serve" else ask()
