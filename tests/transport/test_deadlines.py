"""The heap of deadlines: earliest first, never early, none lost, with the kernel's timer and with the loop's."""

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
    """Return each deadline and the time of its call, both since the start; each call adds another deadline `again` later."""

    async def run() -> list[tuple[float, float]]:
        loop = asyncio.get_running_loop()
        done: list[tuple[float, float]] = []
        all_called = asyncio.Event()

        def call(offset: float, now: float) -> None:
            done.append((offset, loop.time() - epoch))
            if again is not None:
                deadlines.at(loop.time() + again, lambda _: None)
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


def test_calls_are_made_earliest_first_and_never_early() -> None:
    random = Random(0)
    offsets = [random.uniform(-0.01, 0.15) for _ in range(2 * deadlines._MANY)]
    done = called(offsets)
    assert [offset for offset, _ in done] == sorted(offsets)
    assert all(at >= offset for offset, at in done)


def test_a_deadline_set_during_a_call_does_not_hide_earlier_ones() -> None:
    offsets = [0.001 * number for number in range(50)]
    assert [offset for offset, _ in called(offsets, again=3600.0)] == offsets


def test_a_call_may_repeat_and_set_others() -> None:
    """Each callback runs as often as it returns a deadline, in the order of deadlines, even if earlier ones are added."""

    async def run() -> list[tuple[str, int]]:
        done: list[tuple[str, int]] = []
        over = asyncio.Event()

        def repeating(name: str, gap: float, times: int) -> deadlines.Callback:
            def call(now: float) -> float | None:
                done.append((name, len([one for one, _ in done if one == name])))
                heap.at(now - 1, lambda _: None)  # earlier than all other deadlines
                if len(done) == 30:
                    over.set()
                return now + gap if len([one for one, _ in done if one == name]) < times else None

            return call

        with Deadlines.held():
            heap = Deadlines.running()
            for number in range(10):
                heap.at(0, repeating(str(number), 0.001 * number, 3))
            await asyncio.wait_for(over.wait(), SAFETY_S)
        return done

    done = asyncio.run(run())
    assert sorted(done) == [(str(number), time) for number in range(10) for time in range(3)]


def test_a_failing_call_does_not_delay_others() -> None:
    async def run() -> list[str]:
        complaints: list[str] = []
        asyncio.get_running_loop().set_exception_handler(lambda _, context: complaints.append(context["message"]))
        with Deadlines.held():
            heap = Deadlines.running()
            fired = asyncio.Event()
            heap.at(0, lambda _: 1 / 0)
            heap.at(0, lambda _: fired.set())
            await asyncio.wait_for(fired.wait(), SAFETY_S)
        return complaints

    assert asyncio.run(run()) == ["a call at a deadline failed"]


def test_deadlines_are_kept_while_a_held_context_is_open() -> None:
    async def run() -> None:
        with Deadlines.held():
            first = Deadlines.running()
            with Deadlines.held():
                assert Deadlines.running() is first
            assert Deadlines.running() is first
            fired = asyncio.Event()
            first.at(0, lambda _: fired.set())
            await asyncio.wait_for(fired.wait(), SAFETY_S)
        with Deadlines.held():
            assert Deadlines.running() is not first

    asyncio.run(run())
