"""Of the defects of the streams that applications send, lint finds most: in each good stream, and over a WebSocket as well.

    python -m tests.rules.test_application_defects

writes the figures that docs/application-streams.md shows.
"""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from .defects import Good, body_of, defects, events_of
from .test_defects import GOOD, LEAST, MAJOR, found

FIGURES = Path(__file__).with_name("application_defects.json")
APIS = ("ai_sdk_ui", "ai_data_stream", "ag_ui", "mcp", "a2a", "langgraph")
ENOUGH = 25


def label(good: Good) -> str:
    return f"{good.file} over WebSocket" if good.websocket else good.file


STREAMS = {
    label(good): good
    for good in (
        *(good for good in GOOD if good.api in APIS),
        *(replace(good, websocket=True) for good in GOOD if good.api == "openai_realtime"),
        *(replace(good, websocket=True) for good in MAJOR if good.api == "openai_responses"),
    )
}


def counted(good: Good) -> dict[str, object]:
    """Return how many defects are made of a good stream, of how many kinds, and how many are found."""
    made = list(defects(good))
    hits = sum(found(good, defect.body) for defect in made)
    return {"api": good.api, "defects": len(made), "kinds": len({defect.kind for defect in made}), "found": hits}


@pytest.mark.parametrize("name", STREAMS)
def test_a_good_stream_is_clean(name: str) -> None:
    good = STREAMS[name]
    assert not found(good, body_of(good, events_of(good)))


@pytest.mark.parametrize("name", STREAMS)
def test_most_defects_are_found_and_as_many_as_the_page_says(name: str) -> None:
    known, now = json.loads(FIGURES.read_text(encoding="utf-8"))[name], counted(STREAMS[name])
    assert now["defects"] >= ENOUGH  # type: ignore[operator]
    assert now["found"] >= LEAST * now["defects"]  # type: ignore[operator]
    assert {**now, "found": 0} == {**known, "found": 0}, "run: python -m tests.rules.test_application_defects"
    assert now["found"] >= known["found"]


def test_the_page_has_every_stream() -> None:
    assert list(json.loads(FIGURES.read_text(encoding="utf-8"))) == list(STREAMS)


if __name__ == "__main__":
    figures = {name: counted(good) for name, good in STREAMS.items()}
    FIGURES.write_text(json.dumps(figures, indent=1) + "\n", encoding="utf-8")
