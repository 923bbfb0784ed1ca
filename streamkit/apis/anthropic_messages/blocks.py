"""What is checked of blocks as wholes: calls and their ids, signatures, and what the reason for the end says of them.

Source: Anthropic's documentation of tool use and of extended thinking: `stop_reason` is `tool_use` where, and only where, a
`tool_use` block waits for its result; a thinking block is given back with its signature.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from streamkit.apis._kit.misfits import describe
from streamkit.model.grammar import Misstep

KINDS = frozenset({"missing-signature", "start-with-content", "stop-tool-mismatch", "tool-use-id"})
"""Every misstep that these checks can give, each the name of its rule."""

_CALLS = ("tool_use", "server_tool_use", "mcp_tool_use")
_ENDS_WITHOUT_CALLS = ("end_turn", "stop_sequence")


class BlockChecks:
    """The blocks of one message; `before` is how many it began with."""

    def __init__(self) -> None:
        self._ids: set[str] = set()
        self._unsigned: dict[object, int] = {}
        self._asked = 0
        self.before = 0

    def started(self, message: object) -> None:
        """Take the message of a `message_start`. Its content is empty, but where a program of the server's goes on."""
        content = message.get("content") if isinstance(message, dict) else None
        self.before = len(content) if isinstance(content, list) else 0
        for block in content if isinstance(content, list) else ():
            self._asked += isinstance(block, dict) and block.get("type") == "tool_use"

    def misplaced(self, chunk: int, key: int) -> Iterator[Misstep]:
        """Whether a block has the index of one that the message began with."""
        if key < self.before:
            message = f"block {key} starts, and message_start brought {self.before} of them"
            yield Misstep("start-with-content", chunk, message, "$.index")
            self.before = 0  # told once: blocks are counted from 0

    def opened(self, chunk: int, key: object, block: dict[str, Any]) -> Iterator[Misstep]:
        """Take the start of a block."""
        kind = block.get("type")
        if kind == "thinking" and not block.get("signature"):
            self._unsigned[key] = chunk
        if kind not in _CALLS:
            return
        self._asked += kind == "tool_use"
        given = block.get("id")
        if given == "":
            yield Misstep("tool-use-id", chunk, f"the {kind} of block {key} has an empty id", "$.content_block.id")
        elif isinstance(given, str) and given in self._ids:
            message = f"the {kind} of block {key} has the id {describe(given)}, as one before it"
            yield Misstep("tool-use-id", chunk, message, "$.content_block.id")
        elif isinstance(given, str):
            self._ids.add(given)

    def signed(self, key: object) -> None:
        """Take a signature."""
        self._unsigned.pop(key, None)

    def end(self, stop_reason: str | None) -> Iterator[Misstep]:
        """What only shows when the message is whole."""
        for key, chunk in self._unsigned.items():
            message = f"the thinking of block {key} has no signature"
            yield Misstep("missing-signature", chunk, message, "$.content_block.signature")
        if stop_reason == "tool_use" and not self._asked:
            yield Misstep("stop-tool-mismatch", None, "stop_reason is tool_use, and no block is a tool_use")
        elif self._asked and stop_reason in _ENDS_WITHOUT_CALLS:
            calls = f"{self._asked} tool_use block{'s' if self._asked > 1 else ''}"
            yield Misstep("stop-tool-mismatch", None, f"stop_reason is {stop_reason}, after {calls}")
