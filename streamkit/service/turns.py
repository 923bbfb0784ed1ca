"""When a conversation over a WebSocket is over: each `response.create` that was sent has had its response.

Both of OpenAI's protocols ask for a response with that event, and end it with one of a few others.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from streamkit.model.exchange import message_type

_ENDS = frozenset({"response.done", "response.completed", "response.incomplete", "response.failed"})


def turns(messages: Iterable[bytes]) -> Callable[[], Callable[[bytes], bool]]:
    """Return a function that makes, for each connection, one that tells whether a message of the server was the last.

    A conversation in which no response is requested is never over: the server or a time limit ends it. An error ends it
    too, because it may be the answer to a request.
    """
    wanted = sum(message_type(message) == "response.create" for message in messages)

    def begin() -> Callable[[bytes], bool]:
        left = wanted

        def over(message: bytes) -> bool:
            nonlocal left
            kind = message_type(message)
            left -= kind in _ENDS
            return bool(wanted) and (left <= 0 or kind == "error")

        return over

    return begin
