"""Idle connections to an upstream: used again, the newest first, until they expire."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest

from streamkit.transport.client import Settings
from streamkit.transport.upstream import IDLE_TIMEOUT, ConnectionPool, UpstreamAddress
from tests.waiting import StillLoop

ORIGIN = UpstreamAddress("http", "a.example", 80)


def connection(closing: bool = False, lost: bool = False) -> Any:
    """A connection that notes whether it was aborted."""
    made = SimpleNamespace(origin=ORIGIN, handler=None, idle_until=0.0, reused=False, lost=lost, aborted=0)
    made.resume_reading = lambda: None
    made.transport = SimpleNamespace(is_closing=lambda: closing)
    made.abort = lambda: setattr(made, "aborted", made.aborted + 1)
    return made


def run(scenario: Callable[[ConnectionPool, Callable[[float], Any]], Any]) -> None:
    """Run a scenario with a pool, and a function that lets time pass."""
    loop = StillLoop()

    async def passing(seconds: float) -> None:
        loop.move(seconds)
        for _ in range(5):
            await asyncio.sleep(0)

    async def whole() -> None:
        await scenario(ConnectionPool(Settings()), passing)

    try:
        loop.run_until_complete(whole())
    finally:
        loop.close()


def test_an_idle_connection_is_aborted_when_it_expires() -> None:
    async def scenario(pool: ConnectionPool, passing: Callable[[float], Any]) -> None:
        idle = connection()
        pool.release(idle)
        await passing(IDLE_TIMEOUT - 1)
        assert idle.aborted == 0
        await passing(1)
        assert idle.aborted == 1
        assert pool.idle(ORIGIN) is None

    run(scenario)


def test_a_connection_in_use_does_not_expire() -> None:
    async def scenario(pool: ConnectionPool, passing: Callable[[float], Any]) -> None:
        used = connection()
        pool.release(used)
        assert pool.idle(ORIGIN) is used and used.reused
        await passing(IDLE_TIMEOUT + 1)
        assert used.aborted == 0

    run(scenario)


def test_a_connection_that_was_used_again_expires_later() -> None:
    async def scenario(pool: ConnectionPool, passing: Callable[[float], Any]) -> None:
        idle = connection()
        pool.release(idle)
        await passing(IDLE_TIMEOUT / 2)
        assert pool.idle(ORIGIN) is idle
        pool.release(idle)
        await passing(IDLE_TIMEOUT / 2)
        assert idle.aborted == 0
        await passing(IDLE_TIMEOUT / 2)
        assert idle.aborted == 1

    run(scenario)


@pytest.mark.parametrize("unusable", [{"closing": True}, {"lost": True}])
def test_the_newest_usable_connection_is_used(unusable: dict[str, bool]) -> None:
    async def scenario(pool: ConnectionPool, passing: Callable[[float], Any]) -> None:
        oldest, newer, newest = connection(), connection(), connection(**unusable)
        for each in (oldest, newer, newest):
            pool.release(each)
        assert pool.idle(ORIGIN) is newer
        assert (oldest.aborted, newer.aborted, newest.aborted) == (0, 0, 1)

    run(scenario)


def test_a_connection_that_ended_is_forgotten() -> None:
    async def scenario(pool: ConnectionPool, passing: Callable[[float], Any]) -> None:
        ended, other = connection(), connection()
        pool.release(other)
        pool.release(ended)
        pool.forget(ended)
        pool.forget(ended)
        assert pool.idle(ORIGIN) is other
        assert pool.idle(ORIGIN) is None

    run(scenario)


def test_closing_aborts_what_is_idle() -> None:
    async def scenario(pool: ConnectionPool, passing: Callable[[float], Any]) -> None:
        idle = connection()
        pool.release(idle)
        pool.close()
        assert idle.aborted == 1
        assert pool.idle(ORIGIN) is None

    run(scenario)
