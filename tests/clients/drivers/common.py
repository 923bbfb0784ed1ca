"""What the drivers of all Python clients share: a list of jobs in, one line of JSON for each out.

A driver runs in the environment of one client, with the standard library and that client alone. It is started as
`python DRIVER.py BASE_URL JOBS.json`; a job is `{"id", "call", "api", "model", "tools", "plain"}`: with `plain`, no stream is asked
for. If BASE_URL is `env`, clients have to find it in their environment. For each job it writes what the call handed over (`answer`), what it raised (`error`: the type and the message; `here` if it was raised
where the driver reads what it is given), or `{"hangs": true}`.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any

PATIENCE = float(os.environ.get("STREAMKIT_CLIENTS_PATIENCE", "10"))
"""Seconds after which a call is taken to hang."""

FIRST = 30.0
"""The same for the first call at least, in which many clients import most of their modules."""

RETRIES: dict[str, Any] = {} if os.environ.get("STREAMKIT_CLIENTS_RETRIES") == "default" else {"max_retries": 0}
"""What most clients are made with: no retries, or those that they make by default."""

Call = Callable[[str, str, str], dict[str, Any]]
"""A call of a client: the base URL, the API and the model in, an answer out."""

TOOLS: list[str] = []
"""The names of the tools that the stream of the present job calls."""


class HangError(BaseException):
    """The call did not come back. No client catches it, as it is no Exception."""


def answer(
    *,
    text: str = "",
    reasoning: str = "",
    calls: list[list[Any]] | None = None,
    finish: Any = None,
    usage: list[Any] | None = None,
    role: Any = None,
) -> dict[str, Any]:
    """What a client handed over. `calls` are `[id, name, arguments]`, `usage` is `[input, output]`."""
    usage = usage if usage and any(count is not None for count in usage) else None
    answer = {
        "text": text,
        "reasoning": reasoning,
        "calls": calls or [],
        "finish": finish,
        "usage": usage,
        "role": role,
    }
    return {"answer": answer}


def at(**options: Any) -> dict[str, Any]:
    """The options with the base URL and the key of a client; none if it has to find them in its environment."""
    return {} if sys.argv[1] == "env" else options


def drive(calls: dict[str, Call], plain: dict[str, Call] | None = None) -> None:
    """Run every job; `plain` are the same calls without streaming. What a client prints goes to stderr, so that stdout holds the outcomes alone."""
    base, jobs = sys.argv[1], json.loads(Path(sys.argv[2]).read_text(encoding="utf-8"))
    out = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    signal.signal(signal.SIGALRM, _hang)
    for number, job in enumerate(jobs):
        TOOLS[:] = job["tools"]
        patience = PATIENCE if number else max(PATIENCE, FIRST)
        outcome = _outcome((plain if plain and job.get("plain") else calls)[job["call"]], base, job, patience)
        print(json.dumps({"id": job["id"], "call": job["call"], **outcome}, default=repr), file=out, flush=True)


def _outcome(call: Call, base: str, job: dict[str, Any], patience: float) -> dict[str, Any]:
    signal.setitimer(signal.ITIMER_REAL, patience)
    try:
        return call(base, job["api"], job["model"])
    except HangError:
        return {"hangs": True}
    except Exception as error:
        return {"error": [type(error).__name__, str(error)], "here": _is_ours(error)}
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)


def _is_ours(error: Exception) -> bool:
    """Whether the client handed on a value on which the loop that reads it raised: the driver itself, as any program would."""
    *_, (frame, _) = traceback.walk_tb(error.__traceback__)
    return Path(frame.f_code.co_filename).parent == Path(__file__).parent


def _hang(*_: object) -> None:
    raise HangError
