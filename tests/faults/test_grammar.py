"""The syntax of faults, and the messages for errors in it."""

from __future__ import annotations

from random import Random

import pytest

from streamkit.errors import StreamkitError
from streamkit.faults import FAULTS, inject, parse_faults
from tests.faults.notation import parse, shown

READ = {
    "bom": [("bom", {}, None, 1.0)],
    "drop:event=3": [("drop", {"event": 3}, None, 1.0)],
    " drop : event = 3 ": [("drop", {"event": 3}, None, 1.0)],
    "join:frames=2,times=3,rate=0.5": [("join", {"frames": 2}, 3, 0.5)],
    'comment:text="a, b; c \\"d\\""': [("comment", {"text": 'a, b; c "d"'}, None, 1.0)],
    "stall:for=250ms;bom": [("stall", {"for": 250_000_000}, None, 1.0), ("bom", {}, None, 1.0)],
    "stall:for=1.5": [("stall", {"for": 1_500_000_000}, None, 1.0)],
    "slow-headers:for=2m": [("slow-headers", {"for": 120_000_000_000}, None, 1.0)],
}


@pytest.mark.parametrize(("text", "expected"), READ.items())
def test_read(text: str, expected: list[tuple[str, dict[str, object], int | None, float]]) -> None:
    plans = parse_faults(text)
    assert [(p.fault.name, p.times, p.rate) for p in plans] == [
        (name, times, rate) for name, _, times, rate in expected
    ]
    for planned, (_, values, _, _) in zip(plans, expected, strict=True):
        assert values.items() <= dict(planned.values).items()


WRONG = {
    "": "invalid fault '': expected NAME[:argument=value,...], as in cut:event=3,by=reset",
    "cutt:event=3": "unknown fault 'cutt'; did you mean 'cut'?",
    "drop:": "fault 'drop:': invalid argument at '': expected NAME=VALUE; known arguments: event, times, rate",
    "drop:3": "fault 'drop:3': invalid argument at '3': expected NAME=VALUE",
    "drop:evnt=3": "fault drop: unknown argument 'evnt'; known arguments: event, times, rate",
    "drop:event=x": "fault drop: invalid event 'x': expected a whole number from 1 on",
    "drop:event=0": "fault drop: invalid event '0': expected a whole number from 1 on",
    "drop:event=1,event=2": "fault drop: duplicate argument 'event'",
    "cut:by=magic": "fault cut: invalid by 'magic': expected one of fin, reset, half-chunk, eof",
    "cut:event=1,byte=2": "fault cut: event and byte cannot be used together",
    "stall:for=soon": "fault stall: invalid for 'soon': expected 20ms, 1.5s, 2m, or ever",
    "status:code=200": "fault status: invalid code '200': expected an HTTP error, 400 to 599",
    "bom:rate=2": "fault bom: invalid rate '2': expected a number from 0 to 1",
    'comment:text="a': "fault 'comment:text=\"a': invalid argument at 'text=\"a': expected NAME=VALUE",
}


@pytest.mark.parametrize(("text", "message"), WRONG.items())
def test_errors(text: str, message: str) -> None:
    with pytest.raises(StreamkitError) as error:
        parse_faults(text)
    assert str(error.value).startswith(message)
    assert error.value.exit_code == 2


def test_the_seed_decides() -> None:
    stream = parse("A@10 B@20 C@30 D@40 E@50 F@60 $@70 eof@80")

    def played(seed: int) -> str:
        return shown(inject(stream, parse_faults("drop;cut"), Random(seed))[0])

    assert all(played(seed) == played(seed) for seed in range(9))
    assert len({played(seed) for seed in range(9)}) > 3


def test_the_rate() -> None:
    stream = parse("A@10 $@20 eof@30")
    random = Random(1)
    struck = sum(len(inject(stream, parse_faults("drop:event=1,rate=0.25"), random)[0]) == 2 for _ in range(1000))
    assert 200 < struck < 300


@pytest.mark.parametrize("name", list(FAULTS))
def test_a_fault_that_does_not_apply_changes_nothing_and_is_reported(name: str) -> None:
    empty = parse("200@5 eof@10")
    steps, remarks = inject(empty, parse_faults(name), Random(0))
    assert shown(steps) == shown(empty) if remarks else name in ("slow-headers", "status", "split", "join", "line-ends")


def test_faults_are_applied_in_order() -> None:
    steps, _ = inject(
        parse("A@10 B@20 $@30 eof@40"), parse_faults("line-ends:to=crlf;split:inside=crlf;cut:frame=2"), Random(0)
    )
    assert shown(steps) == r"""'data: {"t":"A"}\r'@10 '\n\r'@10 fin@10"""
