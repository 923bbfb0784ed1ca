"""Distributions of times: their notation and what is drawn from them."""

from __future__ import annotations

from random import Random
from statistics import mean, median

import pytest

from streamkit.errors import UsageError
from streamkit.model.step import Finish, Head, Write
from streamkit.playback.tempo import Distribution, Tempo, retimed

MS = 1_000_000
DRAWN = {
    "20ms": (20, 20, 20),
    "0.02": (20, 20, 20),
    "uniform:10ms:30ms": (20, 10, 30),
    "normal:20ms:2ms": (20, 5, 35),
    "lognormal:20ms:20ms": (20, 20, 20),
    "exponential:20ms": (20, 0, 300),
    "exponential:0ms": (0, 0, 0),
    "normal:1ms:50ms": (20, 0, 300),
}


@pytest.mark.parametrize(("text", "about"), DRAWN.items())
def test_draw(text: str, about: tuple[float, float, float]) -> None:
    random = Random(0)
    drawn = [Distribution.of(text).draw(random) / MS for _ in range(2000)]
    assert (mean(drawn), min(drawn) >= about[1], max(drawn) <= about[2]) == (
        pytest.approx(about[0], abs=1.5),
        True,
        True,
    )


def test_lognormal_median() -> None:
    random = Random(0)
    drawn = sorted(Distribution.of("lognormal:20ms:40ms").draw(random) / MS for _ in range(4000))
    assert median(drawn) == pytest.approx(20, abs=1)
    assert drawn[round(0.8413 * 4000)] == pytest.approx(40, abs=3)


@pytest.mark.parametrize(
    "text", ["", "fast", "20xs", "normal:20ms", "uniform:1ms:2ms:3ms", "lognormal:0ms:1ms", "lognormal:2ms:1ms", "-1ms"]
)
def test_invalid_distributions(text: str) -> None:
    with pytest.raises(UsageError, match=r"invalid distribution"):
        Distribution.of(text)


STEPS = [Head(5 * MS, 200), Write(10 * MS, b"role"), Write(100 * MS, b"first"), Write(130 * MS, b"b"), Finish(150 * MS)]
RETIMED = {
    "nothing": (Tempo(), [5, 10, 100, 130, 150]),
    "later": (Tempo(Distribution.of("200ms")), [5, 10, 200, 230, 250]),
    "sooner than what stood before": (Tempo(Distribution.of("7ms")), [5, 7, 7, 37, 57]),
    "gaps": (Tempo(None, Distribution.of("1ms")), [5, 10, 100, 101, 101]),
    "both": (Tempo(Distribution.of("20ms"), Distribution.of("1ms")), [5, 10, 20, 21, 21]),
}


@pytest.mark.parametrize(("tempo", "at"), RETIMED.values(), ids=RETIMED)
def test_retimed(tempo: Tempo, at: list[int]) -> None:
    assert [step.at // MS for step in retimed(STEPS, 1, tempo, Random(0))] == at
