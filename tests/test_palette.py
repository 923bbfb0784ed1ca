"""The palette: roles instead of colors, and no escape sequences but its own."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streamkit.palette import PLAIN, ROLES, VERDICTS, Palette, safe_painted, unpainted

ON = Palette(on=True)


@pytest.mark.parametrize("role", sorted(ROLES))
def test_each_role_has_a_color_that_is_reset(role: str) -> None:
    painted = ON(role, "text")
    assert painted.startswith("\x1b[") and painted.endswith("text\x1b[0m")
    assert unpainted(painted) == "text"
    assert PLAIN(role, "text") == "text"


def test_without_a_role_or_text_there_is_no_color() -> None:
    assert (ON("", "text"), ON("error", "")) == ("text", "")


def test_an_unknown_role_is_an_error() -> None:
    with pytest.raises(KeyError):
        ON("purple", "text")


def test_every_verdict_has_a_role() -> None:
    from typing import get_args

    from streamkit.model.stream import Verdict

    assert set(VERDICTS) == set(get_args(Verdict))
    assert set(VERDICTS.values()) <= ROLES


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (ON("error", "bad"), "\x1b[31mbad\x1b[0m"),
        ("\x1b[2J", "\\x1b[2J"),
        ("\x1b]52;c;aGk=\x07", "\\x1b]52;c;aGk=\\x07"),
        ("\x1b[1;31mtwo", "\\x1b[1;31mtwo"),
        ("\u202e", "\\u202e"),
    ],
)
def test_only_our_own_colors_are_kept(text: str, expected: str) -> None:
    assert safe_painted(text) == expected


@given(st.text(), st.sampled_from(sorted(ROLES)))
def test_safe_painted_is_safe_text_with_color(text: str, role: str) -> None:
    shown = unpainted(safe_painted(ON(role, text)))
    assert "\x1b" not in shown
