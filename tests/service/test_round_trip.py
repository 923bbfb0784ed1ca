"""Serve, record, serve, record: the same frames and the same bytes, with and without pauses."""

from __future__ import annotations

import contextlib
import http.client
import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from streamkit.model import recording
from streamkit.model.exchange import Exchange
from streamkit.playback.player import Pace
from streamkit.service.mock import Options
from streamkit.service.proxying import proxying
from streamkit.service.recording import Outcome, Recorders
from streamkit.service.serving import serving
from streamkit.transport.proxy import Route, Rules
from tests.exchanges import Nowhere, exchange, scripted


def recorded_again(original: Exchange, pace: Pace) -> Exchange:
    """Return what a recording proxy writes when this exchange is served through it."""
    over: list[Outcome] = []
    with serving([original], Options(match="any", pace=pace)) as server:
        recorders = Recorders(open=lambda _: Nowhere(), on_end=over.append, keep=True)
        with (
            proxying(Rules((Route("/", server.url),)), recorders) as proxy,
            contextlib.suppress(OSError, http.client.HTTPException),
            contextlib.closing(http.client.HTTPConnection("127.0.0.1", proxy.port, timeout=20)) as client,
        ):
            client.request("POST", "/v1/chat/completions", json.dumps({"stream": True}))
            with client.getresponse() as response:
                response.read()
    return next(recording.read(over[0].lines))


SAMPLES = ("openai_chat/plain", "openai_chat/cut-off", "openai_chat/rate-limited", "openai_chat/slow-start",
           "anthropic_messages/plain", "ollama/plain", "gemini/plain")  # fmt: skip


@pytest.mark.parametrize("pace", [Pace(speed=4), Pace(delay=False)], ids=["with pauses", "at once"])
@pytest.mark.parametrize("name", SAMPLES)
def test_twice_round(name: str, pace: Pace) -> None:
    original = scripted(name)
    first = recorded_again(original, pace)
    second = recorded_again(first, Pace(delay=pace.delay))
    for again in (first, second):
        assert list(again.frames.data) == list(original.frames.data)
        assert again.response and original.response and again.response.status == original.response.status
        assert again.end and original.end and again.end.reason == original.end.reason
        assert not again.damage


@given(st.lists(st.binary(min_size=1, max_size=40), max_size=12))
@settings(max_examples=25)
def test_any_bytes_cut_anywhere(frames: list[bytes]) -> None:
    original = exchange(*frames)
    assert list(recorded_again(original, Pace(delay=False)).frames.data) == frames


def test_pauses_are_never_shorter_than_recorded() -> None:
    original = exchange(*((30 * n, b"data: %d\n\n" % n) for n in range(6)))
    again = recorded_again(original, Pace())
    assert again.sent_at is not None
    arrived = [at - again.sent_at for at in again.frames.at if at is not None]
    assert all(at >= 30_000_000 * n - 1_000_000 for n, at in enumerate(arrived))
