"""A process that has imported what programs of the tests need, and forks itself for each `client`.

    python -m tests.warm.server ADDRESS

It ends when its stdin does, which is when the test run ends. A fork whose client was killed is killed.
"""

from __future__ import annotations

import atexit
import contextlib
import fcntl
import gc
import importlib
import io
import marshal
import os
import runpy
import selectors
import signal
import socket
import sys
import threading
import types
from pathlib import Path
from typing import Any, NamedTuple, NoReturn

from tests.warm.client import FORWARDED, MOST_DESCRIPTORS
from tests.warm.variables import of_python

PREPARED = (
    "aiohttp", "asyncio", "click", "concurrent.futures", "difflib", "email.parser", "hashlib", "html.parser", "http.client",
    "importlib.metadata", "json", "orjson", "pytest", "sqlite3", "ssl", "subprocess", "tabulate", "tempfile", "tomllib", "urllib.request",
    "wcwidth", "zipfile",
)  # fmt: skip
NOT_PREPARED = ("streamkit.__main__", "streamkit.pytest_plugin")
ROOT = Path(__file__).resolve().parents[2]
OWN_VARIABLES = of_python(os.environ)


class Server:
    """Takes requests one after another; `serve` returns in each fork, with its request and its descriptors."""

    def __init__(self, address: str) -> None:
        self._listening = socket.socket(socket.AF_UNIX)
        self._listening.bind(address)
        self._listening.listen(64)
        self._running: dict[int, socket.socket] = {}
        self._woken, woken = socket.socketpair()
        for end in (self._woken, woken):
            end.setblocking(False)
        self._keeps = woken
        signal.set_wakeup_fd(woken.fileno())
        signal.signal(signal.SIGCHLD, lambda *_: None)

    def serve(self) -> tuple[dict[str, Any], list[int]] | None:
        """Return a fork's request, or None in this process once its stdin ends."""
        with selectors.DefaultSelector() as selector:
            for source in (sys.stdin, self._listening, self._woken):
                selector.register(source, selectors.EVENT_READ)
            while True:
                for key, _ in selector.select():
                    if key.fileobj is sys.stdin:
                        return None
                    if key.fileobj is self._listening:
                        if (given := self._fork(selector)) is not None:
                            return given
                    elif key.fileobj is self._woken:
                        self._woken.recv(4096)
                        self._collect(selector)
                    elif key.data in self._running:
                        os.kill(key.data, signal.SIGKILL)  # its client was killed
                        selector.unregister(key.fileobj)

    def _fork(self, selector: selectors.BaseSelector) -> tuple[dict[str, Any], list[int]] | None:
        """Accept a client. Return its request and its descriptors in the fork, and None in this process."""
        connection, _ = self._listening.accept()
        try:
            request, descriptors = received(connection)
        except (OSError, EOFError, ValueError):
            connection.close()  # the client was killed at once
            return None
        pid = os.fork() if is_possible(request) else None
        if pid == 0:
            signal.set_wakeup_fd(-1)
            return request, descriptors
        for descriptor in descriptors:
            os.close(descriptor)
        with contextlib.suppress(OSError):  # the fork may already have printed something, and its client been killed
            connection.sendall((pid or 0).to_bytes(4, "little"))
        if pid:
            selector.register(connection, selectors.EVENT_READ, pid)
            self._running[pid] = connection
        else:
            connection.close()
        return None

    def _collect(self, selector: selectors.BaseSelector) -> None:
        """Report the forks that have ended."""
        while self._running:
            pid, status = os.waitpid(-1, os.WNOHANG)
            if not pid:
                return
            connection = self._running.pop(pid)
            with contextlib.suppress(KeyError):
                selector.unregister(connection)
            with connection, contextlib.suppress(OSError):
                connection.sendall(status.to_bytes(4, "little"))


def prepare() -> None:
    """Import what many programs import, and the package, but for modules of what is not installed."""
    for name in PREPARED:
        importlib.import_module(name)
    for path in sorted((ROOT / "streamkit").rglob("*.py")):
        name = ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
        if not name.startswith(NOT_PREPARED):
            with contextlib.suppress(ImportError):
                importlib.import_module(name)


def received(connection: socket.socket) -> tuple[dict[str, Any], list[int]]:
    """Return a request and its descriptors."""
    header, descriptors, *_ = socket.recv_fds(connection, 4, MOST_DESCRIPTORS)
    with connection.makefile("rb") as file:
        request: dict[str, Any] = marshal.loads(file.read(int.from_bytes(header, "little")))
    return request, descriptors


def is_possible(request: dict[str, Any]) -> bool:
    """Whether a fork is as good as a new process: Python would start in the same way, and import the same `streamkit`."""
    variables = request["variables"]
    places = [*variables.get("PYTHONPATH", "").split(os.pathsep), request["folder"]]
    found = [Path(place, "streamkit") for place in places if place]
    return of_python(variables) == OWN_VARIABLES and all(
        not package.exists() or package.resolve() == ROOT / "streamkit" for package in found
    )


