"""The environment variables that Python reads when it starts, which a fork of a running one comes too late for."""

from __future__ import annotations

from collections.abc import Mapping

_LOCALE = {"LANG", "LC_ALL", "LC_CTYPE"}
_TAKEN_OVER = {"PYTHONPATH", "PYTHONUNBUFFERED", "PYTHONDONTWRITEBYTECODE"}


def of_python(variables: Mapping[str, str]) -> dict[str, str]:
    """Return those variables; none of those that a fork can take over."""
    return {
        name: value
        for name, value in variables.items()
        if (name.startswith("PYTHON") and name not in _TAKEN_OVER) or name in _LOCALE
    }
