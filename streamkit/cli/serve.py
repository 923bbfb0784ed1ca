"""Answer requests with recordings: a mock server for any SDK, frames and pauses as recorded."""

from __future__ import annotations

from contextlib import ExitStack
from functools import partial
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import click

from streamkit import collector
from streamkit.cli import _workers as workers_
from streamkit.cli._child import WithChild, child, run_or_wait
from streamkit.cli._guarding import guard_of, guard_options
from streamkit.cli._matching import match_options
from streamkit.cli._messages import Messages
from streamkit.cli._pacing import pace_options
from streamkit.cli.inputs import Inputs
from streamkit.cli.options import Console, paths_argument, talk_options
from streamkit.errors import UsageError

if TYPE_CHECKING:
    from streamkit.playback.player import Pace
    from streamkit.service.mock import Options, ServedRequest

DEFAULT_PORT = 8788


@click.command(
    "serve",
    cls=WithChild,
    groups={
        "Address": "host port allowed listen_public token workers",
        "Matching": "match reuse ignored strict",
        "Pace": "ttft itl speed max_gap no_delay",
        "Faults": "faults seed",
    },
)
@paths_argument
@click.option("--host", default="127.0.0.1", show_default=True, help="Listen on this address.")
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    default=DEFAULT_PORT,
    show_default=True,
    help="Listen on this port; 0 picks a free one.",
)
@guard_options
@match_options
@click.option("--strict", is_flag=True, help="Exit 1 at the end if a recording was never requested.")
@click.option("--ttft", metavar="TIME", help="Send the first token after this time instead of the recorded one.")
@click.option("--itl", metavar="TIME", help="Wait this long before each later write: 20ms or normal:20ms:5ms.")
@click.option(
    "--fault", "faults", multiple=True, metavar="NAME[:ARG=VALUE,...]", help="Inject a fault into every response."
)
@click.option("--seed", type=int, default=0, help="Make random faults, --ttft and --itl reproducible.")
@workers_.workers_option
@pace_options
@talk_options
def command(
    paths: tuple[str, ...],
    host: str,
    port: int,
    allowed: tuple[str, ...],
    listen_public: bool,
    token: str | None,
    strict: bool,
    workers: int,
    joined: bool,
    console: Console,
    **answering: Any,
) -> int:
    """Answer requests with recordings: a mock server for any SDK, frames and pauses as recorded.

    Point the SDK's base URL at the server, or run the program after `--` with the base URLs set. A request is answered by
    the recording that matches; if several do, they take turns.

    \b
    Examples:
      streamkit serve recordings/ --port 8788
      streamkit serve recordings/ --no-delay --strict -- pytest tests/
      streamkit serve recordings/ --fault cut:event=3,by=reset --fault status:code=429,times=1
    """
    from streamkit.service.serving import serving
    from streamkit.service.stopping import stopping

    options = _options(**answering)
    guard = guard_of(host, allowed, listen_public, token)
    arguments = child()
    inputs = Inputs(paths, console)
    workers_.check_workers(workers, strict=strict, stdin="-" in inputs.paths)
    exchanges = list(inputs.exchanges())
    if not exchanges:
        raise UsageError("no recordings to serve")
    with ExitStack() as stack:
        on_request = partial(_show_request, stack.enter_context(Messages(console)), console)
        stop = stack.enter_context(stopping(patience=3))
        listening = partial(serving, host=host, port=port, shared=joined or workers > 1, guard=guard)
        server = stack.enter_context(listening(exchanges, options, on_request=on_request))
        if workers > 1:
            stack.enter_context(workers_.running_workers(workers, urlsplit(server.url).port or 0, stop))
        ready = f"serving {len(exchanges)} exchange{'s' if len(exchanges) > 1 else ''} on {server.url}"
        collector.settle()
        on_ready = workers_.signal_ready if joined else lambda: console.say(ready)
        code = run_or_wait(arguments, server.child_environment, on_ready, stop)
        unplayed = ", ".join(recording.name for recording in server.unplayed)
    if strict and unplayed:
        console.complain(f"never requested: {unplayed}")
        return code if arguments and code else 1
    return code


def _options(
    *, matching: dict[str, Any], pace: Pace, faults: tuple[str, ...], ttft: str | None, itl: str | None, seed: int
) -> Options:
    """Return how requests are answered. Raises UsageError for an invalid fault or distribution."""
    from streamkit.faults import parse_faults
    from streamkit.playback.tempo import Distribution, Tempo
    from streamkit.service.mock import Options

    return Options(
        **matching,
        pace=pace,
        faults=[planned for text in faults for planned in parse_faults(text)],
        tempo=Tempo(ttft and Distribution.of(ttft), itl and Distribution.of(itl)),  # type: ignore[arg-type]
        seed=seed,
    )


def _show_request(messages: Messages, console: Console, handled: ServedRequest) -> None:
    """Report a request: always if something went wrong, otherwise with -v."""
    if handled.message or console.verbose:
        line = f"{handled.method} {handled.path}: {', '.join(filter(None, (handled.recording, handled.message)))}"
        messages.add(lambda: console.say(line))
