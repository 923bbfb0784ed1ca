"""`reduce` as a user runs it: for every page about a defect in the bytes, a smaller stream that still has it."""

from __future__ import annotations

from pathlib import Path

import pytest

from streamkit.cli.main import streamkit
from tests.clicking import CliRunner, Result

CHUNK = (
    '{"id":"c1","object":"chat.completion.chunk","created":1760000000,"model":"m","system_fingerprint":"fp",'
    '"choices":[{"index":0,"delta":%s,"finish_reason":%s}]}'
)


def body(*deltas: str) -> bytes:
    chunks = [CHUNK % (delta, "null") for delta in deltas]
    return "".join(f"data: {data}\n\n" for data in (*chunks, CHUNK % ("{}", '"stop"'), "[DONE]")).encode()


def run(path: Path, code: str, *words: str) -> Result:
    return CliRunner().invoke(
        streamkit, ["reduce", str(path), "--rule", code, "-o", str(path) + ".out", *words], standalone_mode=False
    )


@pytest.mark.parametrize(
    ("code", "deltas", "left"),
    [
        ("SEQ402", ['{"role":"assistant"}', *['{"content":"secret"}'] * 30, '{"role":"assistant"}'], 4),
        ("SCH309", ['{"role":"assistant"}', *['{"content":"secret"}'] * 9, '{"content":["secret"]}'], 4),
        ("SEQ410", ['{"role":"assistant"}', '{"content":"secret"}'], 2),
        (
            "SEQ423",
            [
                '{"content":"once upon a time a"}',
                '{"content":"once upon a time a secret"}',
                '{"content":"once upon a time a secret was"}',
            ],
            5,
        ),
    ],
)
def test_the_smallest_stream(tmp_path: Path, code: str, deltas: list[str], left: int) -> None:
    path = tmp_path / "x.sse"
    path.write_bytes(body('{"role":"assistant"}', *deltas[1:]) if code == "SEQ402" else body(*deltas))
    if code == "SEQ410":
        path.write_bytes(path.read_bytes().replace(b'"stop"', b"null"))
    assert run(path, code).return_value == 0
    reduced = Path(str(path) + ".out").read_bytes()
    assert reduced.count(b"data: ") == left
    assert b"secret" not in reduced


def test_text_is_kept_on_request(tmp_path: Path) -> None:
    path = tmp_path / "x.sse"
    path.write_bytes(body('{"role":"assistant"}', '{"role":"assistant","content":"kept"}'))
    run(path, "repeated-role", "--keep-text")
    assert b"kept" in Path(str(path) + ".out").read_bytes()


@pytest.mark.parametrize(
    ("code", "message"),
    [
        ("SEQ434", "no stream breaks SEQ434"),
        ("REC001", "does not depend on the bytes"),
        ("SEQ", "several rules"),
        ("SEQ40Z", "did you mean"),
    ],
)
def test_errors(tmp_path: Path, code: str, message: str) -> None:
    path = tmp_path / "x.sse"
    path.write_bytes(body('{"role":"assistant"}'))
    assert message in str(run(path, code).exception)
