"""What a fault does to the official SDKs, in a few words: the table of docs/faults.md is made of these, and checked.

`python -m tests.faults.measured` prints the rows anew.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import anthropic
import openai

from streamkit.faults import plan
from streamkit.model.exchange import Exchange, Frames
from streamkit.playback.player import Pace
from streamkit.service.mock import Options
from streamkit.service.serving import Served, serving
from tests.exchanges import scripted

TIMEOUT_S = 0.4


def with_wide_characters(exchange: Exchange) -> Exchange:
    """The same with a text that has characters of two and of four bytes."""
    frames = [
        replace(frame, data=frame.data.replace(b" rivers", " fl\u00fcsse \U0001f30a".encode()))
        for frame in exchange.frames
    ]
    return replace(exchange, frames=Frames.of(frames))


OPENAI = with_wide_characters(scripted("openai_chat/plain"))
ANTHROPIC = with_wide_characters(scripted("anthropic_messages/plain"))

# Each as a user would write it; every fault of the catalogue is here.
FAULTS = (
    "cut:event=3,by=fin",
    "cut:event=3,by=reset",
    "cut:event=3,by=half-chunk",
    "cut:event=3,by=eof",
    "cut:event=0,by=reset",
    "stall:event=3,for=ever",
    "slow-headers:for=10s",
    "status:code=429,retry-after=0,times=1",
    "status:code=429,retry-after=0",
    "status:code=500",
    "status:code=529",
    "drop:event=4",
    "duplicate:event=4",
    "reorder:event=4",
    "corrupt:event=4",
    "split:size=1",
    "split:inside=character",
    "line-ends:to=crlf",
    "line-ends:to=cr",
    "line-ends:to=crlf;split:inside=crlf",
    "join",
    "unterminated",
    "comment:every=1",
    "ping:every=1",
    "retry:event=0",
    "dataless:event=1,field=id",
    "dataless:event=1,field=event",
    "dataless:event=1,field=data",
    "bom",
    "error:event=3",
)


def versions() -> tuple[str, str]:
    """The SDKs that are installed: `openai 3.52`, `anthropic 2.11`."""
    return tuple(f"{sdk.__title__} {'.'.join(sdk.__version__.split('.')[:2])}" for sdk in (openai, anthropic))  # type: ignore[return-value]


def effect_on_openai(fault: str) -> str:
    """What openai-python makes of it."""

    def chunks_of(server: Served, body: Any) -> Iterator[str]:
        with openai.OpenAI(base_url=server.base_url, api_key="none", timeout=TIMEOUT_S, max_retries=1) as client:
            for chunk in client.chat.completions.create(**body):
                yield chunk.model_dump_json()

    return _effect(OPENAI, fault, chunks_of)


def effect_on_anthropic(fault: str) -> str:
    """What anthropic-sdk-python makes of it."""

    def chunks_of(server: Served, body: Any) -> Iterator[str]:
        with anthropic.Anthropic(base_url=server.url, api_key="none", timeout=TIMEOUT_S, max_retries=1) as client:
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
    with serving([recorded], Options(pace=Pace(delay=False), faults=plan(fault))) as server:
        try:
            for chunk in chunks(server, body):
                got.append(chunk)
        except Exception as raised:
            error = f"`{type(raised).__name__}`"
        asked = len(server.requests)
        assert not any(request.said for request in server.requests), "the fault does not apply"
    retried = " after a retry" if asked > 1 else ""
    if error:
        return f"{len(got)} of {len(usual)} chunks, then {error}{retried}" if got else f"{error}{retried}"
    if got == usual:
        return f"works{retried}"
    if len(got) == len(usual):
        return "**all chunks, not in order, no error**"
    return f"**{len(got)} of {len(usual)} chunks, no error**"


def rows() -> Iterator[str]:
    """The rows of the table."""
    for fault in FAULTS:
        yield f"| `{fault}` | {effect_on_openai(fault)} | {effect_on_anthropic(fault)} |"


if __name__ == "__main__":
    sys.stdout.write("\n".join(rows()) + "\n")
