"""Playback: recorded times become deadlines, frames become writes, the end is repeated."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streamkit.model.exchange import End, Exchange, Frame, Frames, Response
from streamkit.model.step import Close, Finish, Hang, Head, Reset, Write
from streamkit.playback.player import Pace, steps, untimed


def exchange(*times, end=End(at=100, reason="eof"), sent_at=None, response=None, clock="monotonic"):
    frames = Frames.of([Frame(b"%d" % number, at) for number, at in enumerate(times)])
    return Exchange(frames=frames, response=response, end=end, sent_at=sent_at, clock=clock)


def deadlines(*args, **kwargs):
    pace = kwargs.pop("pace", Pace())
    return [step.at for step in steps(exchange(*args, **kwargs), pace)]


@pytest.mark.parametrize(
    ("what", "times", "options", "expected"),
    [
        ("as recorded", (10, 30), {}, [10, 30, 100]),
        ("counted from when the request was sent", (10, 30), {"sent_at": 4}, [6, 26, 96]),
        ("twice as fast", (10, 30), {"pace": Pace(speed=2)}, [5, 15, 50]),
        ("half as fast", (10, 30), {"pace": Pace(speed=0.5)}, [20, 60, 200]),
        ("no pause over 15", (10, 30), {"pace": Pace(max_gap=15)}, [10, 25, 40]),
        ("the cap counts playing time", (10, 30), {"pace": Pace(speed=2, max_gap=9)}, [5, 14, 23]),
        ("at once", (10, 30), {"pace": Pace(delay=False)}, [0, 0, 0]),
        ("no times", (None, None), {"end": End(at=None, reason="eof")}, [0, 0, 0]),
        ("one time missing", (10, None, 30), {}, [10, 10, 30, 100]),
        ("a time that goes back", (30, 10, 40), {}, [30, 30, 40, 100]),
        ("no end", (10,), {"end": None}, [10, 10]),
    ],
)
def test_deadlines(what, times, options, expected):
    assert deadlines(*times, **options) == expected


@pytest.mark.parametrize(
    ("reason", "last"),
    [
        ("eof", Finish),
        ("reset", Reset),
        ("refused", Reset),
        ("timeout", Hang),
        ("idle_timeout", Hang),
        ("interrupted", Close),
        ("client_abort", Close),
        ("protocol_error", Close),
        ("limit", Close),
        ("a reason of a later day", Close),
    ],
)
def test_the_end_is_repeated(reason, last):
    assert steps(exchange(1, end=End(at=5, reason=reason)))[-1] == last(5)


def test_a_recording_without_an_end_is_closed():
    assert steps(exchange(1, end=None))[-1] == Close(1)


def test_the_head_comes_first_and_empty_frames_are_not_written():
    frames = Frames.of([Frame(b"", 3), Frame(b"a", 4)])
    head = Response(2, 429, "1.1", (("retry-after", "1"),))
    assert steps(Exchange(frames=frames, response=head, end=End(at=5, reason="eof"), clock="monotonic")) == [
        Head(2, 429, (("retry-after", "1"),)),
        Write(4, b"a"),
        Finish(5),
    ]


@given(st.lists(st.none() | st.integers(0, 10**12)), st.floats(0.01, 100), st.none() | st.integers(0, 10**9))
def test_deadlines_never_decrease_and_every_byte_is_written(times, speed, max_gap):
    played = steps(exchange(*times), Pace(speed, max_gap))
    at = [step.at for step in played]
    assert at == sorted(at)
    assert b"".join(s.data for s in played if isinstance(s, Write)) == exchange(*times).frames.body


def test_untimed_explains_why():
    assert untimed(exchange(1)) is None
    assert untimed(exchange(None)) == "none of its frames has a time"
    assert untimed(exchange(None, clock="none")) == "the log it was read from has no times"
