"""Play a recording to stdout at the pace at which it came."""

from __future__ import annotations

import time

import click

from streamkit.cli.inputs import Inputs
from streamkit.cli.options import Console, paths_argument, reading_options, talk_options
from streamkit.cli.showing import View, mode_for
from streamkit.model.exchange import Exchange
from streamkit.tape.player import Pace, untimed, writes

NS = 1_000_000_000


@click.command("replay")
@paths_argument
@click.option(
    "--speed", type=click.FloatRange(0, min_open=True), default=1.0, metavar="N", help="So many times as fast."
)
@click.option("--max-gap", type=click.FloatRange(0), metavar="S", help="No pause longer than so many seconds.")
@click.option("--no-delay", is_flag=True, help="At once.")
@click.option("--as", "mode", type=click.Choice(["text", "data", "raw"]), help="Default: text on a terminal, else raw.")
@reading_options
@talk_options
def command(
    paths: tuple[str, ...],
    speed: float,
    max_gap: float | None,
    no_delay: bool,
    mode: str | None,
    form: str | None,
    api: str | None,
    dialect: str | None,
    console: Console,
) -> int:
    """Play a recording to stdout at the pace at which it came.

    raw gives the bytes of the body in the frames in which they came, data the payload of each event on a line, text the
    text that they add. Times count from when the request was sent; what has no times is played at once.

    \b
    Examples:
      streamkit replay recordings/openai_chat/plain.jsonl
      streamkit replay --speed 4 --max-gap 0.5 --as text recordings/openai_chat
      streamkit replay --no-delay --as raw recordings/openai_chat/plain.jsonl > body.sse
    """
    inputs = Inputs(paths, console, form=form, api=api, dialect=dialect)
    pace = Pace(speed, None if max_gap is None else round(max_gap * NS), not no_delay)
    for exchange in inputs.exchanges():
        why = untimed(exchange)
        if why is not None and not no_delay:
            console.say(f"{exchange.origin.path}: played at once: {why}")
        play(exchange, pace, mode)
    return inputs.code


def play(exchange: Exchange, pace: Pace, mode: str | None) -> None:
    """Write one exchange's body to stdout, each frame on its deadline."""
    view = View(mode_for(mode), quiet_pipe=False)
    if exchange.response is not None:
        view.response(exchange.response)
    began = time.monotonic_ns()
    for step in writes(exchange, pace):
        wait_until(began + step.at)
        view.frame(step.data)
    view.close()


def wait_until(deadline: int) -> None:
    """Sleep until this reading of the monotonic clock (ns). Absolute, so that errors of one wait do not add to the next."""
    while (left := deadline - time.monotonic_ns()) > 0:
        time.sleep(left / NS)
