"""splintr (package `splintr-rs`, extra `tokens`): its wheel contains the vocabularies, so it needs no network."""

from __future__ import annotations

import importlib
from pathlib import Path
from typing import Any

from streamkit.errors import UsageError
from streamkit.tokenizers import Count, Tokenizer

# Tells the two vocabularies apart that come as `.tiktoken` files, by size; each splits words differently.
_CL100K_SIZE = 110_000


def open_vocabulary(name: str) -> Count | None:
    """The counting function of a vocabulary in the wheel."""
    library = _library()
    if library is None:
        return None
    try:
        return _counter(library.Tokenizer.from_pretrained(name))
    except ValueError:
        return None


def open_file(path: str) -> Count | None:
    """The counting function of a vocabulary file: `tokenizer.json`, or a `.tiktoken` file of OpenAI's."""
    library = _library()
    if library is None:
        return None
    try:
        if path.endswith(".json"):
            return _counter(library.from_json(path))
        with Path(path).open("rb") as file:
            size = sum(1 for _ in file)
        pattern = library.CL100K_BASE_PATTERN if size < _CL100K_SIZE else library.O200K_BASE_PATTERN
        return _counter(library.Tokenizer(path, pattern))
    except (OSError, ValueError) as error:
        raise UsageError(f"{path}: cannot be read as a vocabulary: {error}") from error


def _counter(tokenizer: Any) -> Count:
    # `encode` would encode the text of a special token as that token.
    encode = tokenizer.encode_ordinary
    return lambda text: len(encode(text))


def _library() -> Any:
    try:
        return importlib.import_module("splintr")
    except ImportError:
        return None


TOKENIZER = Tokenizer(
    "splintr", open_vocabulary, open_file, remedy="pip install 'llm-streamkit[tokens]' brings 25 vocabularies", order=10
)
