"""The ini option `streamkit_block_network`: clients made at import time, connections to other machines, and what a run without
the option keeps."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from fnmatch import fnmatch
from pathlib import Path

import pytest

from streamkit.model.recording import read, write
from streamkit.playback.player import Pace
from streamkit.service.mock import Options
from streamkit.service.serving import serving
from tests.exchanges import scripted
from tests.plugin.nested import ENVIRONMENT, PLUGIN, run

pytestmark = pytest.mark.slow

pytest_plugins = ("pytester",)

APP = """
import openai
chat = openai.OpenAI()
ASKED = dict(model="model-s", messages=[{"role": "user", "content": "What are streams?"}], stream=True)

def ask(client=chat, **more):
    parts = client.chat.completions.create(**ASKED, **more)
    return "".join(chunk.choices[0].delta.content or "" for chunk in parts if chunk.choices)
"""
# A second provider, read with the standard library: importing the `anthropic` package takes longer than all tests of a run.
BOTH = (
    APP
    + """
import json, os, urllib.request
claude_url = os.environ["ANTHROPIC_BASE_URL"]

def ask_claude():
    messages = [{"role": "user", "content": "What are streams?"}]
    body = json.dumps({"model": "model-a", "max_tokens": 1024, "messages": messages}).encode()
    request = urllib.request.Request(f"{claude_url}/v1/messages", body, {"Content-Type": "application/json"})
    with urllib.request.urlopen(request) as answer:
        return json.load(answer)["content"][0]["text"]
"""
)
# The same with the standard library, which is imported ten times as fast.
PLAIN_APP = """
import json, os, urllib.request
base_url, key = os.environ["OPENAI_BASE_URL"], os.environ["OPENAI_API_KEY"]

def ask():
    body = {"model": "model-s", "messages": [{"role": "user", "content": "What are streams?"}], "stream": True}
    headers = {"Authorization": f"Bearer {key}", "Content-Type": "application/json"}
    request = urllib.request.Request(f"{base_url}/chat/completions", json.dumps(body).encode(), headers)
    with urllib.request.urlopen(request) as answer:
        return answer.read()
