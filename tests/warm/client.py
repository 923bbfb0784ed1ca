"""Run a Python program as a fork of the process in `server`, and behave as that program to whoever started this one.

    python -I -S client.py ADDRESS -m MODULE [ARGUMENT]...
    python -I -S client.py ADDRESS -c CODE [ARGUMENT]...

The fork has the descriptors, the folder, the variables and the signals of this process. Signals are passed on, and the exit
code or the deadly signal is that of the fork. A program that a fork could not be is started from nothing. Little is imported:
starting this one must cost nearly nothing.
"""

from __future__ import annotations

import _socket
import marshal
import os
import signal
import sys
from array import array

FORWARDED = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT)
MOST_DESCRIPTORS = 64


class Signals:
    """Passes signals on to the fork; those that come before it is known, once it is."""

    def __init__(self) -> None:
        self.ignored = [int(number) for number in FORWARDED if signal.getsignal(number) is signal.SIG_IGN]
        self._pid = 0
        self._early: list[int] = []
        for number in FORWARDED:
            if number not in self.ignored:
                signal.signal(number, self._on)

    def pass_to(self, pid: int) -> None:
        """Begin to pass signals on."""
        self._pid = pid
        for number in self._early:
            self._on(number, None)

    def _on(self, number: int, _: object) -> None:
        if not self._pid:
            self._early.append(number)
            return
        try:  # noqa: SIM105 (contextlib would be a third of what this program imports)
            os.kill(self._pid, number)
        except ProcessLookupError:
            pass  # it has ended, and its exit code is about to arrive


def inherited() -> list[int]:
    """Return the descriptors that a program started by this one would have."""
    found = []
    for descriptor in range(MOST_DESCRIPTORS):
        try:
            if os.get_inheritable(descriptor):
                found.append(descriptor)
        except OSError:
            continue
    return found


def request(words: list[str], descriptors: list[int], ignored: list[int]) -> bytes:
    """Return all that the fork must know, with its length before it."""
    os.umask(umask := os.umask(0))
    data = marshal.dumps(
        {
            "words": words,
            "folder": os.getcwd(),  # noqa: PTH109
            "variables": dict(os.environ),
            "descriptors": descriptors,
            "ignored": ignored,
            "leads": os.getsid(0) == os.getpid(),
            "umask": umask,
        }
    )
    return len(data).to_bytes(4, "little") + data


def main() -> None:
    """Have it run, wait for its end, and end in the same way."""
    descriptors = inherited()
    address, *words = sys.argv[1:]
    signals = Signals()
    message = memoryview(request(words, descriptors, signals.ignored))
    connection = _socket.socket(_socket.AF_UNIX, _socket.SOCK_STREAM)
    connection.connect(address)
    rights = (_socket.SOL_SOCKET, _socket.SCM_RIGHTS, array("i", descriptors))
    connection.sendmsg([message[:4]], [rights])
    connection.sendall(message[4:])
    pid = int.from_bytes(connection.recv(4), "little")
    if not pid:
        os.execv(sys.executable, [sys.executable, *words])
    for descriptor in descriptors:
        os.close(descriptor)  # a pipe shall end with the fork
    signals.pass_to(pid)
    code = os.waitstatus_to_exitcode(int.from_bytes(connection.recv(4), "little"))
    if code < 0:
        if -code != signal.SIGKILL:
            signal.signal(-code, signal.SIG_DFL)
        os.kill(os.getpid(), -code)
    os._exit(code)


if __name__ == "__main__":
    main()
