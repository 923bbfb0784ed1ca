"""Which connections a test may not make, whatever type its host has."""

from __future__ import annotations

import socket
from typing import Any, NoReturn

import pytest

from streamkit.transport.network_block import NetworkBlock


class Refused(Exception):
    """A connection was refused."""


def refuse(place: str) -> NoReturn:
    raise Refused(place)


@pytest.mark.parametrize(
    ("host", "place"),
    [
        ("api.example.com", "api.example.com:443"),
        (b"api.example.com", "api.example.com:443"),
        (bytearray(b"api.example.com"), "api.example.com:443"),
        (b"\xff.example.com", "\ufffd.example.com:443"),
        ("API.Other.example", "API.Other.example:443"),
        ("2001:db8::1", "2001:db8::1:443"),
    ],
)
def test_a_look_up_of_another_machine_is_refused(host: Any, place: str) -> None:
    with NetworkBlock(refuse).installed(), pytest.raises(Refused) as refused:
        socket.getaddrinfo(host, 443)
    assert str(refused.value) == place


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", b"127.0.0.1", "::1", None])
def test_this_machine_can_be_looked_up(host: Any) -> None:
    with NetworkBlock(refuse).installed():
        assert socket.getaddrinfo(host, 443)


@pytest.mark.parametrize(
    ("host", "allowed"),
    [("a.example.com", True), ("A.EXAMPLE.COM.", True), ("example.com", False), ("a.example.org", False), ("[::1]", True)],
)  # fmt: skip
def test_patterns_of_allowed_hosts(host: str, allowed: bool) -> None:
    assert NetworkBlock(refuse, allowed=["*.Example.com"]).allows(host) == allowed


def test_a_connection_to_an_address_is_refused_by_the_name_that_it_was_looked_up_for(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    found = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("192.0.2.1", 443))]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: found)
    with NetworkBlock(refuse, lookups=False).installed(), socket.socket() as client:
        with pytest.raises(Refused, match=r"^192\.0\.2\.1:443$"):
            client.connect(("192.0.2.1", 443))
        socket.getaddrinfo("api.example.com", 443)
        for connect in (client.connect, client.connect_ex):
            with pytest.raises(Refused, match=r"^api\.example\.com:443$"):
                connect(("192.0.2.1", 443))
