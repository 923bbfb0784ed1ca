"""The examples of docs/recording-format.md are read as the page says, and written unchanged."""

from __future__ import annotations

import re
from pathlib import Path

import orjson
import pytest

from streamkit.model import recording
from streamkit.model.exchange import END_REASONS

PAGE = (Path(__file__).parents[2] / "docs" / "recording-format.md").read_text(encoding="utf-8")
EXAMPLES = re.findall(r"^```jsonl\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)


@pytest.mark.parametrize("example", EXAMPLES)
def test_an_example_reads_without_damage_and_is_written_unchanged(example):
    lines = example.encode().splitlines(keepends=True)
    (exchange,) = recording.read(lines)
    assert [damage.kind for damage in exchange.damage] == []
    assert [orjson.loads(line) for line in recording.write(exchange)] == [orjson.loads(line) for line in lines]


def test_the_page_names_every_reason_and_every_kind_of_damage():
    from streamkit.model.exchange import Damage

    named = set(re.findall(r"`([a-z_-]+)`", PAGE))
    assert set(END_REASONS) <= named
    assert set(re.findall(r"`([a-z-]+)`", Damage.__doc__ or "")) <= named


def test_the_first_example_shows_what_it_claims():
    (exchange,) = recording.read(EXAMPLES[0].encode().splitlines(keepends=True))
    assert exchange.frames.body.decode().endswith('"content":"🦊"}}]}\n\n')
    assert exchange.redacted[0].rule == "authorization"
