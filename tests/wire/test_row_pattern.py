"""Which rows a pattern finds: those that are valid and differ from its pieces in their holes alone."""

from __future__ import annotations

import orjson
import pytest

from streamkit.wire.row_pattern import COUNT, ESCAPED_TEXT, NUMBER, TEXT, RowPattern

PIECES = [b'"id":"a long identifier that is cut out as a whole","text":"', b'"}']


def fits(rows: list[bytes], pieces: list[bytes], holes: list[str]) -> list[bool]:
    """Return which rows fit a pattern whose rows begin with a brace."""
    found = RowPattern(rb"(\{)", pieces, holes, b"\n").find(b"".join(row + b"\n" for row in rows), len(rows))
    if found is None:
        return [False] * len(rows)
    return [True] * len(rows) if found.which is None else found.which


@pytest.mark.parametrize(
    "text", ["a", "two words", "世界", "é", "😀", "\x7f", r"\n", r"\"", r"\\", r"\/", r"\u00e9", r"\ud83d\ude00", "'"]
)
def test_texts_that_fit(text: str) -> None:
    row = b"{" + PIECES[0] + text.encode() + PIECES[1]
    assert fits([row], PIECES, [TEXT]) == [True]
    assert isinstance(orjson.loads(row), dict)


@pytest.mark.parametrize(
    "text",
    [b"", b'"', b"\\", b"\\x", rb"\u12", rb"\ud83d", rb"\ude00\ud83d", b"\t", b"\x01", b"\xff", b"\xed\xa0\x80", b"\xc0\xaf", b'","a":"'],
)  # fmt: skip
def test_texts_that_do_not_fit(text: bytes) -> None:
    assert fits([b"{" + PIECES[0] + text + PIECES[1]], PIECES, [TEXT]) == [False]


@pytest.mark.parametrize(
    ("text", "within"),
    [(rb"a\\nb", True), (rb"\\\"quoted\\\"", True), (rb"\\\\", True), (rb"\\u00e9", True), (rb"\n", False), (rb"\u00e9", False), (rb"\\x", False)],
)  # fmt: skip
def test_texts_in_a_string_of_another_text(text: bytes, within: bool) -> None:
    pieces = [rb"\"text\":\"", rb"\"}"]
    assert fits([b"{" + pieces[0] + text + pieces[1]], pieces, [ESCAPED_TEXT]) == [within]


@pytest.mark.parametrize(
    ("number", "is_number", "is_count"),
    [("1", True, True), ("17", True, True), ("0", True, False), ("-1", True, False), ("1.5", True, False), ("1e9", True, False)]
    + [(text, False, False) for text in ("01", "1.", ".5", "+1", "1e999", "9" * 30, "", " 1", "true", "-")],
)  # fmt: skip
def test_numbers(number: str, is_number: bool, is_count: bool) -> None:
    row = b'{"n":%b}' % number.encode()
    assert fits([row], [b'"n":', b"}"], [NUMBER]) == [is_number]
    assert fits([row], [b'"n":', b"}"], [COUNT]) == [is_count]


def test_rows_around_one_that_differs() -> None:
    row = b"{" + PIECES[0] + b"x" + PIECES[1]
    other = row.replace(b"long", b"short")
    same_length = row.replace(b"long", b"LONG")
    assert fits([row, b"{}", row, other, row, same_length, row], PIECES, [TEXT]) == [
        True,
        False,
        True,
        False,
        True,
        False,
        True,
    ]


def test_a_row_that_ends_within_a_piece() -> None:
    """An expression that steps over bytes would go on in the next row."""
    row = b"{" + PIECES[0] + b"x" + PIECES[1]
    assert fits([row, row[:20], row, row], PIECES, [TEXT]) == [True, False, True, True]


def test_rows_with_a_line_feed_are_not_looked_at() -> None:
    pattern = RowPattern(rb"(\{)", [b'"a":1}'], [], b"\n")
    assert pattern.find(b'{"a":1}\n{"a":1}\n', 2) is not None
    assert pattern.find(b'{"a":1}\n{"a":1}\n', 1) is None


@pytest.mark.parametrize("wrong", [b"{}", b"{" + PIECES[0].replace(b"long", b"LONG") + b"x" + PIECES[1]])
@pytest.mark.parametrize("place", [0, 1, 3])
def test_the_rows_before_the_first_that_differs(wrong: bytes, place: int) -> None:
    row = b"{" + PIECES[0] + b"x" + PIECES[1]
    rows = [row] * 4 + [b"{}"] + [row] * 20
    rows[place] = wrong
    found, others = RowPattern(rb"(\{)", PIECES, [TEXT], b"\n").find_leading(b"".join(each + b"\n" for each in rows))
    assert (0 if found is None else len(found.begins), others) == (place, 25 - place)
