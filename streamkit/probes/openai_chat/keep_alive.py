"""A second request can use the connection of a stream.

Sends: a streamed question, then another one on the same connection.

Expects: both are answered, the second on the same connection. A server that closes it deviates.

Why: an agent asks hundreds of times, and each new connection costs round trips. A stream whose end is not marked
leaves its connection unusable.

Reference: RFC 9112, section 9.3.

Clients: every client with a pool of connections.
"""

from __future__ import annotations

from streamkit.probes import Probe, has_text, only, same_connection
from streamkit.probes.openai_chat._asks import KEPT_ALIVE

PROBE = Probe.declare(
    __name__, api="openai_chat", group="http", asks=(KEPT_ALIVE,), expects=(same_connection(), only(1, has_text()))
)
