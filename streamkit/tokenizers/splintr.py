"""splintr (package `splintr-rs`, extra `tokens`): its wheel contains the vocabularies, so no network is needed."""

from __future__ import annotations

import importlib
from pathlib import Path
from typing import Any

from streamkit.errors import UsageError
from streamkit.tokenizers import Count, Tokenizer

# A `.tiktoken` file does not say how text is split into words. For these vocabularies it is known, by their entries.
_PATTERNS = {100_256: "CL100K_BASE_PATTERN", 199_998: "O200K_BASE_PATTERN"}


def open_vocabulary(name: str) -> Count | None:
    """Return the counting function of a vocabulary in the wheel."""
    library = _library()
    if library is None:
        return None
    try:
        return _counter(library.Tokenizer.from_pretrained(name))
    except ValueError:
        return None


def open_file(path: str) -> Count | None:
    """Return the counting function of a vocabulary file: `tokenizer.json`, or a `.tiktoken` file of OpenAI's."""
    library = _library()
    if library is None:
        return None
    try:
        if path.endswith(".json"):
            return _counter(library.from_json(path))
        with Path(path).open("rb") as file:
            size = sum(1 for line in file if line.strip())
        if size not in _PATTERNS:
            raise UsageError(
                f"{path}: {size:,} entries: neither cl100k_base (100,256) nor o200k_base (199,998), and the file does not say "
                "how it splits text; expected one of these two, or a tokenizer.json"
            )
        pattern = getattr(library, _PATTERNS[size])
        return _counter(library.Tokenizer(path, pattern))
    except (OSError, ValueError) as error:
        raise UsageError(f"{path}: no vocabulary that can be read: {error}") from error


def _counter(tokenizer: Any) -> Count:
    # `encode` would read the text of a special token as that token.
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
