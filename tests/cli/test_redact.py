"""`streamkit redact`: removing secrets from old files, which are reported by position and never by value."""

from __future__ import annotations

import io
import json
import tracemalloc

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streamkit.cli.main import streamkit
from streamkit.cli.redact import Redacted
from streamkit.errors import StreamkitError, UsageError
from streamkit.model import recording
from streamkit.model.exchange import Body, End, Exchange, Frame, Frames, Request, Response
from streamkit.redact.redactor import MARK, redact_exchange
from tests.redact.dummy_secrets import NAMES, secret


def leaking(planted):
    frames = Frames.of([Frame(f'data: {{"choices":[{{"delta":{{"content":"{part}"}}}}]}}\n\n'.encode(), 1) for part in (planted[:9], planted[9:])])  # fmt: skip
    request = Request("POST", f"http://x/?key={planted}", (("Authorization", planted),), Body("json", {"a": planted}))
    return Exchange(frames=frames, request=request, response=Response(1, 200, headers=(("set-cookie", "a=b"),)), end=End(at=2, reason="eof"), source="client", clock="monotonic")  # fmt: skip


@pytest.fixture
def run(tmp_path, monkeypatch, capfd):
    monkeypatch.chdir(tmp_path)

    def go(*words):
        capfd.readouterr()
        code = streamkit.main(["redact", *words], prog_name="streamkit", standalone_mode=False)
        return code, *capfd.readouterr()

    return go


@pytest.fixture
def planted(tmp_path):
    made = secret("anthropic api")
    (tmp_path / "old.jsonl").write_bytes(b"".join(recording.write(leaking(made))))
    return made


def test_check_reports_positions_and_rules_and_fails(run, planted):
    code, out, err = run("--check", "old.jsonl")
    assert code == 1
    assert out.splitlines() == [
        "old.jsonl:1: query-key in request.url.query.key",
        "old.jsonl:1: authorization in request.headers.authorization",
        "old.jsonl:1: anthropic-key in request.body.a",
        "old.jsonl:1: set-cookie in response.headers.set-cookie",
        "old.jsonl:3: anthropic-key in frames",
    ]
    assert planted[12:] not in out + err
    assert err == "5 secrets in 1 file\n"


def test_a_clean_copy_and_a_file_cleaned_in_place(run, planted, tmp_path):
    before = (tmp_path / "old.jsonl").read_bytes()
    assert run("old.jsonl", "-o", "new.jsonl")[0] == 0
    assert (tmp_path / "old.jsonl").read_bytes() == before
    clean = (tmp_path / "new.jsonl").read_bytes()
    assert planted[12:].encode() not in clean
    assert run("--check", "new.jsonl")[0] == 0
    assert run("old.jsonl")[1].encode() == clean
    assert run("--in-place", "old.jsonl")[0] == 0
    assert (tmp_path / "old.jsonl").read_bytes() == clean
    assert sorted(path.name for path in tmp_path.iterdir()) == ["new.jsonl", "old.jsonl"]
    (exchange,) = recording.read(clean.splitlines(keepends=True))
    assert exchange.damage == () and len(exchange.frames) == 2


def test_other_files_lose_their_keys_and_keep_their_format(run, planted, tmp_path):
    log = f"$ curl -H 'Authorization: Bearer {planted}'\ndata: {{}}\n"
    (tmp_path / "log.txt").write_text(log)
    code, out, _ = run("--check", "--format", "jsonl", "log.txt")
    assert (code, json.loads(out)) == (1, {"file": "log.txt", "line": 1, "at": "bytes", "rule": "bearer-token"})
    cleaned = run("log.txt")[1]
    assert planted[12:] not in cleaned
    assert len(cleaned) == len(log) and cleaned.endswith("\ndata: {}\n")


@pytest.mark.parametrize("words", [["a", "--check", "--in-place"], ["."]])
def test_usage_errors(run, planted, tmp_path, words):
    (tmp_path / "second.jsonl").write_text("x")
    with pytest.raises(UsageError):
        run(*words)


@pytest.mark.parametrize(
    ("path", "message"),
    [
        ("nothing.jsonl", "cannot be read: No such file or directory"),
        ("nothing*.jsonl", "no file matches this pattern"),
        ("empty", "the folder contains no files"),
    ],
)
def test_missing_files(run, tmp_path, path, message):
    (tmp_path / "empty").mkdir()
    code, _, err = run("--check", path)
    assert (code, err) == (2, f"streamkit: {path}: {message}\n")


def test_without_a_name_it_searches_the_recordings(run, planted, tmp_path, monkeypatch):
    monkeypatch.setattr("streamkit.cli.inputs._piped", lambda: False)
    (tmp_path / "recordings").mkdir()
    (tmp_path / "old.jsonl").rename(tmp_path / "recordings" / "old.jsonl")
    code, out, _ = run("--check")
    assert (code, len(out.splitlines())) == (1, 5)
    assert out.startswith("recordings/old.jsonl:1: ")


