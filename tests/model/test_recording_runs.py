"""Lines of frames are cut at the comma after their time, many at once, whatever the times and the texts are."""

from __future__ import annotations

from hypothesis import example, given
from hypothesis import strategies as st

from streamkit.model.recording_runs import START, _by_time

TIMES = st.one_of(st.just("null"), st.integers(0, 10**18 - 1).map(str), st.integers(0, 99).map(str))
# In a line, every quote of a text is escaped.
TEXTS = st.sampled_from(["data: ", "event: a,b\\ndata: ", ",,,,,,,,,,,,,,,,,,", 'x,\\"y', "", ",\\\\"])


@given(st.lists(st.tuples(TIMES, TEXTS), max_size=40))
@example([("123456789012345678", "data: "), ("1", "event: a,b\\ndata: ")])
@example([("1", ""), ("22", ""), ("null", "")] * 5)
def test_lines_are_cut_after_their_times(frames: list[tuple[str, str]]) -> None:
    lines = [
        f'{START.decode()}{at},"text":"{text}{{\\"id\\":\\"an event\\"}}\\n\\n"}}\n'.encode() for at, text in frames
    ]
    found = [(comma, line) for comma, run in _by_time(lines) for line in run]
    assert found == [(line.index(b",", len(START)), line) for line in lines]
