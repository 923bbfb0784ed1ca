"""Steps in one line.

`A@10` is a write after 10 ms of one event with the payload `{"t":"A"}`; `AB@10` writes two events; `$` is `data:
[DONE]`; incomplete events are quoted, `'data: {"t'@10`, with `\n` for a line feed. The writes are followed by the end,
`eof`, `fin`, `reset`, `hang`, or `half('bytes' of 70)`, and preceded by `429` or `200@5` if there is a head.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from streamkit.model.step import Close, Finish, HalfChunk, Hang, Head, Reset, Step, Write

MS = 1_000_000
ENDS: dict[str, type[Finish] | type[Close] | type[Reset] | type[Hang]] = {
    "eof": Finish,
    "fin": Close,
    "reset": Reset,
    "hang": Hang,
}
_WRITE = re.compile(r"((?:[A-Z$]|'[^']*')+)@(\d+)")
_PIECE = re.compile(r"[A-Z$]|'[^']*'")
_EVENT = re.compile(rb'data: (?:\{"t":"([A-Z])"\}|\[DONE\])\n\n')


def parse(line: str) -> list[Step]:
    """Parse a line into steps."""
    *tokens, last = re.findall(r"(?:[^\s']|'[^']*')+", line)
    steps: list[Step] = []
    for token in tokens:
        if head := re.fullmatch(r"(\d{3})(?:@(\d+))?", token):
            steps.append(Head(int(head[2] or 0) * MS, int(head[1]), (("Content-Type", "text/event-stream"),)))
            continue
        match = _WRITE.fullmatch(token)
        assert match, f"{token!r} is no write"
        steps.append(Write(int(match[2]) * MS, b"".join(_bytes(piece) for piece in _PIECE.findall(match[1]))))
    word, _, at = last.partition("@")
    return [*steps, ENDS[word](int(at) * MS)]


def shown(steps: Sequence[Step]) -> str:
    """Write steps as a line."""
    return " ".join(_shown(step) for step in steps)


def _shown(step: Step) -> str:
    at = f"@{step.at // MS}"
    if isinstance(step, Write):
        return _text(step.data) + at
    if isinstance(step, Head):
        extra = "".join(f"({name}: {value})" for name, value in step.headers if name == "Retry-After")
        return f"{step.status}{extra}{at}"
    if isinstance(step, HalfChunk):
        return f"half({_text(step.data)} of {step.size}){at}"
    return next(word for word, kind in ENDS.items() if isinstance(step, kind)) + at


def _bytes(piece: str) -> bytes:
    if piece == "$":
        return b"data: [DONE]\n\n"
    if piece.startswith("'"):
        return piece[1:-1].encode().decode("unicode_escape").encode("latin-1")
    return b'data: {"t":"%b"}\n\n' % piece.encode()


def _text(data: bytes) -> str:
    out, position = "", 0
    for match in _EVENT.finditer(data):
        out += _quoted(data[position : match.start()]) + (match[1].decode() if match[1] else "$")
        position = match.end()
    return out + _quoted(data[position:])


def _quoted(data: bytes) -> str:
    if not data:
        return ""
    text = data.decode("latin-1").encode("unicode_escape").decode()
    return f"'{text}'"
