"""Play a recording to stdout at the pace at which it came."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import replace
from random import Random
from typing import TYPE_CHECKING

import click

from streamkit.cli.inputs import Inputs
from streamkit.cli.options import Console, paths_argument, reading_options, talk_options
from streamkit.cli.pacing import pace_options
from streamkit.cli.showing import View, mode_for
from streamkit.model.exchange import Exchange
from streamkit.model.step import HalfChunk, Head, Step, Write
from streamkit.tape.player import Pace, steps, untimed

if TYPE_CHECKING:
    from streamkit.faults._fault import Plan

NS = 1_000_000_000


@click.command("replay")
@paths_argument
@click.option("--as", "mode", type=click.Choice(["text", "data", "raw"]), help="Default: text on a terminal, else raw.")
@click.option("--fault", "faults", multiple=True, metavar="NAME[:ARG=VALUE,...]", help="Break every stream so.")
@click.option("--seed", type=int, default=0, metavar="N", help="Decides what faults leave to chance.")
@pace_options
@reading_options
@talk_options
def command(
    paths: tuple[str, ...],
    pace: Pace,
    mode: str | None,
    faults: tuple[str, ...],
    seed: int,
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
      streamkit replay --no-delay --fault split:size=1 --as raw recordings/openai_chat/plain.jsonl | ./my-parser
    """
    from streamkit.faults._fault import plan

    plans = [planned for text in faults for planned in plan(text)]
    inputs = Inputs(paths, console, form=form, api=api, dialect=dialect)
    for number, exchange in enumerate(inputs.exchanges()):
        why = untimed(exchange)
        if why is not None and pace.delay:
            console.say(f"{exchange.origin.path}: played at once: {why}")
        striking = [planned for planned in plans if planned.times is None or number < planned.times]
        random = Random(f"{seed}:{exchange.origin.path}:{exchange.origin.number}")
        played, remarks = broken(steps(exchange, pace), striking, random)
        for remark in remarks:
            console.complain(f"{exchange.origin.path}: {remark}")
        play(exchange, played, mode)
    return inputs.code


def broken(played: list[Step], plans: Sequence[Plan], random: Random) -> tuple[list[Step], list[str]]:
    """The steps with the faults done to them, and what is to be said of faults that did not apply."""
    from streamkit.faults._fault import inject

    return inject(played, plans, random) if plans else (played, [])


def play(exchange: Exchange, played: Sequence[Step], mode: str | None) -> None:
    """Write one exchange's body to stdout, each frame on its deadline. A body that breaks off here simply ends."""
    view = View(mode_for(mode), quiet_pipe=False)
    head = next((step for step in played if isinstance(step, Head)), None)
    if exchange.response is not None and head is not None:
        view.response(replace(exchange.response, status=head.status, headers=head.headers))
    began = time.monotonic_ns()
    for step in played:
        if isinstance(step, (Write, HalfChunk)) and step.data:
            wait_until(began + step.at)
            view.frame(step.data)
    view.close()


def wait_until(deadline: int) -> None:
    """Sleep until this reading of the monotonic clock (ns). Absolute, so that errors of one wait do not add to the next."""
    while (left := deadline - time.monotonic_ns()) > 0:
        time.sleep(left / NS)
