"""Whether the tokens whose log probabilities a stream tells are those of its text.

A token's text cannot be told where it ends within a character; its `bytes` can, so those are compared where they are given.

Source: openai-openapi f85dbe2, `ChatCompletionTokenLogprob`: "Useful in instances where characters are represented by
multiple tokens and their byte representations must be combined to generate the correct text representation".
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from streamkit.model.grammar import Misstep

KINDS = frozenset({"logprobs-mismatch"})
"""Every misstep that these checks can give, each the name of its rule."""


class Tokens:
    """The tokens of one text, as far as they have come."""

    __slots__ = ("_chunk", "_path", "_text", "_tokens", "_unknown")

    def __init__(self) -> None:
        self._text: list[str] = []
        self._tokens: list[bytes] = []
        self._chunk = 0
        self._path = ""
        self._unknown = False

    def take(self, text: object, logprobs: object, chunk: int, path: str) -> None:
        """Take what one chunk adds: its text and its tokens. Text that comes without tokens leaves nothing to compare."""
        entries = [entry for entry in logprobs if isinstance(entry, dict)] if isinstance(logprobs, list) else []
        if isinstance(text, str) and text:
            self._text.append(text)
            self._unknown = self._unknown or not entries
        for entry in entries:
            self._path = self._path or path
            self._chunk = chunk
            self._tokens.append(_bytes(entry))

    def end(self) -> Iterator[Misstep]:
        """Compare them when all have come."""
        if self._unknown or not self._tokens:
            return
        # Tokens that end a text, such as `</s>`, may be told beyond it.
        if not b"".join(self._tokens).startswith("".join(self._text).encode("utf-8", "surrogatepass")):
            message = f"the {len(self._tokens)} tokens with log probabilities do not make up the text"
            yield Misstep("logprobs-mismatch", self._chunk, message, self._path)


def _bytes(entry: dict[str, Any]) -> bytes:
    raw = entry.get("bytes")
    if isinstance(raw, list) and all(type(value) is int and 0 <= value < 256 for value in raw):
        return bytes(raw)
    token = entry.get("token")
    return token.encode("utf-8", "surrogatepass") if isinstance(token, str) else b""
