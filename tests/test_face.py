"""`import streamkit`: every name exists and is typed, and importing it costs nothing."""

from __future__ import annotations

import ast
import asyncio
import gzip
import io
import socket
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from itertools import chain
from pathlib import Path
from typing import Any

import pytest

import streamkit
from streamkit.playback.player import Pace
from streamkit.rules import lint
from streamkit.service.mock import Options

RECORDINGS = Path(__file__).parents[1] / "recordings"
PLAIN = RECORDINGS / "openai_chat" / "plain.jsonl"
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


def test_a_message_can_be_read_while_it_arrives(stream: streamkit.Stream) -> None:
    assembler = streamkit.APIS[stream.api].assembler()
    seen = []
    for chunk in stream.chunks:
        assembler.feed(chunk)
        seen.append(assembler.message.messages[0].text)
    assert seen == ["Hel", "Hello"]


def test_every_name_exists() -> None:
    for name in streamkit.__all__:
        assert getattr(streamkit, name) is not None


def test_an_unknown_name() -> None:
    with pytest.raises(AttributeError, match="'streamkit' has no attribute 'nothing'"):
        streamkit.nothing  # noqa: B018


def test_importing_it_imports_nothing_else() -> None:
    code = "import sys; before = set(sys.modules); import streamkit; print(sorted(set(sys.modules) - before))"
    shown = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    new = ast.literal_eval(shown)
    assert [name for name in new if name.startswith("streamkit")] == ["streamkit", "streamkit.lazy"]
    assert {name.partition(".")[0] for name in new} - {"streamkit"} <= sys.stdlib_module_names


def test_lint_checks_the_given_stream(stream: streamkit.Stream) -> None:
    """The options given to `interpret`, and later changes of the stream, are respected."""
    body = stream.exchange.frames.body
    frames = streamkit.Frames([body[:20], body[20:]], [0, 50_000_000_000], [1, 1])
    silent = replace(stream, exchange=replace(stream.exchange, frames=frames, clock="monotonic"))
    assert "TIM602" in {finding.code for finding in streamkit.lint(silent)}
    assert "TIM602" not in {finding.code for finding in streamkit.lint(replace(silent, max_gap=60_000_000_000))}


@pytest.mark.parametrize("strict", [False, True])
def test_lint_keeps_how_a_stream_was_interpreted(strict: bool) -> None:
    """A stream interpreted without `judge` has the same findings as one with it, strict or not."""
    for exchange in chain.from_iterable(map(streamkit.read, sorted(RECORDINGS.rglob("*.jsonl")))):
        judged = streamkit.interpret(exchange, strict=strict, judge=True)
        default = [rule for rule in streamkit.RULES.values() if rule.default]
        assert streamkit.lint(streamkit.interpret(exchange, strict=strict)) == list(lint(judged, default))


def test_strict_reaches_the_rules() -> None:
    [exchange] = streamkit.read(
        STREAM.replace('"m"', '"m","x_groq":{"id":"r"}').replace('"role":"assistant",', "").encode()
    )
    codes = {
        strict: {
            (finding.code, finding.severity) for finding in streamkit.lint(streamkit.interpret(exchange, strict=strict))
        }
        for strict in (False, True)
    }
    # What a dialect permits is left out, or reported for information if a client breaks on it.
    assert {code for code, _ in codes[True] - codes[False]} == {"SEQ401"}


SOURCES: dict[str, Callable[[Path], Any]] = {
    "str": str,
    "Path": lambda path: path,
    "bytes": Path.read_bytes,
    "bytearray": lambda path: bytearray(path.read_bytes()),
    "BytesIO": lambda path: io.BytesIO(path.read_bytes()),
    "gzip": lambda path: gzip.compress(path.read_bytes()),
}


@pytest.mark.parametrize("source", SOURCES)
def test_read_takes_a_path_bytes_or_a_binary_file(source: str) -> None:
    [exchange] = streamkit.read(SOURCES[source](PLAIN))
    [expected] = streamkit.read(str(PLAIN))
    assert exchange.frames == expected.frames
    assert exchange.origin.path == (str(PLAIN) if source in ("str", "Path") else "-")


def test_read_leaves_a_file_open_and_knows_its_name() -> None:
    with PLAIN.open("rb") as file:
        [exchange] = streamkit.read(file)
        assert not file.closed
    assert exchange.origin.path == str(PLAIN)


def test_read_takes_a_format() -> None:
    [exchange] = streamkit.read(b'{"a":1}\n', format="event-stream")
    assert exchange.imported is not None
    assert exchange.imported.format == "event-stream"


@pytest.mark.parametrize(
    ("source", "message"),
    [
        (3, "expected a path, bytes or a binary file, not int"),
        (None, "expected a path, bytes or a binary file, not NoneType"),
        (io.StringIO(STREAM), "expected a file open in binary mode: open it with mode 'rb'"),
    ],
)
def test_read_rejects_anything_else_at_once(source: Any, message: str) -> None:
    with pytest.raises(TypeError, match=f"^{message}$"):
        streamkit.read(source)


def test_write_and_read_back(tmp_path: Path) -> None:
    exchanges = list(streamkit.read(PLAIN))
    path, buffer = tmp_path / "copy.jsonl", io.BytesIO()
    assert not streamkit.write(exchanges, path)
    assert not streamkit.write(exchanges, buffer, format="recording")
    assert path.read_bytes() == buffer.getvalue() == PLAIN.read_bytes()
    with pytest.raises(streamkit.StreamkitError, match=r"copy\.jsonl"):
        streamkit.write(exchanges, path)
    streamkit.write(exchanges, path, force=True)


