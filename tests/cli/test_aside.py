"""Displaying in a separate thread: a slow reader delays nothing, and nothing is lost or shown out of order."""

from __future__ import annotations

import threading

import pytest

from streamkit.cli import aside
from streamkit.cli.aside import BackgroundViewer
from streamkit.cli.showing import View
from streamkit.model.exchange import Response
from tests.waiting import SAFETY_S, until


class Slow(View):
    """A view whose reader waits until it is released."""

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


def test_frames_do_not_wait_for_the_reader() -> None:
    slow = Slow()
    beside = BackgroundViewer(slow)
    beside.response(Response(0, 200))
    for number in range(100):
        beside.frame(b"%d" % number)
    until(lambda: slow.shown)
    assert slow.shown == [200]
    slow.reads.set()
    beside.close()
    assert slow.shown == [200, *(b"%d" % number for number in range(100)), "closed"]


def test_the_queue_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(aside, "LARGEST_BACKLOG", 10)
    slow = Slow()
    beside = BackgroundViewer(slow)
    over = threading.Event()

    def work() -> None:
        for _ in range(5):
            beside.frame(b"12345")
        over.set()

    worker = threading.Thread(target=work)
    worker.start()
    assert not over.wait(0.05)
    slow.reads.set()
    assert over.wait(SAFETY_S)
    worker.join()
    beside.close()
    assert slow.shown == [b"12345"] * 5 + ["closed"]


def test_an_exception_of_the_view_is_raised_at_the_end() -> None:
    class Broken(View):
        def frame(self, data: bytes) -> None:
            raise BrokenPipeError

    beside = BackgroundViewer(Broken("none"))
    beside.frame(b"1")
    beside.frame(b"2")
    with pytest.raises(BrokenPipeError):
        beside.close()


def test_nothing_shown_starts_nothing() -> None:
    slow = Slow()
    beside = BackgroundViewer(slow)
    beside.close()
    assert slow.shown == ["closed"] and beside._thread is None
