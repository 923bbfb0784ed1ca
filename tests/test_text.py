"""Untrusted text: nothing that controls a terminal, hides, or reorders what is shown survives."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from streamkit.text import (
    SafePieces,
    clusters,
    one_line,
    safe_json,
    safe_text,
    shorten,
    shorten_from,
    shorten_to,
    width,
    without_commands,
)

PERSIAN = "می\u200cخواهم"  # a joiner that separates two letters, as the language requires
FAMILY = "👨\u200d👩\u200d👧\u200d👦"
ENGLAND = "\U0001f3f4\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f"
HEBREW = "שָׁלוֹם"
ARABIC = "السَّلَامُ عَلَيْكُمْ"


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
        ("\ud83d", "\\ud83d"),  # a lone surrogate cannot be encoded
        ("\U000e0041", "\\U000e0041"),  # invisible tag
        ("naïve 🦊 日本", "naïve 🦊 日本"),
    ],
)
def test_terminal_controls_are_made_visible(given_text: str, expected: str) -> None:
    assert safe_text(given_text) == expected


@pytest.mark.parametrize(
    "text",
    [
        PERSIAN,
        FAMILY,
        "👩🏽\u200d💻",  # a skin tone before the joiner
        "❤️\u200d🔥",  # a variation selector before the joiner
        "🙂\u200d↔️",
        "🏴\u200d☠️",
        "🏳️\u200d🌈",
        "🇮🇷🇮🇱🇪🇬",
        ENGLAND,
        "1️⃣ #️⃣ ☎︎ ‼️",
        HEBREW,
        ARABIC,
        "क्\u200dष, क्\u200cष",  # joiners ask for and against a conjunct
        "ന്\u200d and",  # after a virama, a joiner needs nothing after it
        "葛\U000e0100城市",  # an ideographic variant
        "ᠮᠤᠩᠭᠤᠯ\u180b",
    ],
)
def test_characters_of_writing_systems_are_kept(text: str) -> None:
    assert safe_text(text) == text
    assert safe_json(text) == text
    assert one_line(f"“{text}”") == f"“{text}”"


@pytest.mark.parametrize(
    ("given_text", "expected"),
    [
        ("\u200c", "\\u200c"),
        ("a \u200db", "a \\u200db"),
        ("a\u200d", "a\\u200d"),
        ("a\u200c\u200db", "a\\u200c\\u200db"),  # a run of them carries a hidden message
        ("a\u200d\u202eb", "a\\u200d\\u202eb"),
        ("\ufe0f", "\\ufe0f"),
        ("☎\ufe0f\ufe0e", "☎\ufe0f\\ufe0e"),
        ("a\U000e0101\U000e0102", "a\U000e0101\\U000e0102"),
        ("\U0001f3f4\U000e0067", "\U0001f3f4\\U000e0067"),  # no end tag: hidden text
        ("\u200eabc\u200f", "\\u200eabc\\u200f"),
        ("\u206a\ufff9\u180e", "\\u206a\\ufff9\\u180e"),
        *((f"a{chr(code)}b", f"a\\u{code:04x}b") for code in (*range(0x202A, 0x202F), *range(0x2066, 0x206A))),
    ],
)
def test_hiding_and_reordering_characters_are_made_visible(given_text: str, expected: str) -> None:
    assert safe_text(given_text) == expected


@given(
    st.text(st.sampled_from("a می\u200c\u200d👨👩\ufe0f🏽\x1b\u202e\U0001f3f4\U000e0067\U000e0062\U000e007f क्")),
    st.data(),
)
def test_pieces_have_the_same_result_as_the_whole(text: str, data: st.DataObject) -> None:
    cuts = sorted(data.draw(st.lists(st.integers(0, len(text)), max_size=4)))
    safe = SafePieces()
    pieces = [text[start:end] for start, end in zip([0, *cuts], [*cuts, len(text)], strict=True)]
    assert "".join(map(safe.feed, pieces)) + safe.close() == safe_text(text)


def test_a_joiner_between_two_pieces_is_kept() -> None:
    safe = SafePieces()
    assert [safe.feed("می\u200c"), safe.feed("خواهم"), safe.close()] == ["می", "\u200cخواهم", ""]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("abc", 3),
        (PERSIAN, 7),
        (HEBREW, 4),
        ("日本", 4),
        (FAMILY, 2),
        (FAMILY + FAMILY, 4),
        ("👩🏽\u200d💻", 2),
        ("🇮🇷🇮🇱", 4),
        (ENGLAND, 2),
        ("❤️", 2),
        ("1️⃣", 2),
        ("กำ้", 2),
        ("e\u0301", 1),
        ("한글", 4),
        ("", 0),
    ],
)
def test_width_is_that_of_a_terminal(text: str, expected: int) -> None:
    assert width(text) == expected


@given(
    st.text(st.one_of(st.characters(max_codepoint=0x2AF), st.characters(min_codepoint=0x2000, max_codepoint=0x25FF)))
)
@example("\0")
def test_text_that_needs_no_tables_is_as_wide_as_the_tables_have_it(text: str) -> None:
    assert width(text) == sum(columns for _, columns in clusters(text))
    beginning = shorten_to(text, 5)
    assert text.startswith(beginning)
    assert beginning == text or width(beginning) <= 5 < sum(columns for _, columns in clusters(text))


@pytest.mark.parametrize("character", ["a", "é", "Ł", "…", "—", "“", "↓", "─", "\xa1", "\u02af", "\u203b"])
def test_a_narrow_character_takes_one_column_next_to_any_other(character: str) -> None:
    assert width(character) == 1
    assert sum(columns for _, columns in clusters(character * 3)) == 3


@given(st.text())
def test_clusters_add_up_to_the_text(text: str) -> None:
    assert "".join(cluster for cluster, _ in clusters(text)) == text


@pytest.mark.parametrize(
    ("text", "room", "expected"),
    [
        ("short", 5, "short"),
        ("longer", 3, "ger"),
        ("日本語", 4, "本語"),
        ("日本語", 3, "語"),
        (f"a{FAMILY}", 2, FAMILY),
    ],
)
def test_the_end_of_a_text(text: str, room: int, expected: str) -> None:
    assert shorten_from(text, room) == expected


def test_one_line_has_no_line_feed_and_no_tab() -> None:
    assert one_line("a\nb\tc\x1b") == "a\\nb\\tc\\x1b"


@given(st.text())
def test_safe_text_holds_no_control_character_but_line_feed_and_tab(text: str) -> None:
    for character in safe_text(text):
        assert character in "\n\t" or unicodedata.category(character) not in ("Cc", "Cs")


@given(st.text())
def test_safe_text_can_be_encoded_and_is_idempotent(text: str) -> None:
    shown = safe_text(text)
    shown.encode("utf-8")
    assert safe_text(shown) == shown


@pytest.mark.parametrize(
    ("text", "room", "expected"),
    [
        ("short", 5, "short"),
        ("longer", 5, "long…"),
        ("日本語", 6, "日本語"),
        ("日本語", 5, "日本…"),
        ("日本語", 4, "日…"),
        ("xy", 0, "…"),
        (f"{FAMILY}{FAMILY}", 3, f"{FAMILY}…"),
        (PERSIAN, 3, "می\u200c…"),
    ],
)
def test_shorten_counts_terminal_columns(text: str, room: int, expected: str) -> None:
    assert shorten(text, room) == expected


@given(st.text(st.characters(blacklist_categories=("Cc", "Cs"))), st.integers(1, 40))
def test_shortened_text_fits(text: str, room: int) -> None:
    assert width(shorten(text, room)) <= room


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("##[error]x", "# #[error]x"),
        ("a ##vso[task.setvariable]x", "a # #vso[task.setvariable]x"),
        ("##VSO[x]", "# #VSO[x]"),
        ("###[x] ##[y]", "## #[x] # #[y]"),
        ("## a heading, #[x], ##, ##vs[", "## a heading, #[x], ##, ##vs["),
    ],
)
def test_what_a_log_would_obey(text: str, shown: str) -> None:
    assert without_commands(text) == shown
