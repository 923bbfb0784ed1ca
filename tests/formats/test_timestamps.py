"""Timestamps in front of a log's lines, and how they are used."""

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
        ("1762720298576123456 ", "wall", "2025-11-09T20:31:38.576123Z"),
        ("1762720298576123: ", "wall", "2025-11-09T20:31:38.576123Z"),
        ("I1109 20:31:38.576123    1234 main.go:12] ", "wall", "2000-11-09T20:31:38.576123Z"),
        ("11/9/2025, 8:31:38.576 PM ", "wall", "2025-11-09T20:31:38.576000Z"),
        ("[11/09/2025 12:31:38 AM] ", "wall", "2025-11-09T00:31:38.000000Z"),
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
        ("[ 8123.500000] ", Stamp(8_123_500 * MS, "since")),
        ("t=1.25 ", Stamp(1250 * MS, "since")),
        ("t=+1250ms ", Stamp(1250 * MS, "since")),
        ("8:31:38.5 PM ", Stamp((20 * 3600 + 31 * 60 + 38) * S + 500 * MS, "day")),
        ("12:00:01 AM ", Stamp(S, "day")),
    ],
)
def test_times_of_day_and_elapsed_times(prefix, expected):
    assert stamp(prefix) == expected


@pytest.mark.parametrize(
    "prefix",
    [
        "",
        "INFO:logger: ",
        "chunk 12: ",
        "port 8080 ",
        "2025-13-40T99:99:99Z ",
        "12345678901234 ",
        "v1.2.3 ",
        "t=7 ",
        "[12.5] ",
        "13:00:00 PM ",
    ],
)
def test_what_is_not_a_timestamp(prefix):
    assert stamp(prefix) is None


@pytest.mark.parametrize(
    ("prefix", "step"),
    [
        ("2025-11-09T20:31:38Z ", S),
        ("2025-11-09T20:31:38.5Z ", 100 * MS),
        ("2025-11-09T20:31:38.576Z ", MS),
        ("1762720298.576123 ", 1000),
        ("1762720298576 ", MS),
        ("1762720298576123456 ", 1),
        ("Nov  9 20:31:38 host app[1]: ", S),
        ("20:31:38,576 ", MS),
        ("[+1057ms] ", MS),
        ("+1.057s ", MS),
        ("[800us] ", 1000),
        ("[ 8123.500000] ", 1000),
    ],
)
def test_the_resolution_of_a_timestamp(prefix, step):
    found = stamp(prefix)
    assert found is not None
    assert found.step == step


def days(*seconds):
    return [Stamp(second * S, "day") for second in seconds]


def test_the_first_time_is_zero_and_missing_times_stay_missing():
    assert offsets([*days(10), None, *days(12, 12)]) == [0, None, 2 * S, 2 * S]


def test_elapsed_times_count_from_the_start():
    assert offsets([Stamp(5 * S, "since"), Stamp(6 * S, "since")]) == [5 * S, 6 * S]


def test_times_of_day_may_pass_midnight():
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
def test_meaningless_times_are_not_used(stamps):
    assert offsets(stamps) is None
