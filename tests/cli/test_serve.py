"""`streamkit serve` as a process: the ready line, `-- CMD`, `--strict`, and how it ends."""

from __future__ import annotations

import re
import signal
import subprocess
import sys
import urllib.request
from pathlib import Path

import pytest

from streamkit.model.recording import write
from tests.exchanges import exchange, scripted
from tests.processes import started
from tests.waiting import until

SERVE = [sys.executable, "-m", "streamkit", "serve"]
ASK = """
import os, openai
client = openai.OpenAI(max_retries=0)
body = {"model": "m", "messages": [{"role": "user", "content": "hi"}], "stream": True}
print("".join(c.choices[0].delta.content or "" for c in client.chat.completions.create(**body)))
"""
# The same with the standard library, which is imported ten times as fast.
PLAIN_ASK = """
import json, os, urllib.request
body = {"model": "m", "messages": [{"role": "user", "content": "hi"}], "stream": True}
headers = {"Content-Type": "application/json"}
url = os.environ["OPENAI_BASE_URL"] + "/chat/completions"
print(urllib.request.urlopen(urllib.request.Request(url, json.dumps(body).encode(), headers)).read().decode())
"""


@pytest.fixture
def recording(tmp_path: Path) -> Path:
    file = tmp_path / "answer.jsonl"
    body = b'data: {"id":"1","object":"chat.completion.chunk","choices":[{"index":0,"delta":{"content":"hello"}}]}\n\n'
    file.write_bytes(b"".join(write(exchange(body, b"data: [DONE]\n\n"))))
    return file


def run(*words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([*SERVE, "--port", "0", *words], capture_output=True, text=True, timeout=60, check=False)


def test_a_program_finds_the_server_in_its_environment(recording: Path) -> None:
    done = run(str(recording), "--strict", "--", sys.executable, "-c", ASK)
    assert (done.stdout, done.returncode) == ("hello\n", 0), done.stderr


def test_a_field_that_changes_is_ignored(recording: Path) -> None:
    changing = PLAIN_ASK.replace('"hi"', '"hi", "name": str(os.getpid())')
    program = ["--", sys.executable, "-c", changing]
    assert run(str(recording), *program).returncode == 1
    done = run(str(recording), "--ignore-field", "$.messages[*].name", *program)
    assert done.returncode == 0, done.stderr
    assert '"content":"hello"' in done.stdout
    invalid = run(str(recording), "--ignore-field", "messages", *program)
    assert (invalid.returncode, invalid.stderr) == (
        2,
        "streamkit: invalid field 'messages': expected a path such as $.user or $.messages[*].created\n",
    )


def test_the_exit_code_is_the_programs(recording: Path) -> None:
    assert run(str(recording), "--", sys.executable, "-c", "raise SystemExit(7)").returncode == 7


def test_strict_fails_if_a_recording_was_not_requested(recording: Path) -> None:
    done = run(str(recording), "--strict", "--", sys.executable, "-c", "")
    assert done.returncode == 1
    assert f"never requested: {recording}" in done.stderr


def test_a_missing_program(recording: Path) -> None:
    done = run(str(recording), "--", "no-such-program-here")
    assert (done.returncode, done.stderr.splitlines()[-1]) == (
        2,
        "streamkit: cannot run no-such-program-here: No such file or directory",
    )


def test_nothing_to_serve(tmp_path: Path) -> None:
    assert run(str(tmp_path)).returncode == 2


@pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX")
@pytest.mark.parametrize(("sent", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 0)])
def test_it_reports_when_it_is_ready_and_ends_when_stopped(tmp_path: Path, sent: signal.Signals, code: int) -> None:
    file = tmp_path / "slow.jsonl"
    file.write_bytes(b"".join(write(scripted("openai_chat/slow-start"))))
    with started([*SERVE, str(file), "--port", "0"], stderr=subprocess.PIPE, text=True) as server:
        assert server.stderr is not None
        ready = server.stderr.readline()
        assert re.fullmatch(r"serving 1 exchange on http://127\.0\.0\.1:\d+\n", ready)
        server.send_signal(sent)
        _, rest = server.communicate(timeout=60)
    assert (server.returncode, rest) == (code, "")


@pytest.mark.skipif(sys.platform != "linux", reason="processes are listed in /proc")
@pytest.mark.parametrize("sent", [signal.SIGTERM, signal.SIGKILL])
def test_workers_share_a_port_and_end_with_the_first(recording: Path, sent: signal.Signals) -> None:
    command = [*SERVE, str(recording), "--port", "0", "--workers", "3", "--match", "any"]
    with started(command, stderr=subprocess.PIPE, text=True) as server:
        assert server.stderr is not None
        url = re.search(r"http://\S+", server.stderr.readline())
        assert url is not None
        helpers = Path(f"/proc/{server.pid}/task/{server.pid}/children").read_text().split()
        assert len(helpers) == 2
        for _ in range(12):
            with urllib.request.urlopen(urllib.request.Request(f"{url[0]}/v1/x", b"{}"), timeout=60) as answer:
                assert answer.status == 200
        server.send_signal(sent)
        server.communicate(timeout=60)
        until(lambda: not any(alive(helper) for helper in helpers))


def alive(process: str) -> bool:
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(") ")[2][:1] != "Z"
    except OSError:
        return False


def test_workers_cannot_be_strict(recording: Path) -> None:
    done = run(str(recording), "--workers", "2", "--strict")
    assert (done.returncode, done.stderr) == (
        2,
        "streamkit: --workers cannot be used with --strict: each worker sees its own requests only\n",
    )


def test_a_public_address_must_be_confirmed(recording: Path) -> None:
    done = run(str(recording), "--host", "0.0.0.0")
    assert (done.returncode, done.stderr) == (
        2,
        "streamkit: --host 0.0.0.0 is not a loopback address; add --listen-public to accept other machines\n",
    )


REFUSED = """
import os, sys, urllib.error, urllib.request

def status(url, **headers):
    try:
        with urllib.request.urlopen(urllib.request.Request(url, b"{}", headers), timeout=30) as answer:
            return answer.status
    except urllib.error.HTTPError as error:
        return error.code

base = os.environ["STREAMKIT_URL"]
open_ = base.partition("/t/")[0]
reset = "/__streamkit/reset"
print(status(base + reset), status(open_ + reset), status(base + reset, Origin="http://evil.example"),
      status(base + reset, Host="evil.example"), status(base + reset, Host="mock.example"))
"""


@pytest.mark.parametrize(("public", "expected"), [(False, "200 200 403 403 200"), (True, "200 401 403 403 200")])
def test_web_pages_and_other_hosts_are_rejected(recording: Path, public: bool, expected: str) -> None:
    more = ["--host", "0.0.0.0", "--listen-public"] if public else []
    done = run(str(recording), "--allow-host", "mock.example", *more, "--", sys.executable, "-c", REFUSED)
    assert done.stdout.strip() == expected, done.stderr


def test_an_sdk_sends_the_token_as_its_key(recording: Path) -> None:
    done = run(str(recording), "--listen-public", "--token", "a-token", "--", sys.executable, "-c", ASK)
    assert (done.stdout, done.returncode) == ("hello\n", 0), done.stderr
    assert "/t/a-token" in done.stderr
