"""What the fenced examples of manuals and pages mean: bytes of a file, by the word after the fence."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from streamkit.apis import interpret
from streamkit.formats import read
from streamkit.model.finding import Finding
from streamkit.model.stream import Stream
from streamkit.rules import RULES, Rule, broken, contract_of, contracts, damage, lint, misfits, missteps, selected
from streamkit.rules._broken import cause

FENCE = re.compile(
    r"^(?P<label>(?:Bad|Good)(?:, in `\w+`)?)(?:, with (?P<beside>[A-Z0-9, ]+) beside it)?:\n\n```(?P<kind>\S+)\n(?P<text>.*?)\n```$",
    re.MULTILINE | re.DOTALL,
)


@dataclass(frozen=True, slots=True)
class Example:
    """One fenced example: its bytes, and the codes that it gives beside the rule's own."""

    data: bytes
    beside: frozenset[str]


# The schema that the manual of SCH380 shows.
HOUSE = contract_of({"properties": {"tenant": {"type": "string"}}}, "house.json")


def examples(manual: str) -> dict[str, Example]:
    """The labelled examples of a manual: `Bad`, `Good`, and those of further APIs, such as ``Bad, in `ag_ui` ``."""
    return {
        match["label"]: Example(
            example_bytes(match["kind"], match["text"]), frozenset((match["beside"] or "").replace(",", " ").split())
        )
        for match in FENCE.finditer(manual)
    }


def example_bytes(kind: str, text: str) -> bytes:
    """`sse` ends with the blank line that a page does not show; `escaped` shows every byte, with Python's escapes."""
    if kind == "sse":
        return text.encode() + b"\n\n"
    if kind == "escaped":
        return codecs.escape_decode(text.encode())[0]  # type: ignore[attr-defined, no-any-return]
    if kind == "response":
        return text.replace("\n", "\r\n").encode()
    return text.encode() + (b"" if kind == "jsonl-torn" else b"\n")


def findings(data: bytes, folder: Path, rules: list[Rule]) -> Iterator[Finding]:
    """What these rules find in a file of these bytes."""
    for stream in streams(data, folder):
        yield from lint(stream, rules)


def streams(data: bytes, folder: Path) -> Iterator[Stream]:
    """The streams of a file of these bytes."""
    file = folder / "example"
    file.write_bytes(data)
    for exchange in read(str(file)):
        stream = interpret(exchange, judge=True)
        stream = replace(stream, contract=contracts([HOUSE], stream.chunks))
        assert not unclaimed(stream)
        yield stream


SOURCES = {
    missteps: lambda stream: stream.missteps,
    misfits: lambda stream: stream.misfits,
    # Of text that is not UTF-8 a rule tells that looks at the bytes of every event; some events are allowed.
    broken: lambda stream: [event for event in stream.broken if event.kind != "invalid-utf8" and cause(stream, event)],
    damage: lambda stream: stream.exchange.damage,
}
"""Where rules take their sightings from, and all that lies there."""


def unclaimed(stream: Stream) -> list[str]:
    """The sources in which something lies that no rule finds, or several do."""
    return [
        source.__name__
        for source, everything in SOURCES.items()
        if len(everything(stream))
        != sum(len(list(source(stream, rule.name))) for rule in RULES.values() if source in rule.finds)
    ]


def with_default(rule: Rule) -> list[Rule]:
    """The rules that are enabled by default, and this one."""
    return selected(extend=(rule.code,))


def in_order() -> list[Rule]:
    """Every rule, in order of code."""
    return list(RULES.values())
