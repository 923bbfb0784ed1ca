"""The syntax of gates, what they decide, and the messages for invalid expressions."""

from __future__ import annotations

import pytest

from streamkit.errors import UsageError
from streamkit.metrics import METRICS, Collection, Gate, measure, meets_limits, parse_expression
from streamkit.model.measurement import Measurement
from tests.metrics.making import MS, ROLE, plain, stream

GIVEN = """
ttft.p95 > 800ms                                | time_to_first_token p95 > 800e6
ttft>0.8s                                       | time_to_first_token - > 800e6
time_to_first_token_ns.mean <= 1.5 s            | time_to_first_token mean <= 1500e6
gap.p99.9 >= 100us                              | inter_chunk_gap p99.9 >= 100e3
tokens_per_second.p50 < 30                      | output_tokens_per_second p50 < 30
tokens_per_second.p50 < 30 tok/s                | output_tokens_per_second p50 < 30
gen_ai.client.operation.duration.max > 1min     | operation_duration max > 60e9
bytes > 2MB                                     | bytes - > 2e6
coalesced > 50%                                 | coalesced_gaps - > 0.5
stalls.n < 3                                    | stalls n < 3
goodput_share < 99%                             | goodput_share - < 0.99
ttft < 0                                        | time_to_first_token - < 0
"""

WRONG = {
    "ttft": "invalid expression",
    "ttft = 3ms": "invalid expression",
    "ttft.p95 > 800": "'800' has no unit for time_to_first_token; expected one of: ns, us",
    "ttft.p95 > 800kb": "unknown unit 'kb' for time_to_first_token",
    "ttft.p95 > fast": "invalid value 'fast': expected 20ms, 1.5s, 2m",
    "tftt.p95 > 1s": "unknown metric 'tftt'",
    "time_to_first_tokn > 1s": "did you mean 'time_to_first_token'",
    "ttft.p101 > 1s": "unknown statistic 'p101'; expected n, min, mean, max, or p0 to p100",
    "ttft.median > 1s": "unknown statistic 'median'",
    "ttft > 1e400s": "'1e400s' is out of range",
    "ttft.p95 > -5ms": "'-5ms' is negative, and time_to_first_token never is",
    "ttft > nan": "invalid value 'nan': expected 20ms, 1.5s, 2m",
    "": "invalid expression",
    "gap > 1ms": "choose a statistic, as in gap.p95 > 1ms",
    "goodput.p50 > 1": "is a single number per run",
}


@pytest.mark.parametrize("line", GIVEN.strip().split("\n"))
def test_grammar(line: str) -> None:
    text, _, expected = line.partition("|")
    name, stat, sign, number = expected.split()
    expression = parse_expression(text)
    assert (expression.metric.name, expression.stat or "-", expression.sign) == (name, stat, sign)
    assert expression.number == pytest.approx(float(number))


@pytest.mark.parametrize("text", WRONG)
def test_invalid_expressions(text: str) -> None:
    with pytest.raises(UsageError) as error:
        parse_expression(text)
    assert WRONG[text] in str(error.value)
    assert text in str(error.value)


def measured(*streams: Measurement) -> Collection:
    whole = Collection(list(METRICS.values()))
    for one in streams:
        whole.add(one)
    return whole


def one(first: float, **fields: object) -> Measurement:
    return measure(stream(plain(10, first=first), **fields), list(METRICS.values()))


@pytest.mark.parametrize(
    ("text", "fails", "broke"),
    [
        ("ttft > 250ms", True, 1),
        ("ttft > 300ms", False, 0),
        ("ttft >= 300ms", True, 1),
        ("ttft.p50 > 150ms", True, 2),
        ("ttft.p50 > 200ms", False, 1),
        ("ttft.max < 1s", True, 3),
        ("gap.p99 > 20ms", False, 0),
    ],
)
def test_what_a_gate_decides(text: str, fails: bool, broke: int) -> None:
    streams = [one(100), one(200), one(300)]
    gate = Gate(parse_expression(text))
    for measurement in streams:
        gate.see(measurement)
    assert (gate.failure(measured(*streams), allow_missing=False) is not None) == fails
    assert gate.broke == broke


def test_a_gate_names_the_worst_streams() -> None:
    streams = [one(100), one(400), one(300)]
    gate = Gate(parse_expression("ttft > 150ms"))
    for measurement in streams:
        gate.see(measurement)
    failure = gate.failure(measured(*streams), allow_missing=False)
    assert failure is not None
    assert [value for value, _ in failure.worst] == [400 * MS, 300 * MS]


def test_a_missing_metric_fails_unless_allowed() -> None:
    streams = [one(100), measure(stream([(5, ROLE)]), list(METRICS.values()))]
    gate = Gate(parse_expression("ttft.p95 > 10s"))
    for measurement in streams:
        gate.see(measurement)
    failure = gate.failure(measured(*streams), allow_missing=False)
    assert failure is not None
    assert (failure.absent, failure.why) == (1, "no-token")
    assert gate.failure(measured(*streams), allow_missing=True) is None


def test_a_truncated_stream_or_one_without_the_metric_is_not_good() -> None:
    limits = [parse_expression("ttft <= 150ms"), parse_expression("gap.p95 <= 20ms")]
    assert meets_limits([], one(100)) is None
    assert meets_limits(limits, one(100)) is True
    assert meets_limits(limits, one(200)) is False
    assert meets_limits(limits, measure(stream(plain(10)[:5]), list(METRICS.values()))) is False
    assert meets_limits([parse_expression("audio_tokens >= 0")], one(100)) is False
