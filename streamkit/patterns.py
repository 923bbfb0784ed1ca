"""Regular expressions that are compiled when they are first used.

Compiling takes a tenth to half a millisecond, and a short command uses few of the expressions in the modules that it imports.
"""

from __future__ import annotations

import re
from typing import Any, AnyStr, cast


def pattern(text: AnyStr, flags: int = 0) -> re.Pattern[AnyStr]:
    """Return what `re.compile` returns, for its methods and attributes; functions of `re` do not take it.

    An invalid expression raises `re.error` at its first use.
    """
    return cast("re.Pattern[AnyStr]", _Pattern(text, flags))


class _Pattern:
    """Stands for a compiled pattern. What is looked up is stored, so that the next access is a plain attribute."""

    def __init__(self, text: str | bytes, flags: int) -> None:
        self._text, self._flags = text, flags

    def __getattr__(self, name: str) -> Any:
        value = getattr(re.compile(self._text, self._flags), name)
        setattr(self, name, value)
        return value
