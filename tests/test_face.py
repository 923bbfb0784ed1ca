"""`import streamkit`: every name is there, typed, and importing it costs nothing."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import streamkit

STREAM = (
    'data: {"id":"c1","object":"chat.completion.chunk","created":1,"model":"m","choices":[{"index":0,"delta":{"role":"assistant","content":"Hel"},"finish_reason":null}]}\n\n'
    'data: {"id":"c1","object":"chat.completion.chunk","created":1,"model":"m","choices":[{"index":0,"delta":{"content":"lo"},"finish_reason":null}]}\n\n'
)


@pytest.fixture
def stream(tmp_path: Path) -> streamkit.Stream:
    path = tmp_path / "a.sse"
    path.write_text(STREAM)
    [exchange] = streamkit.read(str(path))
    return streamkit.interpret(exchange)


def test_the_five_verbs(stream: streamkit.Stream) -> None:
    assert (stream.api, stream.verdict) == ("openai_chat", "truncated")
    assert streamkit.assemble(stream).object["choices"][0]["message"]["content"] == "Hello"
    assert {finding.code for finding in streamkit.lint(stream)} >= {"SEQ410", "SSE120"}
    assert streamkit.measure(stream).verdict == "truncated"


def test_lint_takes_rules_and_measure_metrics(stream: streamkit.Stream) -> None:
    assert [finding.code for finding in streamkit.lint(stream, [streamkit.RULES["SEQ410"]])] == ["SEQ410"]
    chosen = [streamkit.METRICS["time_to_first_token"]]
    assert list(streamkit.measure(stream, chosen).samples) == ["time_to_first_token"]


def test_a_message_can_be_watched_growing(stream: streamkit.Stream) -> None:
    assembler = streamkit.APIS[stream.api].assembler()
    seen = []
    for chunk in stream.chunks:
        assembler.feed(chunk)
        seen.append(assembler.message.messages[0].text)
    assert seen == ["Hel", "Hello"]


def test_every_name_is_there() -> None:
    for name in streamkit.__all__:
        assert getattr(streamkit, name) is not None


def test_a_name_that_is_not_there() -> None:
    with pytest.raises(AttributeError, match="'streamkit' has no attribute 'nothing'"):
        streamkit.nothing  # noqa: B018


def test_importing_it_imports_nothing_else() -> None:
    code = "import sys; before = set(sys.modules); import streamkit; print(sorted(set(sys.modules) - before))"
    shown = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    new = ast.literal_eval(shown)
    assert [name for name in new if name.startswith("streamkit")] == ["streamkit", "streamkit.lazy"]
    assert {name.partition(".")[0] for name in new} - {"streamkit"} <= sys.stdlib_module_names
