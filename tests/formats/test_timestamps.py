"""Times in front of a log's lines, and what becomes of them."""

import pytest

from streamkit.formats import Stamp, offsets, rfc3339, stamp

MS = 1_000_000
S = 1000 * MS


@pytest.mark.parametrize(
    ("prefix", "kind", "at"),
    [
        ("2025-11-09T20:31:38.576123456Z ", "wall", "2025-11-09T20:31:38.576123Z"),
        ("2025-11-09T21:31:38.576+01:00 stdout F ", "wall", "2025-11-09T20:31:38.576000Z"),
        ("web-1  | 2025-11-09 20:31:38,576 INFO ", "wall", "2025-11-09T20:31:38.576000Z"),
        ("2025/11/09 20:31:38 ", "wall", "2025-11-09T20:31:38.000000Z"),
        ("1762720298.576123 ", "wall", "2025-11-09T20:31:38.576123Z"),
        ("[1762720298576] ", "wall", "2025-11-09T20:31:38.576000Z"),
        ("Nov  9 20:31:38 host app[1]: ", "wall", "2000-11-09T20:31:38.000000Z"),
    ],
)
def test_dates(prefix, kind, at):
    found = stamp(prefix)
    assert found is not None
    assert (found.kind, rfc3339(found.ns)) == (kind, at)


@pytest.mark.parametrize(
    ("prefix", "expected"),
    [
        ("20:31:38.576123 <= ", Stamp((20 * 3600 + 31 * 60 + 38) * S + 576123 * 1000, "day")),
        ("00:00:01 ", Stamp(S, "day")),
        ("[+1057ms] ", Stamp(1057 * MS, "since")),
        ("+1.057s ", Stamp(1057 * MS, "since")),
        ("(12.5 ms) ", Stamp(12 * MS + 500_000, "since")),
        ("[800us] ", Stamp(800_000, "since")),
    ],
)
def test_times_of_day_and_since_a_start(prefix, expected):
    assert stamp(prefix) == expected


@pytest.mark.parametrize(
    "prefix", ["", "INFO:logger: ", "chunk 12: ", "port 8080 ", "2025-13-40T99:99:99Z ", "12345678901234 ", "v1.2.3 "]
)
def test_what_is_no_time(prefix):
    assert stamp(prefix) is None


def days(*seconds):
    return [Stamp(second * S, "day") for second in seconds]


def test_the_first_time_is_zero_and_a_missing_one_is_missing():
    assert offsets([*days(10), None, *days(12, 12)]) == [0, None, 2 * S, 2 * S]


def test_times_since_a_start_count_from_it():
    assert offsets([Stamp(5 * S, "since"), Stamp(6 * S, "since")]) == [5 * S, 6 * S]


def test_midnight_is_passed():
    assert offsets(days(86_399, 1, 2)) == [0, 2 * S, 3 * S]


@pytest.mark.parametrize(
    "stamps",
    [
        [],
        [None, None],
        days(7),
        days(7, 7, 7),
        days(10, 9, 11),
        [*days(10), Stamp(11 * S, "wall")],
    ],
    ids=["none", "missing", "one", "all the same", "backwards", "of two kinds"],
)
def test_times_that_tell_nothing_are_not_used(stamps):
    assert offsets(stamps) is None
