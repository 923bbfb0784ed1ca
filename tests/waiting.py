"""How tests wait: for something to happen, never for time to pass.

No test reads a clock (tests/test_steady.py). What depends on time runs on a `StillLoop`, whose clock a test moves; the
state of another thread or process is polled. The number of polls is a safety net that only a failing test reaches.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from concurrent.futures import Future

SAFETY_S = 60.0
_PAUSE_S = 0.01
_LOOKS = round(SAFETY_S / _PAUSE_S)


def until(condition: Callable[[], object]) -> None:
    """Return once the condition holds; fail if it does not within a minute."""
    pause = threading.Event()
    for _ in range(_LOOKS):
        if condition():
            return
        pause.wait(_PAUSE_S)
    raise AssertionError("it never came to hold")


async def eventually(condition: Callable[[], object]) -> None:
    """The same in an event loop whose clock runs."""
    for _ in range(_LOOKS):
        if condition():
            return
        await asyncio.sleep(_PAUSE_S)
    raise AssertionError("it never came to hold")


def settled(value: Callable[[], int]) -> int:
    """Return a value once it has not changed for a while, in real time. Assert only what also holds before it settles."""
    pause = threading.Event()
    before, now = None, value()
    while before != now:
        pause.wait(0.2)
        before, now = now, value()
    return now


class StillLoop(asyncio.SelectorEventLoop):
    """An event loop whose clock (`now`, in seconds) stands still until `move` is called, from any thread.

    Everything that sleeps in it sleeps until then, including a reset, which polls until the client has received what
    came before it.
    """

    def __init__(self) -> None:
        super().__init__()
        self.now = 1000.0

    def time(self) -> float:
        return self.now

    def move(self, seconds: float) -> None:
        """Let this much time pass, calling what becomes due."""
        self.now += seconds
        self.call_soon_threadsafe(lambda: None)


def turn(loop: asyncio.AbstractEventLoop, times: int = 20) -> None:
    """Return when the loop, which runs in another thread, has made this many turns, or is closed. What was in its
    sockets before the call has then been read and processed."""
    _turning(loop, times).result(SAFETY_S)


async def turned(loop: asyncio.AbstractEventLoop, times: int = 20) -> None:
    """The same, awaited in a loop of another thread."""
    await asyncio.wrap_future(_turning(loop, times))


def _turning(loop: asyncio.AbstractEventLoop, times: int) -> Future[None]:
    done: Future[None] = Future()

    def step(left: int) -> None:
        if left == 0:
            done.set_result(None)
        else:
            loop.call_soon(step, left - 1)

    try:
        loop.call_soon_threadsafe(step, times)
    except RuntimeError:  # it is closed, so nothing is left to do
        done.set_result(None)
    return done
