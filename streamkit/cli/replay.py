"""Play a recording to stdout at the pace at which it came."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from streamkit.cli._pacing import pace_options
from streamkit.cli._remarks import name_of_exchange
from streamkit.cli.inputs import Inputs
from streamkit.cli.options import Console, paths_argument, reading_options, talk_options
from streamkit.cli.showing import View, mode_for
from streamkit.model.exchange import Exchange, Response
from streamkit.model.step import Close, HalfChunk, Hang, Head, Reset, Step, Write
from streamkit.playback.player import Pace, steps, untimed

if TYPE_CHECKING:
    from streamkit.faults import Plan

NS = 1_000_000_000
_HOUR_S = 3600.0

# What a pipe cannot show: it has an end, and no more ways to end than one.
_ENDINGS: dict[type[Step], str] = {
    Close: "the connection is closed here, before the body has ended",
    Reset: "the connection is reset here",
    HalfChunk: "the connection is closed here, within a chunk",
    Hang: "nothing more comes, and the connection stays open; Ctrl-C ends it",
}


@click.command("replay")
@paths_argument
@pace_options
@click.option("--as", "mode", type=click.Choice(["text", "data", "raw"]), help="Default: text on a terminal, else raw.")
@click.option("--fault", "faults", multiple=True, metavar="NAME[:ARG=VALUE,...]", help="Break every stream so.")
@click.option("--seed", type=int, default=0, help="Decides what faults leave to chance.")
@reading_options
@talk_options
def command(
    paths: tuple[str, ...],
    pace: Pace,
    mode: str | None,
    faults: tuple[str, ...],
    seed: int,
    input_format: str | None,
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
      streamkit replay --fault cut:event=3 --as raw recordings/openai_chat/plain.jsonl
    """
    plans = _plans(faults)
    inputs = Inputs(paths, console, input_format=input_format, api=api, dialect=dialect)
    for number, exchange in enumerate(inputs.exchanges()):
        why = untimed(exchange)
        if why is not None and pace.delay:
            console.say(f"{name_of_exchange(exchange)}: played at once: {why}")
        playing = steps(exchange, pace)
        last = type(playing[-1])
        if plans:
            playing = _broken(exchange, playing, plans, number, seed, console)
        play(playing, mode)
        if type(playing[-1]) is not last:
            _end(playing[-1], name_of_exchange(exchange), console)
    return inputs.code


def play(playing: Sequence[Step], mode: str | None) -> None:
    """Write one exchange's body to stdout, each frame on its deadline."""
    view = View(mode_for(mode))
    began = time.monotonic_ns()
    for step in playing:
        if isinstance(step, Head):
            view.response(Response(step.at, step.status, headers=step.headers))
        elif isinstance(step, Write | HalfChunk):
            wait_until(began + step.at)
            view.frame(step.data)
    view.close()


def wait_until(deadline: int) -> None:
    """Sleep until this reading of the monotonic clock (ns). Absolute, so that errors of one wait do not add to the next."""
    while (left := deadline - time.monotonic_ns()) > 0:
        time.sleep(left / NS)


def _plans(faults: Sequence[str]) -> list[Plan]:
    if not faults:
        return []
    from streamkit.faults import plan

    return [planned for text in faults for planned in plan(text)]


def _broken(
    exchange: Exchange, playing: list[Step], plans: Sequence[Plan], number: int, seed: int, console: Console
) -> list[Step]:
    """The steps with the faults done to them that strike exchange `number` (from 0), as a server would do it."""
    from streamkit.faults import chance, inject

    name = name_of_exchange(exchange)
    striking = [planned for planned in plans if planned.times is None or number < planned.times]
    changed, remarks = inject(playing, striking, chance(seed, name, 1))
    for remark in remarks:
        console.say(f"{name}: {remark}")
    return changed


def _end(last: Step, name: str, console: Console) -> None:
    """Tell the end that a fault gave the stream, where a pipe cannot show it; one that never ends is waited for."""
    if type(last) in _ENDINGS:
        console.say(f"{name}: {_ENDINGS[type(last)]}")
    while isinstance(last, Hang):
        time.sleep(_HOUR_S)
