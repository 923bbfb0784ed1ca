"""JSON Patch (RFC 6902), as AG-UI sends changes of an agent's state. A patch applies as a whole or not at all."""

from __future__ import annotations

from typing import Any

OPERATIONS = frozenset({"add", "remove", "replace", "move", "copy", "test"})
MAX_DEPTH = 200
"""How deep a pointer may go."""


class PatchError(ValueError):
    """A patch that does not apply: an operation that is invalid, or whose place does not exist."""


def patched(document: Any, operations: Any) -> Any:
    """Return the document after these operations. It is not modified: only what leads to a changed place is copied. Operations
    with an `op` that does not exist are left out, as clients do.

    Raises PatchError if one of the operations does not apply.
    """
    if type(operations) is not list:
        raise PatchError("a patch is an array of operations")
    for operation in operations:
        if not is_unknown(operation):
            document = _applied(document, operation)
    return document


def is_unknown(operation: Any) -> bool:
    """Return whether an operation is an object whose `op` does not exist."""
    op = operation.get("op") if type(operation) is dict else ""
    return type(operation) is dict and not (type(op) is str and op in OPERATIONS)


def _applied(document: Any, operation: Any) -> Any:
    if type(operation) is not dict:
        raise PatchError("an operation is not an object")
    kind = operation["op"]
    path = _pointer(operation.get("path"))
    if kind in ("add", "replace", "test") and "value" not in operation:
        raise PatchError(f"{kind} has no value")
    if kind == "test":
        try:
            if _at(document, path) == operation["value"]:
                return document
        except RecursionError:
            raise PatchError("a value is nested too deeply") from None
        raise PatchError("a test fails")
    if kind in ("move", "copy"):
        source = _pointer(operation.get("from"))
        value = _at(document, source)
        if kind == "move":
            document = _changed(document, source, "remove", None)
        return _changed(document, path, "add", value)
    return _changed(document, path, kind, operation.get("value"))


def _pointer(pointer: Any) -> list[str]:
    """Return the steps of a JSON Pointer (RFC 6901)."""
    if type(pointer) is not str or (pointer and not pointer.startswith("/")):
        raise PatchError("a path is not a JSON Pointer")
    steps = [step.replace("~1", "/").replace("~0", "~") for step in pointer.split("/")[1:]]
    if len(steps) > MAX_DEPTH:
        raise PatchError(f"a path has more than {MAX_DEPTH} steps")
    return steps


def _at(document: Any, path: list[str]) -> Any:
    for step in path:
        document = document[_key(document, step)]
    return document


def _key(holder: Any, step: str) -> Any:
    """Return the key or index of an existing member."""
    if type(holder) is dict and step in holder:
        return step
    if type(holder) is list and step.isdecimal() and len(step) < 16 and int(step) < len(holder):
        return int(step)
    raise PatchError("a path does not exist")


def _changed(document: Any, path: list[str], kind: str, value: Any) -> Any:
    """Return a copy of the document with one place changed. The copy shares everything outside the path with it."""
    if not path:
        return None if kind == "remove" else value
    step, rest = path[0], path[1:]
    if rest:
        key = _key(document, step)
        inner = _changed(document[key], rest, kind, value)
        changed = document.copy()
        changed[key] = inner
        return changed
    if type(document) not in (dict, list):
        raise PatchError("a path does not exist")
    changed = document.copy()
    if kind == "add" and type(document) is dict:
        changed[step] = value
    elif kind == "add":
        changed.insert(len(document) if step in ("-", str(len(document))) else _key(document, step), value)
    elif kind == "remove":
        del changed[_key(document, step)]
    else:
        changed[_key(document, step)] = value
    return changed