"""
PLAIN_TEST = "import pytest, app, socket\n"
TEST = "import pytest, app, os, socket, openai\n"


@pytest.fixture
def project(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project that has opted in, with an app whose clients are made when it is imported."""
    for name in ("OPENAI_API_KEY", "ANTHROPIC_API_KEY", "OPENAI_BASE_URL"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.delenv("PYTEST_XDIST_WORKER", raising=False)
    pytester.makeini("[pytest]\nstreamkit_block_network = true\npythonpath = .\n")
    pytester.makepyfile(app=APP)
    folder = pytester.path / "recordings"
    folder.mkdir()
    for name, script in (("answer", "openai_chat/plain"), ("claude", "anthropic_messages/plain")):
        (folder / f"{name}.jsonl").write_bytes(b"".join(write(scripted(script))))
    return pytester.path


@pytest.fixture
def provider(project: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """A stand-in for the real API."""
    with serving([scripted("openai_chat/plain")], Options(match="path", pace=Pace(delay=False))) as server:
        monkeypatch.setenv("OPENAI_BASE_URL", server.base_url)
        monkeypatch.setenv("OPENAI_API_KEY", "sk-proj-" + "a1B2" * 12)
        yield server.url


@pytest.mark.usefixtures("project")
def test_clients_made_at_import_time_are_answered_from_recordings(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(app=BOTH)
    pytester.makeconftest("import app\nassert app.chat.api_key == 'streamkit'")
    pytester.makepyfile(
        TEST + "@pytest.mark.streamkit('answer.jsonl', fault='cut:event=3,by=reset')\n"
        "def test_a_fault():\n    with pytest.raises(openai.APIConnectionError): app.ask()\n"
        "@pytest.mark.streamkit('answer.jsonl', strict=True)\n"
        "def test_one(): assert app.ask().startswith('Streams are rivers')\n"
        "@pytest.mark.streamkit('answer.jsonl', 'claude.jsonl')\n"
        "def test_two(streamkit_server):\n"
        "    app.ask(), app.ask_claude()\n"
        "    streamkit_server.assert_all_played()\n"
        "    with pytest.raises(openai.NotFoundError, match='was already played'): app.ask()\n"
    )
    run(pytester, "-n", "1").assert_outcomes(passed=3)


@pytest.mark.usefixtures("project")
def test_one_server_for_all_tests_and_one_of_a_test(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(app=BOTH)
    pytester.makepyfile(
        TEST + "def test_one(streamkit_session_server): app.ask(); app.ask_claude()\n"
        "@pytest.mark.streamkit('claude.jsonl')\n"
        "def test_two(streamkit_server):\n    with pytest.raises(openai.NotFoundError): app.ask()\n"
        "def test_three(): app.ask()\n"
    )
    run(pytester).assert_outcomes(passed=3)


REFUSED = {
    "a client with another base URL": (
        "app.ask(openai.OpenAI(base_url='https://api.openai.com/v1'))",
        "tried to connect to api.openai.com:443, which streamkit_block_network refuses; take the base URL from the *",
    ),
    "an app that catches the error": (
        "try: socket.create_connection(('192.0.2.1', 80), 5)\n    except BaseException: pass",
        "tried to connect to 192.0.2.1:80, *",
    ),
    "an address of version 6": ("socket.create_connection(('2001:db8::1', 80), 5)", "tried to connect to 2001:db8::1:80,*"),
    "connect_ex": (
        "with socket.socket() as s: s.connect_ex(('192.0.2.1', 80))", "tried to connect to 192.0.2.1:80, *"
    ),
    "a test without a recording": (
        "pytest.raises(openai.NotFoundError, app.ask)",
        "sent POST /v1/chat/completions without a recording; mark the test with @pytest.mark.streamkit, or use the *",
    ),
    "in an event loop": (
        "import asyncio\n    asyncio.run(asyncio.wait_for(asyncio.open_connection('api.openai.com', 443), 5))",
        "tried to connect to api.openai.com:443, *",
    ),
}  # fmt: skip


@pytest.mark.usefixtures("project")
def test_a_refusal_fails_the_test_and_names_it(pytester: pytest.Pytester) -> None:
    tests = [
        f"def test_{n}():\n    {body}\ndef test_after_{n}(): pass\n" for n, (body, _) in enumerate(REFUSED.values())
    ]
    pytester.makepyfile(test_app=TEST + "def test_before(): pass\n" + "".join(tests))
    done = run(pytester)
    done.assert_outcomes(passed=1 + len(REFUSED), failed=len(REFUSED))
    for number, (name, (_, message)) in enumerate(REFUSED.items()):
        assert any(fnmatch(line, f"test_app.py::test_{number} {message}") for line in done.outlines), name


@pytest.mark.usefixtures("project")
def test_a_request_at_import_is_refused(pytester: pytest.Pytester) -> None:
    pytester.makepyfile("import socket\nsocket.create_connection(('192.0.2.1', 80), 5)\ndef test_it(): pass")
    done = run(pytester)
    done.assert_outcomes(errors=1)
    done.stdout.fnmatch_lines(["*a module, at import, tried to connect to 192.0.2.1:80, which *"])


@pytest.mark.usefixtures("project")
def test_this_machine_and_allowed_hosts_are_reached(pytester: pytest.Pytester) -> None:
    pytester.makeini(
        "[pytest]\nstreamkit_block_network = true\npythonpath = .\nstreamkit_allowed_hosts = *.invalid 192.0.2.*\n"
    )
    pytester.makepyfile(
        "import pytest, socket\ndef test_it():\n"
        "    with socket.create_server(('127.0.0.1', 0)) as server:\n"
        "        for host in ('127.0.0.1', 'localhost'): socket.create_connection((host, server.getsockname()[1])).close()\n"
        "    with pytest.raises(socket.gaierror): socket.create_connection(('db.invalid', 80))\n"
        "    with socket.socket() as s:\n        s.setblocking(False)\n"
        "        with pytest.raises(OSError): s.connect(('192.0.2.7', 80))\n"
        "@pytest.mark.skipif(not hasattr(socket, 'AF_UNIX'), reason='Unix sockets')\n"
        "def test_a_unix_socket():\n"
        "    with socket.socket(socket.AF_UNIX) as s, pytest.raises(FileNotFoundError): s.connect('no')\n"
    )
    run(pytester).assert_outcomes(passed=2)


def test_clients_made_at_import_time_are_recorded(pytester: pytest.Pytester, provider: str, project: Path) -> None:
    pytester.makepyfile(
        app=PLAIN_APP,
        test_app=PLAIN_TEST + "@pytest.mark.streamkit\ndef test_it(): app.ask()\n"
        "@pytest.mark.streamkit(reuse='cycle')\ndef test_two(): app.ask(), app.ask()\n",
    )
    for words in (("-n", "1", "--streamkit-record=once"), ("--streamkit-record=once",), ("--streamkit-record=none",)):
        run(pytester, *words).assert_outcomes(passed=2)
    files = sorted((project / "recordings" / "test_app").iterdir())
    recorded = [list(read(file.read_bytes().splitlines(keepends=True))) for file in files]
    assert [len(each) for each in recorded] == [1, 2]
    request = recorded[0][0].request
    assert request is not None and request.url == f"{provider}/v1/chat/completions"
    assert all(b"a1B2a1B2" not in file.read_bytes() for file in files)


def test_the_marker_names_an_upstream_while_recording(pytester: pytest.Pytester, provider: str, project: Path) -> None:
    pytester.makepyfile(
        app=PLAIN_APP,
        test_new=PLAIN_TEST + f"@pytest.mark.streamkit('new.jsonl', upstream={provider!r})\ndef test_it(): app.ask()\n",
    )
    run(pytester, "--streamkit-record=once").assert_outcomes(passed=1)
    run(pytester).assert_outcomes(passed=1)
    assert (project / "recordings" / "new.jsonl").stat().st_size


@pytest.mark.usefixtures("provider")
def test_other_connections_are_refused_while_recording(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(
        app=PLAIN_APP,
        test_app=PLAIN_TEST + "@pytest.mark.streamkit\ndef test_it():\n    app.ask()\n"
        "    socket.create_connection(('192.0.2.1', 80), 5)\n",
    )
    done = run(pytester, "--streamkit-record=once")
    done.assert_outcomes(failed=1)
    done.stdout.fnmatch_lines(["test_app.py::test_it tried to connect to 192.0.2.1:80, which *"])


UNCHANGED = """
import os, socket, sys, threading
def test_it():
    assert dict(os.environ).keys() - BEFORE <= {"PYTEST_CURRENT_TEST", "PYTEST_VERSION"}
    assert "connect" not in vars(socket.socket) and socket.getaddrinfo.__module__ == "socket"
    assert [thread.name for thread in threading.enumerate()] == ["MainThread"]
    assert not {"asyncio", "streamkit.service", "streamkit.transport", "orjson"} & sys.modules.keys()
"""


def test_without_the_option_nothing_changes(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> None:

    pytester.makepyfile(f"BEFORE = {set(os.environ) | set(ENVIRONMENT)!r}\n{UNCHANGED}")
    run(pytester).assert_outcomes(passed=1)


@pytest.mark.usefixtures("project")
def test_afterwards_everything_is_as_before(pytester: pytest.Pytester) -> None:
    code = (
        "import os, socket, sys, pytest\n"
        "before = dict(os.environ), socket.getaddrinfo, socket.socket.connect\n"
        f"assert pytest.main({[*PLUGIN]!r}) == 0\n"
        "after = {k: v for k, v in os.environ.items() if not k.startswith('PYTEST')}\n"
        "assert after == {k: v for k, v in before[0].items() if not k.startswith('PYTEST')}\n"
        "assert (socket.getaddrinfo, socket.socket.connect) == before[1:]\n"
    )
    pytester.makepyfile(app=PLAIN_APP)
    pytester.makepyfile(PLAIN_TEST + "@pytest.mark.streamkit('answer.jsonl')\ndef test_it(): app.ask()\n")
    done = pytester.run(sys.executable, "-c", code)
    assert done.ret == 0, done.stderr.str()
