"""Reading inputs: how they are named, detected, decompressed, selected and rejected."""

import base64
import gzip
import io
import json
import sys

import pytest

from streamkit.errors import UnknownForm, UnreadableInput
from streamkit.formats import FoundInput, find, read

STREAM = b': hello\n\ndata: {"a":1}\n\ndata: [DONE]\n\n'


@pytest.fixture
def write(tmp_path):
    def one(name, data):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
        return str(path)

    return one


def refusal(path, **how):
    with pytest.raises(UnreadableInput) as caught:
        list(read(path, **how))
    return str(caught.value).removeprefix(path)


def test_a_file_gives_its_exchange_with_its_source(write):
    path = write("a.sse", STREAM)
    [exchange] = read(path)
    assert exchange.frames.body == STREAM
    assert (exchange.origin.path, exchange.origin.number, exchange.origin.line) == (path, 1, 1)


@pytest.mark.parametrize("members", [1, 3])
def test_gzip_is_detected_whatever_the_name(write, members):
    size = -(-len(STREAM) // members)
    data = b"".join(gzip.compress(STREAM[start : start + size]) for start in range(0, len(STREAM), size))
    [exchange] = read(write("a.log", data))
    assert exchange.frames.body == STREAM


PACKED = gzip.compress(STREAM, mtime=0)


@pytest.mark.parametrize(
    ("data", "body", "message"),
    [
        (PACKED + b"\0" * 600, STREAM, ""),
        (PACKED + PACKED + b"\0" * 600, STREAM * 2, ""),
        (PACKED + PACKED[:-6], None, ": the gzip data end in the middle; it was cut off; fetch it again"),
        (PACKED + b"not gzip", None, ": damaged gzip data ("),
        (PACKED[:-8] + b"\xff" * 8, None, ": damaged gzip data ("),
    ],
    ids=["padding", "padding after two", "second member cut", "garbage after it", "checksum"],
)
def test_data_after_a_gzip_member(write, data, body, message):
    path = write("a.gz", data)
    if body is None:
        assert refusal(path).startswith(message)
    else:
        [exchange] = read(path)
        assert exchange.frames.body == body


def test_truncated_zstd_is_reported(write):
    zstd = pytest.importorskip("compression.zstd" if sys.version_info >= (3, 14) else "backports.zstd")
    whole = zstd.compress(STREAM * 99)
    assert refusal(write("a.zst", whole[:-9])) == ": the zstd data end in the middle; it was cut off; fetch it again"
    assert refusal(write("b.zst", whole + b"no frame")).startswith(": damaged zstd data (")


def test_zstd_is_detected(write):
    zstd = pytest.importorskip("compression.zstd" if sys.version_info >= (3, 14) else "backports.zstd")
    [exchange] = read(write("a.sse.zst", zstd.compress(STREAM)))
    assert exchange.frames.body == STREAM
    long = b"data: 1\n\n" * 100_000
    [exchange] = read(write("b.sse.zst", zstd.compress(long) + zstd.compress(STREAM)))
    assert exchange.frames.body == long + STREAM


BODY = b'data: {"a":1}\n\n'


def cassette(coding, body):
    response = {
        "status": {"code": 200},
        "headers": {"Content-Encoding": [coding]},
        "body": {"base64_string": base64.b64encode(body).decode()},
    }
    interaction = {"request": {"method": "GET", "uri": "https://api.example/", "headers": {}}, "response": response}
    return json.dumps({"interactions": [interaction], "version": 1}).encode()


def test_a_body_in_zstd_is_decoded_or_reported(write, monkeypatch):
    zstd = pytest.importorskip("compression.zstd" if sys.version_info >= (3, 14) else "backports.zstd")
    packed = zstd.compress(BODY)
    table = [
        ("zstd", packed, BODY, ""),
        ("zstd", BODY, BODY, ""),
        ("zstd", packed[:-4], None, "the compressed body ends in the middle"),
        ("zstd", packed[:4] + b"\xff" * 20, packed[:4] + b"\xff" * 20, "the body is damaged compressed data"),
        ("br", b"\x8b\x03\x80", b"\x8b\x03\x80", "the body is compressed with br, which is not undone here"),
    ]
    for coding, given, body, message in table:
        [exchange] = read(write("c.json", cassette(coding, given)))
        assert body is None or exchange.frames.body == body
        assert [repair.message.startswith(message) for repair in exchange.imported.repairs] == [True] * bool(message)
    for name in ("compression", "compression.zstd", "backports", "backports.zstd"):
        monkeypatch.setitem(sys.modules, name, None)
    [exchange] = read(write("c.json", cassette("zstd", packed)))
    assert exchange.frames.body == packed
    assert exchange.imported.repairs[0].message.endswith("pip install 'llm-streamkit[zstd]'")


def test_zstd_without_its_library_names_the_extra(write, monkeypatch):
    for name in ("compression", "compression.zstd", "backports", "backports.zstd"):
        monkeypatch.setitem(sys.modules, name, None)
    message = refusal(write("a.zst", b"\x28\xb5\x2f\xfd\x04\x00"))
    assert message == ": compressed with zstd, which needs a library; pip install 'llm-streamkit[zstd]'"


@pytest.mark.parametrize("coding", ["utf-16-le", "utf-16-be"])
def test_utf_16_from_older_powershells_is_read_as_utf_8(write, coding):
    text = 'data: {"a":"é🦊"}\r\n\r\n'
    [exchange] = read(write("a.txt", ("\ufeff" + text).encode(coding)))
    assert exchange.frames.body == text.encode()
    [repair] = exchange.imported.repairs
    assert (repair.line, repair.kind, repair.message) == (1, "repaired", "UTF-16, read as UTF-8")
    [zipped] = read(write("a.txt.gz", gzip.compress(("\ufeff" + text).encode(coding))))
    assert zipped.frames.body == text.encode()
    assert "has a UTF-16 byte order mark but is not UTF-16" in refusal(write("b.txt", b"\xff\xfed\x00a"))


def test_standard_input_is_a_dash(monkeypatch):
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(STREAM)))
    [exchange] = read("-")
    assert exchange.frames.body == STREAM
    assert exchange.origin.path == "-"


