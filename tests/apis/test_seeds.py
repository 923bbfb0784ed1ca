"""The four logs that the project began with: the API of each, how it ended, and its text."""

from __future__ import annotations

from pathlib import Path

import pytest

from streamkit.apis import assemble, interpret
from streamkit.cli.reassemble import command
from streamkit.formats import read
from streamkit.model.stream import Stream
from tests.clicking import CliRunner


def seed(shared: Path, number: str) -> tuple[str, list[Stream]]:
    [path] = (shared / "seeds").glob(f"{number}_*.txt")
    return str(path), [interpret(exchange) for exchange in read(str(path))]


@pytest.mark.parametrize(
    ("number", "verdicts", "chunks", "excerpt", "code"),
    [
        ("000", ["complete"], [72], [False], 0),
        ("001", ["truncated"], [4], [False], 1),
        ("002", ["complete"], [4], [True], 1),
        ("003", ["not-a-stream", "complete"], [1, 3], [False, True], 1),
    ],
)
def test_outcomes(
    shared: Path, number: str, verdicts: list[str], chunks: list[int], excerpt: list[bool], code: int
) -> None:
    path, streams = seed(shared, number)
    assert [stream.verdict for stream in streams] == verdicts
    assert [len(stream.chunks) for stream in streams] == chunks
    assert [stream.excerpt for stream in streams][-1] == excerpt[-1]
    assert all(stream.api == "openai_chat" for stream in streams)
    result = CliRunner().invoke(command, [path, "--text"], standalone_mode=False)
    assert result.return_value == code


def test_texts(shared: Path) -> None:
    _, [whole] = seed(shared, "000")
    text = assemble(whole).message.messages[0].text
    assert text.startswith("As an AI language model, I can perform")
    assert text.endswith("more efficient solutions.")
    _, [cut] = seed(shared, "001")
    assert assemble(cut).message.messages[0].text == "AI language model."
    assert cut.dialect == "purai"
    _, [excerpt] = seed(shared, "002")
    assert assemble(excerpt).message.messages[0].text == "1ina"


def test_repairs_are_reported_with_their_line(shared: Path) -> None:
    path, _ = seed(shared, "001")
    result = CliRunner().invoke(command, [path, "--text"], standalone_mode=False)
    assert result.stdout == "AI language model.\n"
    assert f"{path}:" in result.stderr
    assert "truncated" in result.stderr
