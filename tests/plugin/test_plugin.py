"""The pytest plugin, run by pytest: the examples of docs/pytest.md, recording, strictness, workers, and what it
imports."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from streamkit.model.recording import read, write
from streamkit.playback.player import Pace
from streamkit.service.mock import Options
from streamkit.service.serving import serving
from tests.exchanges import scripted
from tests.plugin.nested import run

pytestmark = pytest.mark.slow

pytest_plugins = ("pytester",)

PAGE = Path(__file__).parents[2] / "docs" / "pytest.md"
EXAMPLES = re.findall(r"```python\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
# Importing an SDK takes time, and these tests do not need one.
ASK = """
import json, os, urllib.request
import pytest

def ask(**more):
    body = {"model": "model-s", "messages": [{"role": "user", "content": "What are streams?"}], "stream": True, **more}
    headers = {"Authorization": "Bearer " + os.environ["OPENAI_API_KEY"]}
    url = os.environ["OPENAI_BASE_URL"] + "/chat/completions"
    with urllib.request.urlopen(urllib.request.Request(url, json.dumps(body).encode(), headers)) as answer:
        return answer.read()
"""


@pytest.fixture
def recordings(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = pytester.path / "recordings"
    folder.mkdir()
    for name, script in (("answer", "openai_chat/plain"), ("claude", "anthropic_messages/plain")):
        (folder / f"{name}.jsonl").write_bytes(b"".join(write(scripted(script))))
    return folder


@pytest.fixture
def provider(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """A stand-in for the real API."""
    with serving([scripted("openai_chat/plain")], Options(match="path", pace=Pace(delay=False))) as server:
        monkeypatch.setenv("OPENAI_BASE_URL", server.base_url)
        monkeypatch.setenv("OPENAI_API_KEY", "sk-proj-" + "a1B2" * 12)
        yield server.url


@pytest.mark.usefixtures("recordings")
def test_the_examples_of_the_page(pytester: pytest.Pytester) -> None:
    for number, example in enumerate(EXAMPLES):
        pytester.makepyfile(**{f"test_example_{number}": example})
    count = sum(example.count("def test_") for example in EXAMPLES)
    assert count == 8
    run(pytester).assert_outcomes(passed=count)


@pytest.mark.usefixtures("recordings")
def test_a_missing_recording(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(ASK + "def test_it(streamkit_server): ask()")
    done = run(pytester)
    done.assert_outcomes(errors=1)
    done.stdout.fnmatch_lines(
        [
            "*test_it.jsonl: no such recording; to record it: pytest test_a_missing_recording.py::test_it --streamkit-record=once"
        ]
    )


@pytest.mark.usefixtures("recordings")
def test_a_request_without_a_match(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(
        ASK + "@pytest.mark.streamkit('answer.jsonl')\n"
        "def test_it(streamkit_server):\n"
        "    with pytest.raises(urllib.error.HTTPError) as error: ask(temperature=2)\n"
        "    assert b'body.temperature: recorded nothing, received 2' in error.value.read()\n"
    )
    run(pytester).assert_outcomes(passed=1)


ANEW = {
    "a recording of the test's own": ("*/test_it.jsonl", "", "all"),
    "a recording that several tests may play": ("answer.jsonl", "'answer.jsonl'", "auto"),
}


@pytest.mark.parametrize(("path", "argument", "mode"), ANEW.values(), ids=ANEW)
def test_a_miss_names_the_command_that_records_again(
    pytester: pytest.Pytester, recordings: Path, path: str, argument: str, mode: str
) -> None:
    own = recordings / "test_a_miss_names_the_command_that_records_again"
    own.mkdir()
    (own / "test_it.jsonl").write_bytes((recordings / "answer.jsonl").read_bytes())
    pytester.makepyfile(
        ASK + f"@pytest.mark.streamkit({argument})\n"
        "def test_it(streamkit_server):\n"
        "    with pytest.raises(urllib.error.HTTPError) as error: ask(temperature=2, seed=3)\n"
        "    print(json.loads(error.value.read())['error']['message'])\n"
        "    print(streamkit_server.explain())\n"
    )
    done = run(pytester, "-s")
    done.assert_outcomes(passed=1)
    name = "test_a_miss_names_the_command_that_records_again.py::test_it"
    done.stdout.fnmatch_lines(
        [
            f"*{path}, which differs at body.temperature: *; to record it: pytest {name} --streamkit-record={mode}",
            "POST /v1/chat/completions: no match: *",
            "  body.temperature: recorded nothing, received 2",
            "  body.seed: recorded nothing, received 3",
        ]
    )


@pytest.mark.usefixtures("recordings")
def test_fields_to_ignore(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(
        ASK + "@pytest.mark.streamkit('answer.jsonl', ignore=['$.messages[*].created', '$.run'])\n"
        "def test_it(streamkit_server):\n"
        "    ask(run=7, messages=[{'role': 'user', 'content': 'What are streams?', 'created': 5}])\n"
    )
    run(pytester).assert_outcomes(passed=1)


@pytest.mark.usefixtures("recordings")
def test_the_marker_is_enough(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(
        ASK + "@pytest.mark.streamkit('answer.jsonl', strict=True)\ndef test_it(): ask()\n"
        "@pytest.mark.streamkit('answer.jsonl')\n"
        "@pytest.mark.parametrize('temperature', [None, 2])\nclass TestAll:\n"
        "    def test_each(self, temperature):\n"
        "        ask() if temperature is None else pytest.raises(urllib.error.HTTPError, ask, temperature=temperature)\n"
    )
    run(pytester).assert_outcomes(passed=3)


@pytest.mark.usefixtures("recordings")
def test_all_played(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(
        ASK + "@pytest.mark.streamkit('answer.jsonl')\n"
        "def test_yes(streamkit_server): ask(); streamkit_server.assert_all_played()\n"
        "@pytest.mark.streamkit('answer.jsonl')\n"
        "def test_no(streamkit_server): streamkit_server.assert_all_played()\n"
    )
    done = run(pytester)
    done.assert_outcomes(passed=1, failed=1)
    done.stdout.fnmatch_lines(["*AssertionError: recordings that were never requested: *answer.jsonl"])
    done.stdout.no_fnmatch_line("*_server.py*")


STRICT = {
    "not asked for": ("pass", "recordings that were never requested: *answer.jsonl"),
    "not recorded": (
        "ask(); pytest.raises(urllib.error.HTTPError, ask, seed=1)",
        "requests that no recording matches: POST /v1/chat/completions: no match: closest is *",
    ),
}


@pytest.mark.parametrize(("body", "message"), STRICT.values(), ids=STRICT)
@pytest.mark.usefixtures("recordings")
def test_strict(pytester: pytest.Pytester, body: str, message: str) -> None:
    pytester.makepyfile(ASK + f"@pytest.mark.streamkit('answer.jsonl')\ndef test_it(streamkit_server): {body}")
    run(pytester).assert_outcomes(passed=1)
    done = run(pytester, "--streamkit-strict")
    done.assert_outcomes(passed=1, errors=1)
    done.stdout.fnmatch_lines([f"*{message}*"])


def test_once_records_and_then_plays(pytester: pytest.Pytester, provider: str, recordings: Path) -> None:
    pytester.makepyfile(ASK + "def test_it(streamkit_server):\n    ask()\n    print(f'{streamkit_server.recording=}')")
    [first, second, third] = [run(pytester, "-s", mode) for mode in ["--streamkit-record=once"] * 2 + ["-q"]]
    for done, recording in ((first, True), (second, False), (third, False)):
        done.assert_outcomes(passed=1)
        done.stdout.fnmatch_lines([f"*streamkit_server.recording={recording}*"])
    [file] = recordings.glob("*/test_it.jsonl")
    [recorded] = read(file.read_bytes().splitlines(keepends=True))
    assert recorded.request is not None and recorded.request.url == f"{provider}/v1/chat/completions"
    assert recorded.frames.body == scripted("openai_chat/plain").frames.body
    assert b"a1B2a1B2" not in file.read_bytes()


OWN_FILES = """
class TestA:
    def test_it(self, streamkit_server): ask(seed=1)
