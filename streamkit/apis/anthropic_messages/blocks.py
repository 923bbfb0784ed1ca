"""Check whole blocks: tool calls and their ids, signatures, and whether the stop reason matches them.

Source: Anthropic's documentation of tool use and of extended thinking: `stop_reason` is `tool_use` if and only if a
`tool_use` block awaits its result; a thinking block must be sent back with its signature.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from streamkit.model.grammar import Misstep
from streamkit.model.wording import describe

KINDS = frozenset({"missing-signature", "start-with-content", "stop-tool-mismatch", "tool-use-id"})
"""Every misstep that these checks can report; each is the name of a rule."""

_CALLS = ("tool_use", "server_tool_use", "mcp_tool_use")
_ENDS_WITHOUT_CALLS = ("end_turn", "stop_sequence")


class BlockChecks:
    """Checks of the blocks of one message. `before` is the number of blocks that the message started with."""

    def __init__(self) -> None:
        self._ids: set[str] = set()
        self._unsigned: dict[object, int] = {}
        self._tool_uses = 0
        self.before = 0

    def started(self, chunk: int, message: object) -> Iterator[Misstep]:
        """Take the message of a `message_start`. Its content is empty, unless the message resumes a server-side
        program."""
        content = message.get("content") if isinstance(message, dict) else None
        self.before = len(content) if isinstance(content, list) else 0
        for index, block in enumerate(content if isinstance(content, list) else ()):
            if isinstance(block, dict) and block.get("type") in _CALLS:
                self._tool_uses += block["type"] == "tool_use"
                yield from self._call(chunk, index, block, f"$.message.content[{index}].id")

    def misplaced(self, chunk: int, key: int) -> Iterator[Misstep]:
        """Yield a misstep if a block has the index of one that the message started with."""
        if key < self.before:
            message = f"block {key} starts, but message_start already has {self.before} blocks"
            yield Misstep("start-with-content", chunk, message, "$.index")
            self.before = 0  # reported once; from then on blocks are counted from 0

    def opened(self, chunk: int, key: object, block: dict[str, Any]) -> Iterator[Misstep]:
        """Check the start of a block."""
        kind = block.get("type")
        if kind == "thinking" and not block.get("signature"):
            self._unsigned[key] = chunk
        if kind not in _CALLS:
            return
        self._tool_uses += kind == "tool_use"
        yield from self._call(chunk, key, block, "$.content_block.id")

    def _call(self, chunk: int, key: object, block: dict[str, Any], path: str) -> Iterator[Misstep]:
        given, kind = block.get("id"), block["type"]
        if given == "":
            yield Misstep("tool-use-id", chunk, f"the {kind} of block {key} has an empty id", path)
        elif isinstance(given, str) and given in self._ids:
            message = f"the {kind} of block {key} has the id {describe(given)} of an earlier block"
            yield Misstep("tool-use-id", chunk, message, path)
        elif isinstance(given, str):
            self._ids.add(given)

    def signed(self, key: object) -> None:
        """Take the signature of a thinking block."""
        self._unsigned.pop(key, None)

    def end(self, stop_reason: str | None) -> Iterator[Misstep]:
        """Yield the missteps that show only when the message is complete."""
        for key, chunk in self._unsigned.items():
            message = f"the thinking of block {key} has no signature"
            yield Misstep("missing-signature", chunk, message, "$.content_block.signature")
        if stop_reason == "tool_use" and not self._tool_uses:
            yield Misstep("stop-tool-mismatch", None, "stop_reason is tool_use, but no block is a tool_use")
        elif self._tool_uses and stop_reason in _ENDS_WITHOUT_CALLS:
            calls = f"{self._tool_uses} tool_use block{'s' if self._tool_uses > 1 else ''}"
            yield Misstep("stop-tool-mismatch", None, f"stop_reason is {stop_reason}, after {calls}")
