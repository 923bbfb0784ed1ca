"""Tokens are counted with what is installed on this machine, and every count names its tokenizer."""

from __future__ import annotations

import base64
import hashlib
from pathlib import Path

import pytest

from streamkit.errors import UsageError
from streamkit.tokenizers import Automatic, counter_named, from_file, tiktoken, vocabulary_of


@pytest.fixture
def splintr() -> None:
    pytest.importorskip("splintr", reason="the extra `tokens` is not installed")


# The result of OpenAI's own library for this sentence.
@pytest.mark.parametrize(("vocabulary", "count"), [("cl100k_base", 6), ("o200k_base", 6)])
def test_a_known_count(splintr: None, vocabulary: str, count: int) -> None:
    counter = counter_named(vocabulary)
    assert counter.count("tiktoken is great!") == count
    assert counter.name == f"{vocabulary} (splintr)"


def test_the_text_of_a_special_token_is_text(splintr: None) -> None:
    assert counter_named("cl100k_base").count("<|endoftext|>") == 7


@pytest.mark.parametrize(
    ("model", "vocabulary"),
    [
        ("gpt-4", "cl100k_base"),
        ("gpt-4-turbo", "cl100k_base"),
        ("gpt-3.5-turbo-0301", "cl100k_base"),
        ("gpt-4o-mini-2024-07-18", "o200k_base"),
        ("chatgpt-4o-latest", "o200k_base"),
        ("gpt-4.1-nano", "o200k_base"),
        ("gpt-4.5-preview", "o200k_base"),
        ("gpt-5-mini", "o200k_base"),
        ("o1-preview", "o200k_base"),
        ("o3", "o200k_base"),
        ("o4-mini", "o200k_base"),
        ("openai/gpt-oss-120b", "o200k_harmony"),
        ("meta-llama/Llama-3.3-70B-Instruct", "llama3"),
        ("meta-llama/Meta-Llama-3-8B", "llama3"),
        ("llama3.2:1b", "llama3"),
        ("deepseek-ai/DeepSeek-V3", "deepseek_v3"),
        ("Qwen/Qwen2.5-7B-Instruct", "qwen2"),
        ("Qwen/Qwen3-8B", "qwen3"),
        ("zai-org/GLM-4.6", "glm4"),
        ("moonshotai/Kimi-K2-Instruct", "kimi_k2"),
        ("google/gemma-2-9b-it", "gemma2"),
        ("google/gemma-3-4b-it", "gemma3"),
        ("gemma3:27b", "gemma3"),
        ("claude-3-5-haiku", None),
        ("meta-llama/Llama-2-7b", None),
        ("my-gpt-4", None),
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


@pytest.mark.parametrize(
    "model",
    [
        "gpt-4",
        "gpt-5",
        "gpt-oss-20b",
        "llama-3",
        "deepseek-v3",
        "qwen2",
        "qwen3",
        "glm-4.6",
        "kimi-k2",
        "gemma-2",
        "gemma-3",
    ],
)
def test_the_vocabulary_of_a_model_is_one_that_can_be_opened(splintr: None, model: str) -> None:
    counter = Automatic().of(model)
    assert counter.name == f"{vocabulary_of(model)} (splintr)"
    assert 1 <= counter.count("tiktoken is great!") <= 9


def test_a_counter_is_made_once(splintr: None) -> None:
    automatic = Automatic()
    assert automatic.of("gpt-4") is automatic.of("openai/gpt-4-turbo")
    assert automatic.of("claude-3") is automatic.of(None)


def test_the_name_of_a_model_is_not_a_vocabulary() -> None:
    with pytest.raises(UsageError, match="gpt-4o is a model, and its vocabulary is o200k_base; auto chooses"):
        counter_named("gpt-4o")


def test_an_unknown_vocabulary_names_the_remedy() -> None:
    with pytest.raises(UsageError, match=r"unknown vocabulary 'nope'.*llm-streamkit\[tokens\]"):
        counter_named("nope")


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
    with pytest.raises(UsageError, match=r"bad\.json: no vocabulary that can be read: "):
        from_file(str(file))
    with pytest.raises(UsageError, match=r"absent\.tiktoken: no vocabulary that can be read: "):
        from_file(str(tmp_path / "absent.tiktoken"))


def test_tiktoken_is_used_only_with_a_complete_file_on_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TIKTOKEN_CACHE_DIR", str(tmp_path))
    assert tiktoken.open_vocabulary("o200k_base") is None
    address = "https://openaipublic.blob.core.windows.net/encodings/o200k_base.tiktoken"
    file = tmp_path / hashlib.sha1(address.encode()).hexdigest()
    file.write_bytes(b"changed")
    assert tiktoken.open_vocabulary("o200k_base") is None
    assert file.read_bytes() == b"changed"  # the library itself would have deleted it and fetched it from the network


@pytest.mark.parametrize(
    ("variables", "cache"),
    [
        ({"TIKTOKEN_CACHE_DIR": "{0}/a"}, "a"),
        ({"DATA_GYM_CACHE_DIR": "{0}/b"}, "b"),
        ({"TIKTOKEN_CACHE_DIR": "{0}/a", "DATA_GYM_CACHE_DIR": "{0}/b"}, "a"),
        ({}, "data-gym-cache"),
        ({"TIKTOKEN_CACHE_DIR": ""}, None),  # as in the library: an empty name turns the cache off
        ({"TIKTOKEN_CACHE_DIR": "", "DATA_GYM_CACHE_DIR": "{0}/b"}, None),
        ({"TIKTOKEN_CACHE_DIR": "{0}/absent"}, None),
    ],
)
def test_where_tiktoken_keeps_its_files(
    variables: dict[str, str], cache: str | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("tiktoken", reason="tiktoken is not installed")
    for name in ("TIKTOKEN_CACHE_DIR", "DATA_GYM_CACHE_DIR"):
        monkeypatch.delenv(name, raising=False)
    for name, value in variables.items():
        monkeypatch.setenv(name, value.format(tmp_path))
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    monkeypatch.setitem(tiktoken._DIGESTS, "o200k_base", hashlib.sha256(b"as expected").hexdigest())
    address = "https://openaipublic.blob.core.windows.net/encodings/o200k_base.tiktoken"
    for folder in ("a", "b", "data-gym-cache"):
        (tmp_path / folder).mkdir()
        content = b"as expected" if folder == cache else b"of another release"
        (tmp_path / folder / hashlib.sha1(address.encode()).hexdigest()).write_bytes(content)
    assert tiktoken._cached("o200k_base") is (cache is not None)


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
    other = counter_named(vocabulary).count
    for text in ("tiktoken is great!", "<|endoftext|>", "雪が降る 👩‍👩‍👧 naïve\n\n  x = [1, 2]", ""):
        assert count(text) == other(text), text
    assert count("tiktoken is great!") == 6
