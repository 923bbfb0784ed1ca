"""The effect of each fault on the official SDKs: the last table of each page in tests/specs/faults.

`python -m tests.faults.measured [FAULT]...` measures these faults, or all that the pages name, and prints the rows. The
SDKs, which take seconds to import, are imported when they are used.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import nullcontext
from dataclasses import replace
from pathlib import Path
from typing import Any

from streamkit.faults import parse_faults
from streamkit.model.exchange import Exchange, Frames
from streamkit.playback.player import Pace
from streamkit.service.mock import Options
from streamkit.service.serving import Served, serving
from tests.exchanges import scripted
from tests.faults.impatient import impatient
from tests.waiting import SAFETY_S

# The number of events after which these stall, and the SDK times out.
STANDS_STILL = {"stall:event=3,for=ever": 3, "slow-headers:for=10s": 0}


def with_wide_characters(exchange: Exchange) -> Exchange:
    """Return the exchange with a text that has characters of two and of four bytes."""
    frames = [
        replace(frame, data=frame.data.replace(b" rivers", " fl\u00fcsse \U0001f30a".encode()))
        for frame in exchange.frames
    ]
    return replace(exchange, frames=Frames.of(frames))


OPENAI = with_wide_characters(scripted("openai_chat/plain"))
ANTHROPIC = with_wide_characters(scripted("anthropic_messages/plain"))

PAGES = sorted((Path(__file__).parents[1] / "specs" / "faults").glob("*.md"))
MEASURED = "## How official SDKs react"
_ROW = re.compile(r"^\| `(.+)` \| (.*) \| (.*) \|$", re.MULTILINE)

# Each fault as a user would write it, with its effect on openai-python and anthropic-sdk-python according to the pages.
EFFECTS = {
    fault: (first, second)
    for page in PAGES
    for fault, first, second in _ROW.findall(page.read_text(encoding="utf-8").partition(MEASURED)[2])
}


def versions() -> tuple[str, str]:
    """Return the installed SDKs: `openai 3.52`, `anthropic 2.11`."""
    import anthropic
    import openai

    return tuple(f"{sdk.__title__} {'.'.join(sdk.__version__.split('.')[:2])}" for sdk in (openai, anthropic))  # type: ignore[return-value]


def effect_on_openai(fault: str) -> str:
    """Describe the effect on openai-python."""
    import openai

    def chunks_of(server: Served, body: Any) -> Iterator[str]:
        with openai.OpenAI(base_url=server.base_url, api_key="none", timeout=SAFETY_S, max_retries=1) as client:
            for chunk in client.chat.completions.create(**body):
                yield chunk.model_dump_json()

    return _effect(OPENAI, fault, chunks_of)


def effect_on_anthropic(fault: str) -> str:
    """Describe the effect on anthropic-sdk-python."""
    import anthropic

    def chunks_of(server: Served, body: Any) -> Iterator[str]:
        with anthropic.Anthropic(base_url=server.url, api_key="none", timeout=SAFETY_S, max_retries=1) as client:
            for event in client.messages.create(**body):
                yield event.model_dump_json()

    return _effect(ANTHROPIC, fault, chunks_of)


def _effect(recorded: Exchange, fault: str, chunks: Callable[[Served, Any], Iterator[str]]) -> str:
    assert recorded.request and recorded.request.body
    body = recorded.request.body.json
    options = Options(pace=Pace(delay=False))
    with serving([recorded], options) as server:
        usual = list(chunks(server, body))
    got: list[str] = []
    error = ""
    with serving([recorded], Options(pace=Pace(delay=False), faults=parse_faults(fault))) as server:
        events = STANDS_STILL.get(fault)
        waiting = nullcontext() if events is None else impatient(events, lambda: len(server.requests))
        try:
            with waiting:
                for chunk in chunks(server, body):
                    got.append(chunk)
        except Exception as raised:
            error = f"`{type(raised).__name__}`"
        requests = len(server.requests)
        assert not any(request.message for request in server.requests), "the fault does not apply"
    retried = " after a retry" if requests > 1 else ""
    if error:
        return f"{len(got)} of {len(usual)} chunks, then {error}{retried}" if got else f"{error}{retried}"
    if got == usual:
        return f"works{retried}"
    if len(got) == len(usual):
        return "**all chunks, not in order, no error**"
    return f"**{len(got)} of {len(usual)} chunks, no error**"


def rows(faults: Iterable[str]) -> Iterator[str]:
    """Yield the rows of the tables."""
    for fault in faults:
        yield f"| `{fault}` | {effect_on_openai(fault)} | {effect_on_anthropic(fault)} |"


if __name__ == "__main__":
    sys.stdout.write("\n".join(rows(sys.argv[1:] or EFFECTS)) + "\n")