class TestB:
    def test_it(self, streamkit_server): ask(seed=2)
    class TestC:
        def test_it(self, streamkit_server): ask(seed=3)
def test_it(streamkit_server): ask(seed=4)
@pytest.mark.parametrize("value", ["a/b", "a b", "a-b", "../" * 90, "x" * 400, "x" * 401, "gr\\u00fc\\u00df"])
def test_each(streamkit_server, value): ask(user_name=value)
"""


def test_every_test_has_a_separate_file(pytester: pytest.Pytester, provider: str, recordings: Path) -> None:
    pytester.makepyfile(test_own=ASK + OWN_FILES)
    for mode in ("once", "none"):
        run(pytester, f"--streamkit-record={mode}").assert_outcomes(passed=11)
    names = sorted(path.name for path in (recordings / "test_own").iterdir())
    assert names[:3] == ["TestA.test_it.jsonl", "TestB.TestC.test_it.jsonl", "TestB.test_it.jsonl"]
    assert {"test_it.jsonl", "test_each-a-b.jsonl"} <= set(names)
    assert len(names) == 11
    assert all(re.fullmatch(r"[\w.-]{1,170}", name) for name in names)


def test_in_one_folder_modules_of_one_name_are_kept_apart(
    pytester: pytest.Pytester, provider: str, recordings: Path
) -> None:
    pytester.makeini("[pytest]\nstreamkit_recordings = recordings\naddopts = --import-mode=importlib\n")
    for folder, seed in (("one", 1), ("two", 2)):
        (pytester.path / folder).mkdir()
        (pytester.path / folder / "test_app.py").write_text(
            ASK + f"def test_it(streamkit_server): ask(seed={seed})", "utf-8"
        )
    for mode in ("once", "none"):
        run(pytester, f"--streamkit-record={mode}").assert_outcomes(passed=2)
    found = {path.relative_to(recordings).as_posix() for path in recordings.glob("*/**/*.jsonl")}
    assert found == {"one/test_app/test_it.jsonl", "two/test_app/test_it.jsonl"}


@pytest.mark.usefixtures("provider")
def test_once_leaves_no_empty_file_and_fills_one(pytester: pytest.Pytester, recordings: Path) -> None:
    pytester.makepyfile(
        test_own="def test_silent(streamkit_server): pass\n" + ASK + "def test_it(streamkit_server): ask()"
    )
    (recordings / "test_own").mkdir()
    (recordings / "test_own" / "test_it.jsonl").touch()
    run(pytester, "--streamkit-record=once").assert_outcomes(passed=2)
    [file] = (recordings / "test_own").iterdir()
    assert file.name == "test_it.jsonl"
    assert len(list(read(file.read_bytes().splitlines(keepends=True)))) == 1


@pytest.mark.usefixtures("provider")
def test_once_leaves_no_folder_that_it_made_for_a_silent_test(pytester: pytest.Pytester, recordings: Path) -> None:
    pytester.makepyfile(test_own="def test_silent(streamkit_server): pass")
    before = set(recordings.rglob("*"))
    run(pytester, "--streamkit-record=once").assert_outcomes(passed=1)
    assert set(recordings.rglob("*")) == before


@pytest.mark.usefixtures("provider")
def test_the_server_of_the_session_records_into_its_folder(pytester: pytest.Pytester, recordings: Path) -> None:
    pytester.makepyfile(ASK + "def test_it(streamkit_session_server): ask(); ask(seed=1)")
    for mode in ("auto", "none"):
        run(pytester, f"--streamkit-record={mode}").assert_outcomes(passed=1)
    assert len(list(recordings.glob("2*-chat-completions-*.jsonl"))) == 1


@pytest.mark.parametrize("mode", ["auto", "all"])
@pytest.mark.usefixtures("provider")
def test_a_cassette_is_not_recorded_over(pytester: pytest.Pytester, recordings: Path, mode: str) -> None:
    pytester.makepyfile(ASK + "@pytest.mark.streamkit('answer.jsonl', 'old.yaml')\ndef test_it(streamkit_server): 1")
    (recordings / "old.yaml").write_bytes(b"".join(write(scripted("openai_chat/plain"))))
    before = (recordings / "old.yaml").read_bytes()
    done = run(pytester, f"--streamkit-record={mode}")
    done.assert_outcomes(errors=1)
    done.stdout.fnmatch_lines(
        ["*old.yaml: cannot record to this format; convert it first: streamkit convert */old.yaml -o */old.jsonl"]
    )
    assert (recordings / "old.yaml").read_bytes() == before


def test_auto_adds_and_all_starts_over(pytester: pytest.Pytester, provider: str, recordings: Path) -> None:
    pytester.makepyfile(
        ASK + f"@pytest.mark.streamkit('mine.jsonl', upstream={provider!r}, reuse='cycle')\n"
        "def test_it(streamkit_server): ask(); ask(); ask(seed=1)\n"
    )
    counts = []
    for mode in ("auto", "auto", "all", "none"):
        run(pytester, f"--streamkit-record={mode}").assert_outcomes(passed=1)
        counts.append(len(list(read((recordings / "mine.jsonl").read_bytes().splitlines(keepends=True)))))
    assert counts == [2, 2, 3, 3]


def test_a_folder_may_have_a_dot_in_its_name(pytester: pytest.Pytester, provider: str, recordings: Path) -> None:
    (recordings / "calls.v1").mkdir()
    pytester.makepyfile(
        ASK + f"@pytest.mark.streamkit('calls.v1', upstream={provider!r})\n"
        "def test_it(streamkit_server): ask(seed=1); ask(seed=2)\n"
    )
    run(pytester, "--streamkit-record=auto").assert_outcomes(passed=1)
    assert len(list((recordings / "calls.v1").glob("*.jsonl"))) == 2


@pytest.mark.parametrize(("name", "passed"), [("mine.jsonl", 0), ("mine", 1)], ids=["a file", "a folder"])
def test_a_recording_that_cannot_be_written_fails_the_test(
    pytester: pytest.Pytester, provider: str, recordings: Path, name: str, passed: int
) -> None:
    """The folder is made when the first request comes, and the request is answered."""
    target = recordings / "answer.jsonl" / name  # below a file
    pytester.makepyfile(
        ASK + f"@pytest.mark.streamkit({str(target)!r}, upstream={provider!r})\ndef test_it(streamkit_server): ask()\n"
    )
    done = run(pytester, "--streamkit-record=all")
    done.assert_outcomes(passed=passed, errors=1)
    done.stdout.fnmatch_lines(["ERROR *::test_it - Failed: */mine*: cannot write: Not a directory*"])


@pytest.mark.usefixtures("recordings")
def test_the_seed_chooses_the_place_of_a_fault(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(
        ASK + "@pytest.mark.parametrize('again', [\n"
        "    pytest.param(time, marks=pytest.mark.streamkit('answer.jsonl', fault='drop', seed=seed))\n"
        "    for seed in range(8) for time in (1, 2)\n"
        "])\n"
        "def test_it(streamkit_server, again): print('digest', hash(ask()))\n"
    )
    done = run(pytester, "-s")
    done.assert_outcomes(passed=16)
    digests = re.findall(r"digest (\S+)", done.stdout.str())
    assert digests[::2] == digests[1::2]
    assert len(set(digests)) > 3


@pytest.mark.usefixtures("recordings")
def test_a_real_key_is_hidden_from_a_test_that_replays(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "a-real-key")
    pytester.makepyfile(
        "import os, pytest\n@pytest.mark.streamkit('answer.jsonl')\n"
        "def test_it(streamkit_server):\n"
        "    assert os.environ['OPENAI_API_KEY'] == 'streamkit'\n"
        "    assert os.environ['OPENAI_BASE_URL'] == streamkit_server.base_url\n"
        "def test_after(): assert os.environ['OPENAI_API_KEY'] == 'a-real-key'\n"
    )
    run(pytester).assert_outcomes(passed=2)


@pytest.mark.usefixtures("recordings")
def test_an_invalid_value_in_the_marker(pytester: pytest.Pytester) -> None:
    pytester.makepyfile("import pytest\n@pytest.mark.streamkit('answer.jsonl', ignore='run')\ndef test_it(): 1")
    done = run(pytester)
    done.assert_outcomes(errors=1)
    done.stdout.fnmatch_lines(
        ["*the marker streamkit: invalid field 'run': expected a path such as $.user or $.messages[[]*].created*"]
    )


@pytest.mark.usefixtures("recordings")
def test_an_invalid_marker(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(
        "import pytest\n@pytest.mark.streamkit('answer.jsonl', sped=2)\ndef test_it(streamkit_server): 1"
    )
    done = run(pytester)
    done.assert_outcomes(errors=1)
    done.stdout.fnmatch_lines(["*the marker streamkit has no argument sped; it is streamkit(*recordings, fault=None*"])


def test_nothing_is_imported_until_it_is_used() -> None:
    code = (
        "import sys, pytest; before = set(sys.modules); import streamkit.pytest_plugin;"
        "print(sorted(name for name in set(sys.modules) - before if not name.startswith(('streamkit', '_'))))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert not {"aiohttp", "orjson", "click", "asyncio"} & set(eval(done.stdout)), done.stdout  # noqa: S307
