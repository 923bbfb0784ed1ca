"""Inputs in object stores: URLs that fsspec opens, here in memory and on an S3 server on loopback."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from streamkit.cli.main import streamkit
from streamkit.errors import UnreadableInput
from streamkit.formats import SmallFiles, find, read
from tests.clicking import CliRunner

fsspec = pytest.importorskip("fsspec", reason="needs fsspec: pip install 'llm-streamkit[s3]'")

RECORDINGS = Path(__file__).parents[2] / "recordings"


def run(*arguments: str) -> tuple[int, str, str]:
    result = CliRunner().invoke(streamkit, list(arguments), standalone_mode=False)
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result.return_value or 0, result.stdout, result.stderr


@pytest.fixture
def stored() -> Iterator[str]:
    """The URL of a folder in memory with the recordings."""
    system = fsspec.filesystem("memory")
    for path in RECORDINGS.rglob("*.jsonl"):
        system.pipe_file(f"/bucket/{path.parent.name}/{path.name}", path.read_bytes())
    yield "memory://bucket"
    system.rm("/bucket", recursive=True)


def test_a_folder_is_listed_with_sizes(stored: str) -> None:
    found = list(find([f"{stored}/gemini"]))
    assert [(one.path, one.named, one.size) for one in found] == [
        ("memory:///bucket/gemini/plain.jsonl", False, (RECORDINGS / "gemini" / "plain.jsonl").stat().st_size)
    ]


def test_a_pattern_and_a_number_select(stored: str) -> None:
    assert len(list(find([f"{stored}/*/plain.jsonl"]))) == len(list(RECORDINGS.glob("*/plain.jsonl")))
    (exchange,) = read(f"{stored}/gemini/plain.jsonl#1")
    assert exchange.frames.body == next(read(RECORDINGS / "gemini" / "plain.jsonl")).frames.body


@pytest.mark.parametrize(
    ("url", "message"),
    [
        ("memory://bucket/no-such", "memory://bucket/no-such: no such file"),
        ("nonsense://x", "nonsense://x: cannot be read"),
    ],
)
def test_what_cannot_be_read_is_one_clear_error(url: str, message: str, stored: str) -> None:
    with pytest.raises(UnreadableInput) as caught:
        list(read(url))
    assert str(caught.value).startswith(message)
    assert run("stats", url)[0] == 2


def test_small_objects_are_packed_into_tasks(stored: str) -> None:
    alone = run("stats", "--format", "json", "-j", "1", stored)
    name = "tests.cli.test_executors:threads"
    assert run("stats", "--format", "json", "--executor", name, "--task-size", "20000", stored) == alone
    assert '"file":"memory:///bucket/gemini/plain.jsonl"' in alone[1]


@pytest.mark.parametrize(
    "command", [["stats", "-j", "1"], ["stats", "--executor", "tests.cli.test_executors:threads"], ["lint"]]
)
def test_a_command_lists_a_folder_once(command: list[str], stored: str, monkeypatch: pytest.MonkeyPatch) -> None:
    system = type(fsspec.filesystem("memory"))
    real, listed = system.find, []

    def counted(self: Any, path: str, **more: Any) -> Any:
        listed.append(path)
        return real(self, path, **more)

    monkeypatch.setattr(system, "find", counted)
    assert run(*command, f"{stored}/gemini")[0] == 0
    assert listed == ["/bucket/gemini"]
    fsspec.filesystem("memory").pipe_file("/bucket/gemini/new.jsonl", (RECORDINGS / "gemini/plain.jsonl").read_bytes())
    assert "gemini/new.jsonl" in run("stats", "--format", "csv", f"{stored}/gemini")[1], (
        "the next command sees what is new"
    )


class Blocks(io.RawIOBase):
    """A remote file that counts its reads."""

    def __init__(self, data: bytes) -> None:
        self._data = io.BytesIO(data)
        self.reads = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        self.reads += 1
        return self._data.readinto(buffer)


def test_a_remote_file_is_read_in_large_blocks(stored: str, monkeypatch: pytest.MonkeyPatch) -> None:
    one = (RECORDINGS / "gemini" / "plain.jsonl").read_bytes()
    data = one * (4_000_000 // len(one))
    blocks = Blocks(data)
    monkeypatch.setattr(type(fsspec.filesystem("memory")), "open", lambda *given, **more: blocks)
    assert sum(1 for _ in read("memory://bucket/x")) == 4_000_000 // len(one)
    assert blocks.reads < 100 < data.count(b"\n") // 50  # not one for each line


@pytest.fixture
def bucket(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The URL of a bucket on an S3 server on loopback."""
    pytest.importorskip("s3fs", reason="needs s3fs: pip install 'llm-streamkit[s3]'")
    server = pytest.importorskip("moto.server", reason="needs moto[server]").ThreadedMotoServer(port=0)
    server.start()
    host, port = server.get_host_and_port()
    for name, value in {
        "AWS_ENDPOINT_URL": f"http://{host}:{port}",
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_DEFAULT_REGION": "us-east-1",
    }.items():
        monkeypatch.setenv(name, value)
    system = fsspec.filesystem("s3", skip_instance_cache=True)
    system.mkdir("streams")
    for path in RECORDINGS.rglob("*.jsonl"):
        system.pipe_file(f"streams/day/{path.relative_to(RECORDINGS).as_posix()}", path.read_bytes())
    yield "s3://streams/day"
    server.stop()


