"""Refuse connections of this process to other machines, for tests that must not reach a real API.

It replaces the functions of Python's `socket` module, so it holds for everything that connects through them: the HTTP
libraries of the SDKs, and event loops of asyncio. It does not hold for other processes, nor for libraries that bring their
own network code (curl, gRPC, uvloop).
"""

from __future__ import annotations

import contextlib
import fnmatch
import socket
import threading
from collections.abc import Callable, Iterator, Sequence
from typing import Any, NoReturn

from streamkit.transport.guard import is_loopback
from streamkit.transport.server import THREAD_NAME

_THIS_MACHINE = frozenset(("", "0.0.0.0", "::"))  # connecting to "any address" connects to this machine


class NetworkBlock:
    """Which connections are refused: all to other machines, except to `allowed` (host names or addresses, with wildcards).

    `refuse` is called with `HOST:PORT` of each refused connection; it must raise. With `lookups` False, names may be looked up:
    servers of streamkit, which are never refused, then find their upstreams.
    """

    def __init__(self, refuse: Callable[[str], NoReturn], *, allowed: Sequence[str] = (), lookups: bool = True) -> None:
        self._refuse = refuse
        self._allowed = [pattern.lower() for pattern in allowed]
        self._lookups = lookups
        self._names: dict[str, str] = {}  # the name that an address was looked up for

    @contextlib.contextmanager
    def installed(self) -> Iterator[None]:
        """Refuse connections until the context ends."""
        connect, connect_ex, getaddrinfo = socket.socket.connect, socket.socket.connect_ex, socket.getaddrinfo

        def guarded_connect(self_: socket.socket, address: Any, /) -> None:
            self._check(self_.family, address)
            connect(self_, address)

        def guarded_connect_ex(self_: socket.socket, address: Any, /) -> int:
            self._check(self_.family, address)
            return connect_ex(self_, address)

        def guarded_getaddrinfo(host: Any, port: Any, *args: Any, **named: Any) -> Any:
            name = _text(host)
            if self._lookups and not self.allows(name):
                self._refuse(f"{name}:{port}")
            found = getaddrinfo(host, port, *args, **named)
            for *_, address in found:
                self._names[str(address[0])] = name
            return found

        socket.socket.connect = guarded_connect  # type: ignore[assignment,method-assign]
        socket.socket.connect_ex = guarded_connect_ex  # type: ignore[assignment,method-assign]
        socket.getaddrinfo = guarded_getaddrinfo
        try:
            yield
        finally:
            socket.socket.connect = connect  # type: ignore[method-assign]
            socket.socket.connect_ex = connect_ex  # type: ignore[method-assign]
            socket.getaddrinfo = getaddrinfo

    def allows(self, host: str) -> bool:
        """Whether connections to this host are allowed: this machine, or one of the allowed."""
        host = host.strip("[]").rstrip(".").partition("%")[0].lower()
        if host in _THIS_MACHINE or is_loopback(host) or host == socket.gethostname().lower():
            return True
        return any(fnmatch.fnmatchcase(host, pattern) for pattern in self._allowed)

    def _check(self, family: int, address: Any) -> None:
        if family not in (socket.AF_INET, socket.AF_INET6) or not isinstance(address, tuple):
            return
        host = _text(address[0])
        name = self._names.get(host, host)
        if self.allows(host) or self.allows(name) or threading.current_thread().name == THREAD_NAME:
            return
        self._refuse(f"{name}:{address[1]}")


def _text(host: Any) -> str:
    if host is None:
        return ""
    return host.decode("ascii", "replace") if isinstance(host, bytes | bytearray) else str(host)
