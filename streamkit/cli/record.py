"""Send a request and record the stream that answers it, byte for byte and with its timing; or record a pipe."""

from __future__ import annotations

import os
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import click

from streamkit.cli import _curl as curl
from streamkit.cli._groups import GroupedCommand
from streamkit.cli._recording import LOST, Screen, parse_labels, recovered, report, stopping_but_at_hangup
from streamkit.cli.options import Console, Duration, output_options, seconds, talk_options
from streamkit.cli.showing import mode_for
from streamkit.errors import UnreadableInput, UsageError
from streamkit.redact.redactor import Policy
from streamkit.service.recording import Destination, Recorders, Stop, default_path, record, record_pipe
from streamkit.tool import TOOL

if TYPE_CHECKING:
    from streamkit.cli._sending import RequestFlags
    from streamkit.transport.client import Outgoing, Settings


@click.command(
    "record",
    cls=GroupedCommand,
    groups={
        "Request": "data data_raw data_binary json_ header method user model prompt curl_",
        "Connection": "location insecure cacert proxy max_time idle_timeout",
        "Repetition": "count concurrency",
        "Recording": "label redact no_redact",
        "Output": "show append",
    },
)
@click.argument("url", required=False, metavar="[URL|-]")
@click.option(
    "-d",
    "--data",
    multiple=True,
    metavar="DATA",
    help="Send this body, as curl's -d does: @FILE reads a file, @- stdin.",
)
@click.option("--data-raw", multiple=True, metavar="DATA", help="Send this body literally, even if it begins with @.")
@click.option("--data-binary", multiple=True, metavar="DATA", help="Send this body; @FILE is sent byte for byte.")
@click.option(
    "--json",
    "json_",
    multiple=True,
    metavar="DATA",
    help="Send this JSON body and the headers for it; @FILE reads a file.",
)
@click.option("-H", "--header", multiple=True, metavar="'NAME: VALUE'", help="Send this header.")
@click.option(
    "-X", "--request", "method", metavar="METHOD", help="Use this method. Default: POST with a body, else GET."
)
@click.option("-u", "--user", metavar="USER:PASSWORD", help="Send basic credentials.")
@click.option("-L", "--location", is_flag=True, help="Follow redirects.")
@click.option("-k", "--insecure", is_flag=True, help="Do not verify certificates.")
@click.option("--cacert", metavar="FILE", help="Trust these certificates instead of the system's.")
@click.option("-x", "--proxy", metavar="URL", help="Use this proxy. Default: the environment's.")
@click.option(
    "-m",
    "--max-time",
    type=Duration(),
    metavar="TIME",
    help="Stop after this time: 30s, 5m; a bare number is in seconds.",
)
@click.option("--idle-timeout", type=Duration(), metavar="TIME", help="Stop after this time without data.")
@click.option(
    "--curl",
    "curl_",
    metavar="'curl …'",
    help="Send what this curl command sends, as copied from documentation or a browser.",
)
@click.option("--model", metavar="NAME", help="Use this model in the request that --prompt builds.")
@click.option("--prompt", metavar="TEXT", help="Build a streaming request body for the API at URL.")
@click.option("-n", "--count", type=click.IntRange(1), default=1, metavar="N", help="Repeat the request N times.")
@click.option(
    "-c", "--concurrency", type=click.IntRange(1), default=1, metavar="N", help="Send up to N requests at once."
)
@click.option(
    "--show",
    type=click.Choice(["text", "raw", "none"]),
    help="Show the text, the raw bytes, or nothing. Default: text on a terminal, raw to a pipe.",
)
@click.option("--append", is_flag=True, help="Append to FILE.")
@click.option("--label", multiple=True, metavar="KEY=VALUE", help="Store a label in the recording.")
@click.option("--redact", multiple=True, metavar="PATTERN", help="Also redact what this regular expression matches.")
@click.option("--no-redact", is_flag=True, help="Redact nothing: API keys will be in the file.")
@output_options
@talk_options
def command(
    url: str | None,
    curl_: str | None,
    count: int,
    concurrency: int,
    show: str | None,
    append: bool,
    label: tuple[str, ...],
    redact: tuple[str, ...],
    no_redact: bool,
    output: str | None,
    force: bool,
    console: Console,
    **request_options: object,
) -> int:
    """Send a request and record the stream that answers it.

    The body goes to stdout as it arrives, the recording to -o FILE or recordings/<time>-<host>-<model>.jsonl. Options
    have the same meaning as in curl. API keys for known hosts are read from the environment (OPENAI_API_KEY, …) and never
    stored. With - instead of a URL, stdin is recorded and forwarded.

    \b
    Examples:
      streamkit record https://api.openai.com --model gpt-4o-mini --prompt "Say hello"
      streamkit record http://localhost:8000/v1/chat/completions --json @body.json -o run.jsonl
      streamkit record --curl 'curl https://… -H "Authorization: Bearer $KEY" -d "{…}"'
      curl -sN https://… | streamkit record -
    """
    _check_output(output, force=force, append=append)
    recorders = partial(
        Recorders,
        labels=parse_labels(label),
        policy=Policy.of(redact, default=not no_redact),
        interpret=True,
        # The stream continues, but stdout is read by a program that needs all of it.
        on_error=None if output == "-" else console.complain,
    )
    request, settings, default = _source(url, curl_, count, request_options, console)
    with stopping_but_at_hangup() as stop:
        screen = Screen("none" if output == "-" or (count > 1 and show is None) else mode_for(show), console, stop)
        with Destination(output, default, force=force, append=append, several=count > 1) as target:
            for part in target.recovered:
                console.say(recovered(part, target.path))
            if request is None:
                recorded = record_pipe(recorders(open=target.open, source="stdin"), viewer=screen.view(), stop=stop)
            else:
                made = recorders(open=target.open, source="client")
                several = {"count": count, "concurrency": concurrency}
                recorded = record(request, made, settings=settings, viewer=screen.view, stop=stop, **several)
        return _code(report(recorded, target.path, console), screen, stop)


