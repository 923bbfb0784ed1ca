"""One heap of absolute deadlines for a whole event loop, woken by the kernel's own timer where it has one.

A task that sleeps costs a timer, a future and a task switch a write, and epoll rounds what it waits to milliseconds. One
heap and a timerfd (Linux) bring the median error of a deadline from 0.7 ms to below 0.1 ms, and the tail of thousands of
streams with it. Elsewhere the loop's own timers wake the heap.
"""

from __future__ import annotations

import asyncio
import contextlib
import heapq
import os
import struct
import sys
import weakref
from collections.abc import Callable, Iterator
from itertools import count

# Where so many wait, the timer is set no sooner than this ahead (seconds): it then wakes for a handful at once, which costs
# the median of a thousand streams nothing and saves them a system call each.
_MANY, _SLICE = 200, 200e-6

_NANOSECONDS = 1_000_000_000
_NOW = float("-inf")
_LOOPS: weakref.WeakKeyDictionary[asyncio.AbstractEventLoop, Deadlines] = weakref.WeakKeyDictionary()

# From Linux's headers: a clock that never steps, and flags of the calls.
_CLOCK_MONOTONIC, _ABSOLUTE = 1, 1
_TIMERSPEC = struct.Struct("4l").pack  # struct itimerspec: interval (none), then the absolute time
_NONBLOCK_CLOEXEC = os.O_NONBLOCK | getattr(os, "O_CLOEXEC", 0) if hasattr(os, "O_NONBLOCK") else 0

# What is called at a deadline: it is given the time, and may give the next deadline at which it is to be called again.
Call = Callable[[float], float | None]


class Deadlines:
    """Calls back at deadlines (seconds on the loop's clock), earliest first, never before their time."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._heap: list[tuple[float, int, Call]] = []
        self._order = count()
        self._timer = _Timer.of(loop, self._wake)
        self._armed: float | None = None
        self._holders = 0

    @staticmethod
    def running() -> Deadlines:
        """The heap of the running loop; `held` keeps it."""
        loop = asyncio.get_running_loop()
        known = _LOOPS.get(loop)
        if known is None:
            known = _LOOPS[loop] = Deadlines(loop)
        return known

    @staticmethod
    @contextlib.contextmanager
    def held() -> Iterator[None]:
        """Keep the running loop's heap and its timer until the last who holds it lets go."""
        deadlines = Deadlines.running()
        deadlines._holders += 1
        try:
            yield
        finally:
            deadlines._holders -= 1
            if not deadlines._holders:
                deadlines._close()

    def at(self, deadline: float, call: Call) -> None:
        """Call at a deadline; soon where it has passed."""
        heapq.heappush(self._heap, (deadline, next(self._order), call))
        if self._armed is None or deadline < self._armed:
            self._arm(deadline, self._loop.time())

    def _close(self) -> None:
        self._heap.clear()
        self._timer.close()
        _LOOPS.pop(self._loop, None)

    def _arm(self, deadline: float, now: float) -> None:
        if len(self._heap) > _MANY:
            deadline = max(deadline, now + _SLICE)
            if self._armed is not None and deadline >= self._armed:
                return
        self._armed = deadline
        self._timer.set(deadline)

    def _wake(self) -> None:
        heap = self._heap
        self._armed = _NOW  # whoever is called sets deadlines; the timer is set once, when all are called
        now = self._loop.time()
        while heap and heap[0][0] <= now:
            entry = heap[0]
            again = self._call(entry[2], now)
            if heap[0] is not entry:  # something earlier was set meanwhile
                heap.remove(entry)
                heapq.heapify(heap)
                if again is not None:
                    heapq.heappush(heap, (again, entry[1], entry[2]))
            elif again is None:
                heapq.heappop(heap)
            else:
                heapq.heapreplace(heap, (again, entry[1], entry[2]))
        self._armed = None
        if heap:
            self._arm(heap[0][0], now)

    def _call(self, call: Call, now: float) -> float | None:
        """Call, so that what one raises keeps nobody else waiting."""
        try:
            return call(now)
        except Exception as error:
            self._loop.call_exception_handler({"message": "a call at a deadline failed", "exception": error})
            return None


class _Timer:
    """The loop's own timer."""

    def __init__(self, loop: asyncio.AbstractEventLoop, wake: Callable[[], None]) -> None:
        self._loop = loop
        self._wake = wake
        self._handle: asyncio.TimerHandle | None = None

    @staticmethod
    def of(loop: asyncio.AbstractEventLoop, wake: Callable[[], None]) -> _Timer:
        """The best timer that there is."""
        if sys.platform == "linux" and loop.time.__module__.startswith("asyncio"):
            try:
                return _KernelTimer(loop, wake)
            except (OSError, AttributeError):
                pass
        return _Timer(loop, wake)

    def set(self, deadline: float) -> None:
        """Wake at this time instead of any other."""
        if self._handle is not None:
            self._handle.cancel()
        self._handle = self._loop.call_at(deadline, self._wake)

    def close(self) -> None:
        """Wake no more."""
        if self._handle is not None:
            self._handle.cancel()


class _KernelTimer(_Timer):
    """A timerfd: a file that can be read when the time has come. Raises OSError, AttributeError where there is none."""

    def __init__(self, loop: asyncio.AbstractEventLoop, wake: Callable[[], None]) -> None:
        super().__init__(loop, wake)
        import ctypes

        self._libc = ctypes.CDLL(None, use_errno=True)
        self._file = self._libc.timerfd_create(_CLOCK_MONOTONIC, _NONBLOCK_CLOEXEC)
        if self._file < 0:
            raise OSError(ctypes.get_errno(), "timerfd_create")
        self._settime = self._libc.timerfd_settime
        loop.add_reader(self._file, self._read)

    def set(self, deadline: float) -> None:
        """Wake at this time instead of any other."""
        seconds, rest = divmod(max(1, round(deadline * _NANOSECONDS)), _NANOSECONDS)
        self._settime(self._file, _ABSOLUTE, _TIMERSPEC(0, 0, seconds, rest), None)

    def close(self) -> None:
        """Wake no more."""
        if self._file >= 0:
            self._loop.remove_reader(self._file)
            os.close(self._file)
            self._file = -1

    def _read(self) -> None:
        try:
            os.read(self._file, 8)
        except BlockingIOError:  # set anew since it fired
            return
        self._wake()
