"""`streamkit proxy` as a process: a program behind it, the files it writes, and its error messages."""

from __future__ import annotations

import re
import signal
import socket
import subprocess
import sys
import urllib.request
from pathlib import Path

import pytest

from streamkit.model.recording import read, write
from streamkit.playback.player import Pace
from streamkit.service.mock import Options
from streamkit.service.serving import serving
from tests.exchanges import scripted
from tests.processes import started

PROXY = [sys.executable, "-m", "streamkit", "proxy"]
ASK = """
import openai
client = openai.OpenAI(max_retries=0, api_key="sk-proj-" + "a1B2" * 12)
body = {"model": "model-s", "messages": [{"role": "user", "content": "hi"}], "stream": True}
text = "".join(c.choices[0].delta.content or "" for c in client.chat.completions.create(**body) if c.choices)
assert text.startswith("Streams are rivers"), text
"""
# The same with the standard library, which is imported ten times as fast.
PLAIN_ASK = """
import json, os, urllib.request
body = {"model": "model-s", "messages": [{"role": "user", "content": "hi"}], "stream": True}
headers = {"Content-Type": "application/json"}
url = os.environ["OPENAI_BASE_URL"] + "/chat/completions"
urllib.request.urlopen(urllib.request.Request(url, json.dumps(body).encode(), headers)).read()
"""


def run(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    environment = {"PYTHONPATH": str(Path(__file__).parents[2]), "PATH": "", "HOME": str(folder)}
    command = [*PROXY, "--port", "0", *words]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False, cwd=folder, env=environment)


def test_a_program_is_recorded_and_then_replayed_without_an_upstream(tmp_path: Path) -> None:
    program = ["--", sys.executable, "-c", ASK]
    with serving([scripted("openai_chat/plain")], Options(match="path", pace=Pace(delay=False))) as upstream:
        done = run(tmp_path, upstream.url, *program)
        assert done.returncode == 0, done.stderr
        auto = run(tmp_path, upstream.url, "--mode", "auto", *program)
        assert (auto.returncode, len(upstream.requests)) == (0, 1), auto.stderr
    [file] = (tmp_path / "recordings").iterdir()
    [recorded] = read(file.read_bytes().splitlines(keepends=True))
    assert file.stat().st_mode & 0o777 == 0o600
    assert recorded.frames.body == scripted("openai_chat/plain").frames.body
    assert b"a1B2a1B2" not in file.read_bytes()
    assert f"200, eof, {len(recorded.frames)} frames: recordings/{file.name}" in done.stderr
    replayed = run(tmp_path, "--mode", "replay", "--no-delay", *program)
    assert replayed.returncode == 0, replayed.stderr


def test_auto_ignores_a_field_that_changes(tmp_path: Path) -> None:
    program = ["--", sys.executable, "-c", PLAIN_ASK.replace('"model-s"', '"model-s", "seed": os.getpid()')]
    ignoring = ["--mode", "auto", "--ignore-field", "$.seed"]
    with serving([scripted("openai_chat/plain")], Options(match="path", pace=Pace(delay=False))) as upstream:
        for words in (ignoring, ignoring, ["--mode", "auto"]):
            done = run(tmp_path, upstream.url, *words, *program)
            assert done.returncode == 0, done.stderr
        assert len(upstream.requests) == 2


@pytest.mark.parametrize("mode", ["record", "auto", "replay"])
def test_a_program_without_a_key_gets_a_dummy(tmp_path: Path, mode: str) -> None:
    (tmp_path / "recordings").mkdir()
    (tmp_path / "recordings" / "one.jsonl").write_bytes(b"".join(write(scripted("openai_chat/plain"))))
    code = "import os; print(os.environ['OPENAI_API_KEY'], os.environ['ANTHROPIC_API_KEY'])"
    environment = {"PYTHONPATH": str(Path(__file__).parents[2]), "OPENAI_API_KEY": "mine"}
    done = subprocess.run(
        [*PROXY, "--port", "0", "http://127.0.0.1:1", "--mode", mode, "--", sys.executable, "-c", code],
        capture_output=True, text=True, timeout=60, check=False, cwd=tmp_path, env=environment,
    )  # fmt: skip
    assert (done.returncode, done.stdout) == (0, "mine streamkit\n"), done.stderr


def test_a_file_is_appended_to_only_on_request(tmp_path: Path) -> None:
    program = ["--", sys.executable, "-c", PLAIN_ASK]
    with serving([scripted("openai_chat/plain")], Options(match="path", pace=Pace(delay=False))) as upstream:
        codes = [
            run(tmp_path, upstream.url, "-o", "session.jsonl", *more, *program).returncode
            for more in ([], [], ["--append"], ["--force"])
        ]
    assert codes == [0, 2, 0, 0]
    assert len(list(read((tmp_path / "session.jsonl").read_bytes().splitlines(keepends=True)))) == 1


