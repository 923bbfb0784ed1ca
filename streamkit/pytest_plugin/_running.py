"""Run the server of a test: one that plays its recordings, or a proxy that records them."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import pytest

from streamkit.pytest_plugin._isolation import Isolation, isolation_of
from streamkit.pytest_plugin._received import Received
from streamkit.pytest_plugin._server import StreamkitServer

if TYPE_CHECKING:
    from streamkit.model.exchange import Exchange, Request
    from streamkit.service.mock import Options
    from streamkit.service.proxying import Playing
    from streamkit.service.recording import Sink

RECORD_MODES = ("none", "once", "auto", "all")
MARKER = (
    "streamkit(*recordings, fault=None, speed=None, match='body', reuse='once', ignore=(), strict=None, seed=0, "
    "upstream=None): answer the test's requests with these recordings"
)
_ARGUMENTS = {"fault", "speed", "match", "reuse", "ignore", "seed"}


@dataclass(frozen=True, slots=True, kw_only=True)
class ServerPlan:
    """What a server plays or records: files and folders, and the arguments of the marker.

    `command` is the pytest command that runs the test, `show` adds a text to its report, and `shared` is whether other tests
    use its recordings too.
    """

    paths: Sequence[Path]
    given: dict[str, Any]
    command: str = "pytest"
    show: Callable[[str], None] = lambda _: None
    shared: bool = False

    @property
    def target(self) -> Path:
        """The file or folder to record to."""
        return self.paths[-1]

    @property
    def record_command(self) -> str:
        """The command that records the test again; recordings that other tests use too are appended to."""
        return f"{self.command} --streamkit-record={'auto' if self.shared else 'all'}"


def command_of(item: pytest.Item) -> str:
    """Return the command that runs this test, from the root folder."""
    return shlex.join(["pytest", item.nodeid])


@contextmanager
def running(config: pytest.Config, plan: ServerPlan, monkeypatch: pytest.MonkeyPatch) -> Iterator[StreamkitServer]:
    """Run a server that plays these recordings, or a proxy that records to the last of them, and set the environment."""
    mode = config.getoption("--streamkit-record")
    given = dict(plan.given)
    strict = given.pop("strict", None)
    upstream = given.pop("upstream", None)
    if mode in ("all", "auto") or (mode == "once" and _is_missing(plan.target)):
        with _recording(mode, plan, given, upstream, monkeypatch, isolation_of(config)) as server:
            yield server
        return
    options = _options(given, plan.record_command)
    exchanges = [exchange for path in plan.paths for exchange in _exchanges(path, plan.command)]
    from streamkit.service.environment import DUMMY_KEY, key_variables
    from streamkit.service.serving import serving

    isolation = isolation_of(config)
    switchboard = None if isolation is None else isolation.switchboard
    prefixes = [] if isolation is None else isolation.prefixes
    received = Received()
    with serving(exchanges, options, prefixes=prefixes, switchboard=switchboard, on_answer=received.played) as served:
        for name in key_variables():  # keep real keys out of tests that play recordings
            monkeypatch.setenv(name, DUMMY_KEY)
        for name, value in served.child_environment.items():
            monkeypatch.setenv(name, value)
        server = StreamkitServer(served.url, served, received, plan.show)
        yield server
        _judge(server, config.getoption("--streamkit-strict") or config.getini("streamkit_strict"), strict)


def _judge(server: StreamkitServer, enabled: bool, strict: bool | None) -> None:
    """Fail a strict test whose recordings were not all requested, or with requests that were not recorded."""
    if enabled if strict is None else strict:
        if server.unplayed:
            pytest.fail("recordings that were never requested: " + ", ".join(server.unplayed), pytrace=False)
        if server.missed:
            missed = "; ".join(f"{request.method} {request.path}: {request.message}" for request in server.missed)
            pytest.fail(f"requests that no recording matches: {missed}", pytrace=False)


def _is_missing(path: Path) -> bool:
    """Return whether there is nothing to play yet. A killed recorder may leave an empty file."""
    if path.is_dir():
        return not any(path.iterdir())
    return not path.exists() or (path.is_file() and not path.stat().st_size)


@contextmanager
def _recording(
    mode: Literal["once", "auto", "all"],
    plan: ServerPlan,
    given: dict[str, Any],
    upstream: str | None,
    monkeypatch: pytest.MonkeyPatch,
    isolation: Isolation | None,
) -> Iterator[StreamkitServer]:
    """Run a proxy to the real APIs that records to the target of the plan; in `auto` mode it plays what is recorded already."""
    from streamkit.service.destinations import route_to
    from streamkit.service.environment import base_urls, reach_loopback, upstreams
    from streamkit.service.proxying import proxying
    from streamkit.service.recording import Recorders
    from streamkit.transport.guard import check_upstream
    from streamkit.transport.proxy import Rules

    apis = upstreams() if isolation is None else isolation.upstreams
    routes = [route_to(f"/{name}", check_upstream(upstream or url)) for name, url in apis.items()]
    if upstream:
        routes.append(route_to("/", check_upstream(upstream)))
    received = Received()
    playing = _playing(mode, plan, given, received)
    _check_format(plan.target)
    failures: list[str] = []
    open_, close = _files(plan.target, mode)
    recorders = Recorders(open=received.opening(open_), on_error=failures.append, on_end=received.recorded, keep=True)
    switchboard = None if isolation is None else isolation.switchboard
    try:
        with proxying(Rules(tuple(routes)), recorders, playing, switchboard=switchboard) as proxy:
            urls = base_urls(proxy.url, {name: f"/{name}" for name in apis}, routed_only=not upstream)
            for name, value in {**urls, **reach_loopback()}.items():
                monkeypatch.setenv(name, value)
            yield StreamkitServer(proxy.url, None, received, plan.show)
    finally:
        close()  # removes a file that nothing was written to
    if failures:
        pytest.fail("; ".join(failures), pytrace=False)


def _playing(mode: str, plan: ServerPlan, given: dict[str, Any], received: Received) -> Playing:
    """Return what the proxy answers from the recordings of the plan, which it does in `auto` mode only."""
    from streamkit.service.proxying import Playing

    options = _options(given, plan.record_command)
    if mode != "auto":
        return Playing()
    exchanges = [found for path in plan.paths if not _is_missing(path) for found in _exchanges(path, plan.command)]
    return Playing("auto", exchanges, options, received.played)


def _check_format(target: Path) -> None:
    """Fail the test if it would record to an existing file of another format."""
    if target.suffix not in ("", ".jsonl") and target.is_file() and not _is_missing(target):
        recording = shlex.quote(str(target.with_suffix(".jsonl")))
        command = f"streamkit convert {shlex.quote(str(target))} -o {recording}"
        pytest.fail(f"{target}: cannot record to this format; convert it first: {command}", pytrace=False)


def _files(target: Path, mode: str) -> tuple[Callable[[Request | None], Sink], Callable[[], object]]:
    """Return what opens the file of each exchange, and what to call at the end: one file, or a folder of files.

    A file that cannot be written fails the test.
    """
    from streamkit.errors import CannotWrite
    from streamkit.service.recording import a_file_each, one_file

    if target.is_dir() or not target.suffix:
        return a_file_each(str(target)), _nothing
    missing = [folder for folder in target.parents if not folder.exists()]
    try:
        file = one_file(str(target), force=mode != "auto", append=mode == "auto")
    except CannotWrite as error:
        pytest.fail(str(error), pytrace=False)

    def close() -> None:
        file.close()
        with suppress(OSError):  # a test that sent nothing leaves no folder
            for folder in missing:
                folder.rmdir()

    return file, close


def _nothing() -> None:
    """Do nothing: files with one exchange each are closed when it ends."""


def _options(given: dict[str, Any], record_command: str) -> Options:
    """Return the marker's arguments as options of the server. Recordings are played without delay unless a speed is given."""
    from streamkit.errors import UsageError
    from streamkit.faults import parse_faults
    from streamkit.playback.fields import FieldPath
    from streamkit.playback.player import Pace
    from streamkit.service.mock import Options

    if unknown := sorted(set(given) - _ARGUMENTS):
        raise pytest.UsageError(f"the marker streamkit has no argument {', '.join(unknown)}; it is {MARKER}")
    faults = given.get("fault") or ()
    speed = given.get("speed")
    try:
        return Options(
            match=given.get("match", "body"),
            reuse=given.get("reuse", "once"),
            ignore=[FieldPath.of(text) for text in _listed(given.get("ignore", ()))],
            pace=Pace(delay=False) if speed is None else Pace(speed),
            faults=[planned for text in _listed(faults) for planned in parse_faults(text)],
            seed=given.get("seed", 0),
            record_command=record_command,
        )
    except UsageError as error:
        raise pytest.UsageError(f"the marker streamkit: {error}") from None


def _listed(given: str | Sequence[str]) -> Sequence[str]:
    return [given] if isinstance(given, str) else given


def _exchanges(path: Path, command: str) -> Iterator[Exchange]:
    """Yield the exchanges of a file or a folder. Fails the test if there are none."""
    from streamkit.errors import StreamkitError
    from streamkit.formats import find, read

    if not path.exists():
        pytest.fail(f"{path}: no such recording; to record it: {command} --streamkit-record=once", pytrace=False)
    try:
        for found in find([str(path)]):
            yield from read(found.path)
    except StreamkitError as error:
        pytest.fail(f"{error}; to record it: {command} --streamkit-record=once", pytrace=False)
