"""The options that turn recorded times into playback times, passed on as one `pace`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import click

from streamkit.cli.options import Duration

Function = TypeVar("Function", bound=Callable[..., Any])


def pace_options(function: Function) -> Function:
    """Add `--speed`, `--max-gap` and `--no-delay` to a command, passed on as one `pace`."""

    def wrapper(*args: Any, speed: float, max_gap: int | None, no_delay: bool, **rest: Any) -> Any:
        from streamkit.playback.player import Pace

        return function(*args, pace=Pace(speed, max_gap, not no_delay), **rest)

    wrapper.__name__, wrapper.__doc__ = function.__name__, function.__doc__
    wrapper.__click_params__ = getattr(function, "__click_params__", [])  # type: ignore[attr-defined]
    positive = click.FloatRange(0, min_open=True)
    speed = click.option("--speed", type=positive, default=1.0, metavar="N", help="Play N times as fast.")
    max_gap = click.option("--max-gap", type=Duration(), metavar="TIME", help="Shorten pauses to this: 500ms, 2s.")
    no_delay = click.option("--no-delay", is_flag=True, help="Play without any pauses.")
    return speed(max_gap(no_delay(wrapper)))  # type: ignore[return-value]
