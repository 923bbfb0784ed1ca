"""Answer requests with recordings: a mock server for any SDK, frames and pauses as recorded."""

from __future__ import annotations

import gc
from contextlib import ExitStack
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import click

from streamkit.cli import _workers as workers_
from streamkit.cli._child import WithChild, child, run_or_wait
from streamkit.cli._guarding import guard_of, guard_options
from streamkit.cli._inputs import Inputs
from streamkit.cli._pacing import pace_options
from streamkit.cli.options import Console, paths_argument, talk_options
from streamkit.errors import UsageError

if TYPE_CHECKING:
    from streamkit.playback.player import Pace

DEFAULT_PORT = 8788
LEVELS = ("exact", "body", "messages", "model", "path", "any")
REUSES = ("once", "cycle", "last")


@click.command("serve", cls=WithChild)
@paths_argument
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", type=click.IntRange(0, 65535), default=DEFAULT_PORT, show_default=True, help="0 takes any.")
@guard_options
@click.option("--match", type=click.Choice(LEVELS), default="body", show_default=True, help="What must be alike.")
@click.option("--reuse", type=click.Choice(REUSES), default="cycle", show_default=True, help="After the last match.")
@click.option("--strict", is_flag=True, help="Exit 1 at the end if a recording was not asked for.")
@click.option("--ttft", metavar="TIME", help="When the first token comes, instead of the recorded time.")
@click.option("--itl", metavar="TIME", help="The gap between writes after it: 20ms, normal:20ms:5ms, ...")
@click.option("--fault", "faults", multiple=True, metavar="NAME[:ARG=VALUE,...]", help="Break every answer so.")
@click.option("--seed", type=int, default=0, help="Decides what faults and --ttft, --itl leave to chance.")
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
    match: str,
    reuse: str,
    strict: bool,
    ttft: str | None,
    itl: str | None,
    faults: tuple[str, ...],
    seed: int,
    workers: int,
    joined: bool,
    pace: Pace,
    console: Console,
) -> int:
    """Answer requests with recordings: a mock server for any SDK, frames and pauses as recorded.

    Point the SDK's base URL at it, or run the program after `--` with the base URLs set. A request is answered by the
    recording that matches; where several do, they take turns.

    \b
    Examples:
      streamkit serve recordings/ --port 8788
      streamkit serve recordings/ --no-delay --strict -- pytest tests/
      streamkit serve recordings/ --fault cut:event=3,by=reset --fault status:code=429,times=1
    """
    from streamkit.faults import plan
    from streamkit.playback.tempo import Distribution, Tempo
    from streamkit.service.mock import Asked, Options
    from streamkit.service.serving import serving

    def on_request(asked: Asked) -> None:
        line = f"{asked.method} {asked.path}: {', '.join(filter(None, (asked.recording, asked.message)))}"
        (console.say if asked.message else console.detail)(line)

    options = Options(
        match=match,  # type: ignore[arg-type]
        reuse=reuse,  # type: ignore[arg-type]
        pace=pace,
        faults=[planned for text in faults for planned in plan(text)],
        tempo=Tempo(ttft and Distribution.of(ttft), itl and Distribution.of(itl)),  # type: ignore[arg-type]
        seed=seed,
    )
    guard = guard_of(host, allowed, listen_public, token)
    words = child()
    inputs = Inputs(paths, console)
    workers_.check(workers, strict=strict, stdin="-" in inputs.paths)
    exchanges = list(inputs.exchanges())
    if not exchanges:
        raise UsageError("no recording to serve")
    shared = joined or workers > 1
    with ExitStack() as stack:
        server = stack.enter_context(
            serving(exchanges, options, host=host, port=port, shared=shared, guard=guard, on_request=on_request)
        )
        if workers > 1:
            stack.enter_context(workers_.joined_by(workers, urlsplit(server.url).port or 0))
        count = len(exchanges)
        ready = f"serving {count} exchange{'s' if count > 1 else ''} on {server.url}"
        # What was loaded stays: without this, the collector walks over all of it in the middle of a stream.
        gc.collect()
        gc.freeze()
        tell = workers_.tell_ready if joined else lambda: console.say(ready)
        code = run_or_wait(words, server.child_environment, tell)
        unplayed = [recording.name for recording in server.unplayed]
    if strict and unplayed:
        console.complain("not asked for: " + ", ".join(unplayed))
        code = code if words and code else 1
    return code