def become(request: dict[str, Any], descriptors: list[int]) -> None:
    """Take over what a request says of its client: descriptors, folder, variables, signals."""
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    for number in FORWARDED:
        usual = signal.default_int_handler if number == signal.SIGINT else signal.SIG_DFL
        signal.signal(number, signal.SIG_IGN if number in request["ignored"] else usual)
    high = [fcntl.fcntl(descriptor, fcntl.F_DUPFD, 2 * MOST_DESCRIPTORS) for descriptor in descriptors]
    os.closerange(0, 2 * MOST_DESCRIPTORS)
    for descriptor, target in zip(high, request["descriptors"], strict=True):
        os.dup2(descriptor, target)
        os.close(descriptor)
    if request["leads"]:
        os.setsid()
    os.umask(request["umask"])
    os.chdir(request["folder"])
    os.environ.clear()
    os.environ.update(request["variables"])
    for name, descriptor, mode in (("stdin", 0, "r"), ("stdout", 1, "w"), ("stderr", 2, "w")):
        stream = standard(name, descriptor, mode)
        setattr(sys, name, stream)
        setattr(sys, f"__{name}__", stream)


def standard(name: str, descriptor: int, mode: str) -> io.TextIOWrapper | None:
    """Return a standard stream as Python makes it when it starts."""
    try:
        os.fstat(descriptor)
    except OSError:
        return None
    unbuffered = mode == "w" and bool(os.environ.get("PYTHONUNBUFFERED"))
    binary = open(descriptor, f"{mode}b", buffering=0 if unbuffered else -1, closefd=False)  # noqa: SIM115
    raw = binary if unbuffered else binary.raw
    raw.name = f"<{name}>"
    before = USUAL[name]
    stream = io.TextIOWrapper(
        binary,
        encoding=before.encoding,
        errors=before.errors,
        newline="\n",
        line_buffering=not unbuffered and (name == "stderr" or raw.isatty()),
        write_through=unbuffered,
    )
    stream.mode = mode
    return stream


def run(words: list[str], path: list[str]) -> None:
    """Run a module or code, as Python does."""
    kind, what, *arguments = words
    own = os.environ.get("PYTHONPATH")
    sys.path[:] = [str(Path.cwd()) if kind == "-m" else "", *(own.split(os.pathsep) if own else []), *path]
    sys.argv[:] = [kind, *arguments]
    if kind == "-m":
        runpy.run_module(what, run_name="__main__", alter_sys=True)
    else:
        main = sys.modules["__main__"] = types.ModuleType("__main__")
        exec(what, main.__dict__)  # noqa: S102


def ended(words: list[str], path: list[str]) -> int:
    """Run a program to its end, and return its exit code."""
    try:
        run(words, path)
    except SystemExit as error:
        if error.code is None or isinstance(error.code, int):
            return error.code or 0
        sys.stderr.write(f"{error.code}\n")
    except KeyboardInterrupt:
        sys.excepthook(*sys.exc_info())  # type: ignore[arg-type]
        signal.signal(signal.SIGINT, signal.SIG_DFL)
        os.kill(os.getpid(), signal.SIGINT)
    except BaseException:
        sys.excepthook(*sys.exc_info())  # type: ignore[arg-type]
    else:
        return 0
    return 1


def end(code: int) -> NoReturn:
    """End as Python does: threads, functions registered with atexit, and what stdout and stderr still hold. But no object is
    freed, which for all that was imported would take longer than most programs run."""
    threading._shutdown()  # type: ignore[attr-defined]
    atexit._run_exitfuncs()
    for stream in (sys.stdout, sys.stderr):
        try:
            if stream is not None and not stream.closed:
                stream.flush()
        except (OSError, ValueError) as error:
            code = 120
            if stream is sys.stdout:
                sys.unraisablehook(Unraisable(type(error), error, error.__traceback__, None, stream))
    os._exit(code & 0xFF)


class Unraisable(NamedTuple):
    """What `sys.unraisablehook` is given."""

    exc_type: type[BaseException]
    exc_value: BaseException
    exc_traceback: types.TracebackType | None
    err_msg: str | None
    object: object


USUAL = {"stdin": sys.stdin, "stdout": sys.stdout, "stderr": sys.stderr}

if __name__ == "__main__":
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    inherited = os.environ.get("PYTHONPATH", "").split(os.pathsep)
    base = [entry for entry in sys.path[1:] if entry not in inherited]
    prepare()
    server = Server(sys.argv[1])
    os.write(1, b"ready\n")
    gc.collect()
    gc.freeze()
    given = server.serve()
    if given is not None:
        become(*given)
        end(ended(given[0]["words"], base))
