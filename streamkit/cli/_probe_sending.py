"""Send the battery to an endpoint: show what it costs, and ask for consent."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from itertools import count
from typing import Any
from urllib.parse import urlsplit

import click

from streamkit.cli.options import Console, seconds
from streamkit.errors import UsageError
from streamkit.formats import find, read
from streamkit.frozen import dataclass
from streamkit.probes import PROBES, Ask, Probe
from streamkit.service.endpoints import Endpoint, endpoint
from streamkit.service.field_changes import FieldChanges, field_changes
from streamkit.service.judging import DISCOVERY, first_of, judge_folder
from streamkit.service.probing import OnSent, Planned, Sending, plan, send
from streamkit.service.recording import default_path
from streamkit.service.stopping import stopping
from streamkit.text import counted
from streamkit.transport.client import Settings

DEFAULT_BUDGET = 200
"""Requests that may be sent to another machine without a terminal, if `--budget` does not say otherwise."""


@dataclass(frozen=True, slots=True)
class Sent:
    """Where the recordings are, and the exit code so far."""

    folder: str
    code: int = 0


def show_plan(probes: Sequence[Probe], options: Mapping[str, Any], *, auto: bool) -> int:
    """Write a line per case: its requests and what they cost. Requests shared with an earlier case cost nothing."""
    changes = _changes(options, probes)
    seen: set[tuple[str, str]] = set()
    width = max((len(probe.key) for probe in probes), default=0)
    click.echo(f"{'case':<{width}}  requests  input ≈  output ≤  what is asked")
    for probe in probes:
        own = [ask for ask in probe.asks if (ask.api, ask.name) not in seen]
        seen |= {(ask.api, ask.name) for ask in own}
        cost = Planned(tuple(map(changes.changed, own)), options["repeat"])
        output = f"{cost.output_limit:,}" + ("+" if cost.unlimited else "")
        line = f"{probe.key:<{width}}  {cost.requests:>8}  {cost.input_tokens:>7,}  {output:>8}  {probe.title}"
        click.echo(line)
    click.echo(f"{counted(len(probes), 'case')}: {_cost(*_plans(probes, options['repeat'], changes, auto=auto))}")
    return 0


def probe_endpoint(
    url: str, probes: Sequence[Probe], options: Mapping[str, Any], *, auto: bool, console: Console
) -> Sent | int:
    """Send the battery and return the folder of its recordings; an exit code if nothing was to be sent."""
    model, repeat = options["model"], options["repeat"]
    if model is None:
        raise UsageError("--model is required: the name of a model that the endpoint has")
    target = endpoint(url, model, _headers(options["header"]), options["key_env"])
    changes = _changes(options, probes)
    plans = _plans(probes, repeat, changes, auto=auto)
    planned = plans[0]
    _check_budget(plans, options["budget"])
    if not target.loopback and not _agreed(target, plans, options["budget"], yes=options["yes"], console=console):
        console.say("nothing was sent")
        return 2
    host = urlsplit(target.base).netloc
    folder = options["output"] or f"{default_path(host, model).with_suffix('')}-probe"
    with stopping() as stop:
        sending = Sending(
            settings=_settings(options), concurrency=options["concurrency"], force=options["force"], stop=stop
        )
        with _counting(_requests(plans), console) as on_sent:
            sending = replace(sending, on_sent=on_sent)
            if auto and _are_several(probes):
                interrupted = _send_offered(probes, planned, _discovering(probes, changes), target, folder, sending)
            else:
                interrupted = _send_answered(planned, target, folder, sending)
        console.say(f"recorded: {folder}")
        return (stop.code or 130) if interrupted else Sent(folder)


def _settings(options: Mapping[str, Any]) -> Settings:
    return Settings(
        insecure=options["insecure"],
        cacert=options["cacert"],
        max_time=seconds(options["max_time"]),
        idle_timeout=seconds(options["idle_timeout"]),
    )


def _send_offered(
    probes: Sequence[Probe], planned: Planned, firsts: Planned, target: Endpoint, folder: str, sending: Sending
) -> bool:
    """Ask once for each API (`firsts`), then send the requests of those that are offered. Return whether a signal stopped it."""
    apis = {probe.api for probe in probes}
    core = [probe for probe in PROBES.values() if probe.api in apis and probe.refusal == "fail"]
    if send(firsts, target, folder, replace(sending, labels={DISCOVERY: "true"})):
        return True
    found = judge_folder(folder, core)
    offered = {case.api for case in found.cases if case.verdict not in ("unsupported", "error")}
    rest = tuple(
        ask for ask in planned.chains if ask.api in offered and (planned.repeat > 1 or not _same(ask, firsts.chains))
    )
    return bool(rest) and send(
        Planned(rest, planned.repeat), target, folder, replace(sending, force=sending.force or planned.repeat > 1)
    )


def _changes(options: Mapping[str, Any], probes: Sequence[Probe]) -> FieldChanges:
    """Return the changes of fields that the options name. Raises UsageError, also if no request of these cases has a field."""
    changes = field_changes(options["rename_field"], options["remove_field"], options["set_field"])
    changes.check(ask for probe in probes for ask in probe.chain)
    return changes


def _plans(probes: Sequence[Probe], repeat: int, changes: FieldChanges, *, auto: bool) -> tuple[Planned, ...]:
    """Return the plan, and that of the requests in addition to it: those that find the APIs, if each of the plan is repeated."""
    planned = plan(probes, repeat, changes)
    return (planned, _discovering(probes, changes)) if auto and repeat > 1 and _are_several(probes) else (planned,)


def _are_several(probes: Sequence[Probe]) -> bool:
    return len({probe.api for probe in probes}) > 1


def _discovering(probes: Sequence[Probe], changes: FieldChanges) -> Planned:
    """Return the requests that find out which of the APIs an endpoint offers: one of each."""
    asks = map(first_of, sorted({probe.api for probe in probes}))
    return Planned(tuple(changes.changed(ask) for ask in asks if ask is not None))


def _send_answered(planned: Planned, target: Endpoint, folder: str, sending: Sending) -> bool:
    """Send the first request, and if there is a response, the others. Return whether a signal stopped it.

    Repetitions of a request are recorded together, so with them everything is sent at once.
    """
    if planned.repeat > 1:
        return send(planned, target, folder, sending)
    first, rest = planned.chains[:1], planned.chains[1:]
    if send(Planned(first), target, folder, sending):
        return True
    answered = any(exchange.response for found in find([folder]) for exchange in read(found.path))
    return answered and bool(rest) and send(Planned(rest), target, folder, sending)


def _same(ask: Ask, others: Sequence[Ask]) -> bool:
    return any((ask.api, ask.name) == (other.api, other.name) for other in others)


@contextmanager
def _counting(total: int, console: Console) -> Iterator[OnSent]:
    """Yield a function that shows how many requests were sent, on a terminal only; the line is cleared at the end."""
    if console.quiet or not sys.stderr.isatty():
        yield lambda _: None
        return
    sent = count(1)
    try:
        yield lambda _: click.echo(f"\r{next(sent)} of {total} requests\x1b[K", err=True, nl=False)
    finally:
        click.echo("\r\x1b[K", err=True, nl=False)


def _headers(lines: Sequence[str]) -> tuple[tuple[str, str], ...]:
    """Return the headers of `-H`. Raises UsageError."""
    pairs = [line.partition(":") for line in lines]
    wrong = next(
        (line for line, (name, colon, _) in zip(lines, pairs, strict=True) if not colon or not name.strip()), None
    )
    if wrong is not None:
        raise UsageError(f"invalid header {wrong!r}: expected 'Name: value'")
    return tuple((name.strip(), value.strip()) for name, _, value in pairs)


def _requests(plans: Sequence[Planned]) -> int:
    return sum(planned.requests for planned in plans)


def _check_budget(plans: Sequence[Planned], budget: int | None) -> None:
    if budget is not None and _requests(plans) > budget:
        raise UsageError(
            f"{_requests(plans)} requests are more than --budget {budget}; leave out cases with --select or --ignore"
        )


def _agreed(target: Endpoint, plans: Sequence[Planned], budget: int | None, *, yes: bool, console: Console) -> bool:
    """Show what requests to another machine cost, and ask for consent on a terminal. Without one, only a large run is refused."""
    console.say(f"{target.base}: {_cost(*plans)}")
    if yes:
        return True
    if _on_terminal():
        try:
            return click.confirm("Send them?", err=True)
        except click.Abort:
            return False
    if budget is None and _requests(plans) > DEFAULT_BUDGET:
        raise UsageError(
            f"{_requests(plans)} requests are more than {DEFAULT_BUDGET}; allow them with --budget {_requests(plans)} or --yes"
        )
    return True


def _on_terminal() -> bool:
    """Return whether somebody can be asked."""
    return sys.stdin.isatty() and sys.stderr.isatty()


def _cost(*plans: Planned) -> str:
    number = sum(planned.unlimited for planned in plans)
    unlimited = f", {number} without a limit" if number else ""
    return (
        f"{counted(_requests(plans), 'request')}, about {sum(planned.input_tokens for planned in plans):,} tokens of input, "
        f"at most {sum(planned.output_limit for planned in plans):,} of output{unlimited}"
    )
