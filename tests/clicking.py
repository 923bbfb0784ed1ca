"""Run commands in this process, with stdout and stderr separate in every click version that pyproject.toml allows."""

from __future__ import annotations

import inspect
from typing import Any

from click import testing
from click.testing import Result

__all__ = ["CliRunner", "Result"]


class CliRunner(testing.CliRunner):
    """click's runner, which before 8.2 must be told not to mix stderr into stdout."""

    def __init__(self, **options: Any) -> None:
        if "mix_stderr" in inspect.signature(testing.CliRunner).parameters:
            options["mix_stderr"] = False
        super().__init__(**options)
