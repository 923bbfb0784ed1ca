"""Check that the tokens for which a stream gives log probabilities make up its text.

A token that ends inside a character has no valid text, but it has `bytes`, so those are compared if they are given.

Source: openai-openapi f85dbe2, `ChatCompletionTokenLogprob`: "Useful in instances where characters are represented by
multiple tokens and their byte representations must be combined to generate the correct text representation".
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from streamkit.model.grammar import Misstep

KINDS = frozenset({"logprobs-mismatch"})
"""Every misstep that these checks can report; each is the name of a rule."""


class LogprobTokens:
    """The tokens of one text so far."""

    __slots__ = ("_bare", "_chunk", "_path", "_text", "_tokens")

    def __init__(self) -> None:
        self._text: list[str] = []
        self._tokens: list[bytes] = []
        self._chunk = 0
        self._path = ""
        self._bare: int | None = None

    def take(self, text: object, logprobs: object, chunk: int, path: str) -> None:
        """Add the text and the tokens of one chunk."""
        entries = [entry for entry in logprobs if isinstance(entry, dict)] if isinstance(logprobs, list) else []
        if isinstance(text, str) and text:
            self._text.append(text)
            if not entries and self._bare is None:
                self._bare = chunk
        for entry in entries:
            self._path = self._path or path
            self._chunk = chunk
            self._tokens.append(_bytes(entry))

    def end(self) -> Iterator[Misstep]:
        """Yield a misstep if the tokens do not make up the text. Call this after the last chunk."""
        if not self._tokens:
            return
        if self._bare is not None:
            message = "some of the text has no log probabilities, and the rest has"
            yield Misstep("logprobs-mismatch", self._bare, message, self._path)
            return
        # Tokens that end a text, such as `</s>`, may follow it.
        if not b"".join(self._tokens).startswith("".join(self._text).encode("utf-8", "surrogatepass")):
            message = f"the {len(self._tokens)} tokens with log probabilities do not make up the text"
            yield Misstep("logprobs-mismatch", self._chunk, message, self._path)


def _bytes(entry: dict[str, Any]) -> bytes:
    raw = entry.get("bytes")
    if isinstance(raw, list) and all(type(value) is int and 0 <= value < 256 for value in raw):
        return bytes(raw)
    token = entry.get("token")
    return token.encode("utf-8", "surrogatepass") if isinstance(token, str) else b""
