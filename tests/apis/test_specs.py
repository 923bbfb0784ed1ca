"""The pages of specs/apis: the chunks of a stream and what they add up to. Every API has a page."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from streamkit.apis import APIS, assemble, interpret
from streamkit.model import message as bits
from streamkit.model.exchange import Exchange, Frame, Frames, Response
from streamkit.model.stream import Stream

PAGES = Path(__file__).parents[1] / "specs" / "apis"

FLAGS = ("ROLE", "TEXT", "REASONING", "TOOL", "FINISH", "USAGE", "ERROR", "OTHER_CONTENT")
CONTENT_TYPES = {
    "chunks": "text/event-stream",
    "sse": "text/event-stream",
    "ndjson": "application/x-ndjson",
    "document": "application/json",
    "lines": "text/plain; charset=utf-8",
}


@dataclass(frozen=True)
class Case:
    page: str
    title: str
    framing: str
    body: str
    wanted: object
    message: dict[str, str]


def cases() -> Iterator[Case]:
    for page in sorted(PAGES.glob("*.md")):
        for section in page.read_text(encoding="utf-8").split("\n## ")[1:]:
            title, _, rest = section.partition("\n")
            blocks = dict(re.findall(r"^```(\w+)\n(.*?)^```$", rest, re.S | re.M))
            framing = next(name for name in blocks if name in CONTENT_TYPES)
            fields = dict(re.findall(r"^- (\w+): (.*)$", rest, re.M))
            wanted = json.loads(blocks["json"]) if "json" in blocks else None
            yield Case(page.stem, title, framing, blocks[framing], wanted, fields)


def body_of(case: Case) -> bytes:
    if case.framing == "chunks":
        return "".join(f"data: {line}\n\n" for line in case.body.splitlines()).encode()
    return case.body.encode()


def stream_of(case: Case) -> Stream:
    response = Response(None, 200, headers=(("content-type", CONTENT_TYPES[case.framing]),))
    return interpret(Exchange(frames=Frames.of([Frame(body_of(case))]), response=response))


def words(flags: int) -> str:
    return " ".join(name for name in FLAGS if flags & getattr(bits, name))


@pytest.mark.parametrize("case", list(cases()), ids=lambda case: f"{case.page}: {case.title}")
def test_page(case: Case) -> None:
    stream = stream_of(case)
    assembler = assemble(stream)
    assert stream.api == case.page, stream.detected
    assert assembler is not None
    if case.wanted is not None:
        assert assembler.object == case.wanted
        assert json.dumps(assembler.object) == json.dumps(case.wanted), "the order of the fields"
    found = {
        "verdict": stream.verdict,
        "flags": ", ".join(map(words, stream.flags)),
        "text": "\\n".join(message.text for message in assembler.message.messages),
        "reasoning": "\\n".join(message.reasoning for message in assembler.message.messages),
        "usage": " ".join(
            f"{name}={getattr(stream.usage, name)}"
            for name in ("input", "output", "total", "reasoning", "cached")
            if stream.usage is not None and getattr(stream.usage, name) is not None
        ),
        "adds": " | ".join(
            "; ".join(f"{delta.kind} {delta.text}".strip() for delta in stream.deltas(chunk))
            for chunk in range(len(stream.chunks))
        ),
    }
    assert {key: found[key] for key in case.message} == case.message


def test_every_api_has_a_page() -> None:
    assert {page.stem for page in PAGES.glob("*.md")} == set(APIS)
