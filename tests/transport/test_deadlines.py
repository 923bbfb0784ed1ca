"""The heap of deadlines: earliest first, never early, nothing forgotten, with the kernel's timer and with the loop's."""

from __future__ import annotations

import asyncio
from functools import partial
from random import Random

import pytest

from streamkit.transport import deadlines
from streamkit.transport.deadlines import Deadlines
from tests.waiting import SAFETY_S


@pytest.fixture(params=["the system's timer", "the loop's timer"], autouse=True)
def timer(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    if request.param == "the loop's timer":
        monkeypatch.setattr(deadlines.sys, "platform", "other")


def called(offsets: list[float], again: float | None = None) -> list[tuple[float, float]]:
    """Each deadline with the time of its call, both from the start; `again` sets another so much later at each call."""

    async def run() -> list[tuple[float, float]]:
        loop = asyncio.get_running_loop()
        done: list[tuple[float, float]] = []
        all_called = asyncio.Event()

        def call(offset: float) -> None:
            done.append((offset, loop.time() - epoch))
            if again is not None:
                deadlines.at(loop.time() + again, lambda: None)
            if len(done) == len(offsets):
                all_called.set()

        with Deadlines.held():
            deadlines = Deadlines.running()
            epoch = loop.time()
            for offset in offsets:
                deadlines.at(epoch + offset, partial(call, offset))
            await asyncio.wait_for(all_called.wait(), SAFETY_S)
        return done

    return asyncio.run(run())


def test_earliest_first_and_never_early() -> None:
    random = Random(0)
    offsets = [random.uniform(-0.01, 0.15) for _ in range(300)]
    done = called(offsets)
    assert [offset for offset, _ in done] == sorted(offsets)
    assert all(at >= offset for offset, at in done)


def test_what_is_set_during_a_call_does_not_hide_what_comes_before_it() -> None:
    offsets = [0.001 * number for number in range(50)]
    assert [offset for offset, _ in called(offsets, again=3600.0)] == offsets


def test_deadlines_are_kept_while_anybody_holds_them() -> None:
    async def run() -> None:
        with Deadlines.held():
            first = Deadlines.running()
            with Deadlines.held():
                assert Deadlines.running() is first
            assert Deadlines.running() is first
            fired = asyncio.Event()
            first.at(0, fired.set)
            await asyncio.wait_for(fired.wait(), SAFETY_S)
        with Deadlines.held():
            assert Deadlines.running() is not first

    asyncio.run(run())
