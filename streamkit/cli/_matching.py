"""The options that decide which recording answers a request."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import click

Function = TypeVar("Function", bound=Callable[..., Any])

LEVELS = ("exact", "body", "messages", "model", "path", "any")
REUSES = ("once", "cycle", "last")


def match_options(function: Function) -> Function:
    """Return `--match`, `--reuse` and `--ignore-field`, passed on as one `matching`: those fields of `service.mock.Options`."""

    def wrapper(*args: Any, match: str, reuse: str, ignored: tuple[str, ...], **rest: Any) -> Any:
        from streamkit.playback.fields import FieldPath

        matching = {"match": match, "reuse": reuse, "ignore": [FieldPath.of(text) for text in ignored]}
        return function(*args, matching=matching, **rest)

    wrapper.__name__, wrapper.__doc__ = function.__name__, function.__doc__
    wrapper.__click_params__ = getattr(function, "__click_params__", [])  # type: ignore[attr-defined]
    level = click.option("--match", type=click.Choice(LEVELS), default="body", show_default=True,
                         help="Compare this much of a request with the recordings.")  # fmt: skip
    reuse = click.option("--reuse", type=click.Choice(REUSES), default="cycle", show_default=True,
                         help="After the last match: fail (once), start over (cycle), or repeat the last.")  # fmt: skip
    ignored = click.option("--ignore-field", "ignored", multiple=True, metavar="PATH",
                           help="Do not compare this field of the body: '$.messages[*].created'.")  # fmt: skip
    return level(reuse(ignored(wrapper)))  # type: ignore[return-value]
