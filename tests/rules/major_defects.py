"""More defects, in streams of the four most common APIs: what is told several times and once otherwise, names in
the other spelling, values beside their range, streams that end too early, and texts that are told so far in each event.

Which of its events an edit is made to is drawn, always in the same way.
"""

from __future__ import annotations

import random
import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from .defects import GONE, Changed, Defect, Event, Good, at, body_of, events_of, paths, with_value

SEED = 20_261_121


def more(good: Good) -> Iterator[Defect]:
    """Every further defect of a good stream."""
    events = events_of(good)
    draw = random.Random(f"{SEED} {good.file}")
    made = (
        *_contradicting(events),
        *_of_other_kinds(good, events, draw),
        *_too_early(events),
        *_so_far(good, events),
    )
    for kind, where, changed in made:
        yield Defect(kind, where, body_of(good, changed))


def _contradicting(events: list[Event]) -> Iterator[Changed]:
    """A text that several events tell, changed in one of the later ones: the first mention, the delta, the end."""
    first_at: dict[str, int] = {}
    for place, event in enumerate(events):
        for path in paths(event.data):
            value = at(event.data, path)
            if type(value) is not str or len(value) < 4 or path[-1] in ("type", "object", "role", "status"):
                continue
            if first_at.setdefault(value, place) != place:
                changed = replace(event, data=with_value(event.data, path, f"{value}x"))
                yield "told otherwise", f"event {place + 1} {_shown(path)}", _instead(events, place, changed)


def _of_other_kinds(good: Good, events: list[Event], draw: random.Random) -> Iterator[Changed]:
    """Each field of the API in one of the events that have it."""
    having: dict[str, list[tuple[int, tuple[Any, ...]]]] = {}
    for place, event in enumerate(events):
        for path in paths(event.data):
            if type(path[-1]) is str and not good.free & {*path}:
                having.setdefault(_shown(path), []).append((place, path))
    for shown, places in having.items():
        place, path = draw.choice(places)
        for kind, data in _otherwise(events[place].data, path):
            yield kind, f"event {place + 1} {shown}", _instead(events, place, replace(events[place], data=data))


def _otherwise(data: Any, path: tuple[Any, ...]) -> Iterator[tuple[str, Any]]:
    value, name = at(data, path), path[-1]
    others = {re.sub("_(.)", lambda found: found[1].upper(), name), re.sub("([A-Z])", r"_\1", name).lower()} - {name}
    for other in sorted(others):
        yield "name in the other case", with_value(with_value(data, path, GONE), (*path[:-1], other), value)
    if len(name) > 5:
        swapped = f"{name[:2]}{name[3]}{name[2]}{name[4:]}"
        if swapped != name:
            yield "letters swapped", with_value(with_value(data, path, GONE), (*path[:-1], swapped), value)
    if type(value) is int:
        yield "number as list", with_value(data, path, [value])
        yield "number as object", with_value(data, path, {"value": value})
    if name in ("signature", "thoughtSignature") and value:
        yield "signature gone", with_value(data, path, "")
    if name in ("partial_json", "arguments") and type(value) is str and value:
        yield "arguments of another type", with_value(data, path, {"a": 1})


def _too_early(events: list[Event]) -> Iterator[Changed]:
    """The stream as far as each of its events but the last that says something."""
    last = max(place for place, event in enumerate(events) if event.data != "[DONE]")
    for place in range(1, last):
        yield "stream cut", f"event {place}", events[:place]


def _so_far(good: Good, events: list[Event]) -> Iterator[Changed]:
    """Every delta with all of the text before it."""
    path = tuple(int(step) if step.isdecimal() else step for step in good.text.split("."))
    holding = [place for place, event in enumerate(events) if type(at(event.data, path)) is str]
    if good.text and len(holding) > 2:
        text, changed = "", list(events)
        for place in holding:
            text += at(events[place].data, path)
            changed[place] = replace(events[place], data=with_value(events[place].data, path, text))
        yield "all text so far", good.text, changed


def _instead(events: list[Event], place: int, event: Event) -> list[Event]:
    return [*events[:place], event, *events[place + 1 :]]


def _shown(path: tuple[Any, ...]) -> str:
    return ".".join("0" if type(step) is int else str(step) for step in path)
