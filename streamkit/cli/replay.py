"""Play a recording back to stdout at its original pace."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from streamkit.cli._groups import GroupedCommand
from streamkit.cli._pacing import pace_options
from streamkit.cli._remarks import name_of_exchange
from streamkit.cli.inputs import Inputs
from streamkit.cli.options import Console, paths_argument, reading_options, talk_options
from streamkit.cli.showing import View, mode_for
from streamkit.model.exchange import Exchange, Response
from streamkit.model.step import Close, HalfChunk, Hang, Head, Reset, Step, Write
from streamkit.playback.player import Pace, steps, untimed

if TYPE_CHECKING:
    from streamkit.faults import PlannedFault

NS = 1_000_000_000
_HOUR_S = 3600.0

# Endings that a pipe cannot show, because it can only be closed.
_ENDINGS: dict[type[Step], str] = {
    Close: "the connection is closed here, before the end of the body",
    Reset: "the connection is reset here",
    HalfChunk: "the connection is closed here, within a chunk",
    Hang: "no more data, but the connection stays open; press Ctrl-C to stop",
}


@click.command(
    "replay",
    cls=GroupedCommand,
    groups={
        "Pace": "speed max_gap no_delay",
        "Faults": "faults seed",
        "Output": "mode",
    },
)
@paths_argument
@pace_options
@click.option(
    "--as",
    "mode",
    type=click.Choice(["text", "data", "raw"]),
    help="Write the text, the data of each event, or the raw bytes. Default: text on a terminal, else raw.",
)
@click.option(
    "--fault", "faults", multiple=True, metavar="NAME[:ARG=VALUE,...]", help="Inject a fault into every stream."
)
@click.option("--seed", type=int, default=0, help="Make random faults reproducible.")
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
    """Play a recording back to stdout at its original pace.

    raw writes the body in its recorded frames, data the payload of each event on a line, text the text of the answer.
    Times count from when the request was sent; a stream without times is played at once.

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
        steps_ = steps(exchange, pace)
        last = type(steps_[-1])
        if plans:
            steps_ = _with_faults(exchange, steps_, plans, number, seed, console)
        play_to_stdout(steps_, mode)
        if type(steps_[-1]) is not last:
            _report_ending(steps_[-1], name_of_exchange(exchange), console)
    return inputs.code


def play_to_stdout(steps_: Sequence[Step], mode: str | None) -> None:
    """Write one exchange's body to stdout, each frame at its time."""
    view = View(mode_for(mode))
    began = time.monotonic_ns()
    for step in steps_:
        if isinstance(step, Head):
            view.response(Response(step.at, step.status, headers=step.headers))
        elif isinstance(step, Write | HalfChunk):
            wait_until(began + step.at)
            view.frame(step.data)
    view.close()


def wait_until(deadline: int) -> None:
    """Sleep until the monotonic clock reads `deadline` (ns). Absolute deadlines keep errors from adding up."""
    while (left := deadline - time.monotonic_ns()) > 0:
        time.sleep(left / NS)


def _plans(faults: Sequence[str]) -> list[PlannedFault]:
    if not faults:
        return []
    from streamkit.faults import parse_faults

    return [each for text in faults for each in parse_faults(text)]


def _with_faults(
    exchange: Exchange, steps_: list[Step], plans: Sequence[PlannedFault], number: int, seed: int, console: Console
) -> list[Step]:
    """Return the steps with the faults injected that apply to exchange `number` (from 0), as a server would do."""
    from streamkit.faults import chance, inject

    name = name_of_exchange(exchange)
    active = [each for each in plans if each.times is None or number < each.times]
    changed, remarks = inject(steps_, active, chance(seed, name, 1))
    for remark in remarks:
        console.say(f"{name}: {remark}")
    return changed


def _report_ending(last: Step, name: str, console: Console) -> None:
    """Report an ending that a pipe cannot show; if the stream never ends, wait."""
    if type(last) in _ENDINGS:
        console.say(f"{name}: {_ENDINGS[type(last)]}")
    while isinstance(last, Hang):
        time.sleep(_HOUR_S)
