"""Pictures for a page: where the parts stand, as read back from the SVG, and what their labels say."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from typing import Any

import pytest

from streamkit.reporters._html_charts import distribution_chart, strip, ticks, waterfall

MS = 1_000_000
WIDTH = 900


def pictures(html: str) -> list[ET.Element]:
    """Return the pictures of a piece of a page."""
    return [ET.fromstring(svg) for svg in re.findall(r"<svg.*?</svg>", html)]


def boxes(svg: ET.Element) -> list[tuple[str, float, float, float, float, str]]:
    """Return class, x, y, width, height and title of every rectangle."""
    return [
        (one.get("class", ""), *(float(one.get(name, "nan")) for name in ("x", "y", "width", "height")), one.findtext("title", ""))
        for one in svg.iter("rect")
    ]  # fmt: skip


def words(svg: ET.Element) -> list[str]:
    return [one.text or "" for one in svg.iter("text")]


def test_a_strip_has_a_line_a_chunk_at_its_time() -> None:
    marks = [(0, "role", ""), (250 * MS, "text", "Hello <b>"), (1000 * MS, "finish", "stop")]
    picture, key = pictures(strip(marks, 1000 * MS, [{"at_ns": 1000 * MS, "gap_ns": 750 * MS}]))
    room = WIDTH - 8
    assert boxes(picture) == [
        ("role", 4, 4, 1.5, 34, "0 ns role "),
        ("textk", 4 + room / 4, 4, 1.5, 34, "250 ms text Hello <b>"),
        ("finish", 4 + room, 4, 1.5, 34, "1.00 s finish stop"),
        ("stall", 4 + room / 4, 42, room * 3 / 4, 4, "stall: 250 ms to 1.00 s"),
    ]
    assert words(picture) == ["0 ns", "250 ms", "500 ms", "750 ms", "1.00 s"]
    assert [float(one.get("x", "")) for one in picture.iter("text")] == [4 + room * part / 4 for part in range(5)]
    assert [one.get("text-anchor") for one in picture.iter("text")] == ["start", "middle", "middle", "middle", "end"]
    assert words(key) == ["role", "text", "finish", "stall"]
    assert [box[0] for box in boxes(key)] == ["role", "textk", "finish", "stall"]


def test_the_key_names_what_occurs() -> None:
    *_, key = pictures(strip([(1, "usage", ""), (1, "error", ""), (1, "tool", "x" * 90)], 1, []))
    assert words(key) == ["tool", "usage", "error"]
    assert [box[1] for box in boxes(key)] == [4, 4 + 30 + 7 * 4, 4 + 60 + 7 * 9]  # each as wide as its word


def row(name: str, first: int | None, last: int | None, total: int | None, *stalls: dict[str, int]) -> dict[str, Any]:
    times = {"time_to_first_token_ns": first, "time_to_last_token_ns": last, "operation_duration_ns": total}
    return {"file": name, "exchange": 1, "choice": 0, "metrics": times, "stalls": stalls}


def test_a_waterfall_has_a_bar_a_stream_in_three_parts() -> None:
    given = [
        row("a.jsonl", 100 * MS, 300 * MS, 400 * MS, {"at_ns": 300 * MS, "gap_ns": 100 * MS}),
        row("b.jsonl", None, None, 200 * MS),
        row("c.jsonl", 50 * MS, 100 * MS, None),
        row("d.jsonl", None, None, None),  # no times: no bar
    ]
    html = waterfall(given)
    picture, key = pictures(html)
    left, room = 190, WIDTH - 190 - 60
    part = room / 4
    assert boxes(picture) == [
        ("wait", left, 2, part, 8, "wait: 0 ns to 100 ms"),
        ("gen", left + part, 2, 2 * part, 8, "gen: 100 ms to 300 ms"),
        ("tail", left + 3 * part, 2, part, 8, "tail: 300 ms to 400 ms"),
        ("stall", left + 2 * part, 11, part, 3, "stall: 200 ms to 300 ms"),
        ("wait", left, 17, 2 * part, 8, "wait: 0 ns to 200 ms"),
        ("wait", left, 32, pytest.approx(part / 2, abs=0.1), 8, "wait: 0 ns to 50.0 ms"),
        ("gen", pytest.approx(left + part / 2, abs=0.1), 32, pytest.approx(part / 2, abs=0.1), 8, "gen: 50.0 ms to 100 ms"),
    ]  # fmt: skip
    assert words(picture) == ["a.jsonl", "400 ms", "b.jsonl", "200 ms", "c.jsonl", "100 ms"]
    assert [float(one.get("x", "")) for one in picture.iter("text")][1::2] == [
        left + room + 4,
        left + room / 2 + 4,
        left + part + 4 + 0.0,
    ]
    assert [box[0] for box in boxes(key)] == ["wait", "gen", "tail", "stall"]
    assert "the first 200" not in html
    assert waterfall([given[-1]]) == '<p class="dim">no stream here has times since its request</p>'


@pytest.mark.parametrize(("count", "bars"), [(199, 199), (200, 200), (201, 200)])
def test_a_waterfall_has_at_most_two_hundred_bars(count: int, bars: int) -> None:
    html = waterfall([row(f"{number}.jsonl", None, None, MS) for number in range(count)])
    assert len(boxes(pictures(html)[0])) == bars
    assert ("the first 200 streams" in html) == (count > 200)


def data(buckets: dict[int, int], zero: int = 0) -> dict[str, Any]:
    # Each bucket ends at ten times its beginning.
    return {"alpha": 9 / 11, "zero": zero, "count": sum(buckets.values()) + zero, "buckets": {str(key): count for key, count in buckets.items()}}  # fmt: skip


def test_a_distribution_has_a_bar_a_bucket_and_its_curve() -> None:
    # (10^6, 10^7] ns, nothing, and (10^8, 10^9] ns: a third of 900 less both sides for each.
    [picture] = pictures(distribution_chart(data({7: 4, 9: 1}, zero=5), "ns"))
    room, deep = (WIDTH - 88) / 3, 150
    assert boxes(picture) == [
        ("bar", 44, 8, pytest.approx(room - 1, abs=0.1), deep, "1.00 ms to 10.0 ms: 4"),
        ("bar", pytest.approx(44 + 2 * room, abs=0.1), 8 + deep * 3 / 4, pytest.approx(room - 1, abs=0.1), pytest.approx(deep / 4), "100 ms to 1.00 s: 1"),
    ]  # fmt: skip
    curve = next(picture.iter("polyline")).get("points", "").split()
    # Half of all are 0, nine tenths at most 10 ms, the last in the last.
    assert [float(point.partition(",")[2]) for point in curve] == pytest.approx(
        [8 + deep * (1 - part) for part in (0.5, 0.9, 0.9, 1)]
    )
    assert [float(point.partition(",")[0]) for point in curve] == [
        pytest.approx(44 + room * part, abs=0.1) for part in range(4)
    ]
    assert words(picture)[-6:] == ["4", "100 %", "75 %", "50 %", "25 %", "0 %"]


def test_a_distribution_of_many_buckets_has_at_most_sixty_bars() -> None:
    [picture] = pictures(distribution_chart(data(dict.fromkeys(range(1, 122), 1)), "1"))
    assert len(boxes(picture)) == 41  # three buckets each
    assert words(picture)[-6] == "3"


def test_only_zeros_have_no_chart() -> None:
    assert distribution_chart(data({}, zero=3), "ns") == '<p class="dim">all values are 0</p>'


@pytest.mark.parametrize(
    ("buckets", "labels"),
    [
        ({7: 1}, ["1.50 ms", "2.00 ms", "3.00 ms", "5.00 ms", "7.00 ms"]),
        ({7: 1, 9: 1}, ["2.00 ms", "5.00 ms", "10.0 ms", "20.0 ms", "50.0 ms", "100 ms", "200 ms", "500 ms"]),
        ({7: 1, 13: 1}, ["10.0 ms", "100 ms", "1.00 s", "10.0 s", "100 s"]),
    ],
)
def test_the_axis_is_labelled_with_round_values(buckets: dict[int, int], labels: list[str]) -> None:
    [picture] = pictures(distribution_chart(data(buckets), "ns"))
    shown = words(picture)[:-6]
    assert set(labels) <= set(shown)
    assert len(shown) <= len(labels) + 2, "the ends may fall outside by rounding"
    assert len(list(picture.iter("line"))) == len(shown)


@pytest.mark.parametrize(
    ("low", "high", "expected"),
    [
        (0, 10, [0, 2, 4, 6, 8, 10]),
        (0, 7, [0, 1, 2, 3, 4, 5, 6, 7]),
        (95, 102, [95, 96, 97, 98, 99, 100, 101, 102]),
        (0, 0.5, [0, 0.1, 0.2, 0.3, 0.4, 0.5]),
        (3, 3, [3]),
    ],
)
def test_ticks_are_round_and_at_least_five(low: float, high: float, expected: list[float]) -> None:
    assert ticks(low, high) == pytest.approx(expected)
