"""Run the server of a test: one that plays its recordings, or a proxy that records them."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import pytest

from streamkit.pytest_plugin._isolation import Isolation, isolation_of
from streamkit.pytest_plugin._received import Received
from streamkit.pytest_plugin._server import StreamkitServer

if TYPE_CHECKING:
    from streamkit.model.exchange import Exchange
    from streamkit.service.mock import Options

RECORD_MODES = ("none", "once", "auto", "all")
MARKER = (
    "streamkit(*recordings, fault=None, speed=None, match='body', reuse='once', ignore=(), strict=None, seed=0, "
    "upstream=None): answer the test's requests with these recordings"
)
_ARGUMENTS = {"fault", "speed", "match", "reuse", "ignore", "seed"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
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
        """The file, or the folder, that is recorded to."""
        return self.paths[-1]

    @property
    def record_command(self) -> str:
        """The command that records the test anew; what other tests play too is added to."""
        return f"{self.command} --streamkit-record={'auto' if self.shared else 'all'}"


def command_of(item: pytest.Item) -> str:
    """Return the command that runs this test, from the root folder."""
    return shlex.join(["pytest", item.nodeid])


@contextmanager
def running(config: pytest.Config, plan: Plan, monkeypatch: pytest.MonkeyPatch) -> Iterator[StreamkitServer]:
    """A server on these recordings, or a proxy that records the last of them, with the environment set."""
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


def _judge(server: StreamkitServer, asked_for: bool, strict: bool | None) -> None:
    """Fail a strict test whose recordings were not all requested, or with requests that were not recorded."""
    if asked_for if strict is None else strict:
        if server.unplayed:
            pytest.fail("recordings that were never requested: " + ", ".join(server.unplayed), pytrace=False)
        if server.missed:
            missed = "; ".join(f"{asked.method} {asked.path}: {asked.message}" for asked in server.missed)
            pytest.fail(f"requests that no recording matches: {missed}", pytrace=False)


def _is_missing(path: Path) -> bool:
    """Return whether there is nothing to play yet. An empty file is what a killed recorder leaves."""
    return not path.exists() or (path.is_file() and not path.stat().st_size)


@contextmanager
def _recording(
    mode: Literal["once", "auto", "all"],
    plan: Plan,
    given: dict[str, Any],
    upstream: str | None,
    monkeypatch: pytest.MonkeyPatch,
    isolation: Isolation | None,
) -> Iterator[StreamkitServer]:
    """A proxy to the real APIs that writes the last of these files; `auto` plays what they hold."""
    from streamkit.service.environment import base_urls, reach_loopback, upstreams
    from streamkit.service.proxying import Playing, proxying
    from streamkit.service.recording import Recorders, a_file_each, one_file
    from streamkit.transport.guard import check_upstream
    from streamkit.transport.proxy import Route, Rules

    apis = upstreams() if isolation is None else isolation.upstreams
    routes = [Route(f"/{name}", check_upstream(upstream or url)) for name, url in apis.items()]
    if upstream:
        routes.append(Route("/", check_upstream(upstream)))
    received = Received()
    playing = Playing()
    options = _options(given, plan.record_command)
    if mode == "auto":
        known = [path for path in plan.paths if not _is_missing(path)]
        exchanges = [found for path in known for found in _exchanges(path, plan.command)]
        playing = Playing("auto", exchanges, options, received.played)
    if plan.target.suffix not in ("", ".jsonl") and not _is_missing(plan.target):
        recording = shlex.quote(str(plan.target.with_suffix(".jsonl")))
        command = f"streamkit convert {shlex.quote(str(plan.target))} -o {recording}"
        pytest.fail(f"{plan.target}: cannot record to this format; convert it first: {command}", pytrace=False)
    failures: list[str] = []
    prefixes = {name: f"/{name}" for name in apis}
    if plan.target.is_dir() or not plan.target.suffix:
        open_, close = a_file_each(str(plan.target)), _nothing
    else:
        file = one_file(str(plan.target), force=mode != "auto", append=mode == "auto")
        open_, close = file, file.close
    recorders = Recorders(open=received.opening(open_), on_error=failures.append, on_end=received.recorded, keep=True)
    switchboard = None if isolation is None else isolation.switchboard
    try:
        with proxying(Rules(tuple(routes)), recorders, playing, switchboard=switchboard) as proxy:
            urls = base_urls(proxy.url, prefixes, routed_only=not upstream)
            for name, value in {**urls, **reach_loopback()}.items():
                monkeypatch.setenv(name, value)
            yield StreamkitServer(proxy.url, None, received, plan.show)
    finally:
        close()  # removes a file that nothing was written to
    if failures:
        pytest.fail("; ".join(failures), pytrace=False)


def _nothing() -> None:
    """Files of one exchange each are closed when it ends."""


def _options(given: dict[str, Any], record_command: str) -> Options:
    """Return the marker's arguments as the server takes them. Recordings are played at once unless a speed is given."""
    from streamkit.errors import UsageError
    from streamkit.faults import plan
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
            faults=[planned for text in _listed(faults) for planned in plan(text)],
            seed=given.get("seed", 0),
            record_command=record_command,
        )
    except UsageError as error:
        raise pytest.UsageError(f"the marker streamkit: {error}") from None


def _listed(given: str | Sequence[str]) -> Sequence[str]:
    return [given] if isinstance(given, str) else given


def _exchanges(path: Path, command: str) -> Iterator[Exchange]:
    """Yield what a file or a folder holds. Fails the test where there is nothing."""
    from streamkit.errors import StreamkitError
    from streamkit.formats import find, read

    if not path.exists():
        pytest.fail(f"{path}: no such recording; to record it: {command} --streamkit-record=once", pytrace=False)
    try:
        for found in find([str(path)]):
            yield from read(found.path)
    except StreamkitError as error:
        pytest.fail(f"{error}; to record it: {command} --streamkit-record=once", pytrace=False)
