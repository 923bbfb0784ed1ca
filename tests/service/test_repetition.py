"""Sending one request several times: what ends the others when one fails."""

from __future__ import annotations

import pytest

from streamkit.errors import CannotWrite
from streamkit.model.exchange import Request
from streamkit.playback.player import Pace
from streamkit.service.mock import Options
from streamkit.service.outcome import Outcome
from streamkit.service.recorder import Recorders
from streamkit.service.recording import record
from streamkit.service.serving import serving
from streamkit.transport.client import Outgoing
from tests.exchanges import Nowhere, exchange


def test_a_file_that_cannot_be_opened_ends_the_exchanges_that_still_run() -> None:
    over: list[Outcome] = []
    files = [Nowhere()]

    def opened(request: Request | None) -> Nowhere:
        if files:
            return files.pop()
        raise CannotWrite("full.jsonl", OSError(28, "No space left on device"))

    endless = exchange((0, b"data: 1\n\n"), (3_600_000, b"data: 2\n\n"))
    with serving([endless], Options(match="any", pace=Pace())) as server:
        request = Outgoing("POST", f"{server.url}/v1/chat/completions", (), b'{"stream":true}')
        with pytest.raises(CannotWrite):
            record(request, Recorders(open=opened, on_end=over.append), count=2, concurrency=2)
    assert [(outcome.reason, outcome.error) for outcome in over] == [("interrupted", None)]
