"""Untrusted text: nothing that moves a terminal, hides, or reorders what is shown survives."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streamkit.text import columns, one_line, safe_text, shorten


@pytest.mark.parametrize(
    ("given_text", "expected"),
    [
        ("plain", "plain"),
        ("two\nlines\tand a tab", "two\nlines\tand a tab"),
        ("\x1b[31mred\x1b[0m", "\\x1b[31mred\\x1b[0m"),
        ("\x1b]52;c;cm0gLXJm\x07", "\\x1b]52;c;cm0gLXJm\\x07"),  # OSC 52 writes the clipboard
        ("\x9b31m", "\\x9b31m"),  # the same introducer in one byte
        ("over\rwritten", "over\\x0dwritten"),
        ("back\bspace", "back\\x08space"),
        ("\u202egnp.exe", "\\u202egnp.exe"),  # shows as exe.png
        ("zero\u200bwidth", "zero\\u200bwidth"),
        ("\u2028", "\\u2028"),
        ("\ufeff", "\\ufeff"),
        ("\ufffe\uffff", "\\ufffe\\uffff"),
        ("\ud83d", "\\ud83d"),  # half a character cannot be encoded at all
        ("\U000e0041", "\\U000e0041"),  # invisible tag
        ("naïve 🦊 日本", "naïve 🦊 日本"),
    ],
)
def test_what_could_move_a_terminal_is_shown(given_text: str, expected: str) -> None:
    assert safe_text(given_text) == expected


def test_one_line_has_no_line_feed_and_no_tab() -> None:
    assert one_line("a\nb\tc\x1b") == "a\\nb\\tc\\x1b"


@given(st.text())
def test_safe_text_holds_no_control_character_but_line_feed_and_tab(text: str) -> None:
    for character in safe_text(text):
        assert character in "\n\t" or unicodedata.category(character) not in ("Cc", "Cs")


@given(st.text())
def test_safe_text_can_be_encoded_and_is_the_same_again(text: str) -> None:
    shown = safe_text(text)
    shown.encode("utf-8")
    assert safe_text(shown) == shown


@pytest.mark.parametrize(
    ("text", "width", "expected"),
    [
        ("short", 5, "short"),
        ("longer", 5, "long…"),
        ("日本語", 6, "日本語"),
        ("日本語", 5, "日本…"),
        ("日本語", 4, "日…"),
        ("x", 0, "…"),
    ],
)
def test_shorten_counts_terminal_columns(text: str, width: int, expected: str) -> None:
    assert shorten(text, width) == expected


@given(st.text(st.characters(blacklist_categories=("Cc", "Cs"))), st.integers(1, 40))
def test_shortened_text_fits(text: str, width: int) -> None:
    assert sum(map(columns, shorten(text, width))) <= width
