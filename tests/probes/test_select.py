"""What a word of `--select` that names no case is taken for, and what a case may declare."""

from __future__ import annotations

import pytest

from streamkit.errors import CatalogueError, UnknownEntry
from streamkit.probes import GROUPS, PROBES, Probe, selected

LISTED = "`streamkit probe --dry-run` lists all"
WORDS = [
    ("modles", "models"),
    ("strem", "stream"),
    ("stop_sequence", "stop-sequence"),
    ("openai-chat", "openai_chat"),
    ("limit", "limits"),
    ("agree", "answers-agree"),
    ("end", "stream-end"),
    ("max", "max-tokens"),
    ("tokens", "max-tokens"),
    ("chat", "openai_chat"),
    ("anthropic", "anthropic_messages"),
    ("models-list", "models"),
    ("chat/stream-end", "openai_chat/stream-end"),
    ("openai_chat/tags", "ollama/tags"),
    # No part of these is like a part of a name.
    ("foo", None),
    ("function", None),
    ("vision", None),
    ("embed", None),
    ("/", None),
]


@pytest.mark.parametrize(("word", "meant"), WORDS)
def test_an_unknown_word(word: str, meant: str | None) -> None:
    with pytest.raises(UnknownEntry) as raised:
        selected([word])
    hint = LISTED if meant is None else f"did you mean {meant!r}?"
    assert str(raised.value) == f"unknown case or group {word!r}; {hint}"


def test_a_case_of_an_unknown_group_cannot_be_declared() -> None:
    with pytest.raises(CatalogueError, match=r"test_select: unknown group 'strem'; did you mean 'stream'\?"):
        Probe.declare(__name__, api="openai_chat", group="strem", asks=())


def test_every_group_has_cases() -> None:
    assert {probe.group for probe in PROBES.values()} == set(GROUPS)
