"""Load for the benchmarks of `serve` and `proxy`: paced streams, and the clients that read them, on bare sockets and epoll.

An event loop would need about as much time per frame as the program under test. So clients only read, store the time and the
bytes, and evaluate them after the run. Each runs in a separate process.
"""

from __future__ import annotations

import gc
import os
import select
import socket
import sys
import time
from collections import deque
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

CHUNK = 250
WIRE = len(b"%x\r\n" % CHUNK) + CHUNK + 2
HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n"
LAST_CHUNK = b"0\r\n\r\n"
_LATEST_S = 30.0
_READ = 1 << 16
_SLICE_S = 200e-6
_NANOSECONDS = 1_000_000_000
START_NS = _NANOSECONDS // 2  # after the last request, servers have caught up with the start


@dataclass
class Received:
    """The data received by one client: the time of its request (ns), and each read with its time, on the monotonic clock."""

    sent_at: int = 0
    reads: list[tuple[int, bytes]] = field(default_factory=list)

    def arrivals(self) -> list[int]:
        """Return the time at which each chunk of a stream of equal chunks was complete."""
        times: list[int] = []
        size, head = 0, b""
        for at, data in self.reads:
            if not times and b"\r\n\r\n" not in head:
                head += data
                data = head.partition(b"\r\n\r\n")[2]
            size += len(data)
            times += [at] * (size // WIRE - len(times))
        return times


def receive(port: int, requests: Sequence[bytes], delays: Sequence[float], duration: float) -> list[Received]:
    """Open a connection for each request, send each after its delay (s), and read until all responses have ended.

    Responses that have not ended 30 s after their `duration` (s) are returned incomplete.
    """
    sockets = [socket.create_connection(("127.0.0.1", port)) for _ in requests]
    received = {sock.fileno(): Received() for sock in sockets}
    by_file = {sock.fileno(): sock for sock in sockets}
    poll = select.epoll()
    for sock in sockets:
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        poll.register(sock, select.EPOLLIN)
    waiting = deque(sorted(range(len(requests)), key=delays.__getitem__))
    begin, left, clock = time.monotonic(), len(sockets), time.monotonic_ns
    latest = begin + max(delays) + duration + _LATEST_S
    gc.disable()
    while left and time.monotonic() < latest:
        while waiting and begin + delays[waiting[0]] <= time.monotonic():
            number = waiting.popleft()
            received[sockets[number].fileno()].sent_at = clock()
            sockets[number].sendall(requests[number])
        pause = begin + delays[waiting[0]] - time.monotonic() if waiting else 1.0
        for file, _ in poll.poll(max(0.0, pause)):
            try:
                data = by_file[file].recv(_READ)
            except ConnectionResetError:
                data = b""
            received[file].reads.append((clock(), data))
            if not data or data.endswith(LAST_CHUNK):
                poll.unregister(file)
                left -= 1
    gc.enable()
    poll.close()
    for sock in sockets:
        sock.close()
    return list(received.values())


def emit(frames: int, gap: float, chunk: Callable[[int], bytes]) -> None:
    """Serve every request on every connection the same stream: `chunk(n)`, each `gap` seconds after the previous one.

    Prints the address on stderr. A request is expected in at most two packets, head and body.
    """
    listening = socket.create_server(("127.0.0.1", 0), backlog=4096)
    listening.setblocking(False)
    print(f"on http://127.0.0.1:{listening.getsockname()[1]}", file=sys.stderr, flush=True)
    poll = select.epoll()
    poll.register(listening, select.EPOLLIN)
    clients: dict[int, socket.socket] = {}
    playing: set[int] = set()
    due: deque[tuple[int, int, int]] = deque()  # of every stream the next write: deadline (ns), file, number; in order
    step, clock = round(gap * _NANOSECONDS), time.monotonic_ns
    gc.disable()
    while True:
        # epoll rounds its timeout up to milliseconds, which would send a thousand streams in bursts of fifty.
        pause = max(_SLICE_S, (due[0][0] - clock()) / _NANOSECONDS) if due else None
        select.select([poll], [], [], pause)
        for file, _ in poll.poll(0):
            if file == listening.fileno():
                _accept(listening, poll, clients)
                continue
            try:
                data = clients[file].recv(_READ)
            except ConnectionResetError:
                data = b""
            if not data:
                clients.pop(file).close()
                playing.discard(file)
            elif file not in playing:
                playing.add(file)
                clients[file].send(HEAD)
                due.append((clock() + step, file, 1))
        while due and due[0][0] <= clock():
            deadline, file, number = due.popleft()
            if file not in playing:
                continue
            with suppress(ConnectionError, BlockingIOError):
                clients[file].send(chunk(number))
            if number < frames:
                due.append((deadline + step, file, number + 1))
            else:
                playing.discard(file)
                clients[file].send(LAST_CHUNK)


def _accept(listening: socket.socket, poll: select.epoll, clients: dict[int, socket.socket]) -> None:
    with suppress(BlockingIOError):
        while True:
            client, _ = listening.accept()
            client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            clients[client.fileno()] = client
            poll.register(client, select.EPOLLIN)


def cpu(process: int) -> float:
    """Return the CPU seconds (user and system) that a process and its children have used so far."""
    children = Path(f"/proc/{process}/task/{process}/children")
    total = 0.0
    for one in [process, *map(int, children.read_text().split() if children.exists() else [])]:
        fields = Path(f"/proc/{one}/stat").read_text().rpartition(")")[2].split()
        total += (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
    return total


def missing() -> str | None:
    """Return why this load cannot run here, or None."""
    if not hasattr(select, "epoll") or not Path("/proc/self/stat").exists():
        return "the load needs epoll and /proc, which Linux has"
    return None


def percentile(values: list[float], share: float) -> float:
    """Return the value at this share (0 to 1) of the sorted values, or NaN if there are none."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, round(len(ordered) * share))] if ordered else float("nan")
