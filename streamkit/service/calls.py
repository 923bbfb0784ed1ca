"""The verbs of the command line with plain arguments, for Python programs and notebooks.

exchange = record("http://localhost:8000/v1/chat/completions", json={"model": "m", "messages": []})
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from streamkit.apis import judged
from streamkit.errors import UsageError
from streamkit.frozen import dataclass
from streamkit.metrics import METRICS, Metric, in_order
from streamkit.metrics import measure as measured
from streamkit.model import recording
from streamkit.model.exchange import Exchange
from streamkit.model.finding import Finding
from streamkit.model.measurement import Measurement
from streamkit.model.stream import Stream
from streamkit.rules import RULES, Rule
from streamkit.rules import lint as findings

if TYPE_CHECKING:
    from streamkit.service.proxying import ProxyMode
    from streamkit.service.recording import Recorded, Recorders
    from streamkit.transport.proxy import Proxy


def lint(stream: Stream, rules: Iterable[Rule] | None = None) -> list[Finding]:
    """Return what is wrong with a stream, by these rules; by default those that are enabled by default.

    The stream is checked unchanged, with its `strict`, `max_gap` and all other fields.
    """
    chosen = [rule for rule in RULES.values() if rule.default] if rules is None else rules
    return list(findings(judged(stream), chosen))


def measure(stream: Stream, metrics: Iterable[Metric] | None = None) -> Measurement:
    """Return the numbers of a stream, by these metrics; by default all."""
    return measured(stream, in_order(METRICS.values()) if metrics is None else metrics)


def record(
    url: str,
    *,
    json: Any = None,
    data: bytes | None = None,
    method: str | None = None,
    headers: Mapping[str, str] | None = None,
    to: str | Path | None = None,
    force: bool = False,
    max_time: float | None = None,
    idle_timeout: float | None = None,
) -> Exchange:
    """Send one request and record the result, whatever it is: a refused connection is an exchange, too.

    `json` is sent as JSON, `data` as it is; with either, the method is POST unless `method` names another. `headers` are
    sent as given: no key is read from the environment. `to` is a file, or a folder (an existing one, or a path that ends
    in `/`) in which a new file is created; without it nothing is written. Times are in seconds.

    The exchange has its secrets cut, as on the disk. It can be called while an event loop runs, as in a notebook.
    Raises UsageError, OutputExists, CannotWrite.
    """
    import orjson

    from streamkit.service.recording import Recorders
    from streamkit.transport.client import Outgoing, Settings

    if json is not None and data is not None:
        raise UsageError("json and data are both given; a request has one body")
    body = orjson.dumps(json) if json is not None else data
    defaults = {"accept": "text/event-stream, application/json"}
    if json is not None:
        defaults["content-type"] = "application/json"
    given = headers or {}
    sent = {name: value for name, value in defaults.items() if name not in map(str.lower, given)} | dict(given)
    outgoing = Outgoing(method or ("GET" if body is None else "POST"), url, tuple(sent.items()), body)
    recorders = Recorders(open=_destination(to, force=force), source="client", keep=True)
    [outcome] = _recorded(outgoing, recorders, Settings(max_time=max_time, idle_timeout=idle_timeout)).outcomes
    [exchange] = recording.read(outcome.lines, path=outcome.path or "-")
    return exchange


@contextmanager
def proxying(
    upstream: str | Mapping[str, str],
    *,
    to: str | Path,
    mode: ProxyMode = "record",
    exchanges: Iterable[Exchange] = (),
    force: bool = False,
    host: str = "127.0.0.1",
    port: int = 0,
) -> Iterator[Proxy]:
    """Run a recording proxy in a thread until the context ends; its `url` is what a client's base URL begins with.

    `upstream` is a URL, or several by the first part of the path (`{"openai": "https://api.openai.com"}`). `to` is a file or
    a folder, as in `record`. `mode` is `record`, `replay` (answer from `exchanges` alone) or `auto` (from them where one
    matches). Raises CannotListen, UsageError.
    """
    from streamkit.service.proxying import Playing
    from streamkit.service.proxying import proxying as running
    from streamkit.service.recording import Recorders
    from streamkit.transport.guard import Guard, check_upstream, is_loopback
    from streamkit.transport.proxy import Route, Rules

    if not is_loopback(host):
        raise UsageError(f"host {host!r} is not a loopback address; the command line has --listen-public for that")
    named = {"": upstream} if isinstance(upstream, str) else upstream
    routes = tuple(Route(f"/{name.strip('/')}", check_upstream(url)) for name, url in named.items())
    recorders = Recorders(open=_destination(to, force=force))
    with running(Rules(routes, Guard.of(host)), recorders, Playing(mode, exchanges), host=host, port=port) as proxy:
        yield proxy


def _recorded(outgoing: Any, recorders: Recorders, settings: Any) -> Recorded:
    """Record in this thread, or in a new one if an event loop is running in this one."""
    import asyncio

    from streamkit.service.recording import record

    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return record(outgoing, recorders, settings=settings)
    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor(1) as pool:
        return pool.submit(record, outgoing, recorders, settings=settings).result()


def _destination(to: str | Path | None, *, force: bool) -> Any:
    from streamkit.service.recording import a_file_each, one_file

    if to is None:
        return lambda request: _Nowhere()
    if str(to).endswith("/") or Path(to).is_dir():
        return a_file_each(str(to))
    return one_file(str(to), force=force)


@dataclass(slots=True)
class _Nowhere:
    """The sink of an exchange that is kept in memory only."""

    path: str = "-"

    def write(self, data: bytes, /) -> None:
        """Do nothing: the outcome has the lines."""

    def close(self) -> None:
        """Do nothing."""