def test_one_exchange_is_selected_by_its_number(write):
    path = write("a.sse", STREAM)
    [exchange] = read(f"{path}#1")
    assert exchange.origin.path == path
    with pytest.raises(UnreadableInput, match="has no exchange 3; it contains 1"):
        list(read(f"{path}#3"))


def test_a_file_with_exactly_that_name_takes_precedence(write):
    [exchange] = read(write("a#2", STREAM))
    assert exchange.origin.path.endswith("a#2")


@pytest.mark.parametrize(
    ("name", "data", "expected"),
    [
        ("empty", b"", ": the input is empty"),
        (
            "cut.gz",
            gzip.compress(STREAM * 9, mtime=0)[:-9],
            ": the gzip data end in the middle; it was cut off; fetch it again",
        ),
        ("bad.gz", b"\x1f\x8b\x08\x00" + b"\xff" * 40, None),
    ],
    ids=["empty", "cut", "bad"],
)
def test_unreadable_input_is_reported_in_one_line(write, name, data, expected):
    message = refusal(write(name, data))
    assert message == expected or (expected is None and message.startswith(": damaged gzip data ("))
    assert "\n" not in message


def test_a_missing_file_and_an_empty_folder_are_rejected(tmp_path):
    assert refusal(str(tmp_path / "none.jsonl")) == ": no such file"
    assert refusal(str(tmp_path / "*.jsonl")) == ": no file matches this pattern"
    assert refusal(str(tmp_path)) == ": the folder contains no files"


def test_unknown_input_lists_the_formats_tried(write):
    path = write("rubbish.bin", bytes(range(256)) * 4)
    with pytest.raises(UnknownForm, match=r"not a stream in any known format; tried: .*raw event stream"):
        list(read(path))


def test_a_gzip_bomb_stops_at_the_limit(write):
    bomb = b"data: x\n\n" + b"data: " + b"0" * (70 << 20)
    assert "larger than 64 MiB" in refusal(write("bomb.gz", gzip.compress(bomb, 1)))


def test_folders_and_patterns_are_walked_in_a_stable_order(write, tmp_path):
    for name in ("b.sse", "a/z.sse", "a/c/x.sse", ".git/config", "a/.hidden"):
        write(name, STREAM)
    inside = [str(tmp_path / name) for name in ("b.sse", "a/z.sse", "a/c/x.sse")]
    assert list(find([str(tmp_path)])) == [FoundInput(path, named=False) for path in inside]
    assert list(find([str(tmp_path / "a" / "*.sse"), "-", "gone"])) == [
        FoundInput(str(tmp_path / "a" / "z.sse"), named=False),
        FoundInput("-", named=True),
        FoundInput("gone", named=True),
    ]


def test_an_empty_folder_is_returned_to_be_rejected(tmp_path):
    assert list(find([str(tmp_path)])) == [FoundInput(str(tmp_path), named=True)]
