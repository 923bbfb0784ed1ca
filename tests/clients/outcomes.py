"""An outcome: what a client made of a bad stream, beside what it made of the good one, in one word and a detail.

| outcome | |
|---|---|
| `{}` | ok: the same answer as from the good stream |
| `{"raises": [type, message]}` | an exception reaches the program |
| `{"breaks": [type, message]}` | the same, where a program reads a value that the client handed on as it is |
| `{"loses": {field: [usual, given]}}` | no exception, and another answer |
| `{"sent": {field: [usual, given]}}` | no exception, and another answer: the one that the bad stream itself holds |
| `{"hangs": true}` | nothing comes back |
"""

from __future__ import annotations

import json
from typing import Any

FIELDS = ("text", "reasoning", "calls", "finish", "usage", "role")
MADE_UP = "(made up)"
_LONGEST = 160


def outcome(
    lines: tuple[dict[str, Any], dict[str, Any]],
    held: tuple[dict[str, Any], dict[str, Any]],
    base: str,
    *,
    pair: bool = True,
) -> dict[str, Any]:
    """The outcome of one cell: the driver's lines for the good stream and for the bad one, and what each of these holds.

    The two streams of a `pair` differ in the defect alone. Of others the good one says nothing of the bad one, and what is
    compared is text and calls with what the bad one holds.
    """
    usual, given = lines
    if given.get("hangs"):
        return {"hangs": True}
    if "error" in given:
        kind, message = given["error"]
        word = "breaks" if given.get("here") else "raises"
        return {word: [kind, _short(_plain(message, base, given["model"]))]}
    before, after = _normal(usual["answer"]), _normal(given["answer"])
    of_stream = _normal(held[1])
    if not pair:
        before = {**after, "text": of_stream["text"], "calls": of_stream["calls"]}
    if not held[0]["usage"] and not held[1]["usage"]:
        before["usage"] = after["usage"]  # a client may count by itself what neither stream tells
    known = [identity for identity, *_ in (*before["calls"], *of_stream["calls"]) if identity]
    after["calls"] = [[_known(identity, known), *rest] for identity, *rest in after["calls"]]
    differing = [field for field in FIELDS if before[field] != after[field]]
    lost = {field: _shown(before[field], after[field]) for field in differing if after[field] != of_stream[field]}
    sent = {field: _shown(before[field], after[field]) for field in differing if after[field] == of_stream[field]}
    made_up = _made_up(before, after, of_stream)
    told: dict[str, Any] = {}
    if lost or made_up:
        told["loses"] = {**lost, **made_up}
    if sent:
        told["sent"] = sent
    return told


def _made_up(before: dict[str, Any], after: dict[str, Any], of_stream: dict[str, Any]) -> dict[str, Any]:
    """A finish reason where the stream has none: an answer that was cut off passes for a whole one."""
    if after["finish"] and not of_stream["finish"] and before["finish"] == after["finish"]:
        return {"finish": [None, after["finish"]]}
    return {}


def _known(identity: Any, known: list[str]) -> Any:
    """The id of a call, where it holds one that was sent; one that the client made up is another each time."""
    return identity if not identity or any(str(sent) in str(identity) for sent in known) else MADE_UP


def _normal(answer: dict[str, Any]) -> dict[str, Any]:
    """An answer in which what is written differently is the same: arguments as JSON, lists of one, case."""
    calls = [[identity, name, _arguments(text)] for identity, name, text in answer["calls"]]
    return {
        **answer,
        "calls": calls,
        "finish": _one(answer["finish"]),
        "role": _one(answer["role"]),
        "usage": answer["usage"] and [_count(count) for count in answer["usage"]],
    }


def _count(count: Any) -> Any:
    return int(count) if isinstance(count, float) and count.is_integer() else count


def _one(value: Any) -> Any:
    """The value of a choice; where there are several, all of them if any is there."""
    if not isinstance(value, list):
        return value or None
    return (value[0] or None) if len(value) == 1 else ([one or None for one in value] if any(value) else None)


def _arguments(text: Any) -> Any:
    if not isinstance(text, str):
        return text
    try:
        return json.loads(text)
    except ValueError:
        return text


def _shown(usual: Any, given: Any) -> list[Any]:
    return [_short(usual), _short(given)]


def _short(value: Any) -> Any:
    if not isinstance(value, str):
        text = json.dumps(value)
        return value if len(text) <= 2 * _LONGEST and text.isascii() and "\\ud" not in text else _short(text)
    value = value.encode("utf-8", "backslashreplace").decode()  # half a surrogate can be in no file
    return value if len(value) <= _LONGEST else value[: _LONGEST - 1] + "…"


def _plain(message: str, base: str, model: str) -> str:
    """The first line of a message, without what is of this run alone."""
    line = (
        (message.replace(base, "http://127.0.0.1") if base else message)
        .replace(model, "m")
        .strip()
        .partition("\n")[0]
        .strip()
    )
    return "".join(char if char.isprintable() else "�" for char in line)
