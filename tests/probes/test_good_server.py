"""A server that answers rightly passes every case, live and from its recordings, and so does a server that plays these."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import pytest

from streamkit.formats import find, read
from streamkit.model.exchange import Request
from streamkit.model.probing import ProbeRun
from streamkit.model.step import Step
from streamkit.playback.player import Pace
from streamkit.probes import PROBES, selected
from streamkit.service.endpoints import endpoint
from streamkit.service.judging import judge_folder
from streamkit.service.mock import Options
from streamkit.service.probing import plan, send
from streamkit.service.serving import serving
from tests.probes import good_server

TIMING = "timing"  # a busy machine may deliver any stream at once


def not_passed(run: ProbeRun) -> list[str]:
    return [
        f"{case.key}: {case.verdict}: {case.why}"
        for case in run.cases
        if case.verdict != "pass" and case.group != TIMING
    ]


def test_the_good_server_passes_every_case(good_folder: Path) -> None:
    run = judge_folder(str(good_folder), selected())
    assert not_passed(run) == []
    assert {case.key for case in run.cases} == set(PROBES)
    assert run.model == good_server.MODEL
    assert all(case.evidence for case in run.cases)


def test_serve_passes_what_its_recordings_show(good_folder: Path, tmp_path: Path) -> None:
    exchanges = [exchange for found in find([str(good_folder)]) for exchange in read(found.path)]
    with serving(exchanges, Options(match="exact", pace=Pace(delay=False))) as server:
        send(plan(PROBES.values()), endpoint(server.base_url, good_server.MODEL), str(tmp_path / "again"))
    run = judge_folder(str(tmp_path / "again"), selected())
    assert not_passed(run) == []


def test_a_repetition_with_another_verdict_is_flaky(tmp_path: Path) -> None:
    calls = iter(range(100))

    def now_and_then(request: Request) -> Sequence[Step]:
        if request.path == "/v1/models" and next(calls) == 1:
            return good_server.document({"object": "list"})
        return good_server.good(request)

    probes = selected(["openai_chat/models"])
    with good_server.serving(now_and_then) as url:
        send(plan(probes, repeat=3), endpoint(f"{url}/v1", good_server.MODEL), str(tmp_path))
    [case] = judge_folder(str(tmp_path), probes).cases
    assert case.verdict == "flaky"
    assert case.why == "2 × pass, 1 × fail: data is missing"
    assert len(case.evidence) == 3


def test_an_unreachable_endpoint_is_an_error_and_is_recorded(tmp_path: Path) -> None:
    probes = selected(["plain-answer"])
    send(plan(probes), endpoint("http://127.0.0.1:9", "m"), str(tmp_path))
    for case in judge_folder(str(tmp_path), probes).cases:
        assert case.verdict == "error"
        assert case.why.startswith("no response: refused")


def test_no_key_reaches_the_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MY_KEY", "a-key-of-no-known-shape")
    seen: list[str] = []

    def echoes(request: Request) -> Sequence[Step]:
        sent = {name.lower(): value for name, value in request.headers}
        seen.append(sent.get("authorization", ""))
        return good_server.document({"error": {"message": f"wrong key {sent.get('authorization')}"}}, 400)

    probes = selected(["openai_chat/plain-answer"])
    with good_server.serving(echoes) as url:
        place = endpoint(url, "m", headers=(("X-Account", "an-account-of-mine"),), key_variable="MY_KEY")
        send(plan(probes), place, str(tmp_path))
    assert seen == ["Bearer a-key-of-no-known-shape"]
    written = "".join(path.read_text() for path in tmp_path.iterdir())
    assert "a-key-of-no-known-shape" not in written
    assert "an-account-of-mine" not in written
    assert json.dumps("wrong key Bearer [redacted]")[1:-1] in written
