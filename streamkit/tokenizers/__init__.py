"""Tokenizers: one module per library that counts tokens."""

from __future__ import annotations

from typing import TYPE_CHECKING

from streamkit.lazy import door

if TYPE_CHECKING:
    from streamkit.tokenizers._tokenizer import TOKENIZERS as TOKENIZERS
    from streamkit.tokenizers._tokenizer import Automatic as Automatic
    from streamkit.tokenizers._tokenizer import Count as Count
    from streamkit.tokenizers._tokenizer import Tokenizer as Tokenizer
    from streamkit.tokenizers._tokenizer import counter_named as counter_named
    from streamkit.tokenizers._tokenizer import from_file as from_file
    from streamkit.tokenizers._tokenizer import vocabulary_of as vocabulary_of

_PLACES = {
    "Automatic": "_tokenizer",
    "Count": "_tokenizer",
    "TOKENIZERS": "_tokenizer",
    "Tokenizer": "_tokenizer",
    "from_file": "_tokenizer",
    "counter_named": "_tokenizer",
    "vocabulary_of": "_tokenizer",
}

__getattr__, __dir__ = door(__name__, _PLACES)
