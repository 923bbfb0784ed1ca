"""Every fault on a bare socket: the bytes of the steps, chunk by chunk, and the end that the steps name.

The expected bytes are derived here independently, from the steps and RFC 9112 alone, so that no engine can change them
unnoticed.
"""

from __future__ import annotations

import socket

import pytest

from streamkit.faults import FAULTS, chance, inject, parse_faults
from streamkit.model.step import Close, HalfChunk, Hang, Head, Reset, Step, Write
from streamkit.playback.player import Pace, steps
from streamkit.service.mock import Options
from streamkit.service.serving import serving
from tests.exchanges import scripted

# For each fault as configured here: every way in which it can end a connection, and what it does to bytes.
ASKED: dict[str, list[str]] = {
    "cut": ["cut:event=3", "cut:event=3,by=reset", "cut:event=3,by=eof", "cut:event=3,by=half-chunk"],
    "stall": ["stall:event=2,for=1ms", "stall:event=2,for=ever"],
    "status": ["status:code=429,retry-after=1", "status:code=529"],
    "slow-headers": ["slow-headers:for=1ms"],
}
PACE = Pace(delay=False)
ASK = b'POST /v1/chat/completions HTTP/1.1\r\nHost: localhost\r\nContent-Length: 16\r\nX-Streamkit-Fault: %b\r\n\r\n{"stream": true}'


def wire(given: list[Step]) -> bytes:
    """Return the bytes of the body that carry out these steps."""
    sent = b""
    for step in given:
        if isinstance(step, Write):
            sent += b"%x\r\n" % len(step.data) + step.data + b"\r\n"
        elif isinstance(step, HalfChunk):
            sent += b"%x\r\n" % step.size + step.data
    return sent


def ending(given: list[Step]) -> str:
    """Return how the connection ends after them."""
    last = given[-1]
    if isinstance(last, Reset):
        return "reset"
    if isinstance(last, Hang):
        return "stay"
    return "close" if isinstance(last, Close | HalfChunk) else "finish"


def seen_by(client: socket.socket, enough: int) -> tuple[bytes, str]:
    """Return the body that a client receives, and how its connection ends."""
    got = b""
    while True:
        _, blank, body = got.partition(b"\r\n\r\n")
        if blank and body.endswith(b"\r\n0\r\n\r\n"):
            return body[: -len(b"0\r\n\r\n")], "finish"
        client.settimeout(0.1 if blank and len(body) >= enough else 10)
        try:
            data = client.recv(65536)
        except TimeoutError:
            return body, "stay"
        except ConnectionResetError:
            return body, "reset"
        if not data:
            return body, "close"
        got += data


@pytest.mark.parametrize("fault", [one for name in FAULTS for one in ASKED.get(name, [name])])
def test_a_fault_on_the_wire(fault: str) -> None:
    exchange = scripted("openai_chat/plain")
    options = Options(match="any", pace=PACE, seed=7)
    with serving([exchange], options) as server, socket.create_connection(("127.0.0.1", port(server.url))) as client:
        name = server.unplayed[0].name
        client.sendall(ASK % fault.encode())
        played = list(steps(exchange, PACE))
        expected, remarks = inject(played, parse_faults(fault), chance(7, name, 1))
        assert remarks == [], "a fault that finds nothing to break proves nothing"
        head = next(step for step in expected if isinstance(step, Head))
        if head.status != 200:
            answer = b"".join(step.data for step in expected if isinstance(step, Write))
            assert seen_by(client, len(answer)) == (answer, "stay")
            return
        body, end = seen_by(client, 1 << 30 if ending(list(expected)) != "stay" else len(wire(list(expected))))
    assert body == wire(list(expected))
    assert end == ending(list(expected))


def port(url: str) -> int:
    return int(url.rpartition(":")[2].partition("/")[0])
