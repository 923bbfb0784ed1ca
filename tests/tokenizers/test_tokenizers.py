"""Tokens are counted with what is installed on this machine, and every count names its tokenizer."""

from __future__ import annotations

import base64
import hashlib
from pathlib import Path

import pytest

from streamkit.errors import UsageError
from streamkit.tokenizers import Automatic, from_file, named, tiktoken, vocabulary_of


@pytest.fixture
def splintr() -> None:
    pytest.importorskip("splintr", reason="the extra `tokens` is not installed")


# The result of OpenAI's own library for this sentence.
@pytest.mark.parametrize(("vocabulary", "count"), [("cl100k_base", 6), ("o200k_base", 6)])
def test_a_known_count(splintr: None, vocabulary: str, count: int) -> None:
    counter = named(vocabulary)
    assert counter.count("tiktoken is great!") == count
    assert counter.name == f"{vocabulary} (splintr)"


def test_the_text_of_a_special_token_is_text(splintr: None) -> None:
    assert named("cl100k_base").count("<|endoftext|>") == 7


@pytest.mark.parametrize(
    ("model", "vocabulary"),
    [
        ("gpt-4", "cl100k_base"),
        ("gpt-4o-mini-2024-07-18", "o200k_base"),
        ("gpt-4-turbo", "cl100k_base"),
        ("gpt-3.5-turbo-0301", "cl100k_base"),
        ("openai/gpt-oss-120b", "o200k_harmony"),
        ("Qwen/Qwen3-8B", "qwen3"),
        ("claude-3-5-haiku", None),
        ("", None),
        (None, None),
    ],
)
def test_the_vocabulary_of_a_model(model: str | None, vocabulary: str | None) -> None:
    assert vocabulary_of(model) == vocabulary


def test_an_unknown_model_is_counted_with_another_vocabulary_and_a_note(splintr: None) -> None:
    automatic = Automatic()
    assert automatic.of("gpt-4").name == "cl100k_base (splintr)"
    assert automatic.of("claude-3").name == "o200k_base (splintr), not the model's own"


def test_an_unknown_vocabulary_names_the_remedy() -> None:
    with pytest.raises(UsageError, match=r"unknown vocabulary 'nope'.*llm-streamkit\[tokens\]"):
        named("nope")


def vocabulary(file: Path, size: int) -> str:
    """Return a `.tiktoken` file with this many entries: every byte, `ab`, `abc`, and words that no text contains."""
    pieces = [bytes([byte]) for byte in range(256)] + [b"ab", b"abc"]
    pieces += [b"\xff%d" % number for number in range(size - len(pieces))]
    file.write_text("".join(f"{base64.b64encode(piece).decode()} {rank}\n" for rank, piece in enumerate(pieces)))
    return str(file)


@pytest.mark.parametrize("size", [100_256, 199_998])
def test_a_vocabulary_file(splintr: None, tmp_path: Path, size: int) -> None:
    assert from_file(vocabulary(tmp_path / "a.tiktoken", size)).count("abcx") == 2


def test_a_vocabulary_with_an_unknown_pattern_is_rejected(splintr: None, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"50,280 entries: neither cl100k_base .* or a tokenizer\.json"):
        from_file(vocabulary(tmp_path / "p50k.tiktoken", 50_280))


def test_an_invalid_vocabulary_file(splintr: None, tmp_path: Path) -> None:
    file = tmp_path / "bad.json"
    file.write_text("{}")
    with pytest.raises(UsageError, match=r"bad\.json"):
        from_file(str(file))
    with pytest.raises(UsageError, match=r"absent\.tiktoken"):
        from_file(str(tmp_path / "absent.tiktoken"))


def test_tiktoken_is_used_only_with_a_complete_file_on_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TIKTOKEN_CACHE_DIR", str(tmp_path))
    assert tiktoken.open_vocabulary("o200k_base") is None
    address = "https://openaipublic.blob.core.windows.net/encodings/o200k_base.tiktoken"
    file = tmp_path / hashlib.sha1(address.encode()).hexdigest()
    file.write_bytes(b"changed")
    assert tiktoken.open_vocabulary("o200k_base") is None
    assert file.read_bytes() == b"changed"  # the library itself would have deleted it and fetched it from the network


@pytest.mark.parametrize(("vocabulary", "size"), [("cl100k_base", 100_256), ("o200k_base", 199_998)])
def test_tiktoken_and_splintr_agree(
    splintr: None, vocabulary: str, size: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    library = pytest.importorskip("tiktoken", reason="tiktoken is not installed")
    # Its vocabulary file is made from the one in splintr's wheel, byte for byte: its digest is checked, and nothing is fetched.
    tokens = pytest.importorskip("splintr").Tokenizer.from_pretrained(vocabulary)
    file = b"".join(base64.b64encode(bytes(tokens.decode_token_bytes(rank))) + b" %d\n" % rank for rank in range(size))
    address = f"https://openaipublic.blob.core.windows.net/encodings/{vocabulary}.tiktoken"
    (tmp_path / hashlib.sha1(address.encode()).hexdigest()).write_bytes(file)
    monkeypatch.setenv("TIKTOKEN_CACHE_DIR", str(tmp_path))
    monkeypatch.setattr(library.registry, "ENCODINGS", {})
    count = tiktoken.open_vocabulary(vocabulary)
    assert count is not None
    other = named(vocabulary).count
    for said in ("tiktoken is great!", "<|endoftext|>", "雪が降る 👩‍👩‍👧 naïve\n\n  x = [1, 2]", ""):
        assert count(said) == other(said), said
    assert count("tiktoken is great!") == 6
