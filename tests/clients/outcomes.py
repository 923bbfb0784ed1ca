"""An outcome: the result of a client for a bad stream, compared with that for the good one, as a word and a detail.

| outcome | |
|---|---|
| `{}` | ok: the same result as for the good stream |
| `{"raises": [type, message]}` | the client raises an exception |
| `{"breaks": [type, message]}` | a program that reads a value returned by the client raises an exception |
| `{"loses": {field: [usual, given]}}` | no exception, and a different result |
| `{"sent": {field: [usual, given]}}` | no exception, and a different result: that of the bad stream itself |
| `{"hangs": true}` | no result |
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
    """Return the outcome of one cell, from the driver's results for the good and the bad stream and the contents of both.

    The two streams of a `pair` differ only in the defect. Otherwise text and calls are compared with the bad stream itself.
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
        before["usage"] = after["usage"]  # a client may count tokens itself if neither stream has usage
    known = [identity for identity, *_ in (*before["calls"], *of_stream["calls"]) if identity]
    after["calls"] = [[_known(identity, known), *rest] for identity, *rest in after["calls"]]
    differing = [field for field in FIELDS if before[field] != after[field]]
    lost = {field: _shown(before[field], after[field]) for field in differing if after[field] != of_stream[field]}
    sent = {field: _shown(before[field], after[field]) for field in differing if after[field] == of_stream[field]}
    made_up = _made_up(before, after, of_stream)
    differences: dict[str, Any] = {}
    if lost or made_up:
        differences["loses"] = {**lost, **made_up}
    if sent:
        differences["sent"] = sent
    return differences


def _made_up(before: dict[str, Any], after: dict[str, Any], of_stream: dict[str, Any]) -> dict[str, Any]:
    """Return a finish reason that the stream does not have: a truncated response appears complete."""
    if after["finish"] and not of_stream["finish"] and before["finish"] == after["finish"]:
        return {"finish": [None, after["finish"]]}
    return {}


def _known(identity: Any, known: list[str]) -> Any:
    """Return the id of a call if it contains one that was sent; ids made up by the client differ each time."""
    return identity if not identity or any(str(sent) in str(identity) for sent in known) else MADE_UP


def _normal(answer: dict[str, Any]) -> dict[str, Any]:
    """Return a normalized result: arguments as JSON, lists of one element, case."""
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
    """Return the value of the choice, or all values if there are several choices and any has one."""
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
    value = value.encode("utf-8", "backslashreplace").decode()  # a lone surrogate cannot be written to a file
    return value if len(value) <= _LONGEST else value[: _LONGEST - 1] + "…"


def _plain(message: str, base: str, model: str) -> str:
    """Return the first line of a message, without values specific to this run."""
    line = (
        (message.replace(base, "http://127.0.0.1") if base else message)
        .replace(model, "m")
        .strip()
        .partition("\n")[0]
        .strip()
    )
    return "".join(char if char.isprintable() else "�" for char in line)
