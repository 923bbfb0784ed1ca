"""Showing beside the work: whoever reads slowly holds nobody up, and nothing is left out or shown out of order."""

from __future__ import annotations

import threading

import pytest
from streamkit.cli._showing import View

from streamkit.cli import _aside
from streamkit.cli._aside import Aside
from streamkit.model.exchange import Response
from tests.waiting import SAFETY_S, until


class Slow(View):
    """A view whose reader does not read until it is let."""

    def __init__(self) -> None:
        super().__init__("none")
        self.reads = threading.Event()
        self.shown: list[bytes | int | str] = []

    def response(self, response: Response) -> None:
        self.shown.append(response.status)

    def frame(self, data: bytes) -> None:
        assert self.reads.wait(SAFETY_S)
        self.shown.append(data)

    def close(self) -> None:
        self.shown.append("closed")


def test_frames_do_not_wait_for_who_reads() -> None:
    slow = Slow()
    aside = Aside(slow)
    aside.response(Response(0, 200))
    for number in range(100):
        aside.frame(b"%d" % number)
    until(lambda: slow.shown)
    assert slow.shown == [200]
    slow.reads.set()
    aside.close()
    assert slow.shown == [200, *(b"%d" % number for number in range(100)), "closed"]


def test_what_waits_has_a_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_aside, "_MOST", 10)
    slow = Slow()
    aside = Aside(slow)
    over = threading.Event()

    def work() -> None:
        for _ in range(5):
            aside.frame(b"12345")
        over.set()

    worker = threading.Thread(target=work)
    worker.start()
    assert not over.wait(0.05)
    slow.reads.set()
    assert over.wait(SAFETY_S)
    worker.join()
    aside.close()
    assert slow.shown == [b"12345"] * 5 + ["closed"]


def test_what_showing_raises_is_raised_at_the_end() -> None:
    class Broken(View):
        def frame(self, data: bytes) -> None:
            raise BrokenPipeError

    aside = Aside(Broken("none"))
    aside.frame(b"1")
    aside.frame(b"2")
    with pytest.raises(BrokenPipeError):
        aside.close()


def test_nothing_shown_starts_nothing() -> None:
    slow = Slow()
    aside = Aside(slow)
    aside.close()
    assert slow.shown == ["closed"] and aside._thread is None