def test_write_reports_what_a_format_cannot_hold(tmp_path: Path) -> None:
    lost = streamkit.write(streamkit.read(PLAIN), tmp_path / "a.sse")
    assert lost
    assert set(lost.values()) == {1}
    with pytest.raises(streamkit.StreamkitError, match=r"^no format to convert to: name one"):
        streamkit.write([], tmp_path / "a.bin")


def test_convert_removes_secrets_by_default(tmp_path: Path) -> None:
    secret = "sk-proj-" + "Ab3" * 16
    source = STREAM.replace("Hel", secret).encode()
    streamkit.convert(source, tmp_path / "cut.jsonl")
    streamkit.convert(source, tmp_path / "kept.jsonl", redact=False)
    assert secret not in (tmp_path / "cut.jsonl").read_text()
    assert secret in (tmp_path / "kept.jsonl").read_text()


def test_convert_reads_a_folder(tmp_path: Path) -> None:
    streamkit.convert(PLAIN.parent, tmp_path / "all.jsonl")
    bodies = [exchange.frames.body for exchange in streamkit.read(tmp_path / "all.jsonl")]
    files = sorted(path for path in PLAIN.parent.iterdir())
    assert bodies == [exchange.frames.body for path in files for exchange in streamkit.read(path)]


def test_reduce_stream_keeps_what_breaks_the_rule(stream: streamkit.Stream) -> None:
    reduced = streamkit.reduce_stream(stream, streamkit.RULES["SEQ410"])
    [exchange] = streamkit.read(reduced.data)
    assert "SEQ410" in {finding.code for finding in streamkit.lint(streamkit.interpret(exchange, api=stream.api))}
    assert len(reduced.data) < len(STREAM)
    with pytest.raises(streamkit.StreamkitError, match=r"^TIM602 does not depend on the bytes"):
        streamkit.reduce_stream(stream, streamkit.RULES["TIM602"])


def test_stats_and_compare_runs() -> None:
    streams = [streamkit.interpret(one) for path in PLAIN.parent.glob("*.jsonl") for one in streamkit.read(path)]
    measured = streamkit.stats(streams, metrics=["ttft", "gap"], by="model")
    assert measured.summary["streams"] == len(streams) == len(measured.rows)
    assert [record["file"] for record in measured.to_records()] == [one.file for one in streams]
    assert {"time_to_first_token_ns", "inter_chunk_gap_ns.p50"} <= set(measured.to_records()[0])
    assert streamkit.compare_runs(streams, streams).verdict in ("same", "inconclusive")
    assert list(streamkit.changes(streams[0], streams[0])) == []


def test_redact_exchange() -> None:
    [exchange] = streamkit.read(PLAIN)
    assert exchange.request is not None
    request = replace(exchange.request, headers=(("authorization", "Bearer very-secret"),))
    cut = streamkit.redact_exchange(replace(exchange, request=request))
    assert cut.request is not None
    assert "very-secret" not in str(cut.request.headers)


def test_serve_record_and_proxy(tmp_path: Path) -> None:
    """What is served is what is recorded, directly, through a proxy, and while an event loop runs."""
    [source] = streamkit.read(PLAIN)
    with streamkit.serving([source], Options(pace=Pace(delay=False))) as server:
        with streamkit.proxying(server.url, to=tmp_path / "proxied.jsonl") as proxy:
            url = f"{proxy.url}/v1/chat/completions"
            assert source.request is not None
            assert source.request.body is not None
            request = source.request.body.json
            exchange = streamkit.record(
                url, json=request, headers={"Authorization": "Bearer x"}, to=tmp_path / "a.jsonl"
            )

            async def in_a_notebook() -> streamkit.Exchange:
                return streamkit.record(f"{server.base_url}/chat/completions", json=request)

            silent = asyncio.run(in_a_notebook())
        assert [request.recording for request in server.requests] == [source.name] * 2
    for recorded in (
        exchange,
        silent,
        *streamkit.read(tmp_path / "proxied.jsonl"),
        *streamkit.read(tmp_path / "a.jsonl"),
    ):
        assert recorded.frames.body == source.frames.body
        assert recorded.request is not None
        assert "Bearer x" not in str(recorded.request.headers)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.jsonl", "proxied.jsonl"]


def test_record_takes_one_body() -> None:
    with pytest.raises(streamkit.StreamkitError, match="json and data are both given"):
        streamkit.record("http://localhost:1", json={}, data=b"")


def test_a_refused_connection_is_recorded() -> None:
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        exchange = streamkit.record(f"http://127.0.0.1:{bound.getsockname()[1]}/")
    assert exchange.end is not None
    assert exchange.end.reason == "refused"


def test_a_proxy_stays_on_this_machine() -> None:
    with (
        pytest.raises(streamkit.StreamkitError, match=r"^host '0\.0\.0\.0' is not a loopback address"),
        streamkit.proxying("http://localhost:1", to="x.jsonl", host="0.0.0.0"),
    ):
        pass


def test_no_public_name_is_that_of_a_module() -> None:
    modules = {path.stem for path in (Path(streamkit.__file__).parent).iterdir()}
    assert not modules & set(streamkit.__all__)
