"""A tokenizer: counts the tokens of a text with a vocabulary that is on this machine. One file a library; never a network."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from streamkit.errors import UsageError
from streamkit.model.measurement import TokenCounter
from streamkit.registry import Catalogue

Count = Callable[[str], int]

# Which vocabulary a model has, by the beginning of its name; the longest beginning wins.
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
    """One library that counts.

    `open_vocabulary` gives the counting function of a vocabulary by name, or None where this library does not have it
    here; `open_file` that of a vocabulary file. They are asked in ascending `order`. `remedy` says how to get the library.
    """

    name: str
    open_vocabulary: Callable[[str], Count | None] = field(repr=False)
    open_file: Callable[[str], Count | None] = field(default=lambda _: None, repr=False)
    remedy: str = ""
    order: int = 50


TOKENIZERS: Catalogue[Tokenizer] = Catalogue("streamkit.tokenizers", Tokenizer, lambda entry: entry.name)


def named(vocabulary: str) -> TokenCounter:
    """A counter with this vocabulary, of the first library that has it here. Raises UsageError, which says what helps."""
    for library in _in_order():
        count = library.open_vocabulary(vocabulary)
        if count is not None:
            return TokenCounter(f"{vocabulary} ({library.name})", count)
    remedies = "; ".join(library.remedy for library in _in_order() if library.remedy)
    own = vocabulary_of(vocabulary)
    hint = f"{vocabulary} is a model, and its vocabulary is {own}; " if own else ""
    raise UsageError(
        f"no tokenizer here has a vocabulary named {vocabulary!r}; {hint}auto chooses by the model of each stream; {remedies}"
    )


def from_file(path: str) -> TokenCounter:
    """A counter with the vocabulary of this file (`.tiktoken`, or the `tokenizer.json` of Hugging Face). Raises UsageError."""
    for library in _in_order():
        count = library.open_file(path)
        if count is not None:
            return TokenCounter(f"{path} ({library.name})", count)
    remedies = "; ".join(library.remedy for library in _in_order() if library.remedy)
    raise UsageError(f"{path}: no tokenizer here reads this vocabulary; {remedies}")


def vocabulary_of(model: str | None) -> str | None:
    """The vocabulary of a model, by its name after any `owner/`; None where it is not known."""
    name = (model or "").lower().rpartition("/")[2]
    known = [start for start in _VOCABULARIES if name.startswith(start)]
    return _VOCABULARIES[max(known, key=len)] if known else None


class Automatic:
    """A counter for each model: with its own vocabulary, or, where that is not known here, with o200k_base, and then said so."""

    def __init__(self) -> None:
        self._known: dict[str | None, TokenCounter] = {}

    def of(self, model: str | None) -> TokenCounter:
        """The counter of this model. Raises UsageError where no library is here."""
        wanted = vocabulary_of(model)
        if wanted not in self._known:
            try:
                self._known[wanted] = named(wanted) if wanted else self._equivalent()
            except UsageError:
                self._known[wanted] = self._equivalent()
        return self._known[wanted]

    def _equivalent(self) -> TokenCounter:
        standard = named(STANDARD)
        return TokenCounter(f"{standard.name}, not the model's own", standard.count)


def _in_order() -> list[Tokenizer]:
    return sorted(TOKENIZERS.values(), key=lambda entry: entry.order)
