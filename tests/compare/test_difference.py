"""Whether two runs differ by more than chance, and how often equal runs are wrongly called different."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence

import pytest

from streamkit.compare.difference import (
    ALPHA,
    Difference,
    Success,
    compare,
    compare_success,
    overall,
    questions,
    tail_size,
)
from streamkit.metrics import share_interval

CHANCE = random.Random(7)


def around(middle: float, count: int = 50, width: float = 5) -> list[float]:
    return [CHANCE.gauss(middle, width) for _ in range(count)]


@pytest.mark.parametrize(
    ("before", "after", "more_is_better", "verdict"),
    [
        (around(100, 200), around(100, 200), False, "same"),
        (around(100), around(150), False, "slower"),
        (around(150), around(100), False, "faster"),
        (around(100), around(150), True, "faster"),
        (around(150), around(100), True, "slower"),
        (around(100, width=0.1), around(103, width=0.1), False, "same"),  # sure, and under 5 %
        (around(100, 5, 60), around(120, 5, 60), False, "inconclusive"),  # wide: it may be chance
        ([*range(70, 130, 2)], [*range(72, 132, 2)], False, "inconclusive"),  # a change of 5 % cannot be ruled out
        ([100.0, 101.0], around(200), False, "inconclusive"),
        ([100.0] * 3, [900.0] * 3, False, "inconclusive"),  # a chance of 1 in 10
        ([100.0] * 30, [100.0] * 30, False, "same"),
        ([0.0] * 30, [0.0] * 30, False, "same"),
    ],
)
def test_verdict(before: list[float], after: list[float], more_is_better: bool, verdict: str) -> None:
    difference = compare(before, after, more_is_better=more_is_better)
    assert difference is not None
    assert difference.verdict == verdict


def test_nothing_to_compare() -> None:
    assert compare([], [1.0], more_is_better=False) is None


@pytest.mark.parametrize(
    ("before", "after", "size"),
    [(5, 5, None), (19, 20, None), (20, 20, 10), (30, 30, 10), (100, 100, 10), (200, 200, 20), (9, 400, None)],
)
def test_a_tail_has_at_least_ten_values_and_is_at_most_a_quarter(before: int, after: int, size: int | None) -> None:
    assert tail_size(before, after) == size


def test_the_tail_is_that_of_the_slow_streams() -> None:
    before, after = around(100, 30), around(100, 30)
    difference = compare(before, after, more_is_better=True)
    assert difference is not None
    assert difference.tail is not None
    assert difference.tail.rank == pytest.approx(100 * 10 / 60)
    assert difference.tail.before < difference.before.p50


def late(count: int, by: float = 2000) -> Callable[[random.Random], list[float]]:
    def made(chance: random.Random) -> list[float]:
        values = [chance.gauss(600, 60) for _ in range(30)]
        return [value + (by if place < count else 0) for place, value in enumerate(values)]

    return made


@pytest.mark.parametrize(("count", "verdicts"), [(4, {"inconclusive"}), (10, {"slower"}), (15, {"slower"})])
def test_some_of_thirty_streams_are_two_seconds_slower(count: int, verdicts: set[str]) -> None:
    chance = random.Random(count)
    found = set()
    for _ in range(40):
        difference = compare(late(0)(chance), late(count)(chance), more_is_better=False, alpha=ALPHA / 11)
        assert difference is not None
        found.add(difference.verdict)
    assert found == verdicts


def lognormal(chance: random.Random) -> list[float]:
    """The times of one stream as a server produces them: first token, time per token, total, tokens per second."""
    first, each = chance.lognormvariate(6, 0.4), chance.lognormvariate(3, 0.3)
    return [first, each, first + 100 * each, 1000 / each]


def heavy(chance: random.Random) -> list[float]:
    """One stream in ten is delayed by seconds."""
    first, each, total, rate = lognormal(chance)
    more = chance.expovariate(1 / 3000) if chance.random() < 0.1 else 0
    return [first + more, each, total + more, rate]


def coarse(chance: random.Random) -> list[float]:
    """A clock with whole ticks gives many equal values."""
    return [float(round(value / 100)) for value in lognormal(chance)]


def verdict_of(before: Sequence[Sequence[float]], after: Sequence[Sequence[float]]) -> str:
    """Return the overall verdict on these two runs, with one row per stream and one column per metric."""
    intervals = 1 + 4 * questions(len(before), len(after))
    found = [
        compare(
            [row[at] for row in before], [row[at] for row in after], more_is_better=at == 3, alpha=ALPHA / intervals
        )
        for at in range(4)
    ]
    sides = (len(before), len(before)), (len(after), len(after))
    success = compare_success(*sides, (share_interval(*sides[0]), share_interval(*sides[1])), ALPHA / intervals)
    return overall(found, found[0], success, (0, 0))


@pytest.mark.parametrize("stream", [lognormal, heavy, coarse])
@pytest.mark.parametrize(("before", "after"), [(3, 3), (5, 5), (8, 30), (30, 30), (60, 40)])
def test_equal_runs_differ_in_at_most_five_of_a_hundred_cases(
    stream: Callable[[random.Random], list[float]], before: int, after: int
) -> None:
    chance = random.Random(f"{stream.__name__} {before} {after}")
    rounds = 150
    alarms = 0
    for _ in range(rounds):
        one, other = ([stream(chance) for _ in range(count)] for count in (before, after))
        alarms += verdict_of(one, other) in ("slower", "faster")
    # Two standard deviations of the estimate above 5 %.
    assert alarms / rounds <= 0.05 + 2 * (0.05 * 0.95 / rounds) ** 0.5


@pytest.mark.parametrize(
    ("factors", "count", "verdict"),
    [
        ((1.5, 1, 1, 1), 30, "slower"),
        ((1, 1.52, 1.38, 1 / 1.52), 30, "slower"),
        ((0.85, 1.52, 1.38, 1 / 1.52), 30, "slower"),  # the first token earlier, all others later
        ((0.5, 1, 1, 1), 30, "faster"),
        ((2, 2, 2, 0.5), 5, "slower"),
        ((3, 3, 3, 1 / 3), 3, "inconclusive"),  # three streams prove nothing
    ],
)
def test_a_change_is_detected(factors: tuple[float, ...], count: int, verdict: str) -> None:
    chance = random.Random(repr(factors))

    def stream(by: Sequence[float]) -> list[float]:
        return [chance.gauss(1, 0.1) * size * factor for size, factor in zip((600, 20, 2600, 50), by, strict=True)]

    seen = [
        verdict_of([stream((1, 1, 1, 1)) for _ in range(count)], [stream(factors) for _ in range(count)])
        for _ in range(20)
    ]
    assert seen.count(verdict) >= 19


def success(before: tuple[int, int], after: tuple[int, int]) -> Success:
    return compare_success(before, after, (share_interval(*before), share_interval(*after)), ALPHA / 11)


@pytest.mark.parametrize(
    ("before", "after", "verdict"),
    [
        ((30, 30), (30, 30), "same"),
        ((30, 30), (0, 30), "failing"),
        ((3, 3), (0, 3), "failing"),
        ((1, 1), (0, 1), "failing"),
        ((30, 30), (29, 30), "failing"),  # a failure where there was none
        ((1000, 1000), (999, 1000), "failing"),  # of however many
        ((27, 30), (26, 30), "inconclusive"),  # some failed before, and one more may be chance
        ((27, 30), (10, 30), "failing"),
        ((1, 30), (0, 30), "failing"),  # nothing works any more
        ((27, 30), (30, 30), "same"),
        ((0, 0), (30, 30), "inconclusive"),
        ((9, 10), (90, 100), "same"),
    ],
)
def test_failures(before: tuple[int, int], after: tuple[int, int], verdict: str) -> None:
    assert success(before, after).verdict == verdict


def test_the_interval_of_a_difference_of_shares_is_newcombes() -> None:
    # Newcombe (1998), Statistics in Medicine 17, 873-890, table II, example (a), method 10: 56/70 against 48/80.
    difference = success((48, 80), (56, 70))
    assert (difference.change, difference.low, difference.high) == (
        pytest.approx(0.2),
        pytest.approx(0.0524, abs=1e-4),
        pytest.approx(0.3339, abs=1e-4),
    )


def found(verdict: str) -> Difference:
    pairs = {"slower": (100.0, 200.0), "faster": (200.0, 100.0), "same": (100.0, 100.0)}
    few = [100.0, 300.0, 200.0], [150.0, 250.0, 350.0]
    before, after = ([pairs[verdict][0]] * 9, [pairs[verdict][1]] * 9) if verdict in pairs else few
    difference = compare(before, after, more_is_better=False)
    assert difference is not None
    assert difference.verdict == verdict
    return difference


FINE, FAILING, OPEN = success((9, 9), (9, 9)), success((9, 9), (2, 9)), success((5, 9), (4, 9))


@pytest.mark.parametrize(
    ("verdicts", "requests", "bursts", "expected"),
    [
        (["slower", "same"], FINE, (0, 5), "buffered"),
        (["slower", "same"], FINE, (3, 5), "slower"),  # it was like this before
        (["slower", "same"], FINE, (0, 0), "slower"),
        (["same", "slower"], FINE, (0, 0), "slower"),
        (["faster", "slower"], FINE, (0, 0), "slower"),
        (["same", "same"], FINE, (0, 5), "same"),
        (["faster", "same"], FINE, (0, 0), "faster"),
        (["faster", "inconclusive"], FINE, (0, 0), "faster"),
        (["same", "inconclusive"], FINE, (0, 0), "inconclusive"),
        (["same", "same"], OPEN, (0, 0), "inconclusive"),
        (["faster", "faster"], FAILING, (0, 0), "failing"),
        (["slower", "same"], FAILING, (0, 5), "failing"),
        ([], FINE, (0, 0), "inconclusive"),
    ],
)
def test_the_worst_verdict_decides(
    verdicts: list[str], requests: Success, bursts: tuple[int, int], expected: str
) -> None:
    differences = [found(verdict) for verdict in verdicts]
    assert overall(differences, differences[0] if differences else None, requests, bursts) == expected


def steady(middle: float, count: int = 30, width: float = 10) -> list[float]:
    """Return values spread evenly around a middle."""
    return [middle + width * (2 * place / (count - 1) - 1) for place in range(count)]


@pytest.mark.parametrize("more_is_better", [False, True])
@pytest.mark.parametrize("by", [40.0, -40.0])
def test_a_shift_lies_within_its_bounds_and_has_the_sign_of_the_metric(by: float, more_is_better: bool) -> None:
    difference = compare(steady(200), steady(200 + by), more_is_better=more_is_better)
    assert difference is not None
    assert len(difference.shifts) == 2
    for one in difference.shifts:
        assert one.low is not None
        assert one.high is not None
        assert one.low <= one.change <= one.high
        assert one.change == pytest.approx(by)
        assert (one.low > 0) == (one.high > 0) == (by > 0)
        assert one.after - one.before == pytest.approx(by)
        assert one.verdict == ("faster" if (by > 0) == more_is_better else "slower")
    assert difference.middle.rank == 50
    assert difference.tail is not None
    assert (difference.tail.rank > 50) != more_is_better


@pytest.mark.parametrize(
    ("by", "alpha", "verdict", "leaning"),
    [
        (30.0, 0.05, "slower", False),
        (30.0, 1e-30, "inconclusive", True),  # no sample could tell at this level; intervals alone, it would be slower
        (-30.0, 1e-30, "inconclusive", False),  # earlier is not worse
        (1.0, 1e-30, "inconclusive", False),  # less than matters
    ],
)
def test_a_shift_that_would_be_worse_as_the_only_metric_is_leaning(
    by: float, alpha: float, verdict: str, leaning: bool
) -> None:
    difference = compare(steady(100), steady(100 + by), more_is_better=False, alpha=alpha)
    assert difference is not None
    assert difference.tail is not None
    if by != 1.0:
        assert [(one.verdict, one.leaning) for one in difference.shifts] == [(verdict, leaning)] * 2
    assert not difference.middle.leaning or leaning
