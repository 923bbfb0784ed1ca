"""A heap of absolute deadlines for an event loop, driven by a kernel timer where there is one.

A task that sleeps costs a timer, a future and a task switch per write, and epoll rounds timeouts to milliseconds. A heap and
a timerfd (Linux) reduce the median error of a deadline from 0.7 ms to below 0.1 ms, and the tail with thousands of streams
likewise. On other systems the event loop's timers drive the heap.
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

# With more than _MANY deadlines, the timer is set at least _SLICE seconds ahead: it then wakes for several at once, which does
# not change the median error of a thousand streams and saves each a system call.
_MANY, _SLICE = 200, 200e-6

_NANOSECONDS = 1_000_000_000
_NOW = float("-inf")
_LOOPS: weakref.WeakKeyDictionary[asyncio.AbstractEventLoop, Deadlines] = weakref.WeakKeyDictionary()

# From Linux headers: the monotonic clock, and flags.
_CLOCK_MONOTONIC, _ABSOLUTE = 1, 1
_TIMERSPEC = struct.Struct("4l").pack  # struct itimerspec: interval (none), then the absolute time
_NONBLOCK_CLOEXEC = os.O_NONBLOCK | getattr(os, "O_CLOEXEC", 0) if hasattr(os, "O_NONBLOCK") else 0

# A callback: it receives the current time, and returns the deadline of its next call or None.
Callback = Callable[[float], float | None]


class Deadlines:
    """Call back at deadlines (seconds on the loop's clock), earliest first and never early."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._heap: list[tuple[float, int, Callback]] = []
        self._order = count()
        self._timer = _Timer.of(loop, self._wake)
        self._armed: float | None = None
        self._users = 0

    @staticmethod
    def running() -> Deadlines:
        """Return the heap of the running loop; it lives as long as a `held` context is open."""
        loop = asyncio.get_running_loop()
        known = _LOOPS.get(loop)
        if known is None:
            known = _LOOPS[loop] = Deadlines(loop)
        return known

    @staticmethod
    @contextlib.contextmanager
    def held() -> Iterator[None]:
        """Keep the running loop's heap and timer alive until the last such context ends."""
        deadlines = Deadlines.running()
        deadlines._users += 1
        try:
            yield
        finally:
            deadlines._users -= 1
            if not deadlines._users:
                deadlines._close()

    def at(self, deadline: float, call: Callback) -> None:
        """Schedule a call at a deadline, or as soon as possible if that has passed."""
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
        self._armed = _NOW  # callbacks may add deadlines; the timer is set once, after all of them
        now = self._loop.time()
        while heap and heap[0][0] <= now:
            entry = heap[0]
            try:
                again = entry[2](now)
            except Exception as error:  # reported, so that other callbacks still run
                self._loop.call_exception_handler({"message": "a call at a deadline failed", "exception": error})
                again = None
            if heap[0] is not entry:  # an earlier deadline was added by the call
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


class _Timer:
    """A timer of the event loop."""

    def __init__(self, loop: asyncio.AbstractEventLoop, wake: Callable[[], None]) -> None:
        self._loop = loop
        self._wake = wake
        self._handle: asyncio.TimerHandle | None = None

    @staticmethod
    def of(loop: asyncio.AbstractEventLoop, wake: Callable[[], None]) -> _Timer:
        """Return the most precise timer that is available."""
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
    """A timerfd, which becomes readable at the deadline. Raises OSError or AttributeError if it is not available."""

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
        except BlockingIOError:  # the timer was set again after it fired
            return
        self._wake()
