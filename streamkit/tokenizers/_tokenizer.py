"""Tokenizers count the tokens of a text with a vocabulary on this machine. One file per library; no network access."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import field

from streamkit.errors import UsageError
from streamkit.frozen import dataclass
from streamkit.model.measurement import TokenCounter
from streamkit.registry import Catalogue

Count = Callable[[str], int]

# Vocabularies by prefix of the model's name; the longest prefix wins.
_VOCABULARIES = {
    "gpt-4": "cl100k_base",
    "gpt-3.5": "cl100k_base",
    "gpt-4o": "o200k_base",
    "gpt-4.1": "o200k_base",
    "gpt-4.5": "o200k_base",
    "gpt-5": "o200k_base",
    "chatgpt-4o": "o200k_base",
    "o1": "o200k_base",
    "o3": "o200k_base",
    "o4": "o200k_base",
    "gpt-oss": "o200k_harmony",
    "llama-3": "llama3",
    "llama3": "llama3",
    "meta-llama-3": "llama3",
    "deepseek": "deepseek_v3",
    "qwen2": "qwen2",
    "qwen3": "qwen3",
    "glm-4": "glm4",
    "kimi-k2": "kimi_k2",
    "gemma-2": "gemma2",
    "gemma-3": "gemma3",
    "gemma3": "gemma3",
}
STANDARD = "o200k_base"


@dataclass(frozen=True, slots=True)
class Tokenizer:
    """A library that counts tokens.

    `open_vocabulary` returns the counting function of a vocabulary by name, or None if the library does not have it;
    `open_file` that of a vocabulary file. They are tried in ascending `order`. `remedy` says how to install the library.
    """

    name: str
    open_vocabulary: Callable[[str], Count | None] = field(repr=False)
    open_file: Callable[[str], Count | None] = field(default=lambda _: None, repr=False)
    remedy: str = ""
    order: int = 50


TOKENIZERS: Catalogue[Tokenizer] = Catalogue("streamkit.tokenizers", Tokenizer, lambda entry: entry.name)


def counter_named(vocabulary: str) -> TokenCounter:
    """Return a counter with this vocabulary, from the first library that has it. Raises UsageError with the remedies."""
    for library in _in_order():
        count = library.open_vocabulary(vocabulary)
        if count is not None:
            return TokenCounter(f"{vocabulary} ({library.name})", count)
    remedies = "; ".join(library.remedy for library in _in_order() if library.remedy)
    own = vocabulary_of(vocabulary)
    hint = f"{vocabulary} is a model, and its vocabulary is {own}; " if own else ""
    raise UsageError(f"unknown vocabulary {vocabulary!r}; {hint}auto chooses by the model of each stream; {remedies}")


def from_file(path: str) -> TokenCounter:
    """Return a counter with the vocabulary of this file (`.tiktoken`, or the `tokenizer.json` of Hugging Face). Raises UsageError."""
    for library in _in_order():
        count = library.open_file(path)
        if count is not None:
            return TokenCounter(f"{path} ({library.name})", count)
    remedies = "; ".join(library.remedy for library in _in_order() if library.remedy)
    raise UsageError(f"{path}: no installed tokenizer can read this vocabulary; {remedies}")


def vocabulary_of(model: str | None) -> str | None:
    """Return the vocabulary of a model, by its name after any `owner/`; None if it is unknown."""
    name = (model or "").lower().rpartition("/")[2]
    known = [start for start in _VOCABULARIES if name.startswith(start)]
    return _VOCABULARIES[max(known, key=len)] if known else None


class Automatic:
    """A counter per model: with its own vocabulary or, if that is unavailable, with o200k_base, as its name then says."""

    def __init__(self) -> None:
        self._known: dict[str | None, TokenCounter] = {}

    def of(self, model: str | None) -> TokenCounter:
        """Return the counter of this model. Raises UsageError if no library is installed."""
        vocabulary = vocabulary_of(model)
        if vocabulary not in self._known:
            try:
                self._known[vocabulary] = counter_named(vocabulary) if vocabulary else self._equivalent()
            except UsageError:
                self._known[vocabulary] = self._equivalent()
        return self._known[vocabulary]

    def _equivalent(self) -> TokenCounter:
        standard = counter_named(STANDARD)
        return TokenCounter(f"{standard.name}, not the model's own", standard.count)


def _in_order() -> list[Tokenizer]:
    return sorted(TOKENIZERS.values(), key=lambda entry: entry.order)