def test_without_a_name_or_recordings_it_says_what_to_do(run, monkeypatch):
    monkeypatch.setattr("streamkit.cli.inputs._piped", lambda: False)
    with pytest.raises(StreamkitError, match="nothing to read"):
        run("--check")


@given(st.sampled_from(NAMES))
def test_redaction_is_idempotent(name):
    once = redact_exchange(leaking(secret(name)))
    assert redact_exchange(once) == once


def test_convert_removes_and_reports_secrets_that_another_program_kept(tmp_path, monkeypatch, capfd):
    monkeypatch.chdir(tmp_path)
    key = secret("anthropic api")
    foreign = leaking(key)
    labelled = Exchange(
        frames=foreign.frames, request=foreign.request, response=foreign.response, labels={"note": f"made with {key}"}
    )
    for name, exchange in (("whole", foreign), ("cut", labelled)):
        (tmp_path / f"{name}.jsonl").write_bytes(b"".join(recording.write(exchange)))
    (tmp_path / "curl.txt").write_bytes(b"HTTP/1.1 200 OK\ncontent-type: text/event-stream\nset-cookie: a=%b\n\ndata: {\"text\":\"%b\"}\n\n" % (key.encode(), key.encode()))  # fmt: skip
    for name in ("whole.jsonl", "cut.jsonl", "curl.txt"):
        code = streamkit.main(
            ["convert", name, "-o", f"{name}.out.jsonl"], prog_name="streamkit", standalone_mode=False
        )
        out, err = capfd.readouterr()
        assert code == 0 and key[:12] not in (tmp_path / f"{name}.out.jsonl").read_text() + out + err
        assert "redacted: " in err and "; --no-redact keeps them" in err
    streamkit.main(
        ["convert", "whole.jsonl", "--no-redact", "--to", "recording"], prog_name="streamkit", standalone_mode=False
    )
    out, err = capfd.readouterr()
    assert key in out and "redacted" not in err


@pytest.mark.parametrize("through", ["file", "stdin"])
def test_a_text_is_redacted_in_pieces_and_findings_have_the_line_of_the_file(
    run, tmp_path, monkeypatch, planted, through
):
    monkeypatch.setattr("streamkit.cli._redact_job._PIECE", 1_000)
    lines = ["x" * 2_500, f"{'y' * 980} {planted} z", "short", f"key: {planted}"]
    (tmp_path / "a.log").write_text("\n".join(lines))
    if through == "stdin":
        monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO((tmp_path / "a.log").read_bytes())))
    name = {"file": "a.log", "stdin": "-"}[through]
    assert run(name)[1] == "\n".join(lines).replace(planted, MARK.ljust(len(planted), "*"))
    if through == "stdin":
        monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO((tmp_path / "a.log").read_bytes())))
    assert [line.split(":")[1] for line in run("--check", name)[1].splitlines()] == ["2", "4"]


def test_a_recording_on_stdin_is_redacted_exchange_by_exchange(run, tmp_path, monkeypatch, planted):
    monkeypatch.setattr("streamkit.cli._redact_job._PIECE", 100)
    old = (tmp_path / "old.jsonl").read_bytes() * 3
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(old)))
    code, out, _ = run("-")
    assert code == 0
    assert planted[12:] not in out
    assert len(list(recording.read(out.encode().splitlines(keepends=True)))) == 3


@pytest.mark.parametrize("words", [("--check",), ("--check", "--jobs", "2", "--task-size", "10kB")], ids=" ".join)
def test_memory_does_not_grow_with_a_text(tmp_path, monkeypatch, words):
    monkeypatch.setattr("streamkit.cli._redact_job._PIECE", 1_000)
    monkeypatch.setattr("streamkit.cli._jobs.WORTH_S", 0)

    def peak(times):
        (tmp_path / "a.log").write_bytes(b"a line of a log, nothing in it, 36.\n" * 500 * times)
        tracemalloc.start()
        try:
            assert streamkit.main(["redact", *words, str(tmp_path / "a.log")], standalone_mode=False) == 0
            return tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()

    peak(1)
    # The least of three: threads that other tests left allocate too.
    assert min(peak(32) for _ in range(3)) - min(peak(2) for _ in range(3)) < 30 * 500 * 36 / 2


def test_progress_follows_each_piece_and_of_the_end_of_a_file():
    noted = []

    class Progress:
        def stream(self, size):
            noted.append(size)

        def file(self, path):
            noted.append(path)

        def clear(self):
            noted.append("cleared")

    values = iter([(7, (b"abc", [])), (2, (b"", []))])
    assert list(Redacted("a.log", values, Progress())) == [b"abc", b""]
    assert noted == [7, 2, "a.log", "cleared"]
