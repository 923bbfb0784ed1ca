"""Whatever the input, a format raises only UnreadableInput, with a message of one line, and uses little memory and
time."""

import gzip
import re
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from streamkit.errors import UnreadableInput
from streamkit.formats import FORMATS, Source, ordered, read

PAGES = sorted((Path(__file__).parents[1] / "specs" / "formats").glob("*.md"))
INPUTS = [
    match[1].encode()
    for page in PAGES
    for match in re.finditer(r"^```+input\n(.*?)^```", page.read_text(), re.M | re.S)
]
PIECES = [
    b"{", b"}", b"[", b"]", b'"', b"'", b"\\", b"data: ", b"event: x\n", b"\n\n", b"\r", b"...", "…".encode(), b"b'", b"[DONE]",
    b"\x00", b"\xff", b"\xed\xa0\x80", b"9999999999", b"null", b'{"log":', b"&a ", b"*a ", b"!!binary ", b"(", b")", b"1e999",
    b"```\n", b"HTTP/1.1 200 OK\r\n\r\n", b"ChatCompletionChunk(id=", b'{"type":"start","streamkit":', b"\xef\xbb\xbf",
]  # fmt: skip


def read_bytes(data, form=None):
    """Read these bytes in the same way as a file is read, without a file."""
    source = Source("x", iter([data] if data else []))
    entry = FORMATS[form] if form else next((one for one in ordered() if one.recognises(source.head)), None)
    return list(entry.read(source)) if entry else []


def assert_valid(data, form=None):
    try:
        exchanges = read_bytes(data, form)
    except UnreadableInput as error:
        assert "\n" not in str(error)
        return
    for number, exchange in enumerate(exchanges, 1):
        frames = exchange.frames
        assert exchange.origin.number == number
        assert len(frames.data) == len(frames.at) == len(frames.lines)
        if not exchange.timed and b'"streamkit"' not in data:  # a recording whose clock is lost keeps its numbers
            assert all(at is None for at in frames.at)
        frames.line_of(0)


@st.composite
def mutants(draw):
    """An input of a page, cut, doubled and mixed with the markers of formats."""
    data = bytearray(draw(st.sampled_from(INPUTS)))
    for _ in range(draw(st.integers(1, 6))):
        place = draw(st.integers(0, len(data)))
        change = draw(st.sampled_from(["put", "cut", "double", "end"]))
        if change == "put":
            data[place:place] = draw(st.sampled_from(PIECES)) * draw(st.sampled_from([1, 1, 2, 40]))
        elif change == "cut":
            del data[place : place + draw(st.integers(1, 60))]
        elif change == "double":
            data[place:place] = data[: draw(st.integers(0, 300))]
        else:
            del data[place:]
    return bytes(data)


FORMS = st.sampled_from([None, *sorted(FORMATS)])


@given(st.binary(max_size=300), FORMS)
@example(b"", None)
@example(b"\n", "gist-log")
@example(b"\xff\xfe\x00\x00", None)
def test_any_bytes(data, form):
    assert_valid(data, form)


@settings(max_examples=400)
@given(mutants(), FORMS)
def test_any_mutant(data, form):
    assert_valid(data, form)


@settings(max_examples=300)
@given(st.lists(st.sampled_from(PIECES), max_size=30).map(b"".join), FORMS)
def test_any_sequence_of_pieces(data, form):
    assert_valid(data, form)


MIB = 1 << 20
DEEP = b"interactions:\n- request: " + b"[" * (2 * MIB)
BOMB = (
    b"a: &a [x, x, x, x, x, x, x, x, x]\n"
    + b"".join(b"%c: &%c [%s]\n" % (name, name, b", ".join([b"*%c" % (name - 1)] * 9)) for name in range(98, 120))
    + b"interactions:\n- request: {uri: x, method: GET, headers: *w, body: *w}\n"
    + b"  response: {status: {code: 200}, body: *w, headers: {<<: *w, x: *w}}\n"
)
BAD = {
    "a line of 100 MB": (lambda: b"data: " + b"x" * (100 * MIB), "larger than 64 MiB"),
    "a recording's line of 100 MB": (
        lambda: b'{"type":"start","streamkit":1}\n{"type":"frame","text":"' + b"x" * (100 * MIB),
        "ok",
    ),
    "a gzip bomb of nothing": (lambda: gzip.compress(bytes(400 * MIB), 1, mtime=0), "not a stream in any known format"),
    "a gzip bomb of events": (
        lambda: gzip.compress(b'data: {"a":1}\n\n' * (10 * MIB), 1, mtime=0),
        "larger than 64 MiB",
    ),
    "a gzip bomb of prose": (
        lambda: gzip.compress(b"so much to say\n" * (10 * MIB), 1, mtime=0),
        "not a stream in any known format",
    ),
    "a YAML bomb": (lambda: BOMB, "ok"),
    "deep YAML": (lambda: DEEP, "nested too deeply"),
    "many small values": (
        lambda: b'{"log":{"entries":[' + b"{}," * (15 * MIB) + b"{}]}}",
        "too large to be read whole",
    ),
    "deep JSON": (lambda: b'[{"candidates":' + b"[" * (40 * MIB), "too large to be read whole"),
    "blank lines": (lambda: b"data: 1" + b"\n" * (30 * MIB), "ok"),
}
# A child process prints the message and its own peak memory (kB); the parent's would include everything else.
CHILD = """
import re, sys
from pathlib import Path
from streamkit.errors import UnreadableInput
from streamkit.formats import read
try:
    outcome = "ok" if list(read(sys.argv[1])) else "nothing"
except UnreadableInput as error:
    outcome = str(error)
print(re.search("VmHWM:\\\\s*([0-9]+)", Path("/proc/self/status").read_text())[1], outcome)
"""


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="the system does not tell the memory of one process")
@pytest.mark.parametrize("name", BAD)
def test_malicious_input_is_reported_in_one_line_and_takes_little_memory(name, tmp_path):
    make, expected = BAD[name]
    path = tmp_path / "bad"
    path.write_bytes(make())
    child = subprocess.run(
        [sys.executable, "-c", CHILD, str(path)], capture_output=True, text=True, timeout=60, check=True
    )
    peak, _, message = child.stdout.strip().partition(" ")
    assert expected in message
    assert "\n" not in message
    assert int(peak) < 200 * 1024


def test_an_empty_file_an_empty_folder_and_rubbish(tmp_path):
    empty, rubbish = tmp_path / "empty", tmp_path / "rubbish"
    empty.write_bytes(b"")
    rubbish.write_bytes(bytes(range(256)) * 100)
    folder = tmp_path / "folder"
    folder.mkdir()
    for path, message in (
        (empty, "the input is empty"),
        (rubbish, "not a stream in any known format"),
        (folder, "contains no files"),
    ):
        with pytest.raises(UnreadableInput, match=message):
            list(read(str(path)))


def test_an_empty_name_is_quoted():
    with pytest.raises(UnreadableInput, match=r"^'': no such file$"):
        list(read(""))