def test_recordings_in_a_bucket_are_measured(bucket: str) -> None:
    from_files = run("stats", "-q", "--metrics", "ttft,gap,tokens", "--format", "csv", str(RECORDINGS))[1]
    from_bucket = run("stats", "-q", "--metrics", "ttft,gap,tokens", "--format", "csv", bucket)[1]
    assert from_bucket.replace(bucket, str(RECORDINGS)) == from_files
    assert bucket in from_bucket


def test_small_files_are_fetched_together(stored: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each is read once, whatever reads them, and one that cannot be fetched is reported like one that cannot be opened."""
    files = list(find([stored]))
    memory = type(fsspec.filesystem("memory"))
    real, fetched = memory.cat, []

    def cat(self: Any, path: list[str], **more: Any) -> Any:
        fetched.append(len(path))
        return real(self, path, **more)

    monkeypatch.setattr(memory, "cat", cat)
    monkeypatch.setattr(memory, "open", lambda self, path, *given, **more: pytest.fail(f"{path} was opened alone"))
    expected = [min(16, len(files) - start) for start in range(0, len(files), 16)]
    assert run("stats", "-j", "1", stored)[0] == 0
    assert fetched == expected
    fetched.clear()
    assert run("stats", "--executor", "tests.cli.test_executors:threads", stored)[0] == 0
    assert fetched == expected


@pytest.mark.parametrize("options", [["-j", "1"], ["--executor", "tests.cli.test_executors:threads"]])
def test_small_files_that_cannot_be_fetched_are_reported(
    options: list[str], stored: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    memory = type(fsspec.filesystem("memory"))
    real = memory.cat_file

    def cat_file(self: Any, path: str, *given: Any, **more: Any) -> Any:
        if "gemini" in path:
            raise PermissionError("access denied")
        return real(self, path, *given, **more)

    def refused(self: Any, path: str, *given: Any, **more: Any) -> Any:
        raise PermissionError("access denied")

    monkeypatch.setattr(memory, "cat_file", cat_file)
    paths = [f"memory:///bucket/{api}/plain.jsonl" for api in ("gemini", "openai_chat")]
    whole = run("stats", "--format", "csv", *options, *paths)
    assert whole[0] == 0
    monkeypatch.setattr(memory, "open", refused)
    code, output, messages = run("stats", "--format", "csv", *options, *paths)
    assert code == 2
    assert "gemini/plain.jsonl: cannot be read (access denied)" in messages
    assert "openai_chat" not in messages
    assert output.count("\n") == whole[1].count("\n") - 1


def test_only_small_remote_files_are_fetched_ahead(stored: str) -> None:
    path = f"{stored}/gemini/plain.jsonl"
    for size in (None, 2 << 20):
        assert SmallFiles([(path, size)]).open(path) is None
    small = SmallFiles([("local.jsonl", 10), (path, 10), (f"{stored}/no-such", 10)])
    assert small.open("local.jsonl") is None
    file = small.open(path)
    assert file is not None
    assert file.read() == (RECORDINGS / "gemini" / "plain.jsonl").read_bytes()
    assert small.open(f"{stored}/no-such") is None
