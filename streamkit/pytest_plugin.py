"""The pytest plugin: a mock server per test, with recordings named by a marker, base URLs and dummy keys.

    @pytest.mark.streamkit("answer.jsonl")
    def test_my_app(streamkit_server):
        assert my_app.ask("hi") == "hello"

Only pytest is imported until a fixture is used.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import pytest

if TYPE_CHECKING:
    from streamkit.model.exchange import Exchange
    from streamkit.service.mock import Asked, Options

RECORD_MODES = ("none", "once", "auto", "all")
FOLDER = "recordings"

_MARKER = (
    "streamkit(*recordings, fault=None, speed=None, match='body', reuse='once', strict=None, seed=0, upstream=None): "
    "answer the test's requests with these recordings"
)
_NOT_IN_NAMES = re.compile(r"[^\w.-]+")


class StreamkitServer:
    """The value of the fixtures: the server's address, and its requests so far."""

    def __init__(self, url: str, served: Any = None) -> None:
        self.url = url
        self._served = served

    @property
    def base_url(self) -> str:
        """The base URL for OpenAI clients: the address with `/v1`."""
        return f"{self.url}/v1"

    @property
    def recording(self) -> bool:
        """Whether requests go to the real API and are recorded."""
        return self._served is None

    @property
    def requests(self) -> Sequence[Asked]:
        """The requests that were answered from recordings, in order."""
        return [] if self._served is None else self._served.requests

    @property
    def unplayed(self) -> Sequence[str]:
        """The recordings that were never requested."""
        return [] if self._served is None else [recording.name for recording in self._served.unplayed]

    @property
    def missed(self) -> Sequence[Asked]:
        """The requests that no recording matched."""
        return [] if self._served is None else self._served.missed


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the options `--streamkit-record` and `--streamkit-strict`, and the settings."""
    group = parser.getgroup("streamkit", "answers of LLM APIs from recordings")
    group.addoption(
        "--streamkit-record",
        choices=RECORD_MODES,
        default="none",
        help="none: answer from recordings only; once: record where there is no file; auto: record what no recording "
        "matches; all: record everything again (default: none)",
    )
    group.addoption(
        "--streamkit-strict", action="store_true", help="fail a test whose recordings were not all requested"
    )
    parser.addini("streamkit_recordings", "folder of the recordings, from the root (default: recordings beside a test)")
    parser.addini("streamkit_strict", "as --streamkit-strict", type="bool", default=False)


def pytest_configure(config: pytest.Config) -> None:
    """Register the marker."""
    config.addinivalue_line("markers", _MARKER)


@pytest.fixture
def streamkit_server(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[StreamkitServer]:
    """A mock server for this test, playing the recordings that its marker names.

    Without a marker it plays `recordings/<module>/<test>.jsonl`. SDKs find it by their own variables.
    """
    marker = request.node.get_closest_marker("streamkit")
    given = dict(marker.kwargs) if marker else {}
    folder = _folder(request.config, request.path)
    names = marker.args if marker and marker.args else (_default_name(request),)
    with _running(request.config, [folder / name for name in names], given, monkeypatch) as server:
        yield server


@pytest.fixture(scope="session")
def streamkit_recordings(request: pytest.FixtureRequest) -> Sequence[str | Path]:
    """The recordings of the session's server; override it to name others than the whole folder."""
    return [_folder(request.config, request.config.rootpath / "conftest.py")]


@pytest.fixture(scope="session")
def streamkit_session_server(
    request: pytest.FixtureRequest, streamkit_recordings: Sequence[str | Path]
) -> Iterator[StreamkitServer]:
    """One mock server for all tests, playing `streamkit_recordings`, repeatedly if several tests send the same request."""
    with pytest.MonkeyPatch.context() as monkeypatch:
        given = {"reuse": "cycle", "strict": False}
        paths = [Path(path) for path in streamkit_recordings]
        with _running(request.config, paths, given, monkeypatch) as server:
            yield server


