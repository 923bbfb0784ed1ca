"""Distinguish an event stream with a defect from the log of one: both have lines without a meaning in the standard."""

from __future__ import annotations

import operator
from collections.abc import Iterator, Sequence
from itertools import groupby

from streamkit.formats._documents import parse_object
from streamkit.formats._payloads import role
from streamkit.patterns import pattern

_KNOWN = pattern(rb" ?(?:data|event|id|retry)?:|(?:data|event|id|retry)\Z")
# Text around chunks by people, terminals and loggers: fences, headings, prompts, ellipses, a time
# or a logger's words before `data:`, a literal or a document in which a line was printed.
_PASTED = pattern(
    rb"\s*(?:```|~~~|#|\$ |% |>|\*|[-=]{3}|\W*(?:\.{3}|\xe2\x80\xa6)|[\[(<]\s*(?:snip|truncated|omitted|cut)\b)"
    rb"|.*?\b(?:data|event): ?[\[{\w]|.*\\n['\"]"
)
_BEGINS = pattern(rb"event: ?(?:message_start|response\.created|message-start)\Z")


def mostly_sound(lines: Sequence[bytes]) -> bool:
    """Return whether these lines are an event stream in which a few are foreign (a bare chunk, a server's page of HTML, a line that
    was broken in two), rather than a log with chunks in it.

    A stream has two data lines or more, at most one block in four is foreign, none looks like a paste's own, and no second
    stream begins.
    """
    blocks = foreign = data = begun = 0
    ended = False
    for block in _blocks(lines):
        strange = [line for line in block if not _KNOWN.match(line)]
        if (
            any(map(_PASTED.match, strange))
            or _wrapped(block, strange)
            or (ended and any(line.startswith(b"data:") for line in block))
        ):
            return False
        foreign += bool(strange)
        blocks += 1
        data += sum(line.startswith(b"data:") for line in block)
        begun += any(map(_BEGINS.match, block))
        ended = ended or any(line in (b"data: [DONE]", b"data:[DONE]") for line in block)
    return data >= 2 and begun <= 1 and foreign * 4 <= blocks


def _wrapped(block: Sequence[bytes], strange: Sequence[bytes]) -> bool:
    """Return whether a terminal or an editor broke a line into several of one width."""
    if len(strange) < 2 or strange[0] not in block[1:]:
        return False
    first = block[block.index(strange[0]) - 1]
    return len({len(line.decode("utf-8", "replace")) for line in (first, *strange[:-1])}) == 1


def is_payload(line: bytes) -> bool:
    """Return whether a line is a chunk or an error that should follow `data:`."""
    return line[:1] == b"{" and role(parse_object(line)) in ("chunk", "error")


def _blocks(lines: Sequence[bytes]) -> Iterator[list[bytes]]:
    """Yield the lines between blank ones. Consecutive blocks of foreign lines only (a page of HTML) are one block."""
    before: list[bytes] = []
    for blank, group in groupby(lines, operator.not_):
        block = [] if blank else list(group)
        if before and block and any(map(_KNOWN.match, (*before, *block))):
            yield before
            before = []
        before += block
    if before:
        yield before
