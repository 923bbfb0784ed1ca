"""JSON that every parser accepts, whatever text it contains."""

from __future__ import annotations

import json
import re
from typing import Any

import orjson

# An escaped backslash or a whole pair, which stay, or half a pair, which Python's own parser alone would take.
_HALF = re.compile(r"(\\\\|\\ud[89ab][0-9a-f]{2}\\ud[c-f][0-9a-f]{2})|\\ud[89a-f][0-9a-f]{2}")


def dumps(value: Any, *, indent: int | None = None) -> str:
    r"""Return a value as JSON in ASCII. A lone surrogate, which strict parsers reject, becomes the six characters of its escape,
    so that it is still visible.
    """
    text = json.dumps(value, indent=indent)
    return _HALF.sub(lambda match: match[1] or "\\" + match[0], text) if "\\ud" in text else text


def dumps_fast(value: Any, *, indent: bool = False) -> str:
    """Return a value as JSON in UTF-8; as written by `dumps` if orjson rejects it (a file name with a lone surrogate)."""
    try:
        return orjson.dumps(value, option=orjson.OPT_INDENT_2 if indent else None).decode()
    except orjson.JSONEncodeError:
        return dumps(value, indent=2 if indent else None)
