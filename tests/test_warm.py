"""A program that is a fork of a prepared process cannot be told from one that was started in the usual way."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests import warm
from tests.processes import started

pytestmark = pytest.mark.skipif(os.name != "posix", reason="forks are POSIX")

PROGRAMS = {
    "success": "pass",
    "an exit code": "raise SystemExit(7)",
    "an exit code beyond a byte": "raise SystemExit(-1)",
    "a message": "raise SystemExit('no')",
    "words": "import sys; print(sys.argv, __name__)",
    "stdin": "print(input())",
    "variables": "import os; print(sorted(os.environ))",
    "a folder": "import os; print(os.getcwd())",
    "the path": "import sys; print(sys.path)",
    "a mask": "import os; print(oct(os.umask(0)))",
    "a session": "import os; print(os.getsid(0) == os.getpid())",
    "stdout at the end": "import sys; sys.stdout.write('not a line')",
    "a function at the end": "import atexit; atexit.register(print, 'last')",
    "a thread at the end": "import threading; threading.Timer(0, print, ['late']).start()",
    "streams": "import sys; print([(s.encoding, s.errors, s.line_buffering, s.mode, s.name) for s in (sys.stdin, sys.stdout, sys.stderr)])",
    "signals": "import signal as s; print([s.getsignal(n) for n in (s.SIGINT, s.SIGTERM, s.SIGCHLD, s.SIGPIPE)])",
    "descriptors": "import os; print([n for n in range(50) if os.path.exists(f'/dev/fd/{n}')])",
    "a signal": "import os, signal; os.kill(os.getpid(), signal.SIGTERM)",
    "SIGKILL": "import os, signal; os.kill(os.getpid(), signal.SIGKILL)",
    "modules": "import __main__; print(__main__.__dict__.keys() >= {'__builtins__'}, __main__.__name__)",
}  # fmt: skip


@pytest.mark.parametrize("name", PROGRAMS)
def test_a_program_does_the_same(name: str, tmp_path: Path) -> None:
    def ran(command: list[str]) -> tuple[int, bytes, bytes]:
        done = subprocess.run(command, input=b"in\n", capture_output=True, cwd=tmp_path, umask=0o27, check=False)
        return done.returncode, done.stdout, done.stderr

    words = ("-c", PROGRAMS[name], "a word", "-x")
    assert ran(warm.python(*words)) == ran([sys.executable, *words])


@pytest.mark.parametrize("redirection", [">&-", "<&-", "2>&-", ">&- 2>&-", "<&- >&- 2>&-", "5>&1"])
def test_closed_and_further_descriptors_are_the_same(redirection: str) -> None:
    """Which of the standard streams are None, and what is written to descriptor 5."""
    code = "import os, sys; os.write(5, b'5') if os.path.exists('/dev/fd/5') else 0; sys.exit(repr([sys.stdin is None, sys.stdout is None, sys.stderr is None]))"

    def ran(command: list[str]) -> tuple[int, bytes, bytes]:
        shell = ["/bin/sh", "-c", f'exec "$@" {redirection}', "sh", *command]
        done = subprocess.run(shell, capture_output=True, stdin=subprocess.DEVNULL, check=False)
        return done.returncode, done.stdout, done.stderr

    assert ran(warm.python("-c", code)) == ran([sys.executable, "-c", code])


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT])
def test_a_signal_arrives(number: signal.Signals) -> None:
    code = f"import signal as s; s.pthread_sigmask(s.SIG_BLOCK, [{number}]); print(flush=True); exit(s.sigwait([{number}]) + 100)"
    with started(warm.python("-c", code), stdout=subprocess.PIPE) as process:
        assert process.stdout is not None and process.stdout.readline() == b"\n"
        process.send_signal(number)
        assert process.wait(60) == number + 100


def test_nothing_survives_sigkill() -> None:
    """The fork holds the pipe, which ends with it."""
    code = "import signal; print(flush=True); signal.pause()"
    with started(warm.python("-c", code), stdout=subprocess.PIPE) as process:
        assert process.stdout is not None and process.stdout.readline() == b"\n"
        process.kill()
        assert process.stdout.read() == b""


def test_a_module_is_run_by_its_name() -> None:
    for words in (["--version"], ["lint", "nowhere.jsonl"], ["nosuch"]):
        warmed, cold = (
            subprocess.run([*command, *words], capture_output=True, check=False)
            for command in (warm.streamkit(), [sys.executable, "-m", "streamkit"])
        )
        assert (warmed.returncode, warmed.stdout, warmed.stderr) == (cold.returncode, cold.stdout, cold.stderr)


@pytest.mark.parametrize(
    ("name", "value"), [("PYTHONWARNINGS", "error"), ("LC_ALL", "C"), ("PYTHONUTF8", "1"), ("PYTHONHASHSEED", "3")]
)
def test_what_a_fork_cannot_be_is_started_from_nothing(name: str, value: str) -> None:
    code = "import sys; print(hash('x'), sys.warnoptions, sys.stdout.encoding, sys.flags, 'aiohttp' in sys.modules)"
    environment = {**os.environ, "PYTHONHASHSEED": "1"} | {name: value}
    warmed, cold = (
        subprocess.run([*command, "-c", code], env=environment, capture_output=True, check=True).stdout
        for command in (warm.python(), [sys.executable])
    )
    assert warmed == cold


def test_another_package_of_this_name_is_imported_from_where_it_is(tmp_path: Path) -> None:
    (tmp_path / "streamkit").mkdir()
    (tmp_path / "streamkit" / "__init__.py").write_text("print('another')")
    command = warm.python("-c", "import streamkit")
    environment = {**os.environ, "PYTHONPATH": str(tmp_path)}
    for settings in ({"cwd": tmp_path}, {"cwd": tmp_path.parent, "env": environment}):
        assert subprocess.check_output(command, **settings) == b"another\n"  # type: ignore[call-overload]
