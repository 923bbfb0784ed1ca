"""The pages of specs/dialects: a small stream in a dialect, what was detected, what is permitted in it and what is not."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from streamkit.apis import interpret
from streamkit.apis.dialects import DIALECTS, Dialect
from streamkit.model.exchange import Exchange, Frame, Frames, Request, Response
from streamkit.rules import RULES, lint

PAGES = Path(__file__).parents[1] / "specs" / "dialects"
NONE = "none"


@dataclass(frozen=True)
class Page:
    name: str
    title: str
    kind: str
    body: str
    message: dict[str, str]


def pages() -> Iterator[Page]:
    for path in sorted(PAGES.glob("*.md")):
        for section in path.read_text(encoding="utf-8").split("\n## ")[1:]:
            title, _, rest = section.partition("\n")
            [(kind, body)] = re.findall(r"^```(\w+)\n(.*?)^```$", rest, re.S | re.M)
            yield Page(path.stem, title, kind, body, dict(re.findall(r"^- (\w+): (.*)$", rest, re.M)))


def body_of(page: Page) -> bytes:
    if page.kind == "chunks":
        return "".join(f"data: {line}\n\n" for line in page.body.splitlines()).encode()
    return page.body.encode()


def found(page: Page) -> dict[str, str]:
    """Return the result in the form of the page: the findings with the dialect, and those that it suppresses."""
    request = Request("POST", f"https://{page.message['host']}/") if "host" in page.message else None
    response = Response(None, 200, headers=(("content-type", "text/event-stream"),))
    exchange = Exchange(frames=Frames.of([Frame(body_of(page))]), request=request, response=response)
    stream = interpret(exchange, judge=True)
    found = lint(stream, [rule for rule in RULES.values() if rule.default])
    codes = {finding.code for finding in found if finding.severity != "info"}
    without = {finding.code for finding in lint(interpret(exchange, judge=True, strict=True), RULES.values())}
    return {
        "name": stream.dialect,
        "seen": stream.detected,
        "lawful": " ".join(sorted(without & stream.lawful)) or NONE,
        "findings": " ".join(sorted(codes)) or NONE,
    }


@pytest.mark.parametrize("page", list(pages()), ids=lambda page: f"{page.name}: {page.title}")
def test_page(page: Page) -> None:
    shown = found(page)
    assert shown["name"] == page.name, shown["seen"]
    wanted = {key: page.message[key] for key in ("seen", "lawful", "findings")}
    assert {key: shown[key] for key in wanted} == wanted


@pytest.mark.parametrize("dialect", list(DIALECTS.values()), ids=lambda dialect: dialect.name)
def test_every_dialect_has_a_page_that_shows_everything_it_permits(dialect: Dialect) -> None:
    shown = {code for page in pages() if page.name == dialect.name for code in page.message["lawful"].split()}
    assert shown - {NONE} == set(dialect.lawful)


def test_every_page_has_its_dialect() -> None:
    assert {page.name for page in pages()} == set(DIALECTS)
