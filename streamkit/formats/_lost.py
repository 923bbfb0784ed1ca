"""Descriptions of the data of an exchange that other formats cannot represent."""

from __future__ import annotations

from streamkit.model.exchange import Exchange


def around(exchange: Exchange) -> list[str]:
    """Return what is lost if only the body is kept."""
    lost = []
    if exchange.timed:
        lost.append("arrival times")
    if exchange.request is not None:
        lost.append("the request")
    if exchange.response is not None:
        lost.append("status and headers")
    return lost + ending(exchange)


def ending(exchange: Exchange) -> list[str]:
    """Return how it ended, unless the body ended normally."""
    if exchange.end is None or exchange.end.reason == "eof":
        return []
    return [f"that it ended with {exchange.end.reason}"]


def unanswered(exchange: Exchange) -> list[str]:
    """Return why an exchange does not fit a format of requests and responses."""
    lost = []
    if exchange.response is None and not exchange.frames:
        lost.append("the whole exchange: it has no answer")
    elif exchange.response is None:
        lost.append("that status and headers are not known: 200 stands for them")
    if exchange.request is None:
        lost.append("that the request is not known: GET https://not-recorded.invalid/ stands for it")
    return lost