WRONG = {
    "an empty variable": ([""], "invalid upstream '': expected http(s)://HOST[:PORT][/PATH]"),
    "no URL": (["api.openai.com"], "invalid upstream 'api.openai.com': expected http(s)://HOST[:PORT][/PATH]"),
    "a public address": (
        ["http://x", "--host", "0.0.0.0"],
        "--host 0.0.0.0 is not a loopback address; add --listen-public to accept other machines",
    ),
    "no route": (["--route", "openai"], "invalid --route 'openai': expected NAME=VALUE"),
    "a metadata service": (
        ["http://169.254.169.254"],
        "http://169.254.169.254: link-local or metadata address; use --allow-link-local to allow it",
    ),
    "workers that would have to know of each other": (
        ["http://x", "--workers", "2", "--mode", "auto"],
        "--workers and --mode auto: each worker knows what it has recorded itself only",
    ),
    "an invalid pattern": (["http://x", "--redact", "("], "--redact '(': invalid regular expression"),
}


@pytest.mark.parametrize(("words", "message"), WRONG.values(), ids=WRONG)
def test_errors(tmp_path: Path, words: list[str], message: str) -> None:
    done = run(tmp_path, *words)
    assert done.returncode == 2
    assert done.stderr.startswith(f"streamkit: {message}")
    assert len(done.stderr.splitlines()) == 1


@pytest.mark.skipif(not hasattr(socket, "SO_REUSEPORT"), reason="one process listens on a port here")
def test_workers_write_to_one_file(tmp_path: Path) -> None:
    ask = (
        "import os, urllib.request as u\n"
        "for n in range(12):\n"
        "    u.urlopen(u.Request(os.environ['OPENAI_BASE_URL'] + '/chat/completions', b'{}')).read()\n"
    )
    with serving([scripted("openai_chat/plain")], Options(match="any", pace=Pace(delay=False))) as upstream:
        done = run(tmp_path, upstream.url, "-o", "all.jsonl", "--workers", "3", "--", sys.executable, "-c", ask)
    assert done.returncode == 0 and "Traceback" not in done.stderr and "Fatal" not in done.stderr
    found = list(read((tmp_path / "all.jsonl").read_bytes().splitlines(keepends=True)))
    assert len(found) == 12 and all(one.end is not None and not one.damage for one in found)
    assert [path.name for path in tmp_path.iterdir()] == ["all.jsonl"]


def test_other_hosts_need_a_token(tmp_path: Path) -> None:
    done = run(
        tmp_path, "http://localhost:1", "--listen-public", "--host", "0.0.0.0",
        "--", sys.executable, "-c", "import os; print(os.environ['OPENAI_BASE_URL'])",
    )  # fmt: skip
    token = done.stdout.strip().removesuffix("/v1").rpartition("/t/")[2]
    assert len(token) >= 24 and token in done.stderr


@pytest.mark.parametrize("host", ["proxy.example", "localhost.example", "192.0.2.1", "0.0.0.0", "::"])
def test_listening_on_a_public_address_is_reported(tmp_path: Path, host: str) -> None:
    done = run(tmp_path, "http://127.0.0.1:1", "--host", host, "--", sys.executable, "-c", "")
    assert done.returncode == 2
    assert done.stderr.startswith(f"streamkit: --host {host} is not a loopback address")


@pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX")
@pytest.mark.parametrize(("sent", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 0)])
def test_without_a_program_it_runs_until_it_is_stopped(tmp_path: Path, sent: signal.Signals, code: int) -> None:
    settings = Options(match="any", pace=Pace(delay=False))
    with (
        serving([scripted("openai_chat/plain")], settings) as upstream,
        started([*PROXY, "--port", "0", upstream.url], stderr=subprocess.PIPE, text=True, cwd=tmp_path) as proxy,
    ):
        assert proxy.stderr is not None
        url = re.search(r"http://\S+", proxy.stderr.readline())
        assert url is not None
        for _ in range(2):
            with urllib.request.urlopen(urllib.request.Request(f"{url[0]}/v1/x", b"{}"), timeout=60) as answer:
                assert answer.status == 200
        proxy.send_signal(sent)
        proxy.communicate(timeout=60)
    assert proxy.returncode == code
    assert len(list((tmp_path / "recordings").iterdir())) == 2


@pytest.mark.skipif(sys.platform != "linux", reason="a pipe of 4 KiB")
@pytest.mark.parametrize("command", ["proxy", "serve"])
def test_a_stderr_that_nobody_reads_delays_no_answer(tmp_path: Path, command: str) -> None:
    import fcntl

    file = tmp_path / "recording.jsonl"
    file.write_bytes(b"".join(write(scripted("openai_chat/plain"))))
    program = [sys.executable, "-m", "streamkit", command, "--port", "0"]
    with serving([scripted("openai_chat/plain")], Options(match="any", pace=Pace(delay=False))) as upstream:
        program += [upstream.url] if command == "proxy" else [str(file), "-v", "--match", "any", "--no-delay"]
        with started(program, stderr=subprocess.PIPE, text=True, cwd=tmp_path) as server:
            assert server.stderr is not None
            fcntl.fcntl(server.stderr, fcntl.F_SETPIPE_SZ, 4096)
            url = re.search(r"http://\S+", server.stderr.readline())
            assert url is not None
            for _ in range(150):
                with urllib.request.urlopen(urllib.request.Request(f"{url[0]}/v1/x", b"{}"), timeout=60) as answer:
                    assert answer.status == 200
            server.send_signal(signal.SIGTERM)
            assert server.wait(timeout=60) == 0
            assert server.stderr.read(100)