def _check_output(output: str | None, *, force: bool, append: bool) -> None:
    """Raise UsageError for options that contradict each other."""
    if force and append:
        raise UsageError("--force cannot be used with --append")
    if append and output is None:
        raise UsageError("--append requires -o FILE")


def _source(
    url: str | None, curl_: str | None, count: int, request_options: dict[str, object], console: Console
) -> tuple[Outgoing | None, Settings | None, Path]:
    """Return the request to send and how, or None to record stdin, and the default path of the recording."""
    if url == "-":
        _check_stdin(requested=bool(curl_) or count > 1 or any(request_options.values()))
        return None, None, default_path("stdin", None)
    flags, settings = _request(url, curl_, request_options)
    request, default = _outgoing(flags, settings, console)
    return request, settings, default


def _check_stdin(*, requested: bool) -> None:
    """Raise UsageError if there are flags of a request, UnreadableInput if nothing is piped in."""
    if requested:
        raise UsageError("record - reads stdin and cannot be used with the flags of a request")
    if os.isatty(0):
        raise UnreadableInput("-", "stdin is a terminal", remedy="pipe a stream in: curl -sN URL | streamkit record -")


def _code(code: int, screen: Screen, stop: Stop) -> int:
    """Return the exit code: a lost recording's takes precedence over a signal's, a lost stdout's and an incomplete stream's, in order."""
    return code if code == LOST else stop.code or max(code, screen.code)


def _request(url: str | None, curl_: str | None, request_options: dict[str, object]) -> tuple[RequestFlags, Settings]:
    """Return what to send and how, from the flags and a pasted curl command; flags take precedence."""
    from streamkit.cli._sending import RequestFlags
    from streamkit.transport.client import Settings

    pasted = curl.parse_curl(curl_) if curl_ is not None else curl.Command()
    urls = [url] if url is not None else pasted.urls
    if len(urls) != 1 or not urls[0]:
        raise UsageError("expected a URL to record from" if not urls else "expected a single URL")
    data = list(pasted.data)
    for name, key in (("data", "data"), ("data-raw", "data_raw"), ("data-binary", "data_binary"), ("json", "json_")):
        data += [(name, str(value)) for value in _many(request_options[key])]
    flags = RequestFlags(
        url=urls[0],
        method=_text(request_options["method"]) or pasted.method,
        headers=[*pasted.headers, *_many(request_options["header"])],
        data=data,
        user=_text(request_options["user"]) or pasted.user,
        model=_text(request_options["model"]),
        prompt=_text(request_options["prompt"]),
    )
    max_time, idle = request_options["max_time"], request_options["idle_timeout"]
    settings = Settings(
        insecure=bool(request_options["insecure"]) or pasted.insecure,
        cacert=_text(request_options["cacert"]) or pasted.cacert,
        proxy=_proxy(_text(request_options["proxy"]) or pasted.proxy),
        redirects=bool(request_options["location"]) or pasted.location,
        max_time=seconds(max_time) if isinstance(max_time, int) else pasted.max_time,
        idle_timeout=seconds(idle) if isinstance(idle, int) else None,
    )
    return flags, settings


def _outgoing(flags: RequestFlags, settings: Settings, console: Console) -> tuple[Outgoing, Path]:
    """Return the request, validated before any file is created, and the default path of the recording."""
    from streamkit.cli._sending import form_of_json, model_of, outgoing
    from streamkit.service.prompting import missing_key
    from streamkit.transport.client import check_request

    request = outgoing(flags, TOOL.replace(" ", "/"))
    check_request(request, settings)
    if form_of_json(request):
        console.say("note: the JSON body is sent as form data, as curl -d does; --json sends it as JSON")
    host = urlsplit(request.url).netloc.rpartition("@")[2]
    if variable := missing_key(request.url, request.headers):
        console.say(f"note: no API key for {host}: set {variable}, or send one with -H")
    return request, default_path(host, model_of(request) or flags.model)


def _proxy(url: str | None) -> str | None:
    """Return the URL of a proxy; without a scheme it is http, as for curl."""
    return url if url is None or "://" in url else f"http://{url}"


def _many(value: object) -> tuple[str, ...]:
    return value if isinstance(value, tuple) else ()


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None
