"""A proxy that is used from Python, without signals."""

from __future__ import annotations

import contextlib
import http.client

from streamkit.model import recording
from streamkit.playback.player import Pace
from streamkit.service.mock import Options
from streamkit.service.outcome import Outcome
from streamkit.service.proxying import proxying
from streamkit.service.recorder import Recorders
from streamkit.service.serving import serving
from streamkit.transport.proxy import Route, Rules
from tests.exchanges import Nowhere, exchange


def test_a_proxy_that_ends_during_an_exchange_records_it_as_interrupted() -> None:
    over: list[Outcome] = []
    endless = exchange((0, b"data: 1\n\n"), (3_600_000, b"data: 2\n\n"))
    with serving([endless], Options(match="any", pace=Pace())) as server:
        recorders = Recorders(open=lambda _: Nowhere(), on_end=over.append, keep=True)
        with contextlib.ExitStack() as stack, proxying(Rules((Route("/", server.url),)), recorders) as proxy:
            client = stack.enter_context(
                contextlib.closing(http.client.HTTPConnection("127.0.0.1", proxy.port, timeout=20))
            )
            client.request("POST", "/v1/chat/completions", b'{"stream":true}')
            assert client.getresponse().read1(9) == b"data: 1\n\n"
    [recorded] = recording.read(over[0].lines)
    assert recorded.end is not None
    assert (recorded.end.reason, recorded.end.error, recorded.frames.body) == ("interrupted", None, b"data: 1\n\n")
