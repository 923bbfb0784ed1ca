"""The answers of the good server: a model of a few rules, the same for every API."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

NUMBERS = ["one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"]
PIECE = re.compile(r"\s*\S+")


@dataclass(frozen=True)
class Turn:
    """One answer: its tokens, its calls (name, arguments), and whether the limit or a stop sequence ended it."""

    tokens: list[str]
    calls: list[tuple[str, str]]
    cut: bool = False
    stopped: str | None = None

    @property
    def text(self) -> str:
        return "".join(self.tokens)


def answer(
    prompt: str,
    *,
    limit: int | None = None,
    stops: Sequence[str] = (),
    tool: str | None = None,
    forced: bool = False,
    as_json: bool = False,
) -> Turn:
    """Answer a prompt. `tool` is a tool that may be called, `forced` one that has to be."""
    if tool is not None and (forced or "Use the tool" in prompt or "Call the tool" in prompt):
        if tool != "get_weather":  # a gateway's way to ask for JSON
            return Turn([], [(tool, text_for(prompt, as_json=True))])
        cities = [city for city in ("Paris", "Rome") if city in prompt] or ["Paris"]
        return Turn([], [(tool, f'{{"city":"{city}"}}') for city in cities])
    whole = text_for(prompt, as_json=as_json)
    found = next((stop for stop in stops if stop in whole), None)
    if found is not None:
        whole = whole[: whole.index(found)]
    tokens = PIECE.findall(whole)
    cut = limit is not None and len(tokens) > limit
    return Turn(tokens[:limit] if cut else tokens, [], cut, None if cut else found)


def text_for(prompt: str, *, as_json: bool) -> str:
    if as_json or "JSON" in prompt:
        return '{"city": "Paris", "country": "France"}'
    if "Count" in prompt:
        return ", ".join(NUMBERS * (5 if "fifty" in prompt else 1)) + "."
    if match := re.search(r"Repeat (?:exactly|this word and nothing else): (.*)", prompt, re.DOTALL):
        return match[1]
    return "A ripe banana is yellow."
