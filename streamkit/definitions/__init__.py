"""How benchmark tools compute their numbers: one module per tool and range of versions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from streamkit.lazy import door

if TYPE_CHECKING:
    from streamkit.definitions._chat import Chat as Chat
    from streamkit.definitions._chat import Line as Line
    from streamkit.definitions._chat import differences as differences
    from streamkit.definitions._definition import DEFINITIONS as DEFINITIONS
    from streamkit.definitions._definition import FIELDS as FIELDS
    from streamkit.definitions._definition import REASONS as REASONS
    from streamkit.definitions._definition import Answer as Answer
    from streamkit.definitions._definition import Definition as Definition
    from streamkit.definitions._definition import answer as answer
    from streamkit.definitions._definition import answers as answers
    from streamkit.definitions._definition import definition as definition
    from streamkit.definitions._definition import nothing as nothing
    from streamkit.definitions._definition import to_json as to_json
    from streamkit.definitions._parts import spread as spread
    from streamkit.definitions._parts import tokenizer as tokenizer
    from streamkit.definitions._parts import usage_or_tokenizer as usage_or_tokenizer

_PLACES = {
    "Answer": "_definition",
    "Chat": "_chat",
    "DEFINITIONS": "_definition",
    "Definition": "_definition",
    "FIELDS": "_definition",
    "Line": "_chat",
    "REASONS": "_definition",
    "answer": "_definition",
    "answers": "_definition",
    "definition": "_definition",
    "differences": "_chat",
    "nothing": "_definition",
    "spread": "_parts",
    "to_json": "_definition",
    "tokenizer": "_parts",
    "usage_or_tokenizer": "_parts",
}

__getattr__, __dir__ = door(__name__, _PLACES)
