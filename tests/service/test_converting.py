"""Writing exchanges from Python: to a path or an open file, and what the format could not hold."""

from __future__ import annotations

from collections import Counter
from io import BytesIO
from pathlib import Path

import pytest

from streamkit.errors import UsageError
from streamkit.service.converting import write
from tests.exchanges import exchange

LOST = Counter({"arrival times": 1, "the request": 1, "status and headers": 1})
BODY = b'data: {"a":1}\n\n'


def test_what_is_lost_is_the_same_for_a_path_and_for_an_open_file(tmp_path: Path) -> None:
    out = BytesIO()
    assert write([exchange(BODY)], out, format="sse") == LOST
    assert write([exchange(BODY)], tmp_path / "one.sse") == LOST
    assert out.getvalue() == (tmp_path / "one.sse").read_bytes() == BODY


def test_nothing_is_lost_in_a_recording() -> None:
    assert write([exchange(BODY), exchange(BODY)], BytesIO(), format="recording") == Counter()


def test_a_format_of_one_stream_does_not_hold_two() -> None:
    with pytest.raises(UsageError):
        write([exchange(BODY), exchange(BODY)], BytesIO(), format="sse")