@contextmanager
def _running(
    config: pytest.Config, paths: Sequence[Path], given: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> Iterator[StreamkitServer]:
    """A server on these recordings, or a proxy that records the last of them, with the environment set."""
    mode = config.getoption("--streamkit-record")
    strict = given.pop("strict", None)
    upstream = given.pop("upstream", None)
    target = paths[-1]
    if mode in ("all", "auto") or (mode == "once" and not target.exists()):
        with _recording(mode, paths, given, upstream, monkeypatch) as server:
            yield server
        return
    options = _options(given)
    exchanges = [exchange for path in paths for exchange in _exchanges(path)]
    from streamkit.service.environment import DUMMY_KEY, key_variables
    from streamkit.service.serving import serving

    with serving(exchanges, options) as served:
        for name in key_variables():  # keep real keys out of tests that play recordings
            monkeypatch.setenv(name, DUMMY_KEY)
        for name, value in served.child_environment.items():
            monkeypatch.setenv(name, value)
        server = StreamkitServer(served.url, served)
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


@contextmanager
def _recording(
    mode: Literal["once", "auto", "all"],
    paths: Sequence[Path],
    given: dict[str, Any],
    upstream: str | None,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[StreamkitServer]:
    """A proxy to the real APIs that writes the last of these files; `auto` plays what they hold."""
    from streamkit.service.environment import base_urls, reach_loopback, upstreams
    from streamkit.service.proxying import Playing, proxying
    from streamkit.service.recording import Recorders, one_file
    from streamkit.transport.guard import check_upstream
    from streamkit.transport.proxy import Route, Rules

    routes = [Route(f"/{name}", check_upstream(url)) for name, url in upstreams().items()]
    if upstream:
        routes = [Route("/", check_upstream(upstream))]
    playing = Playing()
    if mode == "auto":
        known = [exchange for path in paths if path.exists() for exchange in _exchanges(path)]
        playing = Playing("auto", known, _options(given))
    failures: list[str] = []
    open_ = one_file(str(paths[-1]), force=mode == "all", append=mode == "auto")
    recorders = Recorders(open=open_, on_error=failures.append)
    prefixes = {route.prefix.strip("/"): route.prefix for route in routes if route.prefix != "/"}
    with proxying(Rules(tuple(routes)), recorders, playing) as proxy:
        urls = base_urls(proxy.url, prefixes, routed_only=not upstream)
        for name, value in {**urls, **reach_loopback()}.items():
            monkeypatch.setenv(name, value)
        yield StreamkitServer(proxy.url)
    if failures:
        pytest.fail("; ".join(failures), pytrace=False)


def _options(given: dict[str, Any]) -> Options:
    """The marker's arguments as the server takes them. Recordings are played at once unless a speed is given."""
    from streamkit.faults import plan
    from streamkit.playback.player import Pace
    from streamkit.service.mock import Options

    known = {"fault", "speed", "match", "reuse", "seed"}
    if unknown := sorted(set(given) - known):
        raise pytest.UsageError(f"the marker streamkit has no argument {', '.join(unknown)}; it is {_MARKER}")
    faults = given.get("fault") or ()
    speed = given.get("speed")
    return Options(
        match=given.get("match", "body"),
        reuse=given.get("reuse", "once"),
        pace=Pace(delay=False) if speed is None else Pace(speed),
        faults=[planned for text in ([faults] if isinstance(faults, str) else faults) for planned in plan(text)],
        seed=given.get("seed", 0),
    )


def _exchanges(path: Path) -> Iterator[Exchange]:
    """What a file or a folder holds. Fails the test where there is nothing."""
    from streamkit.errors import StreamkitError
    from streamkit.formats import find, read

    if not path.exists():
        pytest.fail(f"{path}: no such recording; --streamkit-record=once makes it", pytrace=False)
    try:
        for found in find([str(path)]):
            yield from read(found.path)
    except StreamkitError as error:
        pytest.fail(str(error), pytrace=False)


def _folder(config: pytest.Config, test: Path) -> Path:
    named = config.getini("streamkit_recordings")
    return config.rootpath / named if named else test.parent / FOLDER


def _default_name(request: pytest.FixtureRequest) -> str:
    """`<module>/<test>.jsonl`, with nothing in it that a file system would mind."""
    return f"{request.path.stem}/{_NOT_IN_NAMES.sub('-', request.node.name).strip('-')}.jsonl"
