"""Lint in a test: the streams that it received, and the fixture `streamkit_lint`."""

from __future__ import annotations

from dataclasses import replace
from fnmatch import fnmatch
from pathlib import Path

import pytest

from streamkit.model.exchange import Frame, Frames
from streamkit.model.recording import write
from streamkit.playback.player import Pace
from streamkit.service.mock import Options
from streamkit.service.serving import serving
from tests.exchanges import scripted
from tests.plugin.nested import run

pytestmark = pytest.mark.slow

pytest_plugins = ("pytester",)

GOOD = scripted("openai_chat/plain").frames.body
BAD = GOOD.replace(b'"finish_reason":"stop"', b'"finish_reason":null')
ASK = """
import json, os, urllib.request
import pytest

def ask(**more):
    body = {"model": "model-s", "messages": [{"role": "user", "content": "What are streams?"}], "stream": True, **more}
    url = os.environ["OPENAI_BASE_URL"] + "/chat/completions"
    with urllib.request.urlopen(urllib.request.Request(url, json.dumps(body).encode())) as answer:
        return answer.read()
"""


@pytest.fixture
def recordings(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = pytester.path / "recordings"
    folder.mkdir()
    (folder / "answer.jsonl").write_bytes(b"".join(write(scripted("openai_chat/plain"))))
    (pytester.path / "good.sse").write_bytes(GOOD)
    (pytester.path / "bad.sse").write_bytes(BAD)
    return folder


def check_errors(done: pytest.RunResult, errors: dict[str, str]) -> None:
    """The n-th test of a run failed with the n-th error, or passed where that is empty."""
    for number, (name, error) in enumerate(errors.items()):
        expected = f"FAILED *::test_{number} - *{error}" if error else f"PASSED *::test_{number}"
        assert any(fnmatch(line, expected) for line in done.outlines), name


@pytest.mark.usefixtures("recordings")
def test_what_the_calls_received_is_judged_in_one_line(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(
        ASK + "@pytest.mark.streamkit('answer.jsonl', reuse='cycle')\n"
        "def test_good(streamkit_server):\n"
        "    assert streamkit_server.findings == []\n"
        "    ask(); ask(stream=False)\n"
        "    assert streamkit_server.findings == []\n"
        "@pytest.mark.streamkit('answer.jsonl', fault='cut:event=3', reuse='cycle')\n"
        "def test_bad(streamkit_server):\n"
        "    for _ in range(2):\n"
        "        try: ask()\n        except Exception: pass\n"
        "    assert streamkit_server.findings == []\n"
    )
    done = run(pytester)
    done.assert_outcomes(passed=1, failed=1)
    done.stdout.fnmatch_lines(
        [
            "E *assert no findings were expected*",
            "E *SEQ410 error: no chunk carries a finish_reason for choice 0",
            "*Captured streamkit lint call*",
            "request 1, answered from *answer.jsonl  [[]openai_chat, truncated[]]",
            "request 1, answered from *answer.jsonl: SEQ410 error: *",
            "request 2, answered from *answer.jsonl: SEQ410 error: *",
        ]
    )


RECORDING = {
    "recorded": ("once", "new.jsonl", ["http://*/chat/completions, recorded to *new.jsonl"]),
    "played and recorded": (
        "auto",
        "old.jsonl",
        ["answered from *old.jsonl", "http://*/chat/completions, recorded to *old.jsonl"],
    ),
}


@pytest.mark.parametrize(("mode", "file", "sources"), RECORDING.values(), ids=RECORDING)
def test_what_is_recorded_is_judged_too(
    pytester: pytest.Pytester, recordings: Path, mode: str, file: str, sources: list[str]
) -> None:
    broken = replace(scripted("openai_chat/plain"), frames=Frames.of([Frame(BAD)]))
    (recordings / "old.jsonl").write_bytes(b"".join(write(broken)))
    with serving([broken], Options(match="path", pace=Pace(delay=False))) as server:
        pytester.makepyfile(
            ASK + f"@pytest.mark.streamkit({file!r}, upstream={server.url!r})\n"
            "def test_it(streamkit_server):\n    ask(); ask(seed=1)\n"
            "    for finding in streamkit_server.findings: print(f'{finding.code}: {finding.file}')\n"
        )
        done = run(pytester, "-s", f"--streamkit-record={mode}")
    done.assert_outcomes(passed=1)
    done.stdout.fnmatch_lines([f"*SEQ410: *{source}" for source in sources])


RESPONSES = {
    "bytes": "answer",
    "httpx": "httpx.Client(transport=transport).get('http://test/v1/chat/completions')",
    "httpx, not read yet": "httpx.Client(transport=transport).send(request, stream=True)",
    "requests": "requests.get(url)",
    "urllib": "urllib.request.urlopen(url)",
    "a URL": "url",
}


@pytest.mark.usefixtures("recordings")
def test_a_response_object(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(
        f"""
        import http.server, pathlib, threading, urllib.request, httpx, pytest, requests

        good, bad = [pathlib.Path(name).read_bytes() for name in ("good.sse", "bad.sse")]

        @pytest.fixture
        def url(answer):
            class App(http.server.BaseHTTPRequestHandler):
                def do_GET(self):
                    self.send_response(200)
                    self.send_header("Content-Type", "text/event-stream")
                    self.end_headers()
                    self.wfile.write(answer)

            with http.server.ThreadingHTTPServer(("127.0.0.1", 0), App) as server:
                threading.Thread(target=server.serve_forever).start()
                yield f"http://127.0.0.1:{{server.server_port}}/v1/chat/completions"
                server.shutdown()

        @pytest.mark.parametrize("source", {[*RESPONSES.values()]!r}, ids={[*RESPONSES]!r})
        @pytest.mark.parametrize("answer", [good, bad], ids=["good", "bad"])
        def test_it(streamkit_lint, url, answer, source):
            transport = httpx.MockTransport(
                lambda _: httpx.Response(200, headers={{"content-type": "text/event-stream"}}, content=answer))
            request = httpx.Request("POST", "http://test/v1/chat/completions", json={{"stream": True}})
            response = eval(source, globals(), locals())
            assert not [finding for finding in streamkit_lint(response) if finding.severity == "error"]
        """
    )
    done = run(pytester, "-rA")
    done.assert_outcomes(passed=len(RESPONSES), failed=len(RESPONSES))
    for name in RESPONSES:
        done.stdout.fnmatch_lines_random([f"PASSED *::test_it[[]good-{name}[]]", f"FAILED *::test_it[[]bad-{name}[]]*"])
    assert sum(fnmatch(line, "*: SEQ4?? error: *") for line in done.outlines) == len(RESPONSES)
    assert any(fnmatch(line, "the bytes:*: SEQ4?? error: *") for line in done.outlines)
    done.stdout.no_fnmatch_line("*_linting.py*")


OPTIONS = {
    "ignored": ("ignore=['SEQ']", ""),
    "another rule": ("select=['SSE']", ""),
    "an unknown rule": ("select=['XYZ1']", "streamkit_lint: unknown rule 'XYZ1'*"),
    "an unknown severity": (
        "fail_on='never'",
        "streamkit_lint: unknown severity 'never'; expected one of: error, warning, info",
    ),
    "json for bytes": ("json={}", "streamkit_lint: json, method and headers are for a URL; *"),
}


@pytest.mark.usefixtures("recordings")
def test_the_options_of_the_fixture(pytester: pytest.Pytester) -> None:
    tests = [
        f"def test_{n}(streamkit_lint): streamkit_lint(bad, {argument})\n"
        for n, (argument, _) in enumerate(OPTIONS.values())
    ]
    pytester.makepyfile("import pathlib\nbad = pathlib.Path('bad.sse').read_bytes()\n" + "".join(tests))
    check_errors(run(pytester, "-rA"), {name: error for name, (_, error) in OPTIONS.items()})


NOT_RESPONSES = {
    "a path": ("'good.sse'", "expected a URL, bytes or a response, not str"),
    "nothing": ("None", "expected a URL, bytes or a response, not NoneType"),
    "an answer that only a coroutine could read": (
        "__import__('asyncio').run(unread())",
        "the body of the response has not been read: await it first, or pass its bytes",
    ),
}


@pytest.mark.usefixtures("recordings")
def test_what_is_not_a_response(pytester: pytest.Pytester) -> None:
    tests = [
        f"def test_{n}(streamkit_lint): streamkit_lint({source})\n"
        for n, (source, _) in enumerate(NOT_RESPONSES.values())
    ]
    pytester.makepyfile(
        "import httpx\n"
        "async def parts():\n    yield b'data: 1'\n"
        "async def unread():\n"
        "    transport = httpx.MockTransport(lambda _: httpx.Response(200, content=parts()))\n"
        "    async with httpx.AsyncClient(transport=transport) as client:\n"
        "        return await client.send(httpx.Request('GET', 'http://test/'), stream=True)\n" + "".join(tests)
    )
    errors = {name: f"streamkit_lint: {error}" for name, (_, error) in NOT_RESPONSES.items()}
    check_errors(run(pytester, "-rA", "-W", "error"), errors)
