"""The pytest plugin: a mock server per test, with recordings named by a marker, base URLs and dummy keys.

    @pytest.mark.streamkit("answer.jsonl")
    def test_my_app(streamkit_server):
        assert my_app.ask("hi") == "hello"

Only pytest is imported until a fixture is used.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from streamkit.pytest_plugin._isolation import isolate, isolation_of
from streamkit.pytest_plugin._linting import lint_answer
from streamkit.pytest_plugin._names import default_name, folder_of
from streamkit.pytest_plugin._running import MARKER, RECORD_MODES, ServerPlan, command_of, running
from streamkit.pytest_plugin._server import StreamkitServer as StreamkitServer

if TYPE_CHECKING:
    from streamkit.service.linting import Findings


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the options `--streamkit-record` and `--streamkit-strict`, and the settings."""
    group = parser.getgroup("streamkit", "answers of LLM APIs from recordings")
    group.addoption(
        "--streamkit-record",
        choices=RECORD_MODES,
        default="none",
        help="none: answer from recordings only; once: record if there is no file; auto: record what no recording "
        "matches; all: record everything again (default: none)",
    )
    group.addoption(
        "--streamkit-strict", action="store_true", help="fail a test whose recordings were not all requested"
    )
    parser.addini(
        "streamkit_recordings",
        "folder of the recordings, relative to the root (default: recordings/ next to the test file)",
    )
    parser.addini(
        "streamkit_block_network",
        "set base URLs before collection, and refuse connections to other machines",
        type="bool",
        default=False,
    )
    parser.addini("streamkit_allowed_hosts", "hosts that streamkit_block_network allows", type="args", default=[])
    parser.addini("streamkit_strict", "as --streamkit-strict", type="bool", default=False)


def pytest_configure(config: pytest.Config) -> None:
    """Register the marker."""
    config.addinivalue_line("markers", MARKER)
    isolate(config)  # if it was loaded too late to do so before


@pytest.hookimpl(tryfirst=True)
def pytest_load_initial_conftests(early_config: pytest.Config) -> None:
    """Set base URLs before anything of the project is imported."""
    isolate(early_config)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, object, object]:
    """Remember which test is running."""
    isolation = isolation_of(item.config)
    with isolation.testing(item.nodeid) if isolation is not None else nullcontext():
        return (yield)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None, None, None]:
    """Fail a test that passed although a connection was refused, because the app caught the error."""
    yield
    isolation = isolation_of(item.config)
    if isolation is not None and isolation.refused:
        pytest.fail("\n".join(dict.fromkeys(isolation.refused)), pytrace=False)


def pytest_itemcollected(item: pytest.Item) -> None:
    """Start the server of a test with the marker, also if the test does not use the fixture."""
    names = getattr(item, "fixturenames", None)
    if names is None or item.get_closest_marker("streamkit") is None:
        return
    if "streamkit_server" not in names and "streamkit_session_server" not in names:
        names.append("streamkit_server")


@pytest.fixture
def streamkit_server(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[StreamkitServer]:
    """A mock server for this test that plays the recordings named by its marker.

    The default is `recordings/<module>/<class>.<test>.jsonl`. SDKs find the server through their own environment variables.
    """
    marker = request.node.get_closest_marker("streamkit")
    folder = folder_of(request.config, request.path)
    names = marker.args if marker and marker.args else (default_name(request.node),)
    plan = ServerPlan(
        paths=[folder / name for name in names],
        given=dict(marker.kwargs) if marker else {},
        command=command_of(request.node),
        show=lambda text: request.node.add_report_section("call", "streamkit lint", text),
        shared=bool(marker and marker.args),
    )
    with running(request.config, plan, monkeypatch) as server:
        yield server


@pytest.fixture(scope="session")
def streamkit_lint() -> Callable[..., Findings]:
    """A function that lints bytes, a response or a URL, and fails the test with lint's report: see `lint_answer`."""
    return lint_answer


def pytest_assertrepr_compare(op: str, left: object, right: object) -> list[str] | None:
    """Return one line per finding in `assert streamkit_server.findings == []`; lint's report is a section, which pytest does not shorten."""
    if op != "==" or right != [] or type(left).__name__ != "Findings" or not isinstance(left, list):
        return None
    return ["no findings were expected", *(f"{found.code} {found.severity}: {found.message}" for found in left)]


@pytest.fixture(scope="session")
def streamkit_recordings(request: pytest.FixtureRequest) -> Sequence[str | Path]:
    """The recordings of the session's server: by default, the whole folder. Override this fixture to use others."""
    return [folder_of(request.config, request.config.rootpath / "conftest.py")]


@pytest.fixture(scope="session")
def streamkit_session_server(
    request: pytest.FixtureRequest, streamkit_recordings: Sequence[str | Path]
) -> Iterator[StreamkitServer]:
    """One mock server for all tests that plays `streamkit_recordings`, repeatedly if several tests send the same request."""
    with pytest.MonkeyPatch.context() as monkeypatch:
        paths = [Path(path) for path in streamkit_recordings]
        plan = ServerPlan(paths=paths, given={"reuse": "cycle", "strict": False}, shared=True)
        with running(request.config, plan, monkeypatch) as server:
            yield server
