"""Forward requests to an API, and record what it streams, byte for byte and with its timing."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from streamkit import collector
from streamkit.cli import _workers as workers_
from streamkit.cli._child import WithChild, child, run_or_wait
from streamkit.cli._guarding import guard_of, guard_options
from streamkit.cli._matching import match_options
from streamkit.cli._messages import Messages
from streamkit.cli._pacing import pace_options
from streamkit.cli._recording import LOST, recovered
from streamkit.cli.inputs import Inputs
from streamkit.cli.options import Console, Duration, Size, WithOldName, output_options, seconds, talk_options
from streamkit.errors import UsageError
from streamkit.files import check_folder

if TYPE_CHECKING:
    from collections.abc import Callable

    from streamkit.model.exchange import Request
    from streamkit.service.destinations import Destinations
    from streamkit.service.proxying import Playing
    from streamkit.service.recording import Recorders, Sink
    from streamkit.transport.client import Settings
    from streamkit.transport.proxy import Rules

DEFAULT_PORT = 8789


@click.command(
    "proxy",
    cls=WithChild,
    groups={
        "Routing": "routes mode keep_host allow_link_local",
        "Address": "host port allowed listen_public token workers",
        "Connection to the upstream": "cacert insecure max_time idle_timeout max_body stop_with_client",
        "Recording": "labels patterns no_redact folder append",
        "Replaying": "match reuse ignored speed max_gap no_delay",
    },
)
@click.argument("upstream", required=False)
@click.option("--route", "routes", multiple=True, metavar="NAME=URL", help="Forward requests under /NAME to URL.")
@click.option("--mode", type=click.Choice(["record", "replay", "auto"]), default="record", show_default=True,
              help="Record requests, replay them, or (auto) replay those that are recorded already.")  # fmt: skip
@click.option(
    "--dir",
    "folder",
    default="recordings",
    show_default=True,
    metavar="FOLDER",
    help="Write one file per exchange to FOLDER.",
)
@output_options
@click.option("--append", is_flag=True, help="Append to the output file.")
@click.option("--host", default="127.0.0.1", show_default=True, help="Listen on this address.")
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    default=DEFAULT_PORT,
    show_default=True,
    help="Listen on this port; 0 picks a free one.",
)
@guard_options
@click.option("--keep-host", is_flag=True, help="Forward the client's Host header instead of sending the upstream's.")
@click.option("--allow-link-local", is_flag=True, help="Allow a link-local upstream.")
@click.option(
    "--cacert", "--cafile", cls=WithOldName, metavar="FILE", help="Trust these certificates instead of the system's."
)
@click.option("-k", "--insecure", is_flag=True, help="Do not verify certificates.")
@click.option("--max-time", type=Duration(), metavar="TIME", help="Stop an exchange after this time: 30s, 5m.")
@click.option("--idle-timeout", type=Duration(), metavar="TIME", help="Stop after this time without data.")
@click.option("--max-body", type=Size(), default="64MiB", show_default=True, metavar="SIZE",
              help="Reject larger request bodies; they are held in memory.")  # fmt: skip
@click.option("--stop-with-client", is_flag=True, help="Stop reading when the client disconnects.")
@workers_.workers_option
@click.option(
    "--redact", "patterns", multiple=True, metavar="PATTERN", help="Also redact what this regular expression matches."
)
@click.option("--no-redact", is_flag=True, help="Redact nothing: API keys will be in the files.")
@click.option("--label", "labels", multiple=True, metavar="KEY=VALUE", help="Store a label in every recording.")
@match_options
@pace_options
@talk_options
def command(console: Console, **given: Any) -> int:
    """Forward requests to an API, and record what it streams, byte for byte and with its timing.

    Point an SDK's base URL at the proxy, or run the program after `--` with the base URLs set. Every exchange is
    recorded, including failed ones; secrets are removed before they reach the disk. Without UPSTREAM and --route,
    each request is forwarded to the provider that its path, key or headers identify.

    \b
    Examples:
      streamkit proxy https://api.openai.com -- python app.py
      streamkit proxy -- python agent.py
      streamkit proxy --route openai=https://api.openai.com --route anthropic=https://api.anthropic.com
      streamkit proxy https://api.openai.com --mode auto -o session.jsonl --append -- pytest
    """
    from streamkit.service.proxying import proxying
    from streamkit.service.recording import stopping

    arguments = child()
    joined, several = given["joined"], given["workers"] > 1
    workers_.check_workers(given["workers"], strict=False, stdin=False)
    if several and given["mode"] == "auto":
        raise UsageError("--workers and --mode auto: each worker knows what it has recorded itself only")
    destinations = _destinations(given)
    rules = _rules(given, destinations)
    playing = _playing(given, destinations, console)
    losses: list[str] = []
    messages = Messages(console)
    recorders = _recorders(given, console, messages, losses)
    address = {"host": given["host"], "port": given["port"], "shared": joined or several}
    codes: list[int] = []
    with ExitStack() as stack:
        stack.enter_context(messages)
        stop = stack.enter_context(stopping(patience=3))
        settings = _settings(given)
        proxy = stack.enter_context(proxying(rules, recorders, playing, settings=settings, stop=stop, **address))
        if several:
            codes = stack.enter_context(workers_.running_workers(given["workers"], proxy.port, stop))
        collector.settle()
        ready = f"{given['mode']} proxy on {proxy.url} ({destinations})"
        on_ready = workers_.signal_ready if joined else lambda: console.say(ready)
        code = run_or_wait(arguments, _environment(proxy.url, destinations), on_ready, stop)
    if losses or LOST in codes:
        return code if arguments and code else LOST
    return code


def _destinations(given: dict[str, Any]) -> Destinations:
    """Return where requests go. Raises UsageError."""
    from streamkit.service.destinations import Destinations

    routes = {f"/{name.strip('/')}": url for name, url in (_pair(text, "--route") for text in given["routes"])}
    if given["upstream"] is not None:
        routes["/"] = given["upstream"]
    elif not routes and given["mode"] == "replay":
        routes["/"] = "http://localhost"  # never contacted
    return Destinations.of(routes, port=given["port"], allow_link_local=given["allow_link_local"])


def _rules(given: dict[str, Any], destinations: Destinations) -> Rules:
    """Return the settings of the proxy. Raises UsageError."""
    from streamkit.transport.proxy import Rules

    return Rules(
        destinations.routes,
        guard_of(given["host"], given["allowed"], given["listen_public"], given["token"]),
        stop_with_client=given["stop_with_client"],
        keep_host=given["keep_host"],
        allow_link_local=given["allow_link_local"],
        max_body=given["max_body"],
        routing=destinations.routing,
    )


def _playing(given: dict[str, Any], destinations: Destinations, console: Console) -> Playing:
    """Return what is answered from recordings: those in the output file, or else in the folder."""
    from streamkit.service.mock import Options
    from streamkit.service.proxying import Playing

    mode = given["mode"]
    source = given["output"] or given["folder"]
    exchanges: list[Any] = []
    if mode == "replay" or (mode == "auto" and Path(source).exists() and not given["force"]):
        inputs = Inputs([source], console)
        exchanges = list(inputs.exchanges())
        if inputs.code and mode == "replay":
            raise UsageError(f"nothing to replay in {source}")
    options = Options(**given["matching"], pace=given["pace"], hosts=destinations.hosts)
    return Playing(mode, exchanges, options)


def _recorders(given: dict[str, Any], console: Console, messages: Messages, losses: list[str]) -> Recorders:
    """Return how exchanges are recorded; errors are shown and added to `losses`. Raises UsageError, CannotWrite."""
    from streamkit.redact.redactor import Policy
    from streamkit.service.recording import Recorders

    def on_error(message: str) -> None:
        losses.append(message)
        messages.add(lambda: console.complain(message))

    return Recorders(
        open=_files(given, console),
        policy=Policy.of(given["patterns"], default=not given["no_redact"]),
        labels=dict(_pair(label, "--label") for label in given["labels"]),
        on_end=lambda outcome: messages.add(lambda: console.say(str(outcome))),
        on_error=on_error,
    )


def _files(given: dict[str, Any], console: Console) -> Callable[[Request | None], Sink]:
    """Return what opens the file of an exchange: the output file, or a new one in the folder. Raises CannotWrite."""
    from streamkit.service.recording import a_file_each, one_file

    output, mode = given["output"], given["mode"]
    if mode == "replay" or not output:
        if mode != "replay":  # which records nothing
            check_folder(given["folder"])
        return a_file_each(given["folder"])
    # In auto mode, the file is read and appended to; a worker appends to the first one's; otherwise it must not exist.
    append = given["joined"] or given["append"] or (mode == "auto" and not given["force"])
    file = one_file(output, force=given["force"] and not given["joined"], append=append)
    for part in file.recovered:
        console.say(recovered(part, output))
    return file


def _settings(given: dict[str, Any]) -> Settings:
    """Return how requests are sent to the upstream."""
    from streamkit.transport.client import Settings

    return Settings(
        insecure=given["insecure"],
        cacert=given["cacert"],
        max_time=seconds(given["max_time"]),
        idle_timeout=seconds(given["idle_timeout"]),
    )


def _environment(url: str, destinations: Destinations) -> dict[str, str]:
    """Return the variables that make SDKs send their requests to the proxy at `url`."""
    from streamkit.service.environment import dummy_keys, reach_loopback

    return {**destinations.base_urls(url), **dummy_keys(), **reach_loopback()}


def _pair(text: str, option: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not equals or not name:
        raise UsageError(f"invalid {option} {text!r}: expected NAME=VALUE")
    return name, value
